//! The audit log's list: long details, mistaken times and its ends. Filters and exports are in `audit_log`.

use super::audit_log::{db_event, page, page_with};
use super::dashboard::administrator;
use crate::support::TestServer;

#[test]
fn a_place_behind_the_end_of_the_log_leads_back() {
    let server = TestServer::start();
    db_event(&server, 5, "test.happened", |_| {});
    let mut browser = administrator(&server);
    for beyond in ["older=1.x", "newer=99999999999.x&action=test.happened"] {
        let shown = page(&server, &mut browser, &format!("/admin/audit?{beyond}"));
        assert!(shown.contains("Nothing on this page"), "{shown}");
        assert!(!shown.contains("No events yet"), "{shown}");
    }
}

#[test]
fn what_happens_within_a_second_is_listed_in_its_order() {
    let server = TestServer::start();
    for number in 0..40 {
        db_event(&server, 5, "test.happened", |event| {
            event.detail = Some(format!("step {number}."));
        });
    }
    let mut browser = administrator(&server);
    let shown = page(&server, &mut browser, "/admin/audit?action=test.happened");
    let places = (0..40).map(|number| shown.find(&format!("step {number}.")).unwrap());
    assert!(places.rev().is_sorted(), "{shown}");
}

#[test]
fn a_detail_of_many_words_is_folded() {
    let server = TestServer::start();
    let scopes: Vec<String> = (0..200).map(|number| format!("things.{number}")).collect();
    let scopes = scopes.join(" ");
    db_event(&server, 5, "test.happened", |event| {
        event.detail = Some(scopes.clone());
    });
    db_event(&server, 6, "test.happened", |event| {
        event.detail = Some(String::from("a b c d e f g h i j k"));
    });
    let mut browser = administrator(&server);
    let shown = page(&server, &mut browser, "/admin/audit?action=test.happened");
    assert!(shown.contains("things.5</bdi> and 194 more"), "{shown}");
    assert_eq!(shown.matches("<summary>").count(), 2, "{shown}");
    assert!(shown.contains(&scopes), "all of it is there: {shown}");
}

#[test]
fn a_time_that_ends_before_it_begins_is_told_beside_its_field() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let backwards = "from=2027-01-01T00:00&to=2026-01-01T00:00";
    for path in ["/admin/audit", "/admin/audit/audit-log.csv"] {
        let shown = page_with(&server, &mut browser, &format!("{path}?{backwards}"), 422);
        let mistake = shown.split("id=\"to-notes\"").nth(1).unwrap();
        assert!(
            mistake.contains("This is before the time it begins at."),
            "{shown}"
        );
        assert!(shown.contains("value=\"2026-01-01T00:00\""), "{shown}");
    }
    // The minute that is named is meant with all of it.
    let minute = "from=2026-01-01T00:00&to=2026-01-01T00:00";
    page(&server, &mut browser, &format!("/admin/audit?{minute}"));
}
