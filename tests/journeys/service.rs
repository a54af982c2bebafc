//! Programs whose authors used a library: the `oauth2` crate, which nobody here wrote, with nothing but
//! the addresses of the metadata.

use oauth2::basic::BasicClient;
use oauth2::http;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IntrospectionUrl, PkceCodeChallenge, RedirectUrl, RefreshToken,
    RequestTokenError, ResourceOwnerPassword, ResourceOwnerUsername, RevocationUrl, Scope,
    StandardRevocableToken, TokenIntrospectionResponse, TokenResponse, TokenUrl,
};

use crate::support::actors::sign_in;
use crate::support::app::{PASSWORD, RegisteredClient};
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, Program, ResourceServer, TestServer};

/// Carries the crate's requests.
#[expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "the crate asks for this form"
)]
fn carry(request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
    let headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let answer = Answer::send(
        request.method().as_str(),
        &request.uri().to_string(),
        &headers,
        Some(request.body()),
    );
    let mut response = http::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(answer.body.into_bytes()).unwrap())
}

/// The crate's client for one of ours.
macro_rules! library_client {
    ($server:expr, $client:expr) => {{
        let at = format!("{}/.well-known/oauth-authorization-server", $server.url);
        let metadata = Answer::get(&at, &[]).json();
        let url = |name: &str| metadata[name].as_str().unwrap().to_owned();
        let mut client = BasicClient::new(ClientId::new($client.id.clone()))
            .set_auth_uri(AuthUrl::new(url("authorization_endpoint")).unwrap())
            .set_token_uri(TokenUrl::new(url("token_endpoint")).unwrap())
            .set_introspection_url(IntrospectionUrl::new(url("introspection_endpoint")).unwrap())
            .set_revocation_url(RevocationUrl::new(url("revocation_endpoint")).unwrap());
        if let Some(secret) = &$client.secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }
        client
    }};
}

#[test]
fn a_service_gets_its_token_by_a_library_in_both_ways_to_authenticate() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service: RegisteredClient = server.db_client(NewClient::service());
    for way in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = library_client!(server, service).set_auth_type(way);
        let token = client
            .exchange_client_credentials()
            .add_scope(Scope::new("read".into()))
            .request(&carry)
            .unwrap();
        assert_eq!(token.expires_in().unwrap().as_secs(), 3600);
        assert!(token.refresh_token().is_none(), "RFC 6749 §4.4.3");
        assert!(api.is_active(token.access_token().secret()));
        let known = client
            .introspect(token.access_token())
            .request(&carry)
            .unwrap();
        assert!(known.active());
        assert_eq!(known.client_id().unwrap().as_str(), service.id);
    }
}

#[test]
fn a_library_understands_our_refusals() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let client = library_client!(server, service);
    let refused = client
        .exchange_client_credentials()
        .add_scope(Scope::new("nothing".into()))
        .request(&carry);
    match refused.unwrap_err() {
        RequestTokenError::ServerResponse(response) => {
            assert_eq!(response.error().as_ref(), "invalid_scope");
            assert!(
                response
                    .error_description()
                    .is_some_and(|description| !description.is_empty())
            );
        }
        other => panic!("{other:?}"),
    }
    let stranger = RegisteredClient {
        secret: Some(String::from("wrong")),
        ..service
    };
    match library_client!(server, stranger)
        .exchange_client_credentials()
        .request(&carry)
        .unwrap_err()
    {
        RequestTokenError::ServerResponse(response) => {
            assert_eq!(response.error().as_ref(), "invalid_client");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_application_goes_the_whole_way_by_a_library() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    for registration in [
        NewClient::web("https://app.example/cb"),
        NewClient::public("https://app.example/cb"),
    ] {
        let registered = server.db_client(registration);
        let client = library_client!(server, registered)
            .set_redirect_uri(RedirectUrl::new(String::from("https://app.example/cb")).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("read".into()))
            .set_pkce_challenge(challenge)
            .url();

        let mut browser = Browser::new();
        let (at, page) = browser.get(url.as_str());
        let (at, page) = sign_in(&mut browser, &at, &page, "ada", PASSWORD);
        let (_, answer) = browser.submit(
            &at,
            &Form::find(&page, "/consent").fill("decision", "allow"),
        );
        let params = answer.location_params();
        assert_eq!(params["state"], *state.secret());

        let code = AuthorizationCode::new(params["code"].clone());
        let tokens = client
            .exchange_code(code)
            .set_pkce_verifier(verifier)
            .request(&carry)
            .unwrap();
        assert!(api.is_active(tokens.access_token().secret()));
        let renewed = client
            .exchange_refresh_token(tokens.refresh_token().unwrap())
            .request(&carry)
            .unwrap();
        assert!(api.is_active(renewed.access_token().secret()));
        let last: RefreshToken = renewed.refresh_token().unwrap().clone();
        let revocation = client.revoke_token(StandardRevocableToken::RefreshToken(last.clone()));
        // The crate revokes over https alone, as it should outside of tests.
        match revocation {
            Ok(request) => request.request(&carry).unwrap(),
            Err(_) => assert_eq!(
                server
                    .post_as(&registered, "/oauth/revoke", &[("token", last.secret())])
                    .status,
                200
            ),
        }
        assert!(!api.is_active(renewed.access_token().secret()));
    }
}

#[test]
fn a_first_party_application_signs_in_by_a_library() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let client = library_client!(server, spa);
    let (username, password) = (
        ResourceOwnerUsername::new("ada".into()),
        ResourceOwnerPassword::new(PASSWORD.into()),
    );
    let tokens = client
        .exchange_password(&username, &password)
        .request(&carry)
        .unwrap();
    assert!(ResourceServer::new(&server).is_active(tokens.access_token().secret()));
    assert!(tokens.refresh_token().is_some());
}

#[test]
fn the_running_program_serves_every_flow_of_a_library() {
    let program = Program::new();
    let run = |line: &str| program.json(&line.split(' ').collect::<Vec<_>>());
    let client_of = |answer: serde_json::Value| RegisteredClient {
        id: answer["client_id"].as_str().unwrap().to_owned(),
        secret: answer["client_secret"].as_str().map(str::to_owned),
    };
    run("scope add read --description Read --default");
    let add = "user add ada --email ada@example.org --password-stdin";
    program.json_with(&add.split(' ').collect::<Vec<_>>(), PASSWORD);
    let app = client_of(run(
        "client add --name App --redirect-uri https://app.example/cb --scope read",
    ));
    let own = client_of(run(
        "client add --name Own --public --first-party --grant password --scope read",
    ));
    let service = client_of(run("client add --name Service --scope read"));
    let api = client_of(run("client add --name API --resource-server"));
    let served = program.serve();
    let api = library_client!(served, api);
    let is_active = |token: &oauth2::AccessToken| {
        let known = api.introspect(token).request(&carry).unwrap();
        known.active()
    };

    let client = library_client!(served, app)
        .set_redirect_uri(RedirectUrl::new(String::from("https://app.example/cb")).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, _) = client
        .authorize_url(CsrfToken::new_random)
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = Browser::new();
    let (at, page) = browser.get(url.as_str());
    let (at, page) = sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    let allow = Form::find(&page, "/consent").fill("decision", "allow");
    let code = browser.submit(&at, &allow).1.location_params()["code"].clone();
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .request(&carry)
        .unwrap();
    assert!(is_active(tokens.access_token()));
    let renewed = client
        .exchange_refresh_token(tokens.refresh_token().unwrap())
        .request(&carry)
        .unwrap();
    assert!(is_active(renewed.access_token()));

    let (username, password) = (
        ResourceOwnerUsername::new("ada".into()),
        ResourceOwnerPassword::new(PASSWORD.into()),
    );
    let signed_in = library_client!(served, own)
        .exchange_password(&username, &password)
        .request(&carry)
        .unwrap();
    assert!(is_active(signed_in.access_token()));
    let of_service = library_client!(served, service)
        .exchange_client_credentials()
        .request(&carry)
        .unwrap();
    assert!(is_active(of_service.access_token()));
}
