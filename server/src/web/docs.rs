//! `GET /api/docs`: the OpenAPI document as a page to read, without scripts or foreign files.

use std::fmt::Write as _;

use serde_json::Value;

const STYLE: &str = ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}\
article{border-top:1px solid #8886;padding:.5rem 0}h2{font:600 1rem ui-monospace,monospace}h2 b{display:inline-block;min-width:4.5em}\
table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}code,pre{font:.9em ui-monospace,monospace}\
pre{overflow:auto;background:#8881;padding:.5rem}";

/// The style's own answer: the page's policy allows no style inside it.
pub(super) const fn style() -> &'static str {
    STYLE
}

/// The page.
pub(super) fn page(api: &Value, base: &str) -> String {
    let title = escape(&format!("{} {}", text(api, "/info/title"), text(api, "/info/version")));
    let mut html = format!(
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <link rel=stylesheet href=\"{base}/api/docs/style.css\"><h1>{title}</h1><p>{}</p>\
         <p>For programs: <a href=\"{base}/api/v1/openapi.json\">openapi.json</a></p>",
        escape(text(api, "/info/description")),
    );
    for (path, item) in entries(api.pointer("/paths")) {
        for (method, operation) in entries(Some(item)).filter(|(_, operation)| operation.get("responses").is_some()) {
            article(&mut html, path, method, operation);
        }
    }
    html.push_str("<h1>Types</h1>");
    for (name, schema) in entries(api.pointer("/components/schemas")) {
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        _ = write!(html, "<details id=\"{0}\"><summary><code>{0}</code></summary><pre>{1}</pre></details>", escape(name), escape(&json));
    }
    html
}

fn article(html: &mut String, path: &str, method: &str, operation: &Value) {
    let (method, path) = (method.to_uppercase(), escape(path));
    _ = write!(html, "<article><h2><b>{method}</b> {path}</h2><p>{}</p>", escape(text(operation, "/summary")));
    let description = text(operation, "/description");
    if !description.is_empty() {
        _ = write!(html, "<p>{}</p>", escape(description));
    }
    html.push_str("<table>");
    for parameter in operation.pointer("/parameters").and_then(Value::as_array).into_iter().flatten() {
        let name = format!("{} ({})", text(parameter, "/name"), text(parameter, "/in"));
        line(html, &name, text(parameter, "/description"), None);
    }
    for (status, response) in entries(operation.pointer("/responses")) {
        let types = entries(response.pointer("/content")).map(|(name, content)| (name, schema(content))).next();
        line(html, status, text(response, "/description"), types);
    }
    html.push_str("</table></article>");
}

fn line(html: &mut String, name: &str, description: &str, body: Option<(&str, Option<&str>)>) {
    _ = write!(html, "<tr><th><code>{}</code><td>{}<td>", escape(name), escape(description));
    match body {
        Some((mime, Some(schema))) => _ = write!(html, "<a href=\"#{0}\">{0}</a> <code>{1}</code>", escape(schema), escape(mime)),
        Some((mime, None)) => _ = write!(html, "<code>{}</code>", escape(mime)),
        None => {}
    }
}

/// The name of the type of a body.
fn schema(content: &Value) -> Option<&str> {
    content.pointer("/schema/$ref")?.as_str()?.rsplit('/').next()
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The text with everything that means something in HTML or XML taken its meaning.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
