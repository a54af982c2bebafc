//! For Authlib, in Python.

use crate::web::paths;

use super::{Facts, Flow, quoted};

pub(super) fn text(facts: &Facts<'_>) -> String {
    let token_url = quoted(&facts.url(paths::TOKEN));
    let rest = match facts.flow {
        Flow::Code => code(facts, &token_url),
        Flow::Password => format!(
            "token = session.fetch_token({token_url}, username=username, password=password)\n"
        ),
        Flow::ClientCredentials => {
            format!("token = session.fetch_token({token_url}, grant_type=\"client_credentials\")\n")
        }
        Flow::Introspection => format!(
            "answer = session.introspect_token({}, token=token).json()\nif answer[\"active\"]:\n    \
             print(answer[\"sub\"], answer[\"scope\"])\n",
            quoted(&facts.url(paths::INTROSPECT))
        ),
    };
    let generate = if facts.flow == Flow::Code {
        "from authlib.common.security import generate_token\n"
    } else {
        ""
    };
    let session = session(facts);
    format!(
        "{generate}from authlib.integrations.requests_client import OAuth2Session\n\n{session}\n{rest}"
    )
}

fn session(facts: &Facts<'_>) -> String {
    let mut lines = vec![quoted(facts.client_id)];
    match facts.secret {
        Some(secret) => lines.push(quoted(secret)),
        None => lines.push(String::from("token_endpoint_auth_method=\"none\"")),
    }
    if facts.flow != Flow::Introspection {
        lines.push(format!("scope={}", quoted(facts.scope)));
    }
    if facts.flow == Flow::Code {
        lines.push(format!("redirect_uri={}", quoted(facts.redirect_uri)));
        lines.push(String::from("code_challenge_method=\"S256\""));
    }
    format!(
        "session = OAuth2Session(\n    {},\n)\n",
        lines.join(",\n    ")
    )
}

fn code(facts: &Facts<'_>, token_url: &str) -> String {
    let authorize = quoted(&facts.url(paths::AUTHORIZE));
    format!(
        "# Send the browser to `url`, and keep `verifier` and `state` until it comes back.\n\
         verifier = generate_token(48)\n\
         url, state = session.create_authorization_url({authorize}, code_verifier=verifier)\n\
         \n\
         # At the redirect URI, where `returned` is the whole URL that the browser came back to:\n\
         token = session.fetch_token(\n    \
         {token_url},\n    \
         authorization_response=returned,\n    \
         state=state,\n    \
         code_verifier=verifier,\n\
         )\n"
    )
}
