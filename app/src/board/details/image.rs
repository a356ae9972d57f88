//! What the registry says of an image: its version, where its source is, and when it was built.

use leptos::prelude::*;
use model::published::Published;

use super::Scope;
use super::versions::web_address;

/// What the registry says of an image; nothing, when that is nothing a person could read.
#[component]
pub fn Image(
    /// What the parts share.
    scope: Scope,
    /// The image.
    image: Published,
) -> impl IntoView {
    let Published { digest, platforms: _, commit: _, version, source, created } = image;
    let says_something = version.is_some() || source.is_some() || created.is_some();
    says_something.then(|| {
        let source = source.and_then(|source| web_address(&source)).map(|source| {
            view! {
                <a href=source.clone() rel="external noreferrer">
                    {source.clone()}
                </a>
            }
        });
        view! {
            <p class="meta" title=digest.to_string()>
                {version.map(|version| view! { <span class="label">{version.to_string()}</span> })} {source}
                {created.map(|created| scope.moment(created))}
            </p>
        }
    })
}
