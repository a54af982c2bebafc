//! What ends with an act on a project, its members and its clients.

use crate::support::{Person, TestServer};

use super::{ALL_OF_WEATHER, World};

const WEATHER: &str = "/account/projects/weather";
const KEY: &str = "weather: station, key";
const SECRET: &str = "weather: station, secret";
const TOKEN: &str = "weather: station, token";

#[test]
fn keys_go_on_working_when_a_member_leaves_or_is_removed() {
    let server = TestServer::start();
    let world = World::new(&server);
    let leave = format!("{WEATHER}/leave");
    let mut bea = world.bea();
    bea.open(&leave)
        .assert_says(&["Keys that you made for it go on working"]);
    bea.confirm(&leave);
    world.assert_ended(&[]);

    let server = TestServer::start();
    let world = World::new(&server);
    let members = format!("{WEATHER}/members");
    let mut ada = world.ada();
    let page = ada.open(&members);
    page.assert_says(&["Keys and secrets are the project's and go on working when somebody goes"]);
    let bea_id = id_beside(&page.body, "bea");
    let remove = [("user", bea_id.as_str()), ("act", "remove")];
    ada.send(&members, "/members/change", &remove)
        .assert_says(&["The project's keys go on working."]);
    world.assert_ended(&[]);
}

/// The id of the member with this name.
fn id_beside(page: &str, username: &str) -> String {
    let after = page
        .split(&format!("<bdi>{username}</bdi></strong>"))
        .nth(1);
    let id = after.and_then(|text| text.split("name=\"user\" value=\"").nth(1));
    id.unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn an_owner_ends_everything_of_the_project_and_nothing_else() {
    let server = TestServer::start();
    let world = World::new(&server);
    let end = format!("{WEATHER}/end");
    let mut ada = world.ada();
    ada.open(&end).assert_says(&[
        "Every client secret, API key and token of the project ends at once",
        "your own access tokens stay",
    ]);
    ada.confirm(&end);
    world.assert_ended(&ALL_OF_WEATHER);
}

#[test]
fn the_administrators_panic_button_ends_the_same() {
    let server = TestServer::start();
    let world = World::new(&server);
    world.root().confirm("/admin/projects/weather/panic");
    world.assert_ended(&ALL_OF_WEATHER);
}

#[test]
fn a_deleted_project_takes_its_clients_and_their_tokens_along() {
    let server = TestServer::start();
    let world = World::new(&server);
    let delete = format!("{WEATHER}/delete");
    let mut ada = world.ada();
    ada.open(&delete)
        .assert_says(&["every key, secret and token of theirs ends at once"]);
    ada.send(&delete, &delete, &[("typed", "weather")]);
    world.assert_ended(&ALL_OF_WEATHER);
}

#[test]
fn a_deleted_client_of_a_project_takes_its_own_tokens_along() {
    let server = TestServer::start();
    let world = World::new(&server);
    let delete = format!("{}/delete", world.station);
    world.ada().confirm(&delete);
    world.assert_ended(&[KEY, SECRET, TOKEN]);
}

#[test]
fn a_revoked_key_ends_alone() {
    let server = TestServer::start();
    let world = World::new(&server);
    let mut ada = world.ada();
    let revoke = act(&mut ada, &world, "keys/revoke");
    ada.confirm(&revoke);
    world.assert_ended(&[KEY]);
}

#[test]
fn a_rotated_key_ends_at_once_or_when_its_time_has_come() {
    let server = TestServer::start();
    let world = World::new(&server);
    let mut ada = world.ada();
    let rotate = act(&mut ada, &world, "keys/rotate");
    ada.send(&rotate, &rotate, &[("overlap", "0")]);
    world.assert_ended(&[KEY]);

    let server = TestServer::start();
    let world = World::new(&server);
    let mut ada = world.ada();
    let rotate = act(&mut ada, &world, "keys/rotate");
    ada.send(&rotate, &rotate, &[("overlap", "1h")]);
    server.advance(3000);
    world.assert_ended(&[]);
}

#[test]
fn tokens_that_were_got_with_a_revoked_secret_last_until_they_expire() {
    let server = TestServer::start();
    let world = World::new(&server);
    let mut ada = world.ada();
    let revoke = act(&mut ada, &world, "secrets/revoke");
    ada.open(&revoke)
        .assert_says(&["Tokens that it got before last until they expire."]);
    ada.confirm(&revoke);
    world.assert_ended(&[SECRET]);
    server.advance(3600);
    assert!(!world.api.is_active(world.text(TOKEN)));
    assert!(world.api.is_active(world.text(KEY)));
}

/// Where an act on the first key or secret of the client `station` is.
fn act(ada: &mut Person<'_>, world: &World<'_>, act: &str) -> String {
    ada.open(&world.station).link(act)
}
