//! What the pages will make: personal access tokens, projects with their clients and API keys, roles.

use diesel::prelude::*;
use latchkey::db::note_change;
use latchkey::grants::issue::new_access_token;
use latchkey::models::access_token::{self, AccessToken, TokenKind};
use latchkey::models::client::{self, Client, ClientKind};
use latchkey::models::client_secret;
use latchkey::models::ending::Ending;
use latchkey::models::project;
use latchkey::models::project_member::{self, Membership, ProjectMember};
use latchkey::models::role::{self, Role};
use latchkey::models::user;
use latchkey::oauth::id::{IdKind, new_id};
use latchkey::oauth::{List, PlainSecret, Scope, SecretKind};
use latchkey::schema::{clients, projects, scopes};

use super::TestServer;
use super::app::RegisteredClient;

impl TestServer {
    /// The client that holds a user's personal access tokens.
    pub fn db_personal_client(&self, user_id: &str) -> String {
        let user_id = user_id.to_owned();
        self.db_read(move |connection| Ok(project::personal_client(connection, &user_id)?))
    }

    /// A personal access token of a user, for ever or for some seconds.
    pub fn db_personal_token(&self, user_id: &str, scope: &str, expires_in: Option<i64>) -> String {
        let client = self.db_personal_client(user_id);
        self.db_token(
            TokenKind::Personal,
            &client,
            Some(user_id),
            scope,
            expires_in,
        )
    }

    /// An API key of a client, for ever or for some seconds.
    pub fn db_api_key(&self, client_id: &str, scope: &str, expires_in: Option<i64>) -> String {
        self.db_token(TokenKind::ApiKey, client_id, None, scope, expires_in)
    }

    fn db_token(
        &self,
        kind: TokenKind,
        client_id: &str,
        user_id: Option<&str>,
        scope: &str,
        expires_in: Option<i64>,
    ) -> String {
        let now = self.app.now();
        let secret = PlainSecret::generate(
            if kind == TokenKind::Personal {
                SecretKind::PersonalToken
            } else {
                SecretKind::ApiKey
            },
            now,
        );
        let scope = Scope::from_stored(scope.to_owned());
        let row = AccessToken {
            kind,
            user_id: user_id.map(str::to_owned),
            expires_at: expires_in.map(|seconds| now.plus(seconds)),
            ..new_access_token(&secret, client_id, scope, now, now)
        };
        self.db_write(move |connection| Ok(access_token::insert(connection, row)?));
        secret.expose().to_owned()
    }

    /// Ends an access token, as the pages will.
    pub fn db_revoke_token(&self, token: &str) {
        let (_, secret) = PlainSecret::recognise(token).unwrap();
        let now = self.app.now();
        let ended = self.db_write(move |connection| {
            let ending = Ending {
                because: "a test",
                by: None,
                at: now,
            };
            Ok(access_token::revoke(connection, &secret.id(), &ending)?)
        });
        assert!(ended, "it was live");
    }

    /// Another secret of a client.
    pub fn db_add_secret(&self, client_id: &str) -> String {
        let (id, now) = (client_id.to_owned(), self.app.now());
        let secret = self
            .db_write(move |connection| Ok(client_secret::insert(connection, &id, "second", now)?));
        secret.expose().to_owned()
    }

    /// A client, with a secret, of a new project.
    pub fn db_project_client(&self, slug: &str, scope: &str) -> RegisteredClient {
        let now = self.app.now();
        let project = new_id(IdKind::Project, now);
        let row = Client {
            project_id: Some(project.clone()),
            scope: Scope::from_stored(scope.to_owned()),
            ..Client::new("Nightly export", ClientKind::Confidential, now)
        };
        let (id, slug) = (row.id.clone(), slug.to_owned());
        let secret = self.db_write(move |connection| {
            diesel::insert_into(projects::table)
                .values((
                    projects::id.eq(project),
                    projects::slug.eq(&slug),
                    projects::name.eq(&slug),
                    projects::created_at.eq(now),
                ))
                .execute(connection)?;
            let id = row.id.clone();
            client::insert(connection, row)?;
            Ok(client_secret::insert(connection, &id, "first", now)?)
        });
        RegisteredClient {
            id,
            secret: Some(secret.expose().to_owned()),
        }
    }

    /// Adds a role.
    pub fn db_role(&self, name: &str, scope: &str, includes: &[&str]) {
        let role = Role {
            name: name.to_owned(),
            scope: Scope::from_stored(scope.to_owned()),
            includes: List(includes.iter().map(|name| (*name).to_owned()).collect()),
            created_at: self.app.now(),
        };
        self.db_write(move |connection| Ok(role::insert(connection, role)?));
    }

    /// Replaces what a role grants.
    pub fn db_set_role_scope(&self, name: &'static str, scope: &'static str) {
        self.db_write(move |connection| {
            let mut role = role::find(connection, name)?.unwrap();
            role.scope = Scope::from_stored(scope.to_owned());
            Ok(role::update(connection, &role)?)
        });
    }

    /// Replaces the roles of a user.
    pub fn db_set_roles(&self, user_id: &str, roles: &[&str]) {
        let roles = List(roles.iter().map(|name| (*name).to_owned()).collect());
        let id = user_id.to_owned();
        self.db_write(move |connection| Ok(user::set_roles(connection, &id, roles)?));
    }

    /// Replaces what a client may ask for.
    pub fn db_set_client_scope(&self, id: &str, scope: &'static str) {
        let id = id.to_owned();
        self.db_write(move |connection| {
            diesel::update(clients::table.find(id))
                .set(clients::scope.eq(scope))
                .execute(connection)?;
            Ok(note_change(connection)?)
        });
    }

    /// Makes a scope sensitive.
    pub fn db_make_sensitive(&self, name: &'static str) {
        self.db_write(move |connection| {
            diesel::update(scopes::table.find(name))
                .set(scopes::is_sensitive.eq(true))
                .execute(connection)?;
            Ok(note_change(connection)?)
        });
    }

    /// Makes a user an owner of a project.
    pub fn db_own_project(&self, username: &str, slug: &str) {
        let (name, slug, now) = (username.to_owned(), slug.to_owned(), self.app.now());
        self.db_write(move |connection| {
            let member = ProjectMember {
                project_id: project::find_by_slug(connection, &slug)?.unwrap().id,
                user_id: user::find_by_username(connection, &name)?.unwrap().id,
                membership: Membership::Owner,
                created_at: now,
            };
            Ok(project_member::insert(connection, member)?)
        });
    }
}
