//! What the colours mean: only those on screen.

use leptos::prelude::*;
use model::ids::EnvironmentName;

use super::hue;
use super::page::Page;

/// What the colours mean.
#[component]
pub fn Legend(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, strings, .. } = page;
    let entries = Memo::new(move |_| {
        let columns = live.columns.get();
        let environments = columns.environments();
        let mut entries: Vec<(usize, String)> = live.summary.with(|summary| {
            let entry = |set: &Vec<usize>| {
                let all = set.len() == environments.len();
                let names: Vec<_> = set.iter().filter_map(|place| environments.get(*place)).map(EnvironmentName::as_str).collect();
                (hue::of(set, environments.len()), if all { strings.all_agree.to_owned() } else { names.join(" = ") })
            };
            summary.sets.iter().map(entry).collect()
        });
        entries.sort();
        entries
    });
    let red = Memo::new(move |_| live.summary.with(|summary| summary.by_status.iter().take(4).any(|count| *count > 0)));
    view! {
        <ul class="legend" aria-label=strings.legend>
            {move || {
                entries
                    .get()
                    .into_iter()
                    .map(|(hue, words)| {
                        view! {
                            <li>
                                <i class="swatch" data-hue=hue></i>
                                {words}
                            </li>
                        }
                    })
                    .collect_view()
            }}
            {move || {
                red.get()
                    .then(|| {
                        view! {
                            <li>
                                <i class="swatch" data-red=""></i>
                                {strings.red_means}
                            </li>
                        }
                    })
            }}
        </ul>
    }
}
