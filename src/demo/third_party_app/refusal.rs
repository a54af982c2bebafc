//! OAuth's error codes (RFC 6749 §4.1.2.1 and §5.2) in words for a person.

use super::super::back_channel::Exchange;

/// Why a request of ours was refused.
pub(super) fn of(exchange: &Exchange) -> String {
    match exchange.answer["error"].as_str() {
        Some(error) => in_words(error, exchange.answer["error_description"].as_str()),
        None => format!("The server answered with status {} only.", exchange.status),
    }
}

/// What an error code means here; the description is the server's own sentence.
pub(super) fn in_words(error: &str, description: Option<&str>) -> String {
    let meaning = match error {
        "access_denied" => "You chose not to let us in. We got nothing, and that is all right.",
        "invalid_scope" => "We asked for more than we may have.",
        "invalid_grant" => "The code or refresh token is used up, revoked, expired or not ours.",
        "invalid_client" => "Latchkey does not know our client id and secret.",
        "unauthorized_client" => "We are not registered for this grant.",
        "temporarily_unavailable" => "Latchkey is busy. Try again in a moment.",
        "server_error" => "Latchkey could not do it. Its log says why.",
        "invalid_request" => "Our request was wrong: an error in this sample.",
        other => return with_description(&format!("Latchkey refused ({other})."), description),
    };
    with_description(meaning, description)
}

fn with_description(meaning: &str, description: Option<&str>) -> String {
    match description {
        Some(description) => format!("{meaning} Latchkey says: “{description}”"),
        None => meaning.to_owned(),
    }
}
