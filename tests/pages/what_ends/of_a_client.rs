//! What ends with an administrator's act on a client, on one token, or on a scope.

use crate::support::browser::Form;
use crate::support::{Person, TestServer};

use super::{ALL_OF_APP, World};

/// The page of the application `app`.
fn page_of(world: &World<'_>) -> String {
    format!("/admin/clients/{}", world.app.client.id)
}

/// Sends the only form of a page that asks.
fn answer_yes(root: &mut Person<'_>, path: &str, fields: &[(&str, &str)]) {
    root.send(path, "", fields);
}

#[test]
fn the_tokens_of_a_disabled_client_are_refused_until_it_is_enabled_again() {
    let server = TestServer::start();
    let world = World::new(&server);
    let (page, mut root) = (page_of(&world), world.root());
    let disable = format!("{page}/disable");
    root.open(&disable)
        .assert_says(&["refused everywhere until it is enabled again. They are not ended."]);
    answer_yes(&mut root, &disable, &[]);
    world.assert_ended(&ALL_OF_APP);
    root.send(&page, "/enable", &[]);
    world.assert_ended(&[]);
}

#[test]
fn the_panic_button_of_a_client_ends_all_its_tokens_and_spares_its_secrets() {
    let server = TestServer::start();
    let world = World::new(&server);
    let end = format!("{}/end-tokens", page_of(&world));
    answer_yes(&mut world.root(), &end, &[]);
    let tokens: Vec<&str> = ALL_OF_APP
        .into_iter()
        .filter(|name| *name != "app: secret")
        .collect();
    world.assert_ended(&tokens);
    // It can get new ones at once, as the page says.
    world.token_of(&world.app.client);
}

#[test]
fn a_deleted_client_takes_all_its_tokens_along() {
    let server = TestServer::start();
    let world = World::new(&server);
    let delete = format!("{}/delete", page_of(&world));
    let mut root = world.root();
    root.open(&delete).assert_says(&[
        "Its tokens and API keys are refused everywhere",
        "2 people who use it lose access.",
    ]);
    answer_yes(&mut root, &delete, &[("name", "Sunny Calendar")]);
    world.assert_ended(&ALL_OF_APP);
}

#[test]
fn a_revoked_secret_ends_no_token() {
    let server = TestServer::start();
    let world = World::new(&server);
    let page = format!("/admin/clients/{}", world.service_id);
    let mut root = world.root();
    let revoke = root.open(&page).link("/revoke");
    answer_yes(&mut root, &revoke, &[]);
    world.assert_ended(&[]);
}

#[test]
fn an_administrator_ends_one_token_alone_or_its_whole_authorization() {
    for (what, ended) in [
        ("token", &["ada: app"][..]),
        ("authorization", &["ada: app", "ada: app, refresh"]),
    ] {
        let server = TestServer::start();
        let world = World::new(&server);
        let mut root = world.root();
        let find = Form::find(&root.open("/admin/tokens"), "/admin/tokens");
        let find = find.fill("wanted", world.text("ada: app"));
        let (_, page) = root.browser.submit(&server.address("/admin/tokens"), &find);
        let revoke = page.link("/admin/tokens/revoke");
        root.send(&revoke, &revoke, &[("what", what)]);
        world.assert_ended(ended);
    }
}

#[test]
fn a_deleted_scope_empties_tokens_and_ends_none() {
    let server = TestServer::start();
    let world = World::new(&server);
    let delete = "/admin/scopes/delete?name=read";
    let mut root = world.root();
    root.open(delete)
        .assert_says(&["tokens that have it lose it at their next use"]);
    root.send(delete, "delete?name=read", &[]);
    world.assert_ended(&[]);
    let known = world.api.introspect(world.text("ada: personal token"));
    assert_eq!(known["scope"], "", "{known}");
}
