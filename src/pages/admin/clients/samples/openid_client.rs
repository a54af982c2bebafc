//! For openid-client, in Node.js and in browsers.

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
    format!(
        "// Send the browser to `url`, and keep `verifier` and `state` until it comes back.\n\
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
