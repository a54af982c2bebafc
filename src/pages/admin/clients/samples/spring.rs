//! For Spring Boot: `application.yml`. There is none for what Spring has no settings for.

use crate::web::paths;

use super::{Facts, Flow, quoted};

pub(super) fn text(facts: &Facts<'_>) -> Option<String> {
    let secret = quoted(facts.secret?);
    let id = quoted(facts.client_id);
    match facts.flow {
        Flow::Code => Some(client(facts, &id, &secret, "authorization_code")),
        Flow::ClientCredentials => Some(client(facts, &id, &secret, "client_credentials")),
        // Spring Security has dropped it.
        Flow::Password => None,
        Flow::Introspection => Some(format!(
            "spring:\n  security:\n    oauth2:\n      resourceserver:\n        opaquetoken:\n          \
             introspection-uri: {}\n          client-id: {id}\n          client-secret: {secret}\n",
            quoted(&facts.url(paths::INTROSPECT))
        )),
    }
}

fn client(facts: &Facts<'_>, id: &str, secret: &str, grant: &str) -> String {
    let scope: Vec<String> = facts.scope.split_whitespace().map(quoted).collect();
    let mut registration = format!(
        "            client-id: {id}\n            client-secret: {secret}\n            \
         client-authentication-method: client_secret_basic\n            \
         authorization-grant-type: {grant}\n            scope: [{}]\n",
        scope.join(", ")
    );
    let mut provider = format!(
        "            token-uri: {}\n",
        quoted(&facts.url(paths::TOKEN))
    );
    let mut head = "";
    if facts.flow == Flow::Code {
        let (redirect_uri, authorize) = (
            quoted(facts.redirect_uri),
            quoted(&facts.url(paths::AUTHORIZE)),
        );
        registration = format!("{registration}            redirect-uri: {redirect_uri}\n");
        provider = format!("            authorization-uri: {authorize}\n{provider}");
        head = "# This server wants PKCE. Before Spring Security 7 turn it on by\n\
                # OAuth2AuthorizationRequestCustomizers.withPkce().\n";
    }
    format!(
        "{head}spring:\n  security:\n    oauth2:\n      client:\n        registration:\n          latchkey:\n\
         {registration}        provider:\n          latchkey:\n{provider}"
    )
}
