//! `latchkey token report-leaked`: found tokens end, wherever servers run.

use super::assert_refused;
use crate::support::{Program, ResourceServer, TestServer, ThirdPartyApp};

#[test]
fn found_tokens_are_revoked_and_each_line_is_answered() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let program = Program::beside(&server);
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, refresh) = app.tokens("ada");
    let personal = server.db_personal_token(&ada, "read", None);
    assert!(api.is_active(&access) && api.is_active(&personal));
    let input = format!("{personal}\n\nnot a token\n{refresh}\n{personal}\n");
    let told = program.json_with(&["token", "report-leaked"], &input);
    let fact = |name: &str| -> Vec<_> {
        let told = told.as_array().unwrap();
        told.iter().map(|one| one[name].clone()).collect()
    };
    assert_eq!(fact("revoked"), [true, false, true, false]);
    let last_four = |token: &str| serde_json::Value::from(&token[55..]);
    assert_eq!(
        fact("last_four"),
        [
            last_four(&personal),
            serde_json::Value::Null,
            last_four(&refresh),
            last_four(&personal)
        ]
    );
    assert!(!api.is_active(&access) && !api.is_active(&personal));
    assert_eq!(server.db_events("token.leaked"), 2);
    let shown = program.json_with(&["token", "show", "-"], &personal);
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("reported as leaked"), "{reason}");
}

#[test]
fn people_read_what_became_of_each_and_never_the_token() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let program = Program::beside(&server);
    let token = server.db_personal_token(&ada, "read", None);
    for word in ["revoked", "had ended before"] {
        let ended = program.run_with(&["token", "report-leaked"], &token);
        assert_eq!(ended.status, Some(0), "{ended:?}");
        assert!(ended.out.contains(&token[55..]) && ended.out.contains(word));
        assert!(!ended.out.contains(&token) && !ended.err.contains(&token));
    }
    assert_refused(&program.run_with(&["token", "report-leaked"], " \n"), 1);
    assert_refused(&program.run(&["token", "report-leaked", &token]), 2);
}
