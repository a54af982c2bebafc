//! Adding, changing and deleting roles.

use crate::support::browser::Form;
use crate::support::{ResourceServer, TestServer, ThirdPartyApp};

use super::{CONFIRMED_FOR, administrator, assert_done, assert_refused, db_roles, open, send};

const NEW: (&str, &str) = ("/admin/roles/new", "/new");

#[test]
fn a_role_is_added_changed_and_deleted() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    let fields = [("name", "editor"), ("scope", "read"), ("scope", "write")];
    let answer = send(&server, &mut admin, NEW, &fields);
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    let fields = [("name", "chief"), ("includes", "editor")];
    let answer = send(&server, &mut admin, NEW, &fields);
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    db_roles(&server, &ada, &["chief", "editor"]);
    let page = open(&server, &mut admin, "/admin/roles");
    assert!(page.body.contains("1 with the role chief"), "{page:?}");
    assert!(page.body.contains("Everybody"), "{page:?}");

    let edit = "/admin/roles/edit?name=editor";
    let page = open(&server, &mut admin, edit);
    for scope in ["read", "write"] {
        let ticked = format!("value=\"{scope}\" checked");
        assert!(page.body.contains(&ticked), "{scope}: {page:?}");
    }
    let answer = send(
        &server,
        &mut admin,
        (edit, "edit?name=editor"),
        &[("scope", "read")],
    );
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    let page = open(&server, &mut admin, edit);
    assert!(!page.body.contains("value=\"write\" checked"), "{page:?}");

    let delete = "/admin/roles/delete?name=editor";
    let page = open(&server, &mut admin, delete);
    assert!(page.body.contains("<bdi>ada</bdi>"), "{page:?}");
    assert!(page.body.contains("<code>chief</code>"), "{page:?}");
    let answer = send(&server, &mut admin, (delete, "delete?name=editor"), &[]);
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    let page = open(&server, &mut admin, &format!("/admin/users/{ada}"));
    assert!(!page.body.contains(">editor<"), "{page:?}");
    for action in ["role.changed", "role.deleted"] {
        assert_eq!(server.db_events(action), 1, "{action}");
    }
}

#[test]
fn what_everybody_can_give_is_changed_with_the_role_user() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let edit = "/admin/roles/edit?name=user";
    let page = open(&server, &mut admin, edit);
    assert!(page.body.contains("Everybody has this role"), "{page:?}");
    let request = app.request_with(&[("scope", Some("read write"))]);
    let answer = app.redeem(&app.code_for("ada", &request));
    assert_eq!(answer.member("scope"), "read write");
    let answer = send(&server, &mut admin, (edit, "edit?name=user"), &[]);
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    let answer = app.redeem(&app.code_for("ada", &request));
    assert_eq!(answer.member("scope"), "read", "the default scope alone");
}

#[test]
fn a_role_that_would_include_itself_is_refused_with_the_way_round() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    for fields in [
        &[("name", "a")][..],
        &[("name", "b"), ("includes", "a")],
        &[("name", "c"), ("includes", "b")],
    ] {
        let answer = send(&server, &mut admin, NEW, fields);
        assert_done(&server, &mut admin, &answer, "/admin/roles");
    }
    let edit = ("/admin/roles/edit?name=a", "edit?name=a");
    for (includes, way) in [
        ("c", "a includes c includes b includes a"),
        ("b", "a includes b includes a"),
        ("a", "a includes a"),
    ] {
        let answer = send(&server, &mut admin, edit, &[("includes", includes)]);
        assert_refused(&answer, way);
    }
    let answer = send(
        &server,
        &mut admin,
        NEW,
        &[("name", "d"), ("includes", "d")],
    );
    assert_refused(&answer, "There is no role d");
    assert_eq!(server.db_events("role.changed"), 0);
}

#[test]
fn built_in_roles_cannot_be_deleted() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    for name in ["user", "admin"] {
        let path = format!("/admin/roles/delete?name={name}");
        let page = open(&server, &mut admin, &path);
        assert!(page.body.contains("built in"), "{page:?}");
        assert!(!page.body.contains("Delete role"), "{page:?}");
        let edit = open(
            &server,
            &mut admin,
            &format!("/admin/roles/edit?name={name}"),
        );
        let csrf = Form::find(&edit, name).field("csrf").unwrap().to_owned();
        let form = Form {
            action: path,
            fields: vec![(String::from("csrf"), csrf)],
        };
        assert_eq!(admin.submit_once(&server.url, &form).status, 422);
    }
    assert_eq!(server.db_count("roles"), 2);
}

#[test]
fn a_mistake_in_a_role_loses_nothing_that_was_ticked() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let long = "x".repeat(10_000);
    for (name, sentence) in [
        ("", "A role name has"),
        ("two words", "A role name has"),
        ("<script>\"'", "A role name has"),
        ("🔑", "A role name has"),
        (long.as_str(), "A role name has"),
        ("admin", "There is a role of this name"),
    ] {
        let fields = [("name", name), ("scope", "write"), ("includes", "admin")];
        let answer = send(&server, &mut admin, NEW, &fields);
        assert_refused(&answer, sentence);
        let form = Form::find(&answer, "/new");
        assert_eq!(form.field("name"), Some(name));
        for ticked in ["value=\"write\" checked", "value=\"admin\" checked"] {
            assert!(answer.body.contains(ticked), "{ticked}: {answer:?}");
        }
    }
    let fields = [("name", "fine"), ("scope", "<b>nothing")];
    let answer = send(&server, &mut admin, NEW, &fields);
    assert_refused(&answer, "There is no scope &#60;b&#62;nothing");
    assert_eq!(server.db_count("roles"), 2);
}

#[test]
fn two_hundred_scopes_fit_into_a_role() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let names: Vec<String> = (0..200)
        .map(|n| format!("{n:03}{}", "x".repeat(90)))
        .collect();
    for name in &names {
        server.db_scope(name, "One of many", false, false);
    }
    let mut fields = vec![("name", "everything")];
    fields.extend(names.iter().map(|name| ("scope", name.as_str())));
    let answer = send(&server, &mut admin, NEW, &fields);
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    let page = open(&server, &mut admin, "/admin/roles/edit?name=everything");
    assert_eq!(page.body.matches(" checked").count(), 200);
}

#[test]
fn deleting_a_role_narrows_live_tokens_and_asks_for_the_password() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    server.db_scope("special", "Special", false, false);
    let fields = [("name", "editor"), ("scope", "special")];
    send(&server, &mut admin, NEW, &fields);
    db_roles(&server, &ada, &["editor"]);
    let mut client = crate::support::NewClient::web("https://app.example/callback");
    client.scope = String::from("read special");
    let app = ThirdPartyApp::new(&server, client);
    let api = ResourceServer::new(&server);
    let request = app.request_with(&[("scope", Some("read special"))]);
    let token = app.redeem(&app.code_for("ada", &request)).assert_tokens();
    assert_eq!(api.introspect(&token)["scope"], "read special");
    server.advance(CONFIRMED_FOR);
    let delete = ("/admin/roles/delete?name=editor", "delete?name=editor");
    let answer = send(&server, &mut admin, delete, &[]);
    assert_refused(&answer, "Type your own password");
    assert_eq!(api.introspect(&token)["scope"], "read special");
    let right = [("confirmation", crate::support::app::PASSWORD)];
    let answer = send(&server, &mut admin, delete, &right);
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    assert_eq!(api.introspect(&token)["scope"], "read");
}

#[test]
fn changing_a_role_asks_for_the_password_after_a_while_and_loses_nothing_ticked() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    server.db_user("ada");
    let fields = [("name", "editor"), ("scope", "read")];
    send(&server, &mut admin, NEW, &fields);
    let edit = ("/admin/roles/edit?name=editor", "edit?name=editor");
    let soon = open(&server, &mut admin, edit.0);
    assert!(!soon.body.contains("confirmation"), "{soon:?}");
    server.advance(CONFIRMED_FOR);
    for (typed, sentence) in [
        ("", "Type your own password"),
        ("wrong", "not your password"),
    ] {
        let fields = [
            ("scope", "write"),
            ("includes", "admin"),
            ("confirmation", typed),
        ];
        let answer = send(&server, &mut admin, edit, &fields);
        assert_refused(&answer, sentence);
        for ticked in ["value=\"write\" checked", "value=\"admin\" checked"] {
            assert!(answer.body.contains(ticked), "{ticked}: {answer:?}");
        }
    }
    assert_eq!(server.db_events("role.changed"), 0);
    let right = [
        ("scope", "write"),
        ("confirmation", crate::support::app::PASSWORD),
    ];
    let answer = send(&server, &mut admin, edit, &right);
    assert_done(&server, &mut admin, &answer, "/admin/roles");
    let again = open(&server, &mut admin, edit.0);
    assert!(!again.body.contains("confirmation"), "not twice: {again:?}");
    assert_eq!(server.db_events("role.changed"), 1);
}
