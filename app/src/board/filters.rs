//! The strip of counts; each is a link to what it counts.

use leptos::prelude::*;
use model::status::Status;

use super::page::Page;
use super::summary::Summary;

/// The strip of counts.
#[component]
pub fn Filters(
    /// The page.
    page: Page,
) -> impl IntoView {
    let Page { live, strings, .. } = page;
    let services = Memo::new(move |_| live.summary.with(|summary| (summary.shown, summary.services)));
    let statuses = Summary::COUNTED.into_iter().filter(|status| *status != Status::Paused).map(move |status| {
        let count = Memo::new(move |_| live.summary.with(|summary| summary.count(status)));
        let words = move || (strings.count)(status, count.get());
        view! {
            <Show when=move || { count.get() > 0 }>
                <Filter page query=search_for(status) tone=status.as_str() words />
            </Show>
        }
    });
    let behind = Memo::new(move |_| live.summary.with(|summary| summary.behind));
    let all = move || match services.get() {
        (shown, all) if shown == all => (strings.services)(all),
        (shown, all) => (strings.services_of)(shown, all),
    };
    view! {
        <nav class="filters" aria-label=strings.search>
            {statuses.collect_view()}
            <Show when=move || { behind.get() > 0 }>
                <Filter page query="is:behind" tone="behind" words=move || (strings.behind)(behind.get()) />
            </Show>
            <Filter page query="" tone="all" words=all />
            <Show when=move || { live.unplaced_records.get() > 0 }>
                <span class="chip">{move || (strings.unplaced_records)(live.unplaced_records.get())}</span>
            </Show>
        </nav>
        <Announcement page />
    }
}

/// The search that shows the services with a cell of this status.
pub(super) fn search_for(status: Status) -> &'static str {
    match status {
        Status::Failing => "is:failing",
        Status::Drifted => "is:drifted",
        Status::Rolling => "is:rolling",
        Status::Missing => "status:missing",
        Status::Unknown => "status:unknown",
        Status::Paused => "status:paused",
        Status::Ready => "status:ready",
        Status::Absent => "status:absent",
    }
}

/// A count that is a link to what it counts; the one that is on leads back to everything.
#[component]
fn Filter(page: Page, query: &'static str, tone: &'static str, words: impl Fn() -> String + Copy + Send + Sync + 'static) -> impl IntoView {
    let on = Memo::new(move |_| page.view.q.with(|q| q.trim() == query));
    let href = move || {
        let mut link = page.view.settled.get();
        link.q = if on.get() { String::new() } else { query.to_owned() };
        link.board(&page.view.base())
    };
    view! {
        <a class="chip" data-tone=tone href=href aria-current=move || on.get().then_some("true")>
            {words}
        </a>
    }
}

/// Tells screen readers how much is shown, politely: at most once for a burst of changes.
#[component]
fn Announcement(page: Page) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let pending = StoredValue::new(false);
    Effect::new(move |before: Option<()>| {
        page.live.summary.track();
        if before.is_some() && !pending.get_value() {
            pending.set_value(true);
            let say = move || {
                pending.set_value(false);
                let (shown, failing) = page.live.summary.with_untracked(|summary| (summary.shown, summary.count(Status::Failing)));
                said.set((page.strings.announcement)(shown, failing));
            };
            set_timeout(say, std::time::Duration::from_secs(3));
        }
    });
    view! {
        <p class="sr" aria-live="polite">
            {said}
        </p>
    }
}
