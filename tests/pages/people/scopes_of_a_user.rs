//! The page that answers which scopes a user can give, and why.

use crate::pages::assert_page;
use crate::support::TestServer;

use super::{administrator, db_roles, open, send};

const NEW: (&str, &str) = ("/admin/roles/new", "/new");

#[test]
fn each_scope_tells_the_way_by_which_a_user_has_it() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    for name in ["deep", "far", "orphan"] {
        server.db_scope(name, "A scope", false, false);
    }
    for fields in [
        &[("name", "bottom"), ("scope", "deep")][..],
        &[("name", "middle"), ("includes", "bottom")],
        &[("name", "top"), ("includes", "middle")],
        &[("name", "other"), ("scope", "far")],
        &[("name", "over"), ("includes", "other")],
    ] {
        assert_eq!(send(&server, &mut admin, NEW, fields).status, 303);
    }
    db_roles(&server, &ada, &["top"]);
    let page = open(
        &server,
        &mut admin,
        &format!("/admin/roles/scopes?user={ada}"),
    );
    let (given, missing) = page.body.split_once("Cannot give").unwrap();
    for (part, scope, why) in [
        (given, "read", "Default scope: everybody can give it."),
        (given, "write", "By the role user."),
        (
            given,
            "deep",
            "By the role top, which includes middle, which includes bottom.",
        ),
        (missing, "far", "Any of these roles brings it: other, over."),
        (missing, "orphan", "No role brings it."),
    ] {
        let row = part
            .split("<tr>")
            .find(|row| row.contains(&format!("<code>{scope}</code>")));
        let row = row.unwrap_or_else(|| panic!("{scope} is not in its part: {page:?}"));
        assert!(row.contains(why), "{scope}: {row}");
    }
    let by_name = open(&server, &mut admin, "/admin/roles/scopes?user=ADA");
    assert!(by_name.body.contains("By the role top"), "{by_name:?}");
}

#[test]
fn nobody_is_asked_about_first_and_a_stranger_is_told_so() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let page = open(&server, &mut admin, "/admin/roles/scopes");
    assert!(!page.body.contains("Can give"), "{page:?}");
    for wrong in ["nobody", "%3Cscript%3E", &"x".repeat(5000)] {
        let url = format!("{}/admin/roles/scopes?user={wrong}", server.url);
        let answer = admin.get_once(&url);
        assert_page(&answer, 404);
        assert!(answer.body.contains("There is no user of this name or id"));
        assert!(!answer.body.contains("<script>\""), "{answer:?}");
    }
}
