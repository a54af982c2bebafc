//! A form that makes a token, key or secret carries the id of the line that it leaves in the audit log. So a form
//! that is sent twice, by a double click or a reload, finds its line there and makes no second one.

use crate::clock::UnixTime;
use crate::oauth::id::{IdKind, is_well_formed, new_id};
use crate::oauth::{Params, PlainSecret};
use crate::web::error_page::PageError;
use crate::web::form::field;

/// What became of a form.
pub(super) enum Made {
    Now(PlainSecret),
    /// The same form was sent before.
    Before,
    TooMany,
}

/// Said of a form that was sent before.
pub(super) const BEFORE: &str = "This form was sent twice and did its work once. What it made is not shown again: if \
                                 you have not seen it, revoke it and make another.";

/// The id for a new form.
pub(super) fn id(now: UnixTime) -> String {
    new_id(IdKind::AuditEvent, now)
}

/// The id of a form that was sent.
pub(super) fn read(fields: &Params<'_>) -> Result<String, PageError> {
    let id = field(fields, "id")?;
    if is_well_formed(IdKind::AuditEvent, id) {
        Ok(id.to_owned())
    } else {
        Err(PageError::forged())
    }
}
