//! `[[views]]` and `[services.links]`.

use super::{Place, config};

const ENVIRONMENTS: &str = "[[environments]]\nname = \"dev\"\n[[environments.targets]]\ncontext = \"dev-cluster\"\n";

#[test]
fn views_keep_their_order_and_links_their_names() {
    let config = config(
        r#"
        [[views]]
        name = "Production trouble"
        query = "?q=env%3Apro+is:red&sort=-pro:status&group=team&env=pro,pre&density=dense"
        [[views]]
        name = "All"
        query = ""
        [services.links]
        logs = "https://logs.example.com/?q={service}"
        "#,
    );
    let views: Vec<_> = config.views.iter().map(|view| format!("{} {}", view.name, view.query.board(""))).collect();
    let trouble = "Production trouble /?q=env:pro%20is:red&sort=-pro:status&group=team&env=pro,pre&density=dense";
    assert_eq!(views, [trouble, "All /"]);
    assert_eq!(config.links.iter().map(|link| &*link.name).collect::<Vec<_>>(), ["logs"]);
}

#[test]
fn what_is_wrong_with_a_view_or_a_link_is_said() {
    let view = |text: &str| format!("{ENVIRONMENTS}[[views]]\n{text}\n");
    for (text, expected) in [
        (view("query = \"\""), "relboard.toml:5: views[0]: has no name: add name = "),
        (view("name = \"x\""), "relboard.toml:5: views[0]: has no query: add query = "),
        (view("name = \"x\"\nqery = \"\""), "relboard.toml:7: views[0].qery: unknown key: did you mean `query`?"),
        (view("name = \"x\"\nquery = \"qroup=team\""), "relboard.toml:7: views[0].query: unknown parameter `qroup`: did you mean `group`?"),
        (view("name = \"x\"\nquery = \"zzzzzz=1\""), "unknown parameter `zzzzzz`: there are `q`, `sort`"),
        (view("name = \"x\"\nquery = \"group=colour\""), "`group=colour`: there is no such group; it must be one of `none`, `team`"),
        (view("name = \"x\"\nquery = \"q=is:purple\""), "the search `is:purple` cannot be read: "),
        (view("name = \"x\"\nquery = \"sort=dev\""), "`dev` is no order"),
        (view("name = \"x\"\nquery = \"sort=deb:time\""), "`deb` is no environment: did you mean `dev`?"),
        (view("name = \"x\"\nquery = \"env=dev,moon\""), "`moon` is no environment: there are `dev`"),
        (view("name = \"x\"\nquery = \"lang=fr\""), "it must be one of `en`, `es`"),
        (view("name = \"x\"\nquery = \"\"\n[[views]]\nname = \"X\"\nquery = \"\""), "views[1].name: `X` is already the name of a view"),
        (format!("{ENVIRONMENTS}[services.links]\nx = \"ftp://y\""), "services.links.x: must begin with http:// or https://"),
        (
            format!("{ENVIRONMENTS}[services.links]\nx = \"https://y/{{comit}}\""),
            "services.links.x: `{comit}` stands for nothing: there are {service}",
        ),
    ] {
        let problems = Place::with(&text).problems();
        assert!(problems.contains(expected), "{expected} is not in\n{problems}");
    }
}

#[test]
fn ci_may_name_environments_that_a_view_names() {
    let ci = "[[ci]]\nname = \"a\"\ntoken = \"t\"\ncreate_environments = true\n";
    let config = config(&format!("{ENVIRONMENTS}{ci}[[views]]\nname = \"x\"\nquery = \"env=moon\"\n"));
    assert_eq!(config.views[0].query.to_string(), "?env=moon");
}
