//! The stylesheets, the script and the icon, built into the program.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

static CSS: LazyLock<String> =
    LazyLock::new(|| without_layout(include_str!("../../static/latchkey.css")));
static DASHBOARD_CSS: LazyLock<String> =
    LazyLock::new(|| without_layout(include_str!("../../static/dashboard.css")));
const SCRIPT: &str = include_str!("../../static/latchkey.js");
const ICON: &str = include_str!("../../static/favicon.svg");

/// Stands in their addresses and is another where any of them is, so that browsers may keep them for ever.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = [CSS.as_str(), DASHBOARD_CSS.as_str(), SCRIPT, ICON].concat();
    let digest = digest(&SHA256, all.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..6])
});

/// A file by its name, with its content type.
pub fn find(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "latchkey.css" => ("text/css; charset=utf-8", CSS.as_str()),
        "dashboard.css" => ("text/css; charset=utf-8", DASHBOARD_CSS.as_str()),
        "latchkey.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "favicon.svg" => ("image/svg+xml", ICON),
        _ => return None,
    })
}

/// A stylesheet without its comments and without the spaces that only eyes need: every page waits for it.
/// Within quotes several spaces would become one; ours have none.
fn without_layout(css: &str) -> String {
    let mut sent = String::with_capacity(css.len());
    let parts = css.split("/*");
    let rules = parts.map(|part| part.split_once("*/").map_or(part, |(_, rules)| rules));
    for word in rules.flat_map(str::split_whitespace) {
        if word.starts_with('}') && sent.ends_with(';') {
            sent.pop();
        }
        // Not before a colon: `a :not(b)` is another thing than `a:not(b)`.
        let joins = sent.is_empty()
            || sent.ends_with(['{', '}', ';', ',', '>', ':'])
            || word.starts_with(['{', '}', '>']);
        if !joins {
            sent.push(' ');
        }
        sent.push_str(word);
    }
    sent
}
