//! Who may come into a project's pages: a page takes one of these instead of `Person`, so that no page can
//! forget to ask. To others the project is not there; members who are not owners are told so.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};

use crate::models::audit_event::AuditEvent;
use crate::models::client::{self, Client, ClientKind};
use crate::models::project::{self, Project};
use crate::models::project_member::{Membership, ProjectMember};
use crate::oauth::{GrantType, Scope};
use crate::web::error_page::PageError;
use crate::web::page::Crumb;
use crate::web::person::{Person, instead};

use super::PATH;

/// A person who belongs to the project that the address names.
pub struct Member {
    person: Person,
    /// The project.
    pub project: Project,
    /// As what.
    pub membership: Membership,
}

/// A member who may do everything.
pub struct Owner(Member);

/// A member, with the client of the project that the address names.
pub struct ClientMember {
    member: Member,
    /// The client.
    pub client: Client,
}

/// The same where the client is one that members look after.
pub struct ClientKeeper(ClientMember);

impl Deref for Member {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.person
    }
}

impl Deref for Owner {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl Deref for ClientMember {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

impl Deref for ClientKeeper {
    type Target = ClientMember;

    fn deref(&self) -> &ClientMember {
        &self.0
    }
}

type Arrival<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

impl FromRequest for Member {
    type Error = actix_web::Error;
    type Future = Arrival<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = Person::from_request(request, payload);
        Box::pin(async move {
            let person = person.await?;
            match find(&person).await {
                Ok((project, member)) => Ok(Self {
                    person,
                    project,
                    membership: member.membership,
                }),
                Err(error) => Err(instead(person.answer(Err(error)))),
            }
        })
    }
}

impl FromRequest for Owner {
    type Error = actix_web::Error;
    type Future = Arrival<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let member = Member::from_request(request, payload);
        Box::pin(async move {
            let member = member.await?;
            if member.is_owner() {
                Ok(Self(member))
            } else {
                Err(instead(member.answer(Err(Self::owners_only()))))
            }
        })
    }
}

impl FromRequest for ClientMember {
    type Error = actix_web::Error;
    type Future = Arrival<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let member = Member::from_request(request, payload);
        Box::pin(async move {
            let member = member.await?;
            match find_client(&member).await {
                Ok(client) => Ok(Self { member, client }),
                Err(error) => Err(instead(member.answer(Err(error)))),
            }
        })
    }
}

impl FromRequest for ClientKeeper {
    type Error = actix_web::Error;
    type Future = Arrival<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let known = ClientMember::from_request(request, payload);
        Box::pin(async move {
            let known = known.await?;
            if is_kept_by_members(&known.client) {
                Ok(Self(known))
            } else {
                let refusal = PageError::new(
                    StatusCode::FORBIDDEN,
                    "An administrator looks after this client",
                    "It can do more than members of a project can give it.",
                    "Ask an administrator of this server.",
                );
                Err(instead(known.answer(Err(refusal))))
            }
        })
    }
}

/// The project that the address names, and what the person may do there.
async fn find(person: &Person) -> Result<(Project, ProjectMember), PageError> {
    let (slug, user_id) = (person.path_part("slug")?, person.signed_in.user.id.clone());
    let find = person
        .app
        .db
        .read(move |connection| Ok(project::find_of_member(connection, &slug, &user_id)?));
    find.await?.ok_or_else(PageError::not_found)
}

/// The client of the project that the address names.
async fn find_client(member: &Member) -> Result<Client, PageError> {
    let id = member.path_part("client")?;
    let find = member
        .app
        .db
        .read(move |connection| Ok(client::find(connection, &id)?));
    let own = |client: &Client| client.project_id.as_ref() == Some(&member.project.id);
    find.await?.filter(own).ok_or_else(PageError::not_found)
}

/// Whether members look after a client: one that acts for itself alone. What introspects everybody's
/// tokens, is trusted like the server or signs people in is an administrator's.
pub(super) fn is_kept_by_members(client: &Client) -> bool {
    let acts_for_itself = |grant: &GrantType| *grant == GrantType::ClientCredentials;
    client.kind == ClientKind::Confidential
        && !client.is_first_party
        && !client.is_resource_server
        && client.grant_types.iter().all(acts_for_itself)
}

impl Member {
    /// Whether this member may do everything.
    pub fn is_owner(&self) -> bool {
        self.membership == Membership::Owner
    }

    /// The address of the project's page, or of one below it.
    pub fn path(&self, below: &str) -> String {
        format!("{PATH}/{}{below}", self.project.slug)
    }

    /// The pages above one of the project's.
    pub fn crumbs(&self) -> Vec<Crumb> {
        vec![
            Crumb::new(PATH, "Projects"),
            Crumb::new(self.path(""), &self.project.name),
        ]
    }

    /// An audit event of this person's doing in this project; `what` may say more.
    pub fn project_event(&self, action: &str, what: &str) -> AuditEvent {
        let slug = &self.project.slug;
        let detail = if what.is_empty() {
            slug.clone()
        } else {
            format!("{slug}: {what}")
        };
        self.event(action).about(&detail)
    }

    /// What this member can give.
    pub async fn own_scope(&self) -> Result<Scope, PageError> {
        let permissions = self.app.directory.permissions().await?;
        Ok(permissions.scope_of_user(&self.signed_in.user.roles))
    }
}

impl Owner {
    /// 403 for a member who is none.
    pub(super) fn owners_only() -> PageError {
        PageError::new(
            StatusCode::FORBIDDEN,
            "This page is for owners",
            "You are a member of this project. Only its owners change it and its members.",
            "Ask an owner of the project; the page of its members names them.",
        )
    }
}

impl ClientMember {
    /// The address of the client's page, or of one below it.
    pub fn client_path(&self, below: &str) -> String {
        self.path(&format!("/clients/{}{below}", self.client.id))
    }

    /// The pages above one of the client's.
    pub fn client_crumbs(&self) -> Vec<Crumb> {
        let mut crumbs = self.crumbs();
        crumbs.push(Crumb::new(self.client_path(""), &self.client.name));
        crumbs
    }

    /// An audit event of this person's doing with this client.
    pub fn client_event(&self, action: &str, what: &str) -> AuditEvent {
        AuditEvent {
            client_id: Some(self.client.id.clone()),
            ..self.project_event(action, what)
        }
    }

    /// Whether this member can give all of `scope` that still exists. Nobody is shown a key or secret that
    /// can do more than they: a project must be no way to the scopes of others.
    pub async fn can_give(&self, scope: &Scope) -> Result<bool, PageError> {
        let permissions = self.app.directory.permissions().await?;
        let own = permissions.scope_of_user(&self.signed_in.user.roles);
        let exists = |name: &&str| permissions.scopes.contains_key(*name);
        Ok(scope.names().filter(exists).all(|name| own.contains(name)))
    }

    /// 403 for who would be shown a key or secret that can do more than they.
    pub async fn check_can_give(&self, scope: &Scope) -> Result<(), PageError> {
        if self.can_give(scope).await? {
            return Ok(());
        }
        Err(PageError::new(
            StatusCode::FORBIDDEN,
            "This client can do more than you",
            "It has a scope that you cannot give yourself, so a key or secret of it is not for you to see.",
            "Ask a member who has all of its scopes, or an administrator of this server.",
        ))
    }
}
