//! The people of this server: the list, and a page for each of them with its acts, a file each.

pub mod disable;
pub mod edit;
pub mod link;
pub mod new;
pub mod one;
pub mod panic;
pub mod roles;
pub mod show;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::audit_event::AuditEvent;
use crate::models::role;
use crate::models::user::{self, User};
use crate::models::user_list::{self, MOST_FOUND, UserStatus, Wanted};
use crate::web::error_page::PageError;
use crate::web::listing::{Listing, PAGE, Pager};
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

/// Where the list is.
const PATH: &str = "/admin/users";

#[derive(Template)]
#[template(path = "admin/users/list.html")]
struct List {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    listing: Listing,
    /// Every role, for the filter.
    roles: Vec<String>,
    users: Vec<Line>,
    pager: Pager,
    /// Where a search finds more than it shows: how many that is.
    cut: Option<usize>,
}

struct Line {
    user: User,
    created: Moment,
}

/// `GET /admin/users`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(list(&admin).await)
}

async fn list(admin: &Administrator) -> PageResult {
    let listing = Listing::read(PATH, &admin.query()?, &["q", "status", "role"])?;
    let text = |name| listing.filter(name).to_owned();
    let wanted = Wanted {
        text: text("q"),
        status: UserStatus::try_from(text("status")).ok(),
        role: Some(text("role")).filter(|name| !name.is_empty()),
    };
    let offset = listing.offset();
    let read = admin.app.db.read(move |connection| {
        let found = user_list::page(connection, &wanted, offset, PAGE)?;
        Ok((found, role::list(connection)?))
    });
    let (found, roles) = read.await?;
    let line = |user: User| Line {
        created: Moment::new(user.created_at, admin.now),
        user,
    };
    let template = List {
        page: admin.page("Users"),
        area: admin.area("users"),
        crumbs: Vec::new(),
        roles: roles.into_iter().map(|role| role.name).collect(),
        users: found.users.into_iter().map(line).collect(),
        pager: listing.pager(found.total),
        cut: found.more.then_some(MOST_FOUND),
        listing,
    };
    Ok(admin.show(StatusCode::OK, &template))
}

impl Line {
    /// The roles besides everybody's.
    fn roles(&self) -> &[String] {
        &self.user.roles
    }
}

/// The user that the path names.
async fn named(admin: &Administrator) -> Result<User, PageError> {
    let id = admin.path_part("id")?;
    let find = admin
        .app
        .db
        .read(move |connection| Ok(user::find(connection, &id)?));
    find.await?.ok_or_else(PageError::not_found)
}

/// Where a user's page is.
fn path_of(user: &User) -> String {
    format!("{PATH}/{}", user.id)
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new(PATH, "Users")]
}

/// The pages above an act on a user.
fn crumbs_to(user: &User) -> Vec<Crumb> {
    vec![
        Crumb::new(PATH, "Users"),
        Crumb::new(path_of(user), user.username.as_str()),
    ]
}

/// An audit event of an administrator's doing, about a user.
fn event(admin: &Administrator, action: &str, user: &User) -> AuditEvent {
    AuditEvent {
        user_id: Some(user.id.clone()),
        ..admin.event(action)
    }
}
