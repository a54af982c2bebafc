//! For how long what is replaced goes on working beside what replaces it.

use crate::oauth::Params;
use crate::web::error_page::PageError;
use crate::web::form::field;

/// Values of the field `overlap`, what each is called, and its seconds.
pub(super) const OVERLAPS: [(&str, &str, i64); 4] = [
    ("0", "At once", 0),
    ("1h", "In 1 hour", 3600),
    ("24h", "In 24 hours", 86400),
    ("7d", "In 7 days", 7 * 86400),
];

/// What was chosen, in seconds; none for what is not offered.
pub(super) fn read(fields: &Params<'_>) -> Result<Option<i64>, PageError> {
    let chosen = field(fields, "overlap")?;
    let found = OVERLAPS.iter().find(|(value, ..)| *value == chosen);
    Ok(found.map(|(.., seconds)| *seconds))
}
