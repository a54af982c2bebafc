//! What ends with a command of the administrator's, which the running server sees before the command returns;
//! with a revocation by the client (RFC 7009); and with a report of a leak.

use crate::support::{Program, TestServer};

use super::{ALL_OF_APP, APPS_OF_ADA, World};

const PERSONAL: &str = "ada: personal token";
const OWN_KEY: &str = "ada: key of the own project";

#[test]
fn commands_about_a_user_end_what_the_pages_end() {
    let disabled: Vec<&str> = APPS_OF_ADA.into_iter().chain([PERSONAL]).collect();
    let everything: Vec<&str> = disabled.iter().copied().chain([OWN_KEY]).collect();
    for (command, input, ended) in [
        (&["user", "disable", "ada"][..], "", &disabled[..]),
        (
            &["user", "set-password", "ada", "--password-stdin"],
            "another battery staple",
            &APPS_OF_ADA,
        ),
        (&["user", "revoke-tokens", "ada"], "", &everything),
    ] {
        let server = TestServer::start();
        let world = World::new(&server);
        Program::beside(&server).json_with(command, input);
        world.assert_ended(ended);
    }
}

#[test]
fn commands_about_a_client_end_what_the_pages_end() {
    let server = TestServer::start();
    let world = World::new(&server);
    let program = Program::beside(&server);
    let id = world.app.client.id.as_str();
    program.json(&["client", "disable", id]);
    world.assert_ended(&ALL_OF_APP);
    program.json(&["client", "enable", id]);
    world.assert_ended(&[]);
    program.json(&["client", "delete", id]);
    world.assert_ended(&ALL_OF_APP);
}

#[test]
fn a_retired_key_ends_every_token_that_it_has_signed_and_no_authorization() {
    let server = TestServer::start();
    let world = World::new(&server);
    let kid = server.db_keys()[0].id.clone();
    Program::beside(&server).json(&["key", "retire", &kid]);
    world.assert_ended(&[
        "ada: signed app",
        "bea: signed app",
        "service: signed token",
        "weather: barometer, signed token",
    ]);
}

#[test]
fn a_client_ends_an_access_token_alone_and_a_refresh_token_with_all_of_its_authorization() {
    let server = TestServer::start();
    let world = World::new(&server);
    world.app.revoke(world.text("ada: app"));
    world.assert_ended(&["ada: app"]);
    world.app.revoke(world.text("bea: app, refresh"));
    world.assert_ended(&["ada: app", "bea: app", "bea: app, refresh"]);
}

#[test]
fn a_reported_token_ends_alone_and_a_refresh_token_with_all_of_its_authorization() {
    let server = TestServer::start();
    let world = World::new(&server);
    let alone = [
        "ada: app",
        "ada: signed app",
        "ada: personal token",
        "weather: station, key",
        "weather: station, secret",
        "weather: station, token",
        "weather: barometer, signed token",
    ];
    for name in alone {
        server.post("/auth/leaked", &[("token", world.text(name))]);
    }
    world.assert_ended(&alone);
    let refresh = world.text("bea: signed app, refresh");
    server.post("/auth/leaked", &[("token", refresh)]);
    let whole = ["bea: signed app", "bea: signed app, refresh"];
    world.assert_ended(&[&alone[..], &whole[..]].concat());
}
