//! Where the cursor begins on a page. A template marks each field or group that is wrong, and the field that it
//! begins in where nothing is; here one mark is left, the first mistake down the page. So no form has to know what
//! stands above what.

/// In a template. The quotes tell it from what people type, in which they are escaped.
const WRONG: &str = r#" autofocus="wrong""#;
/// The same where nothing is wrong.
const FIRST: &str = r#" autofocus="first""#;

/// Leaves one mark, as browsers know it.
pub(super) fn place(page: String) -> String {
    let mark = [WRONG, FIRST].into_iter().find(|mark| page.contains(mark));
    match mark {
        Some(mark) => page
            .replacen(mark, " autofocus", 1)
            .replace(WRONG, "")
            .replace(FIRST, ""),
        None => page,
    }
}
