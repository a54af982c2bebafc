//! Why a request was refused, in a sentence for administrators. The log and the record have the short words; an answer
//! tells a program no more than RFC 6749 §5.2 lets it.

/// The sentence for the words that were kept; those that are sentences already stay as they are.
pub(super) fn told(reason: &str) -> &str {
    match reason {
        "a public client introspects" => "A client without a secret may not introspect.",
        "a public client sent a secret" => "The client has no secret, and yet one was sent.",
        "a retry with another scope" => {
            "A retry asked for another scope than the request before it."
        }
        "a secret of another kind" => "What was sent is of a kind that opens no API.",
        "another client's code" => "The code was issued to another client.",
        "another client's refresh token" => "The refresh token was issued to another client.",
        "another redirect_uri" => "The redirect_uri is not that of the authorization request.",
        "code replay: the authorization was ended" => {
            "The code had been used already, so everything that came of it was ended."
        }
        "disabled client" => "The client is disabled.",
        "expired" => "The refresh token has expired.",
        "expired code" => "The code has expired.",
        "it opens nothing any more" => "What was sent has expired or was ended.",
        "malformed Authorization header" => "The Authorization header cannot be read.",
        "no client_id" => "The request names no client.",
        "no secret" => "The client has to send its secret, and sent none.",
        "only an API key may stand in an address" => "Only an API key may stand in an address.",
        "oxide-auth refused" => "The request is malformed.",
        "refresh token reuse: the authorization was ended" => {
            "The refresh token had been used already, so everything that came of its sign-in was ended."
        }
        "revoked meanwhile" => "It was revoked at the same moment.",
        "scope has a name that is unknown or that this client may not ask for." => {
            "The scope has a name that is unknown or that this client may not ask for."
        }
        "scope must be names of printable ASCII without quotes, separated by single spaces." => {
            "The scope is not a list of names in printable ASCII without quotes, separated by single spaces."
        }
        "the authorization was revoked" => "What came of this sign-in was revoked.",
        "the client lost the grant refresh_token" => "The client may use refresh tokens no more.",
        "the user is disabled" => "The user is disabled.",
        "unknown" => {
            "Nothing like what was sent is known: it is mistyped, of another server, or ended long ago."
        }
        "unknown client" => "There is no client of this id.",
        "wrong code_verifier" => "The code_verifier does not fit the code_challenge.",
        "wrong password" => "The username or the password is wrong.",
        "wrong secret" => "The secret is not one of the client's, or works no more.",
        sentence => sentence,
    }
}
