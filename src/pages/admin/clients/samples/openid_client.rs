//! For openid-client, in Node.js and in browsers.

use url::Url;

use super::{Facts, Flow, quoted};

pub(super) fn text(facts: &Facts<'_>) -> String {
    let scope = quoted(facts.scope);
    let discovery = discovery(facts);
    let rest = match facts.flow {
        Flow::Code => code(facts),
        Flow::Password => format!(
            "const tokens = await client.genericGrantRequest(config, \"password\", {{\n  \
             username,\n  password,\n  scope: {scope},\n}});\n"
        ),
        Flow::ClientCredentials => format!(
            "const tokens = await client.clientCredentialsGrant(config, {{ scope: {scope} }});\n"
        ),
        Flow::Introspection => String::from(
            "const { active, sub, scope } = await client.tokenIntrospection(config, token);\n",
        ),
    };
    format!("import * as client from \"openid-client\";\n\n{discovery}\n{rest}")
}

fn discovery(facts: &Facts<'_>) -> String {
    let (issuer, id) = (quoted(facts.issuer.as_str()), quoted(facts.client_id));
    let proof = match facts.secret {
        Some(secret) => format!("client.ClientSecretBasic({})", quoted(secret)),
        None => String::from("client.None()"),
    };
    let insecure = if facts.issuer.is_https() {
        ""
    } else {
        ", execute: [client.allowInsecureRequests]"
    };
    format!(
        "const config = await client.discovery(\n  new URL({issuer}),\n  {id},\n  undefined,\n  {proof},\n  \
         {{ algorithm: \"oauth2\"{insecure} }},\n);\n"
    )
}

fn code(facts: &Facts<'_>) -> String {
    let (redirect_uri, scope) = (quoted(facts.redirect_uri), quoted(facts.scope));
    let warning = if comes_back_as_it_is(facts.redirect_uri) {
        ""
    } else {
        "// openid-client redeems a code for the path of the redirect URI alone, which has to be the registered\n\
         // one to the character: register one without a query and with a path for it.\n"
    };
    format!(
        "{warning}// Send the browser to `url`, and keep `verifier` and `state` until it comes back.\n\
         const verifier = client.randomPKCECodeVerifier();\n\
         const state = client.randomState();\n\
         const url = client.buildAuthorizationUrl(config, {{\n  \
         redirect_uri: {redirect_uri},\n  \
         scope: {scope},\n  \
         code_challenge: await client.calculatePKCECodeChallenge(verifier),\n  \
         code_challenge_method: \"S256\",\n  \
         state,\n\
         }});\n\
         \n\
         // At the redirect URI, where `returned` is the whole URL that the browser came back to:\n\
         const tokens = await client.authorizationCodeGrant(config, new URL(returned), {{\n  \
         pkceCodeVerifier: verifier,\n  \
         expectedState: state,\n\
         }});\n"
    )
}

/// Whether openid-client tells the token endpoint the redirect URI that was registered: it takes the address
/// that the browser came back to, and what follows the path off it.
fn comes_back_as_it_is(redirect_uri: &str) -> bool {
    let Ok(mut url) = Url::parse(redirect_uri) else {
        return false;
    };
    url.set_query(None);
    url.as_str() == redirect_uri
}
