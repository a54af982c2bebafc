//! Many writers at once: nobody meets a locked database, a failing write takes none of its neighbours
//! along, and what cannot be taken is refused with a time to try again.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use latchkey::config::DatabaseUrl;
use latchkey::error::Error;

use crate::support::at_once;
use crate::support::state::db_locked;
use crate::support::{
    Answer, NewClient, Program, ResourceServer, TestServer, ThirdPartyApp, database,
};

const GRANT: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "read")];

#[test]
fn two_hundred_mixed_writes_at_once_all_succeed() {
    // Forty right passwords at once are not to be told from guesses.
    let server = TestServer::with(|config| config.login.max_failures = 1000);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let spa = server.db_client(NewClient::first_party_spa());
    let service = server.db_client(NewClient::service());
    let codes: Vec<String> = (0..40).map(|_| app.code("ada")).collect();
    let program = Program::beside(&server);
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        // Another process writes meanwhile.
        let commands = threads.spawn(|| {
            let mut count = 0;
            while !done.load(Ordering::Relaxed) || count == 0 {
                count += 1;
                program.json(&[
                    "scope",
                    "add",
                    &format!("more{count}"),
                    "--description",
                    "More",
                ]);
            }
        });
        let answers = at_once(200, |at| match at % 5 {
            0 => app.redeem(&codes[at / 5]),
            1 | 2 => server.post_as(&service, "/oauth/token", &GRANT),
            3 => {
                let form = [
                    ("grant_type", "password"),
                    ("username", "ada"),
                    ("password", crate::support::app::PASSWORD),
                ];
                server.post_as(&spa, "/oauth/token", &form)
            }
            _ => Answer::get(&app.address(&app.request()), &[]),
        });
        done.store(true, Ordering::Relaxed);
        commands.join().unwrap();
        for (at, answer) in answers.iter().enumerate() {
            assert!([200, 303].contains(&answer.status), "{at}: {answer:?}");
        }
    });
}

#[test]
fn commands_write_while_the_server_is_busy() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let program = Program::beside(&server);
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    server
                        .post_as(&service, "/oauth/token", &GRANT)
                        .assert_tokens();
                }
            });
        }
        let outcomes: Vec<_> = (0..5)
            .map(|at| {
                program.run(&[
                    "scope",
                    "add",
                    &format!("busy{at}"),
                    "--description",
                    "Busy",
                ])
            })
            .collect();
        done.store(true, Ordering::Relaxed);
        for ended in outcomes {
            assert_eq!(ended.status, Some(0), "{ended:?}");
        }
    });
}

/// Makes every new access token of a client fail, in the way that SQLite calls `how`.
fn db_break(server: &TestServer, client_id: &str, how: &str) {
    if database::postgres().is_some() {
        server.db_execute(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a secret cause'; END $$ LANGUAGE plpgsql; \
             CREATE TRIGGER broken BEFORE INSERT ON access_tokens FOR EACH ROW WHEN (NEW.client_id = '{client_id}') EXECUTE FUNCTION refuse()"
        ));
    } else {
        server.db_execute(&format!(
            "CREATE TRIGGER broken BEFORE INSERT ON access_tokens WHEN NEW.client_id = '{client_id}' BEGIN SELECT RAISE({how}, 'a secret cause'); END"
        ));
    }
}

#[test]
fn a_failing_write_is_told_as_a_failure_and_its_neighbours_are_kept() {
    let server = TestServer::start();
    let (good, bad) = (
        server.db_client(NewClient::service()),
        server.db_client(NewClient::service()),
    );
    let api = ResourceServer::new(&server);
    db_break(&server, &bad.id, "ABORT");
    let answers = at_once(80, |at| {
        let client = if at % 2 == 0 { &good } else { &bad };
        server.post_as(client, "/oauth/token", &GRANT)
    });
    for (at, answer) in answers.iter().enumerate() {
        if at % 2 == 0 {
            assert!(api.is_active(&answer.assert_tokens()));
        } else {
            answer.assert_error(503, "temporarily_unavailable");
            assert!(!answer.body.contains("a secret cause"), "{answer:?}");
        }
    }
    assert_eq!(server.db_count("access_tokens"), 40);
}

/// A full disk or a broken one undoes the whole transaction under the writer's hands.
#[test]
fn a_failure_that_undoes_the_whole_batch_is_told_to_all_of_it_and_survived() {
    let server = TestServer::start();
    let (good, bad) = (
        server.db_client(NewClient::service()),
        server.db_client(NewClient::service()),
    );
    let api = ResourceServer::new(&server);
    db_break(&server, &bad.id, "ROLLBACK");
    for _ in 0..3 {
        let answers = at_once(60, |at| {
            let client = if at % 10 == 0 { &bad } else { &good };
            server.post_as(client, "/oauth/token", &GRANT)
        });
        for (at, answer) in answers.iter().enumerate() {
            if answer.status == 200 {
                assert!(
                    api.is_active(&answer.assert_tokens()),
                    "who was told a token has it"
                );
            } else {
                answer.assert_error(503, "temporarily_unavailable");
            }
            assert!(at % 10 != 0 || answer.status == 503, "{answer:?}");
        }
        let after = server.post_as(&good, "/oauth/token", &GRANT);
        assert_eq!(after.status, 200, "the server writes again: {after:?}");
        assert!(api.is_active(&after.assert_tokens()));
    }
}

#[test]
fn a_refusal_keeps_its_writes_and_a_failure_undoes_them() {
    use latchkey::models::audit_event::AuditEvent;
    use latchkey::oauth::OAuthError;
    let server = TestServer::start();
    let now = server.app.now();
    let write = |action: &'static str, error: Error| {
        let work = move |connection: &mut latchkey::db::DbConnection| {
            AuditEvent::new(action, now).insert(connection)?;
            Err::<(), _>(error)
        };
        assert!(server.wait(server.app.db.write(work)).is_err());
    };
    write("test.refused", OAuthError::invalid_request("no").into());
    write("test.failed", Error::failed("no"));
    assert_eq!(
        server.db_count("audit_events WHERE action = 'test.refused'"),
        1
    );
    assert_eq!(
        server.db_count("audit_events WHERE action = 'test.failed'"),
        0
    );
}

#[test]
fn a_write_that_panics_takes_neither_the_server_nor_other_writes_along() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let outcome = server.wait(
        server
            .app
            .db
            .write(|_| -> latchkey::error::Result<()> { panic!("a test's own panic") }),
    );
    assert!(matches!(outcome, Err(Error::Failed(_))), "{outcome:?}");
    server
        .post_as(&service, "/oauth/token", &GRANT)
        .assert_tokens();
}

/// Holds what writing needs for as long as `work` takes.
fn db_hold(server: &TestServer, work: impl FnOnce()) {
    match &server.app.config.database_url {
        DatabaseUrl::Sqlite(path) => {
            let mut other = db_locked(path);
            let queued: Vec<_> = (0..3).map(|_| queue_writes(server, 1500)).collect();
            std::thread::sleep(Duration::from_millis(500));
            work();
            other.batch_execute("ROLLBACK").unwrap();
            for thread in queued {
                thread.join().unwrap();
            }
        }
        DatabaseUrl::Postgres(_) => {
            let app = server.app.clone();
            let sleepers = std::thread::spawn(move || {
                actix_web::rt::System::new().block_on(async {
                    let sleep = |_| {
                        let app = app.clone();
                        actix_web::rt::spawn(async move {
                            let sleep = |connection: &mut latchkey::db::DbConnection| {
                                Ok(connection.batch_execute("SELECT pg_sleep(9)")?)
                            };
                            drop(app.db.read(sleep).await);
                        })
                    };
                    for sleeper in (0..16).map(sleep).collect::<Vec<_>>() {
                        sleeper.await.unwrap();
                    }
                });
            });
            std::thread::sleep(Duration::from_secs(1));
            work();
            sleepers.join().unwrap();
        }
    }
}

/// As many writes as wait for the writer at once.
fn queue_writes(server: &TestServer, count: usize) -> std::thread::JoinHandle<()> {
    let app = server.app.clone();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let write = |_| {
                let app = app.clone();
                actix_web::rt::spawn(async move { drop(app.db.write(|_| Ok(())).await) })
            };
            for write in (0..count).map(write).collect::<Vec<_>>() {
                write.await.unwrap();
            }
        });
    })
}

#[test]
fn what_cannot_be_taken_is_refused_with_a_time_to_try_again() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let outcome = Mutex::new(None);
    db_hold(&server, || {
        *outcome.lock().unwrap() = Some(server.post_as(&service, "/oauth/token", &GRANT));
    });
    let answer = outcome.into_inner().unwrap().unwrap();
    answer.assert_error(503, "temporarily_unavailable");
    assert!(
        answer
            .header("retry-after")
            .unwrap()
            .parse::<u32>()
            .unwrap()
            > 0,
        "{answer:?}"
    );
    server
        .post_as(&service, "/oauth/token", &GRANT)
        .assert_tokens();
}
