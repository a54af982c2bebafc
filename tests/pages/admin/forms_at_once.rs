//! A form that is sent many times at the same moment does its work once, on every database.

use crate::support::browser::Form;
use crate::support::{NewClient, TestServer, at_once};

use super::administrator;

#[test]
fn what_a_form_adds_is_added_once_and_nobody_is_told_of_a_failure() {
    let server = TestServer::start();
    let mut grace = administrator(&server);
    for (path, fields, done, again) in [
        (
            "/admin/scopes/new",
            &[("name", "a.scope"), ("description", "See it")][..],
            303,
            422,
        ),
        ("/admin/roles/new", &[("name", "a-role")], 303, 422),
        (
            "/admin/users/new",
            &[("username", "bea"), ("email", "bea@example.com")],
            200,
            422,
        ),
        (
            "/admin/clients/new?kind=service",
            &[("name", "Station")],
            200,
            303,
        ),
    ] {
        let at = format!("{}{path}", server.url);
        let form = Form::find(&grace.get_once(&at), path);
        let fill = |form: Form, (name, value): &(&str, &str)| form.fill(name, value);
        let form = fields.iter().fold(form, fill);
        let statuses = at_once(6, |_| grace.clone().submit_once(&at, &form).status);
        let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(done), count(again)), (1, 5), "{path}: {statuses:?}");
    }
}

#[test]
fn a_secret_of_a_form_is_made_once() {
    let server = TestServer::start();
    let mut grace = administrator(&server);
    let service = server.db_client(NewClient::service());
    let at = format!("{}/admin/clients/{}", server.url, service.id);
    let form = Form::find(&grace.get_once(&at), "/secrets")
        .fill("secret_name", "second")
        .fill("days", "0");
    let mut statuses = at_once(6, |_| grace.clone().submit_once(&at, &form).status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 303, 303, 303, 303, 303]);
    assert_eq!(server.db_count("client_secrets"), 2);
}
