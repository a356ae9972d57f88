//! The document as the server renders it.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may panic, as the test may")]

use std::sync::Arc;

use leptos::nonce::provide_nonce;
use leptos::prelude::*;
use model::board::Board;
use model::text::{TIME, parse};
use tokio::sync::watch;

use crate::address::ViewQuery;
use crate::backend::SavedView;
use crate::{Assets, Backend, Language, Selection};

const BOARD: &str = r#"environments: dev development | pre staging unreachable "connection refused" | pro production
cart @shop     dev: 7fc38a2 ready 3/3 by ana ~pro | pre: 7fc38a2 unknown 3/3 | pro: 7fc38a2 ready 3/3 by ana ~dev
payments @shop dev: 993e5fc rolling 2/5 runs 7fc38a2 3/3 runs 993e5fc 2/2 by luis | pre: - | pro: 993e5fc failing 1/3 "ImagePullBackOff: no such image"
users @core    dev: c0ffee1 drifted 2/2 by ana of 7fc38a2 | pre: - | pro: -
"#;

fn backend(board: Board, address: &str, language: Language) -> Backend {
    let (sender, receiver) = watch::channel(Arc::new(board));
    drop(sender);
    Backend {
        board: receiver,
        details: Arc::new(|_, _| Box::pin(async { None })),
        base_path: Arc::from("/base"),
        assets: Arc::new(Assets { js: "pkg/a.js".into(), wasm: "pkg/a.wasm".into(), css: "pkg/a.css".into() }),
        now: TIME + chrono::Duration::minutes(5),
        language,
        address: Arc::from(address),
        views: Arc::from([
            SavedView { name: "Trouble".into(), query: ViewQuery::parse("q=is:red&group=team") },
            SavedView { name: "Screen".into(), query: ViewQuery::parse("view=wall") },
        ]),
        links: Arc::from([]),
        panel: None,
    }
}

fn render(backend: Backend) -> String {
    // Whoever is first sets it for the process.
    drop(any_spawner::Executor::init_tokio());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    Owner::new().with(|| {
        provide_nonce();
        provide_context(backend);
        crate::shell().to_html()
    })
}

fn page(address: &str) -> String {
    render(backend(parse(BOARD).unwrap(), address, Language::English))
}

/// The rows of the table, tags and all.
fn rows(html: &str) -> impl Iterator<Item = &str> {
    let body = &html[html.find("<tbody role=\"rowgroup\"").unwrap()..html.rfind("</tbody>").unwrap()];
    body.split("<tr ").skip(1)
}

/// The element of a row, tags and all.
fn row<'a>(html: &'a str, service: &str) -> &'a str {
    rows(html).find(|row| row.contains(&format!("services/{service}"))).unwrap()
}

#[test]
fn the_first_paint_is_the_answer() {
    let html = page("/base/");
    let cart = row(&html, "cart");
    assert!(cart.contains("data-status=\"ready\" data-hue=\"3\""), "{cart}");
    assert!(cart.contains("●○●") && cart.contains("ready, same as pro"), "{cart}");
    assert!(cart.contains(">ana<") && cart.contains(">5 min<"), "{cart}");
    let payments = row(&html, "payments");
    assert!(payments.contains("7fc38a2") && payments.contains("→") && payments.contains("2/5"), "{payments}");
    assert!(payments.contains("<progress value=\"2\" max=\"5\""), "{payments}");
    assert!(payments.contains("failing") && payments.contains("ImagePullBackOff"), "{payments}");
    assert!(payments.contains("not deployed"), "{payments}");
    assert!(row(&html, "users").contains("CI recorded 7fc38a2"));
    assert!(html.contains("connection refused"), "a dead cluster says why");
}

#[test]
fn the_search_works_without_script() {
    let html = page("/base/?q=is%3Afailing");
    assert_eq!(rows(&html).count(), 1);
    assert!(row(&html, "payments").contains("aria-rowindex=\"2\""), "{}", row(&html, "payments"));
    assert!(html.contains("aria-rowcount=\"2\""), "the header and a row");
    assert!(html.contains("value=\"is:failing\""));
    assert!(html.contains("1 of 3 services"));
}

#[test]
fn a_search_that_does_not_parse_says_where_and_hides_nothing() {
    let html = page("/base/?q=is:nonsense");
    assert!(html.contains("<mark>nonsense</mark>"));
    assert_eq!(rows(&html).count(), 3);
}

#[test]
fn the_order_is_in_the_address() {
    let html = page("/base/?sort=pro:status");
    let place = |service: &str| html.find(&format!("services/{service}?")).unwrap();
    assert!(place("payments") < place("cart") && place("cart") < place("users"));
    assert!(row(&html, "cart").contains("/base/services/cart/dev?sort=pro:status"), "links keep the view");
}

#[test]
fn a_large_board_is_read_page_by_page() {
    let lines = (0..250).map(|number| format!("service-{number:03} dev: 7fc38a2 ready 1/1\n"));
    let board = format!("environments: dev development\n{}", lines.collect::<String>());
    let page = |address: &str| render(backend(parse(&board).unwrap(), address, Language::English));
    let check = |address: &str, first: &str, count: usize, index: usize| {
        let html = page(address);
        assert_eq!(rows(&html).count(), count, "{address}");
        assert!(row(&html, first).contains(&format!("aria-rowindex=\"{index}\"")), "{address}");
        assert!(html.contains("aria-rowcount=\"251\"") && html.contains("250 services"), "all are counted: {address}");
        html
    };
    let first = check("/base/?sort=-name", "service-249", 100, 2);
    assert!(first.contains("href=\"/base/?sort=-name&amp;page=3\""), "links to other pages keep the view");
    check("/base/?page=2", "service-100", 100, 102);
    check("/base/?page=3", "service-200", 50, 202);
    check("/base/?page=99", "service-249", 50, 251);
    check("/base/services/service-150/dev", "service-150", 100, 152);
    let found = page("/base/?q=service-19");
    assert_eq!(rows(&found).count(), 10);
    assert!(!found.contains("class=\"pages\""), "one page has them all");
}

#[test]
fn the_menu_of_the_view_is_links_and_a_form() {
    let html = page("/base/?q=is:red&env=pro,moon,dev&theme=dark");
    let menu = html.split("id=\"view-menu\"").nth(1).unwrap().split("</form>").next().unwrap();
    let links: Vec<_> = menu.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.contains(&"/base/?q=is:red&amp;group=team&amp;env=pro,moon,dev&amp;theme=dark"), "{links:?}");
    assert!(links.contains(&"/base/?q=is:red&amp;env=dev,pro&amp;theme=dark"), "dev moves left: {links:?}");
    let boxes: Vec<_> = menu.split("type=\"checkbox\" ").skip(1).map(|rest| rest.split(" data-key").next().unwrap()).collect();
    assert_eq!(boxes, ["name=\"env\" value=\"pro\" checked=\"\"", "name=\"env\" value=\"dev\" checked=\"\"", "name=\"env\" value=\"pre\""]);
    assert!(
        menu.contains("<option value=\"pro:status\">pro: worst</option>") && !menu.contains("value=\"pre:"),
        "what is shown can be sorted by"
    );
    assert!(menu.contains("type=\"hidden\" name=\"q\" value=\"is:red\"") && menu.contains("name=\"theme\""), "{menu}");
    assert!(html.contains("href=\"/base/api/v1/board?format=csv&amp;q=is:red&amp;env=pro,dev\""), "the file has what is shown");
    assert!(page("/base/?sort=-pre:time").contains("<option value=\"-pre:time\" selected=\"\">pre: newest ↑</option>"));
    assert!(page("/base/?q=is:purple").contains("href=\"/base/api/v1/board?format=csv\""), "what is not understood filters nothing out");
}

#[test]
fn views_with_a_name_are_links_and_say_when_they_are_looked_at() {
    let link = "<a class=\"chip\" href=\"/base/?q=is:red&amp;group=team\"";
    assert!(page("/base/").contains(&format!("{link}>Trouble</a>")));
    assert!(page("/base/").contains("<a class=\"chip\" href=\"/base/?view=wall\" rel=\"external\">Screen</a>"), "another document");
    assert!(page("/base/?group=team&q=is%3Ared&density=dense").contains(&format!("{link} aria-current=\"true\">Trouble</a>")));
}

#[test]
fn the_help_speaks_the_language_of_the_page() {
    assert!(page("/base/").contains("copy the full commit"));
    let spanish = render(backend(parse(BOARD).unwrap(), "/base/?lang=es", Language::Spanish));
    assert!(spanish.contains("copiar el commit completo"));
}

#[test]
fn a_tab_in_the_background_tells_what_fails_of_what_is_shown() {
    let html = page("/base/");
    assert!(html.contains("<title>(1) Relboard</title>") && html.contains("href=\"/base/icon-failing.svg\""), "{html}");
    let html = page("/base/?q=cart");
    assert!(html.contains("<title>Relboard</title>") && html.contains("href=\"/base/icon.svg\""));
}

#[test]
fn counts_above_a_column_lead_to_what_they_count() {
    let html = page("/base/?sort=-name");
    assert!(html.contains("href=\"/base/?q=env:pro%20is:failing&amp;sort=-name\""), "{html}");
    let html = page("/base/?q=env:pro%20is:failing");
    assert_eq!(rows(&html).count(), 1);
    assert!(html.contains("data-tone=\"failing\" href=\"/base/\""), "and back to everything");
}

#[test]
fn nothing_on_the_board_can_end_the_snapshot_or_become_markup() {
    let board = BOARD.replace("cart", "</script><img/src=x>");
    let html = render(backend(parse(&board).unwrap(), "/base/", Language::English));
    let json = html.split("id=\"snapshot\"").nth(1).unwrap().split("</script>").next().unwrap();
    assert!(json.contains("\\u003c/script>"), "{json}");
    assert!(!html.contains("<img"), "no markup from names");
}

#[test]
fn the_document_obeys_its_content_security_policy() {
    let html = page("/base/?theme=dark");
    assert!(!html.contains(" style="), "inline styles are refused");
    let scripts: Vec<_> = html.match_indices("<script").map(|(at, _)| &html[at..html[at..].find('>').unwrap() + at]).collect();
    assert_eq!(scripts.len(), 3, "{scripts:?}");
    assert!(scripts.iter().all(|script| script.contains(" nonce=") || script.contains("application/json")), "{scripts:?}");
    assert!(html.contains("<html lang=\"en\" data-theme=\"dark\">"));
}

#[test]
fn the_page_speaks_spanish() {
    let html = render(backend(parse(BOARD).unwrap(), "/base/?lang=es", Language::Spanish));
    assert!(html.contains("<html lang=\"es\""));
    assert!(html.contains("1 con fallos") && html.contains("CI registró") && html.contains("sin desplegar"));
    assert!(html.contains("lang=es\""), "links keep the language");
    assert!(row(&html, "payments").contains("<span class=\"reason\" lang=\"en\">ImagePullBackOff</span>"), "{html}");
    assert!(!page("/base/").contains("lang=\"en\">ImagePullBackOff"), "an English page says it once");
}

#[test]
fn what_nobody_knows_has_neither_a_version_nor_a_time() {
    let mut board = parse("environments: dev unreachable \"connection refused\"\nmail dev: ? unknown").unwrap();
    let row_of_mail = Arc::make_mut(board.services.get_mut("mail").unwrap());
    Arc::make_mut(row_of_mail.cells.get_mut("dev").unwrap()).since = Some(TIME);
    let html = render(backend(board, "/base/", Language::English));
    let mail = row(&html, "mail");
    assert!(mail.contains("unknown") && mail.contains("<code>–</code>") && !mail.contains("<time"), "{mail}");
}

#[test]
fn a_board_without_rows_says_what_to_do() {
    let empty = |text: &str| render(backend(parse(text).unwrap(), "/base/", Language::English));
    assert!(empty("").contains("No environments yet"));
    assert!(empty("environments: dev development").contains("Nothing deployed yet"));
    assert!(page("/base/?q=zzzz").contains("No service matches"));
}

#[test]
fn a_path_that_leads_nowhere_says_so() {
    assert!(page("/base/nowhere").contains("There is no such page"));
}

#[tokio::test]
async fn the_panel_of_what_does_not_exist_says_so() {
    let backend = backend(parse(BOARD).unwrap(), "/base/services/cart/qa?q=cart", Language::English);
    let html = crate::panel(&backend, Selection { service: "cart".into(), environment: Some("qa".into()) }).await;
    assert!(html.contains("There is no such service in this environment."), "{html}");
    assert!(html.contains("href=\"/base/?q=cart\""), "closing leads back to the search: {html}");
}

#[test]
fn a_wall_shows_trouble_first_without_controls_and_turns_its_pages_without_script() {
    let services = (0..30).map(|number| format!("service-{number:02} dev: 7fc38a2 ready 1/1 | pre: - | pro: -\n")).collect::<String>();
    let board = parse(&format!("{BOARD}{services}")).unwrap();
    let html = render(backend(board.clone(), "/base/?view=wall&theme=dark&q=-users", Language::English));
    let names: Vec<_> = html.split("wall-name\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(names[..3], ["payments", "cart", "service-00"], "failing, unknown, calm");
    assert_eq!(names.len(), 9, "2 of trouble, and a fourth of 30: {names:?}");
    assert!(!html.contains("<a ") && !html.contains("<button") && !html.contains("<input"), "there is nothing to press");
    for text in [
        "<code class=\"wall-query\">-users</code>",
        "1 failing",
        "32 services",
        "page 1 of 4",
        &format!("{} <small>UTC</small>", (TIME + chrono::Duration::minutes(5)).format("%H:%M")),
        "connection refused",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(html.contains("http-equiv=\"refresh\" content=\"15;url=/base/?q=-users&amp;theme=dark&amp;view=wall&amp;page=2\""), "{html}");
    let page = |number: usize| render(backend(board.clone(), &format!("/base/?view=wall&q=-users&page={number}"), Language::Spanish));
    assert!(page(4).contains("página 4 de 4") && page(5).contains("página 1 de 4"), "around again");
    assert!(page(4).contains(">payments<"), "a little trouble stays");
    let last = "wall-name\">service-29";
    assert!(!page(1).contains(last) && page(4).contains(last));
    assert!(!render(backend(board, "/base/", Language::English)).contains("http-equiv"), "a board stays as it is");
}

#[test]
fn details_are_no_wall() {
    assert!(page("/base/services/cart/dev?view=wall").contains("class=\"bar\""));
}

#[test]
fn a_page_begins_with_the_heading_that_its_first_row_stands_below() {
    let lines = (0..150).map(|number| format!("service-{number:03} @shop dev: 7fc38a2 ready 1/1\n"));
    let board = parse(&format!("environments: dev development\n{}", lines.collect::<String>())).unwrap();
    let page = |address: &str| render(backend(board.clone(), address, Language::English));
    for (address, headings) in [("/base/?group=team", 1), ("/base/?group=team&page=2", 1), ("/base/?page=2", 0)] {
        let html = page(address);
        assert_eq!(html.matches("<tr class=\"heading\"").count(), headings, "{address}");
        assert_eq!(html.matches("shop <small>150</small>").count(), headings, "{address}");
    }
}

#[test]
fn a_spanish_page_says_reasons_in_spanish_and_quotes_clusters() {
    let board = r#"environments: dev development
a dev: 993e5fc failing 0/1 "not recovering, 0 of 1 pods ready since 2026-11-20 09:00:00 UTC: pod a-1 is not ready"
b dev: 993e5fc failing 0/1 "exec format error"
"#;
    let html = |language| render(backend(parse(board).unwrap(), "/base/", language));
    let spanish = html(Language::Spanish);
    let (a, b) = (row(&spanish, "a").to_owned(), row(&spanish, "b").to_owned());
    assert!(
        a.contains(">no se recupera<")
            && a.contains("title=\"no se recupera, 0 de 1 pods listos desde 2026-11-20 09:00:00 UTC: el pod a-1 no está listo\""),
        "{a}"
    );
    assert!(!a.contains("lang="), "{a}");
    assert!(b.contains("<span class=\"reason\" lang=\"en\">exec format error<"), "{b}");
    assert!(spanish.contains("id=\"phrases\""));
    let english = html(Language::English);
    assert!(row(&english, "a").contains(">not recovering<") && !english.contains("id=\"phrases\""));
}
