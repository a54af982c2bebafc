//! Liveness, readiness and metrics: what the platform asks, and what nobody else may.

use std::collections::BTreeMap;

use crate::support::{Answer, NewClient, ResourceServer, TestServer};

/// The value of one line of the Prometheus text.
fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(' '))
    });
    let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_server_that_serves_is_alive_and_ready() {
    let server = TestServer::start();
    for path in ["/healthz", "/readyz"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.json().is_object());
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = server.post(path, &[]);
        assert_eq!(
            (answer.status, answer.header("allow").is_some()),
            (405, true),
            "{path}: {answer:?}"
        );
    }
}

#[test]
fn without_its_migrations_a_server_is_alive_and_not_ready() {
    let server = TestServer::start();
    server.db_execute("DELETE FROM __diesel_schema_migrations");
    let answer = server.get("/readyz");
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn without_its_database_a_server_is_alive_and_not_ready() {
    let server = TestServer::start();
    server.db_execute("DROP TABLE __diesel_schema_migrations");
    let answer = server.get("/readyz");
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(
        !answer.body.contains("__diesel"),
        "the log says more, the answer does not"
    );
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_failure_of_the_database_is_a_503_with_a_time_to_try_again_and_no_detail() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let api = ResourceServer::new(&server);
    server.db_execute("ALTER TABLE access_tokens RENAME TO stolen");
    let issued = server.post_as(
        &service,
        "/oauth/token",
        &[("grant_type", "client_credentials"), ("scope", "read")],
    );
    issued.assert_error(503, "temporarily_unavailable");
    let token = latchkey::oauth::PlainSecret::generate(
        latchkey::oauth::SecretKind::AccessToken,
        server.app.now(),
    );
    let asked = server.post_as(
        &api.client,
        "/oauth/introspect",
        &[("token", token.expose())],
    );
    asked.assert_error(503, "temporarily_unavailable");
    for answer in [issued, asked] {
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        assert!(
            !answer.body.contains("access_tokens") && !answer.body.contains("SQL"),
            "{answer:?}"
        );
    }
    server.db_execute("ALTER TABLE stolen RENAME TO access_tokens");
    server
        .post_as(
            &service,
            "/oauth/token",
            &[("grant_type", "client_credentials"), ("scope", "read")],
        )
        .assert_tokens();
}

#[test]
fn the_counts_move_with_what_happens() {
    let server = TestServer::start();
    server.db_user("ada");
    let service = server.db_client(NewClient::service());
    let spa = server.db_client(NewClient::first_party_spa());
    let api = ResourceServer::new(&server);
    let counts = || {
        let text = server.get("/metrics").body;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.rsplit_once(' ').unwrap())
            .map(|(name, _)| (name.to_owned(), value(&text, name)))
            .collect()
    };
    let before: BTreeMap<String, f64> = counts();
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let refused = [("grant_type", "client_credentials"), ("scope", "nothing")];
    server
        .post_as(&service, "/oauth/token", &refused)
        .assert_error(400, "invalid_scope");
    let sign_in = |password| {
        [
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", password),
        ]
    };
    server
        .post_as(
            &spa,
            "/oauth/token",
            &sign_in(crate::support::app::PASSWORD),
        )
        .assert_tokens();
    server
        .post_as(&spa, "/oauth/token", &sign_in("wrong"))
        .assert_error(400, "invalid_grant");
    assert!(api.is_active(&token));
    assert!(!api.is_active("lka_nonsense"));
    let after: BTreeMap<String, f64> = counts();
    for (name, more) in [
        (
            "latchkey_grants_total{grant_type=\"client_credentials\",outcome=\"issued\"}",
            1.0,
        ),
        (
            "latchkey_grants_total{grant_type=\"client_credentials\",outcome=\"refused\"}",
            1.0,
        ),
        (
            "latchkey_grants_total{grant_type=\"password\",outcome=\"issued\"}",
            1.0,
        ),
        (
            "latchkey_grants_total{grant_type=\"password\",outcome=\"refused\"}",
            1.0,
        ),
        ("latchkey_tokens_issued_total{kind=\"access\"}", 2.0),
        ("latchkey_tokens_issued_total{kind=\"refresh\"}", 1.0),
        ("latchkey_introspections_total{outcome=\"active\"}", 1.0),
        ("latchkey_introspections_total{outcome=\"inactive\"}", 1.0),
        ("latchkey_http_requests_total{status=\"4xx\"}", 2.0),
        ("latchkey_http_requests_total{status=\"5xx\"}", 0.0),
    ] {
        assert!(
            (after[name] - before[name] - more).abs() < 0.1,
            "{name}: {} then {}",
            before[name],
            after[name]
        );
    }
    for gauge in [
        "latchkey_password_hashes_waiting",
        "latchkey_writes_waiting",
        "latchkey_pool_connections_busy",
    ] {
        assert!(after.contains_key(gauge), "{gauge}");
    }
}

#[test]
fn sign_ins_on_the_page_are_counted() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = crate::support::Browser::new();
    for password in ["wrong", crate::support::app::PASSWORD] {
        let (at, page) = browser.get(&format!("{}/login", server.url));
        crate::support::actors::sign_in(&mut browser, &at, &page, "ada", password);
    }
    let text = server.get("/metrics").body;
    for outcome in ["succeeded", "failed"] {
        assert!(
            (value(
                &text,
                &format!("latchkey_sign_ins_total{{outcome=\"{outcome}\"}}")
            ) - 1.0)
                .abs()
                < 0.1,
            "{text}"
        );
    }
}

#[test]
fn metrics_are_text_that_prometheus_reads() {
    let server = TestServer::start();
    let answer = server.get("/metrics");
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/plain; version=0.0.4"),
        "{answer:?}"
    );
    let mut described = "";
    for line in answer.body.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            described = help.split(' ').next().unwrap();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(
                name == described && ["counter", "gauge", "histogram"].contains(&kind),
                "{line}"
            );
        } else {
            assert!(
                line.starts_with(described),
                "{line} comes after {described}"
            );
            assert!(
                line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(),
                "{line}"
            );
        }
    }
}

#[test]
fn metrics_are_not_for_whom_a_proxy_speaks() {
    let server = TestServer::start();
    let url = format!("{}/metrics", server.url);
    assert_eq!(Answer::get(&url, &[]).status, 200);
    for header in [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=127.0.0.1"),
    ] {
        let answer = Answer::get(&url, &[header]);
        assert_eq!(answer.status, 404, "{header:?}");
        assert!(!answer.body.contains("latchkey_"));
    }
}

#[test]
fn metrics_have_an_address_of_their_own_if_they_shall() {
    // Some free port, taken and given back, of an address at which no other test listens meanwhile.
    let own = std::net::TcpListener::bind("127.0.0.2:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let server = TestServer::with(|config| config.metrics_listen = Some(own));
    let answer = Answer::get(
        &format!("http://{own}/metrics"),
        &[("x-forwarded-for", "203.0.113.9")],
    );
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("latchkey_http_requests_total"));
    for path in ["/login", "/oauth/token", "/healthz", "/"] {
        assert_eq!(
            Answer::get(&format!("http://{own}{path}"), &[]).status,
            404,
            "{path}"
        );
    }
    let public = server.get("/metrics");
    assert_eq!(public.status, 404, "the public address is without them");
}
