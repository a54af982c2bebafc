//! What holds for every page of the signed-in areas, whoever adds one: signed out leads to the sign-in page
//! and back, administration is for administrators, and no form works from elsewhere.

use latchkey::models::client_secret;
use url::Url;

use crate::support::app::RegisteredClient;
use crate::support::browser::Form;
use crate::support::routes::{Route, all};
use crate::support::{Answer, Browser, NewClient, ResourceServer, TestServer, ThirdPartyApp};

use super::dashboard::administrator;
use super::{assert_page, cookies_of, signed_in};

/// The routes of the signed-in areas.
pub(super) fn routes(method: &str) -> Vec<Route> {
    let mut routes = all();
    for known in ["/account", "/admin/scopes", "/admin/tokens"] {
        let known = Route {
            method: "GET",
            path: known.to_owned(),
        };
        assert!(routes.contains(&known), "{known:?} is not in {routes:?}");
    }
    routes.retain(|route| {
        let area = route.path.split('/').nth(1).unwrap_or_default();
        route.method == method && ["account", "admin"].contains(&area)
    });
    assert!(!routes.is_empty());
    routes
}

/// Things that exist, to stand in the place of an address's parameters: a form must be refused because of
/// where it comes from, not because there is nothing that it is about.
pub(super) struct Things {
    user_id: String,
    client: RegisteredClient,
    secret_id: String,
    slug: String,
    client_of_project: String,
    jti: String,
}

impl Things {
    pub(super) fn new(server: &TestServer) -> Self {
        let user_id = server.db_user("ada");
        let app = ThirdPartyApp::new(server, NewClient::web("https://app.example/callback"));
        let (token, _) = app.tokens("ada");
        let known = ResourceServer::new(server).introspect(&token);
        let secret = app.client.secret.clone().unwrap();
        let (_, secret) = latchkey::oauth::PlainSecret::recognise(&secret).unwrap();
        let secret = server.db_read(move |connection| {
            Ok(client_secret::find_by_hash(connection, &secret.hash())?)
        });
        let of_project = server.db_project_client("weather", "read");
        server.db_own_project("grace", "weather");
        Self {
            user_id,
            client: app.client,
            secret_id: secret.unwrap().id,
            slug: String::from("weather"),
            client_of_project: of_project.id,
            jti: known["jti"].as_str().unwrap().to_owned(),
        }
    }

    pub(super) fn address(&self, server: &TestServer, route: &Route) -> String {
        let own = route.path.starts_with("/account");
        let client = if own {
            &self.client_of_project
        } else {
            &self.client.id
        };
        let path = route
            .path
            .replace("{id}", &self.user_id)
            .replace("{client}", client)
            .replace("{secret}", &self.secret_id)
            .replace("{slug}", &self.slug);
        assert!(!path.contains('{'), "what is to stand there? {path}");
        format!(
            "{}{path}?name=read&jti={}&id={}",
            server.url, self.jti, self.secret_id
        )
    }
}

/// How many rows every table has, and how often anything that servers keep copies of has changed.
fn db_state(server: &TestServer) -> Vec<i64> {
    let tables = [
        "users",
        "scopes",
        "roles",
        "projects",
        "project_members",
        "clients",
        "client_secrets",
        "consents",
        "sessions",
        "authorizations",
        "access_tokens",
        "one_time_links",
        "audit_events",
        "users WHERE disabled_at IS NULL",
        "access_tokens WHERE revoked_at IS NULL",
        "client_secrets WHERE revoked_at IS NULL",
        "authorizations WHERE revoked_at IS NULL",
    ];
    tables.iter().map(|table| server.db_count(table)).collect()
}

#[test]
fn a_page_asked_for_when_signed_out_leads_to_the_sign_in_page_and_back() {
    let server = TestServer::start();
    for route in routes("GET") {
        let mut path = route.path.replace(['{', '}'], "");
        let url = |path: &str| format!("{}{path}", server.url);
        let mut answer = Browser::new().get_once(&url(&path));
        if answer.status == 303 && !answer.location().contains("/login") {
            // The address of a form alone, opened by itself: leads to the page of the form first.
            path = Url::parse(answer.location()).unwrap().path().to_owned();
            answer = Browser::new().get_once(&url(&path));
        }
        assert_eq!(answer.status, 303, "{path}: {answer:?}");
        let login = Url::parse(answer.location()).unwrap();
        assert_eq!(login.path(), "/login", "{path}");
        let back = login.query_pairs().find(|(name, _)| name == "return_to");
        // Without any, signing in leads to the account.
        let back = back.map_or(String::from("/account"), |(_, back)| back.to_string());
        assert_eq!(back, path);
    }
}

#[test]
fn a_form_sent_when_signed_out_is_refused() {
    let server = TestServer::start();
    for route in routes("POST") {
        let path = route.path.replace(['{', '}'], "");
        let answer = server.post(&path, &[("csrf", "x")]);
        assert_page(&answer, 403);
    }
}

#[test]
fn an_ordinary_user_gets_403_everywhere_below_admin() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = browser.get(&format!("{}/account", server.url));
    let csrf = csrf_of(&page);
    for route in routes("GET").iter().chain(&routes("POST")) {
        if !route.path.starts_with("/admin") {
            continue;
        }
        let path = route.path.replace(['{', '}'], "");
        let url = format!("{}{path}", server.url);
        let answer = if route.method == "GET" {
            browser.get_once(&url)
        } else {
            let fields = vec![(String::from("csrf"), csrf.clone())];
            browser.submit_once(
                &at,
                &Form {
                    action: url,
                    fields,
                },
            )
        };
        assert_page(&answer, 403);
    }
}

fn csrf_of(page: &Answer) -> String {
    let forms = Form::all(page);
    let own = forms.iter().find_map(|form| form.field("csrf"));
    own.unwrap_or_else(|| panic!("no form in {page:?}"))
        .to_owned()
}

#[test]
fn no_form_works_without_its_token_or_from_another_site_and_nothing_changes() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let things = Things::new(&server);
    let (_, page) = browser.get(&format!("{}/admin/scopes/new", server.url));
    let csrf = csrf_of(&page);
    let cookies = cookies_of(&browser);
    let before = db_state(&server);
    let stranger = csrf_of(
        &signed_in(&server, "ada")
            .get(&format!("{}/account", server.url))
            .1,
    );
    let after_sign_in = db_state(&server);
    assert_ne!(before, after_sign_in, "a sign-in is seen");
    for route in routes("POST") {
        let url = things.address(&server, &route);
        for (origin, fields) in [
            ("null", vec![]),
            ("null", vec![("csrf", "")]),
            ("null", vec![("csrf", stranger.as_str())]),
            ("https://elsewhere.example", vec![("csrf", csrf.as_str())]),
        ] {
            let headers = [("cookie", cookies.as_str()), ("origin", origin)];
            let answer = Answer::post(&url, &headers, &fields);
            assert_eq!(
                answer.status, 403,
                "{url} from {origin} with {fields:?}: {answer:?}"
            );
            assert_eq!(answer.header("set-cookie"), None, "{url}");
        }
        assert_eq!(db_state(&server), after_sign_in, "{url}");
    }
}
