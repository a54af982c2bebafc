//! What ends with a panic button, an administrator's or an owner's, in words.

use crate::models::held::Held;
use crate::web::page::count;

/// What ends if the button is pressed now.
pub(super) fn ends(held: &Held) -> String {
    let kinds = kinds(held);
    if kinds.is_empty() {
        String::from(
            "Nothing is live now. Whatever appears until you press the button ends all the same.",
        )
    } else {
        format!("This ends at once and for good: {}.", kinds.join("; "))
    }
}

/// How many of each kind, without those that there are none of.
pub(super) fn kinds(held: &Held) -> Vec<String> {
    [
        (
            held.sessions,
            "session (a signed-in browser)",
            "sessions (signed-in browsers)",
        ),
        (
            held.authorizations,
            "sign-in of a connected app, with its access and refresh tokens",
            "sign-ins of connected apps, with their access and refresh tokens",
        ),
        (
            held.personal_tokens,
            "personal access token",
            "personal access tokens",
        ),
        (held.api_keys, "API key", "API keys"),
        (held.client_secrets, "client secret", "client secrets"),
        (
            held.client_tokens,
            "access token that a client got for itself",
            "access tokens that clients got for themselves",
        ),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, more)| format!("{number} {}", if number == 1 { one } else { more }))
    .collect()
}

/// All in one sentence; an owner who ended a project's reads it too.
pub(super) fn sentence(held: &Held) -> String {
    let parts: Vec<String> = [
        (held.sessions, "session"),
        (held.authorizations, "app sign-in"),
        (held.personal_tokens, "personal access token"),
        (held.api_keys, "API key"),
        (held.client_secrets, "client secret"),
        (held.client_tokens, "client access token"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, thing)| count(number, thing))
    .collect();
    if parts.is_empty() {
        String::from("there was nothing live.")
    } else {
        format!("{}.", parts.join(", "))
    }
}
