//! RFC 6749 §4.1 with RFC 7636.

use crate::support::{ResourceServer, TestServer, ThirdPartyApp};

#[test]
fn a_code_becomes_tokens_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let answer = app.redeem(&code);
    let token = answer.assert_tokens();
    assert!(api.is_active(&token));
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&token), "a replay ends the authorization");
}
