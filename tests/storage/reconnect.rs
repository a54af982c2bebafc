//! A database that was started anew: the server goes on with it, although its connections were closed.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use latchkey::config::DatabaseUrl;

use crate::support::{NewClient, ResourceServer, TestServer, at_once};

const GRANT: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "read")];

/// Closes every connection that the database has, as its restart does. An embedded one has none.
fn db_hang_up(server: &TestServer) {
    if let DatabaseUrl::Postgres(url) = &server.app.config.database_url {
        let closed = diesel::sql_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .execute(&mut PgConnection::establish(url).unwrap())
        .unwrap();
        assert!(closed > 2, "the pool has {closed} connections");
    }
}

#[test]
fn once_a_closed_connection_is_met_no_other_costs_a_request() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let ask = || server.post_as(&service, "/oauth/token", &GRANT);
    let ask_at_once = || at_once(40, |_| ask());
    for _ in 0..3 {
        for answer in ask_at_once() {
            answer.assert_tokens();
        }
        db_hang_up(&server);
        let moment = Instant::now() + Duration::from_millis(1200);
        let mut met = false;
        while !met && Instant::now() < moment {
            let answer = ask();
            met = answer.status != 200;
            if met {
                answer.assert_error(503, "temporarily_unavailable");
            }
        }
        for answer in ask_at_once() {
            answer.assert_tokens();
        }
    }
}

#[test]
fn a_restart_of_the_database_a_moment_ago_costs_no_request() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let ask = || server.post_as(&service, "/oauth/token", &GRANT);
    at_once(40, |_| ask());
    db_hang_up(&server);
    std::thread::sleep(Duration::from_millis(1200));
    for answer in at_once(40, |_| ask()) {
        assert!(api.is_active(&answer.assert_tokens()));
    }
}
