//! The same service in the other environments.

use leptos::prelude::*;
use model::details::Neighbour;
use model::ids::{ClusterName, ServiceName};

use super::Scope;

/// The same service in the other environments, each a link to its details.
#[component]
pub fn Neighbours(
    /// What the parts share.
    scope: Scope,
    /// The service.
    service: ServiceName,
    /// The other environments, in promotion order.
    neighbours: Vec<Neighbour>,
) -> impl IntoView {
    let strings = scope.strings;
    let neighbour = move |neighbour: Neighbour| {
        let Neighbour { environment, status, version, same, clusters } = neighbour;
        let clusters: Vec<_> = clusters.iter().map(ClusterName::as_str).collect();
        let compared = version.as_ref().map(|_| if same { strings.panel.same_version } else { strings.panel.other_version });
        let href = scope.view.details(&scope.base, &service, Some(&environment));
        view! {
            <tr>
                <th scope="row">
                    <a href=href title=clusters.join(", ")>
                        {environment.to_string()}
                    </a>
                </th>
                <td>{version.map(|version| view! { <code>{version.short().to_owned()}</code> })}</td>
                <td data-same=same.then_some("")>{compared}</td>
                <td>
                    <span class="status" data-status=status.as_str()>
                        {(strings.status)(status)}
                    </span>
                </td>
            </tr>
        }
    };
    (!neighbours.is_empty()).then(|| {
        view! {
            <section>
                <h3>{strings.panel.other_environments}</h3>
                <table class="facts">
                    <tbody>{neighbours.into_iter().map(neighbour).collect_view()}</tbody>
                </table>
            </section>
        }
    })
}
