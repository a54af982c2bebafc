//! Acts in a project, which are written as `web::act` says: as long as the person belongs to the project as is needed
//! for them, and members look after the client. The project is locked first, by everybody who acts in it or changes
//! who belongs to it: they come one after the other.

use crate::db::DbConnection;
use crate::error::Result;
use crate::models::project_member::{self, Membership};
use crate::models::{client, project};
use crate::web::error_page::PageError;
use crate::web::person::Person;

use super::member::{ClientKeeper, Member, Owner, is_kept_by_members};

impl Member {
    /// As [`Person::write`], and as long as the person belongs to the project.
    ///
    /// # Errors
    /// The same; 404 for one that does not any more.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        self.write_as(|connection, _| work(connection)).await
    }

    /// The same for work that depends on what the person may do in the project by now.
    async fn write_as<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection, Membership) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        let (project_id, user_id) = (self.project.id.clone(), self.signed_in.user.id.clone());
        let written = Person::write(self, move |connection| {
            project::find_and_lock(connection, &project_id)?;
            match project_member::find(connection, &project_id, &user_id)? {
                Some(own) => work(connection, own.membership).map(Some),
                None => Ok(None),
            }
        });
        written.await?.ok_or_else(PageError::not_found)
    }
}

impl Owner {
    /// As [`Member::write`], and as long as the person owns the project.
    ///
    /// # Errors
    /// The same; 403 for who is a member only by now.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        let written = self.write_as(|connection, membership| match membership {
            Membership::Owner => work(connection).map(Some),
            Membership::Member => Ok(None),
        });
        written.await?.ok_or_else(Self::owners_only)
    }
}

impl ClientKeeper {
    /// As [`Member::write`], and as long as the client is one of the project's that members look after.
    ///
    /// # Errors
    /// The same; 404 for a client that is not.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        let (id, project_id) = (self.client.id.clone(), self.project.id.clone());
        let written = Member::write(self, move |connection| {
            let client = client::find_and_lock(connection, &id)?;
            let kept = |client: &client::Client| {
                client.project_id.as_ref() == Some(&project_id) && is_kept_by_members(client)
            };
            if client.as_ref().is_some_and(kept) {
                work(connection).map(Some)
            } else {
                Ok(None)
            }
        });
        written.await?.ok_or_else(PageError::not_found)
    }
}
