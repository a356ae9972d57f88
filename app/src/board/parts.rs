//! The page: bar, strip, table, and the details beside it.
//!
//! The server writes it at once. In the browser its parts come alive one after the other, each in a task of its own, so that
//! the browser can answer between them: most of the time goes into compiling what WebAssembly calls for the first time.

use leptos::prelude::*;

use super::aside::DetailsAside;
use super::empty::Empty;
use super::filters::Filters;
use super::legend::Legend;
use super::menu::ViewMenu;
use super::page::Page;
use super::pages::Pages;
use super::saved::SavedViews;
use super::search::SearchBox;
use super::table::BoardTable;
#[cfg(feature = "hydrate")]
use crate::start::Start;
use crate::start::Written;
use crate::ui::connection::ConnectionNotice;
use crate::ui::copy::ToastNote;
use crate::ui::help::Help;
use crate::ui::language::LanguageLink;
use crate::ui::theme::ThemeButton;
use crate::ui::wall::WallLink;

/// The board's page, with the details of a cell beside it. What is not of a part never changes.
#[cfg(feature = "ssr")]
#[component]
pub fn BoardPage(
    /// What its parts share.
    page: Page,
    /// The details that the server wrote for the address.
    panel: Option<String>,
    /// What else the server wrote.
    written: Written,
) -> impl IntoView {
    let strings = page.strings;
    let Written { help, views } = written;
    view! {
        <div class="app">
            <a class="skip" href="#board" rel="external">
                {strings.skip_to_board}
            </a>
            <header class="bar">
                <Bar page />
                <nav class="tools" aria-label="Relboard">
                    <Tools page help />
                </nav>
            </header>
            <section class="strip" aria-label=strings.legend>
                <Strip page views />
            </section>
            <main class="main" id="board">
                <Main page panel />
            </main>
            <noscript>
                <p class="notice">{strings.without_script}</p>
            </noscript>
        </div>
    }
}

/// What the bar begins with.
#[component]
fn Bar(page: Page) -> impl IntoView {
    view! {
        <a class="brand" href=move || page.view.base().to_string() + "/">
            <Logo />
            "Relboard"
        </a>
        <SearchBox page />
    }
}

/// The tools in the bar.
#[component]
fn Tools(page: Page, help: String) -> impl IntoView {
    view! {
        <LanguageLink page />
        <ViewMenu page />
        <WallLink view=page.view />
        <ThemeButton view=page.view />
        <Help content=help />
        <ConnectionNotice connection=page.connection />
    }
}

/// What is below the bar.
#[component]
fn Strip(page: Page, views: String) -> impl IntoView {
    view! {
        <SavedViews page content=views />
        <Filters page />
        <Legend page />
    }
}

/// The table, the details beside it, and the note that says what was just done.
#[component]
fn Main(page: Page, panel: Option<String>) -> impl IntoView {
    view! {
        <h1 class="sr">{page.strings.caption}</h1>
        <div
            class="board"
            tabindex="0"
            role="region"
            aria-label=page.strings.board
            node_ref=page.window.board
            on:scroll=move |_| page.window.look()
        >
            <BoardTable page />
            <Empty page />
            <Pages page />
        </div>
        <DetailsAside page content=panel />
        <ToastNote toast=page.toast />
    }
}

/// Makes the page that the server wrote come alive.
#[cfg(feature = "hydrate")]
pub fn come_alive(start: Start) {
    use any_spawner::Executor;

    // All the browser runs is in tasks of it, the first effects too.
    drop(Executor::init_wasm_bindgen());
    let owner = Owner::new();
    let page = owner.with(|| Page::new(&start));
    let Start { panel, written: Written { help, views }, .. } = start;
    let mut tasks: Vec<Task> = vec![
        part(".bar", page, move || view! { <Bar page /> }),
        part(".tools", page, move || view! { <Tools page help /> }),
        part(".strip", page, move || view! { <Strip page views /> }),
        part(".main", page, move || view! { <Main page panel /> }),
    ];
    for movement in Page::movements() {
        let owner = owner.clone();
        tasks.push(Box::new(move || owner.with(|| movement(page))));
    }
    // What it owns is needed as long as the document is there.
    tasks.push(Box::new(move || std::mem::forget(owner)));
    one_by_one(tasks.into_iter());
}

#[cfg(feature = "hydrate")]
type Task = Box<dyn FnOnce()>;

/// A task that makes the content of an element come alive, or as much of it as `content` is.
#[cfg(feature = "hydrate")]
fn part<V: IntoView + 'static>(holder: &'static str, page: Page, content: impl FnOnce() -> V + 'static) -> Task {
    use leptos::mount::hydrate_from;
    use wasm_bindgen::JsCast;

    Box::new(move || {
        let holder = document().query_selector(holder).ok().flatten().and_then(|holder| holder.dyn_into().ok());
        if let Some(holder) = holder {
            let within = move || {
                provide_context(page.language);
                content()
            };
            hydrate_from(holder, within).forget();
        }
    })
}

#[cfg(feature = "hydrate")]
fn one_by_one(mut tasks: std::vec::IntoIter<Task>) {
    let next = move || {
        if let Some(task) = tasks.next() {
            task();
            one_by_one(tasks);
        }
    };
    set_timeout(next, std::time::Duration::ZERO);
}

/// Six cells of a board.
#[component]
fn Logo() -> impl IntoView {
    view! {
        <svg viewBox="0 0 20 20" aria-hidden="true">
            <rect class="hue-0" x="1" y="2" width="8" height="4" rx="1.2" />
            <rect class="hue-0" x="11" y="2" width="8" height="4" rx="1.2" />
            <rect class="hue-1" x="1" y="8" width="8" height="4" rx="1.2" />
            <rect class="red" x="11" y="8" width="8" height="4" rx="1.2" />
            <rect class="hue-2" x="1" y="14" width="8" height="4" rx="1.2" />
            <rect class="hue-2" x="11" y="14" width="8" height="4" rx="1.2" />
        </svg>
    }
}
