//! What ends with an act on a person: by the person on their own pages, by an administrator on theirs.

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Browser, TestServer};

use super::{APPS_OF_ADA, World};

const ACCOUNT: &str = "/account";
const NEW_PASSWORD: &str = "a new password, quite long";
const PERSONAL: &str = "ada: personal token";

#[test]
fn a_changed_password_ends_what_its_person_has_ticked() {
    let all: Vec<&str> = APPS_OF_ADA.into_iter().chain([PERSONAL]).collect();
    for (ticked, ended) in [
        (&[][..], &[][..]),
        (&["end_sessions"], &[]),
        (&["end_apps"], &APPS_OF_ADA),
        (&["end_tokens"], &[PERSONAL]),
        (&["end_sessions", "end_apps", "end_tokens"], &all),
    ] {
        let server = TestServer::start();
        let world = World::new(&server);
        let mut ada = world.ada();
        let mut form = Form::find(&ada.open(ACCOUNT), "/account/password");
        form.fields.retain(|(name, _)| !name.starts_with("end_"));
        let mut form = form
            .fill("current", PASSWORD)
            .fill("new", NEW_PASSWORD)
            .fill("repeat", NEW_PASSWORD);
        for name in ticked {
            form = form.tick(name, "yes");
        }
        let answer = ada.browser.submit_once(&server.address(ACCOUNT), &form);
        assert_eq!(answer.status, 303, "{answer:?}");
        world.assert_ended(ended);
    }
}

#[test]
fn without_a_change_of_mind_a_changed_password_ends_apps_and_spares_scripts() {
    let server = TestServer::start();
    let world = World::new(&server);
    let form = [
        ("current", PASSWORD),
        ("new", NEW_PASSWORD),
        ("repeat", NEW_PASSWORD),
    ];
    world.ada().send(ACCOUNT, "/account/password", &form);
    world.assert_ended(&APPS_OF_ADA);
}

#[test]
fn signing_out_ends_no_token() {
    let server = TestServer::start();
    let world = World::new(&server);
    world.ada().send("/logout", "/logout", &[]);
    let mut ada = world.ada();
    let elsewhere = Form::all(&ada.open(ACCOUNT));
    let sessions = elsewhere
        .iter()
        .filter(|form| form.action.ends_with("/account/sessions"));
    for session in sessions {
        ada.browser.submit(&server.address(ACCOUNT), session);
    }
    world.assert_ended(&[]);
}

#[test]
fn a_disconnected_app_loses_its_own_access_and_no_other_does() {
    let ended = ["ada: app", "ada: app, refresh"];
    let server = TestServer::start();
    let world = World::new(&server);
    let app = [("client_id", world.app.client.id.as_str())];
    world.ada().send(ACCOUNT, "/account/apps", &app);
    world.assert_ended(&ended);

    let server = TestServer::start();
    let world = World::new(&server);
    let app = [("client_id", world.app.client.id.as_str())];
    let page = format!("/admin/users/{}", world.ada_id);
    world.root().send(&page, "/apps", &app);
    world.assert_ended(&ended);
}

#[test]
fn a_revoked_personal_token_ends_alone() {
    let server = TestServer::start();
    let world = World::new(&server);
    let mut ada = world.ada();
    let revoke = ada.open("/account/tokens").link("/account/tokens/revoke");
    ada.confirm(&revoke);
    world.assert_ended(&[PERSONAL]);

    let server = TestServer::start();
    let world = World::new(&server);
    let page = format!("/admin/users/{}", world.ada_id);
    world.root().send(&page, "/tokens", &[]);
    world.assert_ended(&[PERSONAL]);
}

#[test]
fn a_disabled_user_loses_sign_ins_for_good_and_scripts_until_enabled_again() {
    let server = TestServer::start();
    let world = World::new(&server);
    let page = format!("/admin/users/{}", world.ada_id);
    let disable = format!("{page}/disable");
    let mut root = world.root();
    root.open(&disable).assert_says(&[
        "ends at once and for good:",
        "2 sign-ins of connected apps, with their access and refresh tokens",
        "What stops working until the account is enabled again: 1 personal access token.",
        "API keys of projects go on working",
    ]);
    root.confirm(&disable);
    let all: Vec<&str> = APPS_OF_ADA.into_iter().chain([PERSONAL]).collect();
    world.assert_ended(&all);
    root.send(&page, "/enable", &[]);
    world.assert_ended(&APPS_OF_ADA);
}

#[test]
fn the_panic_button_of_a_user_ends_everything_of_that_person_and_spares_shared_projects() {
    let server = TestServer::start();
    let world = World::new(&server);
    let panic = format!("/admin/users/{}/panic", world.ada_id);
    let mut root = world.root();
    root.open(&panic).assert_says(&[
        "2 sign-ins of connected apps",
        "1 personal access token",
        "1 API key",
        "Projects shared with others stay as they are.",
    ]);
    root.confirm(&panic);
    let own = [PERSONAL, "ada: key of the own project"];
    let all: Vec<&str> = APPS_OF_ADA.into_iter().chain(own).collect();
    world.assert_ended(&all);
}

#[test]
fn a_link_to_a_new_password_ends_apps_once_it_is_used_and_spares_scripts() {
    let server = TestServer::start();
    let world = World::new(&server);
    let ask = format!("/admin/users/{}/link", world.ada_id);
    let mut root = world.root();
    root.open(&ask)
        .assert_says(&["Then all sessions and connected apps end; personal access tokens stay."]);
    let page = root.confirm(&ask);
    world.assert_ended(&[]);
    let link = page.shown_secret();
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link);
    let form = Form::find(&page, "/link")
        .fill("password", NEW_PASSWORD)
        .fill("repeat", NEW_PASSWORD);
    assert_eq!(browser.submit_once(&at, &form).status, 303);
    world.assert_ended(&APPS_OF_ADA);
}

#[test]
fn a_role_that_is_taken_away_narrows_tokens_and_ends_none() {
    let server = TestServer::start();
    server.db_role("reader", "read", &[]);
    let world = World::new(&server);
    let mut root = world.root();
    let roles = format!("/admin/users/{}/roles", world.ada_id);
    root.send(&roles, &roles, &[("role", "reader")]);
    let delete = "/admin/roles/delete?name=reader";
    root.send(delete, "delete?name=reader", &[]);
    world.assert_ended(&[]);
}
