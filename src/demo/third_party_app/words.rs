//! What the page says about each step and parameter, apart from the code that does it.

/// What a parameter of the authorization request or its answer is for.
pub(super) fn meaning(parameter: &str) -> &'static str {
    match parameter {
        "response_type" => {
            "Send back a code, not a token: browsers and histories are no place for tokens."
        }
        "client_id" => "Who asks. Everybody may know it.",
        "redirect_uri" => "Where to send you back to. It must be one that we registered.",
        "scope" => "What we would like to do in your name.",
        "state" => {
            "Random. Ties the answer to this browser, so that nobody can slip you another person’s code."
        }
        "code_verifier" => "Random, and kept on our server for now.",
        "code_challenge" => {
            "The verifier’s SHA-256 in base64url. It may be seen: nobody can turn it back."
        }
        "code_challenge_method" => "How the challenge was made.",
        "code" => "Good for one use within a minute, by us alone, with our verifier.",
        "iss" => "Who answers. It must be the server that we asked.",
        "error" => "Why there is no code.",
        "error_description" => "The same in a sentence.",
        _ => "",
    }
}

pub(super) const VERIFIER: &str = "Before anything else we made a secret for this one trip. \
    Only its hash travels through your browser, so whoever steals the code on its way back can \
    do nothing with it.";

pub(super) const SENT: &str = "Latchkey’s metadata told us where people are asked. We sent your \
    browser there with these parameters:";

pub(super) const CAME_BACK: &str = "Latchkey knows you, and knows that you allow this. We never \
    saw your password. Your browser came back to our redirect URI with:";

pub(super) const REDEEMED: &str = "Our server asked Latchkey’s server directly. It proved who it \
    is with its client secret, and that it began this trip with the verifier. The tokens never \
    were in your browser.";

pub(super) const REFRESHED: &str = "We traded the refresh token for new tokens, without you. The \
    old refresh token is used up: if it turns up again later, Latchkey takes it for stolen and \
    ends all.";

pub(super) const REVOKED: &str = "We told Latchkey that we are done. The refresh token and its \
    access tokens are dead from this moment: read the notes again, or refresh, to see it. You \
    could have done the same at Latchkey, among your connected apps.";

pub(super) const NO_REFRESH_TOKEN: &str = "We hold no refresh token. Start again to get one.";

pub(super) const NO_ACCESS_TOKEN: &str = "We hold no access token. Start again to get one.";

pub(super) const READ: &str = "We called the Notes API with the access token. The API asked \
    Latchkey whether the token is good, and for whom; what it was told is in “introspection”.";

pub(super) const TOKEN_REFUSED: &str = "The token is not good any more. If it has expired, refresh \
    it. If it was revoked, refreshing cannot help: start again.";

pub(super) const ADDED: &str = "You allowed us to write, so the API took the note.";
