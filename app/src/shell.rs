//! The document around the page: head, the board as JSON, the scripts. Only the server renders it.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::address::{Mode, Theme, ViewQuery};
use crate::app::App;
use crate::backend::Backend;
use crate::i18n::PHRASES_ID;
use crate::start::{SNAPSHOT_ID, Start};
use crate::ui::icon;
use crate::wall::state::TURN;

/// Chooses the theme before anything is painted: the address says it, else what was chosen before.
const THEME_SCRIPT: &str =
    "try{const r=document.documentElement,t=r.dataset.theme||localStorage.getItem('theme');if(t)r.dataset.theme=t}catch{}";

/// Watches over a wall, which nobody stands by to load again: a page that does not say every few seconds that it lives (it never
/// began to, or it broke) is loaded anew, as soon as the server answers.
const WATCH_SCRIPT: &str = "{const born=Date.now();setInterval(()=>{if(Date.now()-(document.documentElement.dataset.beat||born)>120000)\
    fetch(location.href,{cache:'no-store'}).then(answer=>{if(answer.ok)location.reload()},()=>{})},30000)}";

/// How many seconds a wall without JavaScript shows a page.
const TURN_WITHOUT_SCRIPT: u64 = TURN.as_secs();

/// The whole document for the request whose [`Backend`] is in the context; its type is erased, so that the server
/// need not compile it again.
#[must_use]
pub fn shell() -> AnyView {
    let backend = expect_context::<Backend>();
    let start = Start::from(&backend);
    let base = backend.base_path.to_string();
    let path = |name: &str| format!("{base}/{name}");
    let assets = &backend.assets;
    let boot = format!(
        "import init,{{hydrate}} from '{}';await init({{module_or_path:'{}'}});setTimeout(hydrate);",
        path(&assets.js),
        path(&assets.wasm)
    );
    let search = backend.address.split_once('?').map_or("", |(_, search)| search);
    let failing = start.opening.summary.shown_failing;
    let theme = ViewQuery::parse(search).theme.map(Theme::as_str);
    // A board that cannot be written leaves the page as rendered: the browser says so in its console.
    let snapshot = start.snapshot().unwrap_or_default();

    let phrases = start.language.strings().phrases.map(|phrases| phrases().text());

    let is_wall = start.mode() == Some(Mode::Wall);
    // Around again after the last page.
    let next = ViewQuery::parse(search);
    let next_page = format!("{TURN_WITHOUT_SCRIPT};url={}", next.clone().with_page(next.page + 1).board(&base));

    view! {
        <!DOCTYPE html>
        <html lang=start.language.tag() data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{icon::title(failing)}</title>
                <script nonce=use_nonce() inner_html=THEME_SCRIPT></script>
                {is_wall.then(|| view! {
                    <noscript>
                        <meta http-equiv="refresh" content=next_page />
                    </noscript>
                    <script nonce=use_nonce() inner_html=WATCH_SCRIPT></script>
                })}
                <link rel="stylesheet" href=path(&assets.css) />
                <link rel="icon" type="image/svg+xml" href=path(icon::file(failing)) />
                <link rel="modulepreload" href=path(&assets.js) />
                <link rel="preload" r#as="fetch" r#type="application/wasm" crossorigin="anonymous" href=path(&assets.wasm) />
            </head>
            <body>
                <App start=start.clone() />
                <script
                    type="application/json"
                    id=SNAPSHOT_ID
                    data-now=start.now.to_rfc3339()
                    data-base=base.clone()
                    data-version=start.version.to_string()
                    inner_html=snapshot
                ></script>
                {phrases.map(|phrases| view! { <script type="text/plain" id=PHRASES_ID inner_html=phrases></script> })}
                <script type="module" nonce=use_nonce() inner_html=boot></script>
            </body>
        </html>
    }
    .into_any()
}
