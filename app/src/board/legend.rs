//! What the colours mean: only those on screen.

use leptos::prelude::*;
use model::ids::EnvironmentName;

use super::hue;
use super::page::Page;
use crate::i18n::Strings;

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
        let mut entries: Vec<(usize, String)> = live
            .summary
            .with(|summary| summary.sets.iter().map(|set| (hue::of(set, environments.len()), words(set, environments, strings))).collect());
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

/// Which environments agree. Of many, which ones do not is shorter.
fn words(set: &[usize], environments: &[EnvironmentName], strings: &Strings) -> String {
    let names = |is_in: bool| {
        let names = environments.iter().enumerate().filter(move |(place, _)| set.contains(place) == is_in);
        names.map(|(_, name)| name.as_str()).collect::<Vec<_>>()
    };
    let others = names(false);
    match others.len() {
        0 => strings.all_agree.to_owned(),
        // Two and three of five would be said in as many words.
        count if count * 2 < set.len() && set.len() > FEW => format!("{} {}", strings.all_but, others.join(", ")),
        _ => names(true).join(" = "),
    }
}

/// So many that agree are named.
const FEW: usize = 3;

#[cfg(test)]
mod tests {
    use super::words;
    use crate::i18n::Language;
    use model::ids::EnvironmentName;

    #[test]
    fn a_set_is_said_in_few_words() {
        let check = |environments: usize, set: &[usize], expected: &str| {
            let names: Vec<EnvironmentName> = ["dev", "int", "qa", "pre", "pro", "dr"].map(EnvironmentName::from)[..environments].to_vec();
            assert_eq!(words(set, &names, Language::English.strings()), expected);
        };
        check(3, &[0, 1, 2], "all agree");
        check(3, &[1, 2], "int = qa");
        check(4, &[1, 2, 3], "int = qa = pre");
        check(5, &[0, 2, 3, 4], "all but int");
        check(6, &[0, 1, 2, 3, 4], "all but dr");
        check(6, &[0, 1, 2, 3], "dev = int = qa = pre");
    }
}
