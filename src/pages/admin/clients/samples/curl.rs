//! For a POSIX shell with curl, and openssl where PKCE (RFC 7636) wants a digest.

use crate::web::paths;

use super::{Facts, Flow};

pub(super) fn text(facts: &Facts<'_>) -> String {
    let token = shell(&facts.url(paths::TOKEN));
    let proof = proof(facts);
    let scope = shell(&format!("scope={}", facts.scope));
    match facts.flow {
        Flow::Code => code(facts, &token, &proof),
        Flow::Password => format!(
            "curl {token} {proof} \\\n  -d grant_type=password --data-urlencode {scope} \\\n  \
             --data-urlencode username=\"$username\" --data-urlencode password=\"$password\"\n"
        ),
        Flow::ClientCredentials => format!(
            "curl {token} {proof} \\\n  -d grant_type=client_credentials --data-urlencode {scope}\n"
        ),
        Flow::Introspection => {
            let introspect = shell(&facts.url(paths::INTROSPECT));
            format!("curl {introspect} {proof} \\\n  -d token=\"$token\"\n")
        }
    }
}

fn code(facts: &Facts<'_>, token: &str, proof: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", facts.client_id)
        .append_pair("redirect_uri", facts.redirect_uri)
        .append_pair("scope", facts.scope)
        .append_pair("code_challenge_method", "S256")
        .append_pair("code_challenge", "")
        .finish();
    let authorize = shell(&format!("{}?{query}", facts.url(paths::AUTHORIZE)));
    let redirect_uri = shell(&format!("redirect_uri={}", facts.redirect_uri));
    format!(
        "# A secret for this one sign-in, and its digest.\n\
         verifier=$(openssl rand -hex 32)\n\
         challenge=$(printf %s \"$verifier\" | openssl dgst -sha256 -binary |\n  \
         openssl base64 -A | tr '+/' '-_' | tr -d =)\n\
         \n\
         # Open this in a browser. It ends at the redirect URI, with ?code=… in the address.\n\
         echo {authorize}\"$challenge\"\n\
         \n\
         # Redeem the code within a minute. The braces keep `read` from taking the next line that is pasted.\n\
         {{ printf 'code: ' >&2; read -r code\n\
         curl {token} {proof} \\\n  \
         -d grant_type=authorization_code -d code=\"$code\" \\\n  \
         --data-urlencode {redirect_uri} -d code_verifier=\"$verifier\"; }}\n"
    )
}

/// How the client says who it is.
fn proof(facts: &Facts<'_>) -> String {
    match facts.secret {
        Some(secret) => format!("-u {}", shell(&format!("{}:{secret}", facts.client_id))),
        None => format!("-d client_id={}", facts.client_id),
    }
}

/// One word for the shell, whatever is in it.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
