//! Acts: whatever a signed-in person changes. Who sends a form is let in before its body has come and before the
//! password is checked, which takes as long as the sender likes. So each act looks again, where it is written,
//! whether what the person was let in for lasts, and holds that until it is done: whoever ends a session or takes
//! a role comes before it, and nothing is written, or after it, and finds all that it wrote.

use diesel::QueryResult;

use crate::db::DbConnection;
use crate::error::Result;
use crate::models::session;
use crate::models::user::{self, User};

use super::error_page::PageError;
use super::person::{Administrator, Person};

impl Person {
    /// Writes what the person does, as long as the session lasts and the account is enabled.
    ///
    /// The person's row is locked and not shared, before the session's: two sessions that end each other would wait
    /// for each other.
    ///
    /// # Errors
    /// A page that says that the session has ended; the database's.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        self.write_behind(self.lock_own(), |connection, _| work(connection))
            .await
    }

    fn lock_own(
        &self,
    ) -> impl FnOnce(&mut DbConnection) -> QueryResult<Option<User>> + Send + 'static {
        let own = self.signed_in.user.id.clone();
        move |connection| user::find_and_lock(connection, &own)
    }

    /// The same behind the locks of users that the act needs, which come before the session's.
    async fn write_behind<L, T: Send + 'static>(
        &self,
        lock: impl FnOnce(&mut DbConnection) -> QueryResult<L> + Send + 'static,
        work: impl FnOnce(&mut DbConnection, L) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        let (session, now) = (self.signed_in.session.clone(), self.now);
        let written = self.app.db.write(move |connection| {
            let locked = lock(connection)?;
            if session::is_live_and_hold(connection, &session, now)? {
                work(connection, locked).map(Some)
            } else {
                Ok(None)
            }
        });
        written.await?.ok_or_else(PageError::signed_out)
    }
}

impl Administrator {
    /// As [`Person::write`], and as long as the person is an administrator.
    ///
    /// # Errors
    /// The same; 403 for who has the role no more.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        let written = self.write_behind(self.lock_own(), |connection, own| {
            if own.is_some_and(|own| own.is_admin()) {
                work(connection).map(Some)
            } else {
                Ok(None)
            }
        });
        written.await?.ok_or_else(PageError::administrators_only)
    }

    /// The same for what is done to users: all administrators are locked, in one order, and before any other user,
    /// so that two who disable each other do not wait for each other.
    ///
    /// # Errors
    /// The same.
    pub async fn write_on_users<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, PageError> {
        let own = self.signed_in.user.id.clone();
        let written = self.write_behind(user::admins_and_lock, move |connection, admins| {
            if admins.contains(&own) {
                work(connection).map(Some)
            } else {
                Ok(None)
            }
        });
        written.await?.ok_or_else(PageError::administrators_only)
    }
}
