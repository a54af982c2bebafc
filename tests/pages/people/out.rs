//! What ends the access of people: disabling, one session, app or token, all of it at once.

use latchkey::models::access_token::TokenKind;

use crate::pages::{assert_page, is_signed_in, signed_in};
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Program, ResourceServer, TestServer, ThirdPartyApp};

use super::{
    CONFIRMED_FOR, administrator, assert_done, assert_refused, db_roles, db_token, open, send,
};

#[test]
fn a_disabled_user_is_out_at_once_and_comes_back_when_enabled() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, refresh) = app.tokens("ada");
    let personal = db_token(&server, &ada, TokenKind::Personal);
    let mut browser = signed_in(&server, "ada");
    let path = format!("/admin/users/{ada}");
    let disable = format!("{path}/disable");
    let page = open(&server, &mut admin, &disable);
    for piece in ["2 sessions", "1 sign-in", "1 personal access token"] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
    let answer = send(&server, &mut admin, (&disable, "/disable"), &[]);
    assert_done(&server, &mut admin, &answer, &path);
    assert!(!is_signed_in(&server, &mut browser));
    assert!(!api.is_active(&access) && !api.is_active(&personal));
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    // A new password would let nobody in.
    let shown = open(&server, &mut admin, &path);
    assert!(!shown.body.contains("Reset password"), "{shown:?}");

    let answer = send(&server, &mut admin, (&path, "/enable"), &[]);
    assert_done(&server, &mut admin, &answer, &path);
    assert!(!api.is_active(&access) && api.is_active(&personal));
    signed_in(&server, "ada");
    assert_eq!(server.db_events("user.disabled"), 1);
    assert_eq!(server.db_events("user.enabled"), 1);
}

#[test]
fn nobody_disables_themselves() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let page = open(&server, &mut admin, "/admin/users?q=grace");
    let id = page.body.split("/admin/users/usr_").nth(1).unwrap();
    let path = format!("/admin/users/usr_{}", id.split('"').next().unwrap());
    let shown = open(&server, &mut admin, &path);
    assert!(!shown.body.contains("Disable user"), "{shown:?}");
    let disable = format!("{path}/disable");
    let answer = send(&server, &mut admin, (&disable, "/disable"), &[]);
    assert_refused(&answer, "You cannot do this to yourself");
    open(&server, &mut admin, "/admin/users");
}

#[test]
fn one_session_or_all_of_them_are_signed_out() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let (ada, bea) = (server.db_user("ada"), server.db_user("bea"));
    let mut browsers = [(); 3].map(|()| signed_in(&server, "ada"));
    let mut of_bea = signed_in(&server, "bea");
    let path = format!("/admin/users/{ada}");
    let page = open(&server, &mut admin, &path);
    let one = Form::all(&page);
    let one = one.iter().find(|form| form.field("session").is_some());
    let session = one.unwrap().field("session").unwrap().to_owned();
    let answer = admin.submit_once(&server.url, one.unwrap());
    assert_done(&server, &mut admin, &answer, &path);
    let mut left = || {
        let mut left = browsers.iter_mut();
        left.by_ref()
            .filter_map(|browser| is_signed_in(&server, browser).then_some(()))
            .count()
    };
    assert_eq!(left(), 2);
    let again = admin.submit_once(&server.url, one.unwrap());
    let told = assert_done(&server, &mut admin, &again, &path);
    assert_eq!(told, "It had ended before.");

    let (_, other) = admin.get(&format!("{}/admin/users/{bea}", server.url));
    let form = Form::find(&other, &format!("{bea}/sessions"));
    let sessions = Form::all(&page).into_iter();
    let mut sessions = sessions.filter_map(|form| form.field("session").map(str::to_owned));
    let live = sessions.find(|own| *own != session).unwrap();
    for wrong in [live.as_str(), "", "x"] {
        let form = form.clone().fill("session", wrong);
        assert_page(&admin.submit_once(&server.url, &form), 404);
    }
    let all = Form::find(&page, "/sessions").fill("all", "yes");
    let answer = admin.submit_once(&server.url, &all);
    assert_done(&server, &mut admin, &answer, &path);
    assert_eq!(left(), 0);
    assert!(is_signed_in(&server, &mut of_bea));
}

#[test]
fn an_app_is_disconnected_and_a_personal_token_revoked() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let (ada, bea) = (server.db_user("ada"), server.db_user("bea"));
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, _) = app.tokens("ada");
    let personal = db_token(&server, &ada, TokenKind::Personal);
    let of_bea = db_token(&server, &bea, TokenKind::Personal);
    let path = format!("/admin/users/{ada}");
    let page = open(&server, &mut admin, &path);
    let last_four = &personal[personal.len() - 4..];
    for piece in ["Sunny Calendar", last_four, "backup &#60;script&#62;"] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
    assert!(!page.body.contains(&personal), "{page:?}");
    let answer = send(&server, &mut admin, (&path, "/apps"), &[]);
    assert_done(&server, &mut admin, &answer, &path);
    assert!(!api.is_active(&access) && api.is_active(&personal));

    let theirs = open(&server, &mut admin, &format!("/admin/users/{bea}"));
    let theirs = Form::find(&theirs, "/tokens")
        .field("token")
        .unwrap()
        .to_owned();
    for wrong in [theirs.as_str(), "", "AAAA"] {
        let form = Form::find(&page, "/tokens").fill("token", wrong);
        assert_page(&admin.submit_once(&server.url, &form), 404);
    }
    let answer = send(&server, &mut admin, (&path, "/tokens"), &[]);
    assert_done(&server, &mut admin, &answer, &path);
    let again = admin.submit_once(&server.url, &Form::find(&page, "/tokens"));
    let told = assert_done(&server, &mut admin, &again, &path);
    assert_eq!(told, "It had ended before.");
    assert!(!api.is_active(&personal) && api.is_active(&of_bea));
    let page = open(&server, &mut admin, &path);
    for piece in ["No connected apps", "No personal access tokens"] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
}

#[test]
fn the_panic_button_ends_everything_of_a_user_at_once() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let (ada, bea) = (server.db_user("ada"), server.db_user("bea"));
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, refresh) = app.tokens("ada");
    let code = app.code("ada");
    let personal = db_token(&server, &ada, TokenKind::Personal);
    let key = db_token(&server, &ada, TokenKind::ApiKey);
    let others = [
        db_token(&server, &bea, TokenKind::Personal),
        db_token(&server, &bea, TokenKind::ApiKey),
        app.tokens("bea").0,
    ];
    let mut browser = signed_in(&server, "ada");
    for token in [&access, &personal, &key].into_iter().chain(&others) {
        assert!(api.is_active(token), "{token}");
    }
    let path = format!("/admin/users/{ada}");
    let panic = format!("{path}/panic");
    let page = open(&server, &mut admin, &panic);
    for piece in [
        "3 sessions",
        "2 sign-ins",
        "1 personal access token",
        "1 API key",
    ] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
    let answer = send(&server, &mut admin, (&panic, "/panic"), &[]);
    let said = assert_done(&server, &mut admin, &answer, &path);
    assert!(said.contains("1 API key"), "{said}");
    for token in [&access, &personal, &key] {
        assert!(!api.is_active(token), "{token}");
    }
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!is_signed_in(&server, &mut browser));
    for token in &others {
        assert!(api.is_active(token), "{token}");
    }
    let by_whom = "access_tokens WHERE revoked_by LIKE 'usr_%' AND revoked_because IS NOT NULL";
    assert_eq!(server.db_count(by_whom), 3);
    assert_eq!(server.db_events("user.tokens_revoked"), 1);
    let page = open(&server, &mut admin, &panic);
    assert!(page.body.contains("Nothing is live now"), "{page:?}");
    signed_in(&server, "ada");
}

#[test]
fn dangerous_acts_ask_for_the_password_again() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    db_roles(&server, &ada, &["admin"]);
    let acts = ["disable", "panic", "link", "roles"];
    let projects = format!("/admin/projects/{ada}/panic");
    let mut pages: Vec<String> = acts
        .iter()
        .map(|act| format!("/admin/users/{ada}/{act}"))
        .collect();
    pages.push(projects);
    let events = server.db_count("audit_events");
    server.advance(CONFIRMED_FOR);
    for page in &pages {
        let act = page.rsplit('/').next().unwrap();
        let form = (page.as_str(), act);
        for (typed, sentence) in [
            ("", "Type your own password"),
            ("wrong", "not your password"),
        ] {
            let answer = send(&server, &mut admin, form, &[("confirmation", typed)]);
            assert_refused(&answer, sentence);
        }
    }
    let fields = [("username", "bea"), ("email", "b@example.org")];
    let new = ("/admin/users/new", "/new");
    let answer = send(&server, &mut admin, new, &fields);
    assert_refused(&answer, "Type your own password");
    assert_eq!(server.db_count("audit_events"), events, "nothing was done");
    let right = [("confirmation", PASSWORD)];
    let answer = send(&server, &mut admin, (&pages[1], "panic"), &right);
    assert_done(&server, &mut admin, &answer, &format!("/admin/users/{ada}"));
    let page = open(&server, &mut admin, &pages[0]);
    assert!(!page.body.contains("confirmation"), "not twice: {page:?}");
}

#[test]
fn the_command_line_ends_the_same_as_the_panic_button() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let personal = db_token(&server, &ada, TokenKind::Personal);
    let key = db_token(&server, &ada, TokenKind::ApiKey);
    assert!(api.is_active(&personal) && api.is_active(&key));
    let program = Program::beside(&server);
    let ended = program.json(&["user", "revoke-tokens", "ada"]);
    assert_eq!(
        (&ended["ended_personal_tokens"], &ended["ended_api_keys"]),
        (&1.into(), &1.into())
    );
    assert!(!api.is_active(&personal) && !api.is_active(&key));
}
