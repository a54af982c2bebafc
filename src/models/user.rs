//! People. Each has a personal project, whose one client holds the person's own access tokens.

use diesel::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_token_change, note_token_changes};
use crate::oauth::List;
use crate::oauth::id::{IdKind, new_id};
use crate::schema::users;

use super::visible_name::{self, is_invisible};
use super::{one_time_link, role};

/// A person who can sign in.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = users)]
pub struct User {
    /// `sub` of the person's tokens; never reused.
    pub id: String,
    /// The name as typed.
    pub username: String,
    /// The name by which it is unique: NFKC, lower case.
    pub username_key: String,
    /// Where to reach the person; not used for signing in.
    pub email: String,
    /// argon2id in PHC form; none until a password is set.
    pub password_hash: Option<String>,
    /// The names of the roles besides `user`, which everybody has. Here and not in a table of their own
    /// because every introspection of a user's token reads them.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub roles: List<String>,
    /// When the account was made.
    pub created_at: UnixTime,
    /// When the password was last set.
    pub password_changed_at: Option<UnixTime>,
    /// Since when the account is disabled.
    pub disabled_at: Option<UnixTime>,
}

impl User {
    /// A new account without roles and password.
    pub fn new(username: &str, email: &str, now: UnixTime) -> Self {
        Self {
            id: new_id(IdKind::User, now),
            username: username.to_owned(),
            username_key: key_of(username),
            email: email.to_owned(),
            password_hash: None,
            roles: List::default(),
            created_at: now,
            password_changed_at: None,
            disabled_at: None,
        }
    }

    /// Whether the person may administer.
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|name| name == role::ADMIN)
    }

    /// Whether this is enabled and has the password that `earlier` had.
    fn is_still(&self, earlier: &Self) -> bool {
        self.disabled_at.is_none() && self.password_hash == earlier.password_hash
    }
}

/// The form in which names are compared: what cannot be seen makes no second name.
pub fn key_of(username: &str) -> String {
    username
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|character| !is_invisible(*character))
        .nfkc()
        .collect()
}

/// Checks a name that somebody wants.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_username(username: &str) -> Result<(), String> {
    visible_name::check(username, 64)
}

/// Checks an address that somebody gives. Only a message sent there could prove it.
///
/// # Errors
/// A sentence that says what an address is.
pub fn check_email(email: &str) -> Result<(), String> {
    let parts = email
        .split_once('@')
        .filter(|(name, host)| !name.is_empty() && !host.is_empty());
    let plain = !email.chars().any(|c| c.is_control() || c.is_whitespace());
    if parts.is_some() && plain && email.len() <= 254 {
        Ok(())
    } else {
        Err(String::from(
            "An e-mail address has an @ with something on both sides, no spaces, and at most 254 characters.",
        ))
    }
}

/// Finds by id.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(connection: &mut DbConnection, id: &str) -> QueryResult<Option<User>> {
    users::table
        .find(id)
        .select(User::as_select())
        .get_result(connection)
        .optional()
}

/// Finds by name, however it is written.
pub fn find_by_username(
    connection: &mut DbConnection,
    username: &str,
) -> QueryResult<Option<User>> {
    users::table
        .filter(users::username_key.eq(key_of(username)))
        .select(User::as_select())
        .get_result(connection)
        .optional()
}

/// Finds by id under a lock of PostgreSQL's; in an embedded database there is one writer, and this is it. No lock
/// here is of the key: a grant, which holds its authorization, inserts rows that refer to the user, and must not
/// wait for whoever holds the user and waits for that authorization.
macro_rules! find_under {
    ($lock:ident, $connection:expr, $id:expr) => {{
        let one = users::table.find($id);
        match $connection {
            DbConnection::Sqlite(connection) => one
                .select(User::as_select())
                .get_result(connection)
                .optional(),
            DbConnection::Postgres(connection) => one
                .select(User::as_select())
                .$lock()
                .get_result(connection)
                .optional(),
        }
    }};
}

/// Finds by id and keeps it from changing until this transaction ends: whoever signs in and whoever changes
/// the password or disables the account come one after the other. Always taken before the sessions.
pub(super) fn find_and_hold(connection: &mut DbConnection, id: &str) -> QueryResult<Option<User>> {
    find_under!(for_share, connection, id)
}

/// The same for whoever acts as the user or ends what the user holds: those who sign in, and others who end it, wait.
/// Whoever locks more than one user locks the administrators first ([`admins_and_lock`]).
pub fn find_and_lock(connection: &mut DbConnection, id: &str) -> QueryResult<Option<User>> {
    find_under!(for_no_key_update, connection, id)
}

/// Whether the account is still enabled and has the password that was found right: hashing takes its
/// time, and whoever was disabled or has a new password since is not to be let in.
pub fn is_unchanged(connection: &mut DbConnection, checked: &User) -> QueryResult<bool> {
    let now = find_and_hold(connection, &checked.id)?;
    Ok(now.is_some_and(|now| now.is_still(checked)))
}

/// All, by name.
pub fn list(connection: &mut DbConnection) -> QueryResult<Vec<User>> {
    users::table
        .select(User::as_select())
        .order(users::username_key)
        .load(connection)
}

/// Whether there is anybody yet.
pub fn any(connection: &mut DbConnection) -> QueryResult<bool> {
    let one: Vec<String> = users::table.select(users::id).limit(1).load(connection)?;
    Ok(!one.is_empty())
}

/// Whether anybody can administer yet.
pub fn any_admin(connection: &mut DbConnection) -> QueryResult<bool> {
    let admins: i64 = users::table
        .filter(users::roles.ne("[]"))
        .filter(users::roles.like("%\"admin\"%"))
        .count()
        .get_result(connection)?;
    Ok(admins > 0)
}

/// The administrators who can sign in. They stay so until this transaction ends: two who take the role from each
/// other at once must not both succeed. Always taken in one order, and before any other user.
pub fn admins_and_lock(connection: &mut DbConnection) -> QueryResult<Vec<String>> {
    let admins = users::table
        .filter(users::roles.ne("[]"))
        .filter(users::roles.like("%\"admin\"%"))
        .filter(users::disabled_at.is_null())
        .filter(users::password_hash.is_not_null())
        .select(users::id);
    match connection {
        // In no order, for which it would go through all users.
        DbConnection::Sqlite(connection) => admins.load(connection),
        DbConnection::Postgres(connection) => {
            admins.order(users::id).for_no_key_update().load(connection)
        }
    }
}

/// Adds the account with its personal project and the client of its personal tokens.
pub fn insert(connection: &mut DbConnection, user: User) -> QueryResult<()> {
    let (id, name, now) = (user.id.clone(), user.username.clone(), user.created_at);
    diesel::insert_into(users::table)
        .values(user)
        .execute(connection)?;
    super::project::insert_personal(connection, &id, &name, now)
}

/// Replaces the name and the address. The personal project bears the name of its person.
pub fn set_profile(
    connection: &mut DbConnection,
    id: &str,
    username: &str,
    email: &str,
) -> QueryResult<usize> {
    let changed = diesel::update(users::table.find(id))
        .set((
            users::username.eq(username),
            users::username_key.eq(key_of(username)),
            users::email.eq(email),
        ))
        .execute(connection)?;
    super::project::rename_personal(connection, id, username)?;
    note_token_change(connection)?;
    Ok(changed)
}

/// Sets the password; links to choose one stop working.
pub fn set_password(
    connection: &mut DbConnection,
    id: &str,
    hash: &str,
    now: UnixTime,
) -> QueryResult<usize> {
    let changed = diesel::update(users::table.find(id))
        .set((
            users::password_hash.eq(Some(hash)),
            users::password_changed_at.eq(Some(now)),
        ))
        .execute(connection)?;
    one_time_link::end_of_user(connection, id)?;
    Ok(changed)
}

/// Disables (with a time) or enables (with none); says whether it was not so before.
pub fn set_disabled(
    connection: &mut DbConnection,
    id: &str,
    at: Option<UnixTime>,
) -> QueryResult<bool> {
    let changed = diesel::update(users::table.find(id))
        .filter(users::disabled_at.is_null().eq(at.is_some()))
        .set(users::disabled_at.eq(at))
        .execute(connection)?;
    note_token_changes(connection, changed)?;
    Ok(changed == 1)
}

/// Replaces the roles.
pub fn set_roles(
    connection: &mut DbConnection,
    id: &str,
    roles: List<String>,
) -> QueryResult<usize> {
    let changed = diesel::update(users::table.find(id))
        .set(users::roles.eq(String::from(roles)))
        .execute(connection)?;
    note_token_change(connection)?;
    Ok(changed)
}
