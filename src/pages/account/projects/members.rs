//! Who belongs to a project. Owners add people by their usernames, change what they may do and take them
//! out; a project always keeps an owner who can sign in. Who makes an owner types the password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::project;
use crate::models::project_member::{self, Membership, ProjectMember};
use crate::models::user::{self, User};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Moment, Page};
use crate::web::visitor::PageResult;

use super::member::{Member, Owner};

#[derive(Template)]
#[template(path = "account/projects/members.html")]
struct Members {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    slug: String,
    is_owner: bool,
    /// Whether nobody would look after the project without this person.
    is_only_owner: bool,
    /// What could not be done.
    problem: Option<&'static str>,
    lines: Vec<Line>,
    form: AddForm,
}

struct Line {
    user_id: String,
    username: String,
    is_self: bool,
    is_owner: bool,
    is_disabled: bool,
    since: Moment,
}

#[derive(Default)]
struct AddForm {
    username: Field,
    as_owner: bool,
    /// The own password, where it may have to be typed.
    confirmation: Option<Field>,
}

/// Asks for the password before a member becomes an owner.
#[derive(Template)]
#[template(path = "account/projects/make_owner.html")]
struct MakeOwner {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    slug: String,
    user_id: String,
    username: String,
    confirmation: Option<Field>,
}

/// Said wherever the only owner would go: only an owner who can sign in presses such a button, so it is this one.
const LAST_OWNER: &str =
    "You are the only owner who can sign in. Make somebody else an owner first.";

/// `GET /account/projects/{slug}/members`.
pub async fn get(member: Member) -> HttpResponse {
    let form = AddForm::empty(&member);
    member.answer(show(&member, StatusCode::OK, None, form).await)
}

/// `POST /account/projects/{slug}/members`: adds somebody.
pub async fn post(owner: Owner, body: Body) -> HttpResponse {
    owner.answer(add(&owner, &body).await)
}

/// `GET /account/projects/{slug}/members/change`: where the browser is left when a session has ended meanwhile.
pub async fn back(member: Member) -> HttpResponse {
    member.go_to(&member.path("/members"))
}

/// `POST /account/projects/{slug}/members/change`: changes what somebody may do, or takes them out.
pub async fn post_change(owner: Owner, body: Body) -> HttpResponse {
    owner.answer(change(&owner, &body).await)
}

async fn show(
    member: &Member,
    status: StatusCode,
    problem: Option<&'static str>,
    form: AddForm,
) -> PageResult {
    let project_id = member.project.id.clone();
    let people = member
        .app
        .db
        .read(move |connection| Ok(project_member::of_project(connection, &project_id)?));
    let people = people.await?;
    let looks_after = |(own, user): &(ProjectMember, User)| {
        own.membership == Membership::Owner && user.disabled_at.is_none()
    };
    let owners = people.iter().filter(|person| looks_after(person)).count();
    let line = |(own, user): (ProjectMember, User)| Line {
        is_self: user.id == member.signed_in.user.id,
        is_owner: own.membership == Membership::Owner,
        is_disabled: user.disabled_at.is_some(),
        since: Moment::new(own.created_at, member.now),
        user_id: user.id,
        username: user.username,
    };
    let template = Members {
        page: member.page("Members"),
        area: member.area("projects"),
        crumbs: member.crumbs(),
        slug: member.project.slug.clone(),
        is_owner: member.is_owner(),
        is_only_owner: member.is_owner() && owners == 1,
        problem,
        lines: people.into_iter().map(line).collect(),
        form,
    };
    Ok(member.show(status, &template))
}

async fn add(owner: &Owner, body: &Body) -> PageResult {
    let fields = owner.fields(body)?;
    let username = field(&fields, "username")?.trim().to_owned();
    let as_owner = field(&fields, "membership")? == Membership::Owner.as_str();
    let membership = if as_owner {
        Membership::Owner
    } else {
        Membership::Member
    };
    let mut form = AddForm {
        username: Field::new(&username, None),
        as_owner,
        confirmation: owner.confirmation(),
    };
    if as_owner {
        form.confirmation = owner.confirm(&fields).await?;
        if form.confirmation.is_some() {
            return show(owner, StatusCode::UNPROCESSABLE_ENTITY, None, form).await;
        }
    }
    let (project_id, now) = (owner.project.id.clone(), owner.now);
    let mut event = owner.project_event("project.member_added", membership.as_str());
    let add = owner.write(move |connection| {
        let added = insert(connection, &project_id, &username, membership, now)?;
        if let Ok(user) = &added {
            event.user_id = Some(user.id.clone());
            event.insert(connection)?;
        }
        Ok(added)
    });
    match add.await? {
        Ok(user) => {
            let sentence = format!("{} belongs to the project now.", user.username);
            Ok(owner.done(&owner.path("/members"), &sentence))
        }
        Err(sentence) => {
            form.username.error = Some(sentence);
            show(owner, StatusCode::UNPROCESSABLE_ENTITY, None, form).await
        }
    }
}

/// Adds the person of that name, or says why not.
fn insert(
    connection: &mut DbConnection,
    project_id: &str,
    username: &str,
    membership: Membership,
    now: UnixTime,
) -> Result<std::result::Result<User, String>> {
    let found = user::find_by_username(connection, username)?;
    let Some(user) = found.filter(|user| user.disabled_at.is_none()) else {
        return Ok(Err(String::from(
            "There is no user of this name. Check it with the person.",
        )));
    };
    if project_member::find(connection, project_id, &user.id)?.is_some() {
        return Ok(Err(format!(
            "{} belongs to the project already.",
            user.username
        )));
    }
    if project_member::of_project(connection, project_id)?.len() >= project_member::LIMIT {
        return Ok(Err(format!(
            "The project has {} members, which is the most.",
            project_member::LIMIT
        )));
    }
    if project::of_user(connection, &user.id)?.len() >= project::LIMIT {
        return Ok(Err(format!(
            "{} belongs to {} projects already, which is the most.",
            user.username,
            project::LIMIT
        )));
    }
    let member = ProjectMember {
        project_id: project_id.to_owned(),
        user_id: user.id.clone(),
        membership,
        created_at: now,
    };
    project_member::insert(connection, member)?;
    Ok(Ok(user))
}

async fn change(owner: &Owner, body: &Body) -> PageResult {
    let fields = owner.fields(body)?;
    let user_id = field(&fields, "user")?.to_owned();
    let wanted = match field(&fields, "act")? {
        "owner" => Some(Membership::Owner),
        "member" => Some(Membership::Member),
        "remove" => None,
        _ => return Err(PageError::not_found()),
    };
    if wanted == Some(Membership::Owner) && owner.must_confirm() {
        // The button stands in a list without room for a field, so the first press asks.
        if fields.all("confirmation").next().is_none() {
            let field = Some(Field::default());
            return ask_before_owner(owner, StatusCode::OK, user_id, field).await;
        }
        if let Some(mistake) = owner.confirm(&fields).await? {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return ask_before_owner(owner, status, user_id, Some(mistake)).await;
        }
    }
    let action = match wanted {
        Some(_) => "project.member_changed",
        None => "project.member_removed",
    };
    let told = wanted.map_or("", Membership::as_str);
    let mut event = owner.project_event(action, told);
    event.user_id = Some(user_id.clone());
    let project_id = owner.project.id.clone();
    let is_self = user_id == owner.signed_in.user.id;
    let change = owner.write(move |connection| {
        let changed = set(connection, &project_id, &user_id, wanted)?;
        if changed == Change::Done {
            event.insert(connection)?;
        }
        let user = user::find(connection, &user_id)?;
        Ok((changed, user.map(|user| user.username).unwrap_or_default()))
    });
    let (changed, name) = change.await?;
    match changed {
        Change::Done if is_self && wanted.is_none() => {
            let sentence = format!("You left the project {}.", owner.project.name);
            Ok(owner.done(super::PATH, &sentence))
        }
        Change::Done if is_self && wanted == Some(Membership::Member) => {
            let sentence = "You are a member of the project now, and no owner any more.";
            Ok(owner.done(&owner.path("/members"), sentence))
        }
        Change::Done => Ok(owner.done(&owner.path("/members"), &sentence(&name, wanted))),
        Change::NobodyThere => Err(PageError::not_found()),
        Change::LastOwner => last_owner(owner).await,
    }
}

async fn ask_before_owner(
    owner: &Owner,
    status: StatusCode,
    user_id: String,
    confirmation: Option<Field>,
) -> PageResult {
    let (project_id, id) = (owner.project.id.clone(), user_id.clone());
    let find = owner.app.db.read(move |connection| {
        let is_member = project_member::find(connection, &project_id, &id)?.is_some();
        let user = user::find(connection, &id)?;
        Ok(user.filter(|_| is_member))
    });
    let user = find.await?.ok_or_else(PageError::not_found)?;
    let template = MakeOwner {
        page: owner.page("Make owner"),
        area: owner.area("projects"),
        crumbs: owner.crumbs(),
        slug: owner.project.slug.clone(),
        user_id,
        username: user.username,
        confirmation,
    };
    Ok(owner.show(status, &template))
}

fn sentence(name: &str, wanted: Option<Membership>) -> String {
    match wanted {
        Some(Membership::Owner) => format!("{name} is an owner of the project now."),
        Some(Membership::Member) => {
            format!("{name} is a member of the project now, and no owner any more.")
        }
        None => format!(
            "{name} does not belong to the project any more. The project's keys go on working."
        ),
    }
}

/// 409 for what would leave a project without an owner: the page of its members, where another is made one.
pub(super) async fn last_owner(member: &Member) -> PageResult {
    let form = AddForm::empty(member);
    show(member, StatusCode::CONFLICT, Some(LAST_OWNER), form).await
}

impl AddForm {
    fn empty(member: &Member) -> Self {
        Self {
            confirmation: member.confirmation(),
            ..Self::default()
        }
    }
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Done,
    NobodyThere,
    LastOwner,
}

/// Changes what a person may do, or takes them out, unless that would take the last owner. The project is locked, as
/// for every act in it, so that two owners who leave at once do so one after the other.
pub(super) fn set(
    connection: &mut DbConnection,
    project_id: &str,
    user_id: &str,
    wanted: Option<Membership>,
) -> Result<Change> {
    let Some(own) = project_member::find(connection, project_id, user_id)? else {
        return Ok(Change::NobodyThere);
    };
    let goes = own.membership == Membership::Owner && wanted != Some(Membership::Owner);
    if goes && !project_member::has_other_owner(connection, project_id, user_id)? {
        return Ok(Change::LastOwner);
    }
    match wanted {
        Some(membership) => {
            project_member::set_membership(connection, project_id, user_id, membership)?
        }
        None => project_member::remove(connection, project_id, user_id)?,
    };
    Ok(Change::Done)
}
