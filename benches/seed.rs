//! Fills a database for `benches/run` and `benches/lists` through the crate's own models: users, clients and
//! live tokens in a plausible mix, and for the latter audit events and refusals. Leaves a random sample of
//! the tokens, and the names of users who can sign in, as files.

#[path = "seed/records.rs"]
mod records;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use latchkey::authentication::PasswordHasher;
use latchkey::clock::{Clock, UnixTime};
use latchkey::config::{DatabaseUrl, Password};
use latchkey::db::{Db, DbConnection};
use latchkey::error::{Error, Result};
use latchkey::grants::issue::new_access_token;
use latchkey::models::access_token::{self, AccessToken, TokenKind};
use latchkey::models::authorization::{self, Authorization};
use latchkey::models::client::{self, Client, ClientKind};
use latchkey::models::scope::{self, RegisteredScope};
use latchkey::models::user::{self, User};
use latchkey::oauth::{GrantType, PlainSecret, Scope, SecretKind};
use latchkey::schema::{clients, projects};

/// Rows of one transaction.
const BATCH: usize = 20_000;
/// Tokens that are written out.
const SAMPLE: usize = 50_000;
/// Clients where nobody asks for another number.
const CLIENTS: usize = 10;
/// Users who can sign in.
const PEOPLE: usize = 50;
/// Seconds that a token lives; half of them may have passed.
const LIFE: i64 = 86_400;

/// What tokens are made for.
struct World {
    now: UnixTime,
    tokens: usize,
    clients: Vec<String>,
    /// Users with the clients of their personal tokens.
    users: Vec<(String, String)>,
}

/// `seed DIRECTORY TOKENS PASSWORD [CLIENTS RECORDS]`
#[actix_web::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [directory, tokens, password, more @ ..] = arguments.as_slice() else {
        return Err(Error::failed(
            "usage: seed DIRECTORY TOKENS PASSWORD [CLIENTS RECORDS]",
        ));
    };
    let number = |text: &String| text.parse::<usize>().map_err(Error::failed);
    let (directory, tokens) = (Path::new(directory), number(tokens)?);
    let clients = more.first().map_or(Ok(CLIENTS), number)?;
    let records = more.get(1).map_or(Ok(0), number)?;
    let db =
        Db::open(&DatabaseUrl::Sqlite(directory.join("latchkey.db"))).map_err(Error::Failed)?;
    let hasher = PasswordHasher::start(&Password::default()).map_err(Error::Failed)?;
    let hash = hasher.hash(password.clone()).await?;
    let world = Arc::new(populate(&db, tokens, clients, hash).await?);

    write_lines(&directory.join("people"), (0..PEOPLE).map(username)).map_err(Error::failed)?;
    let mut sample = Vec::new();
    for from in (0..tokens).step_by(BATCH) {
        let world = Arc::clone(&world);
        sample.extend(
            db.write(move |connection| Ok(issue(connection, &world, from)?))
                .await?,
        );
    }
    for from in (0..records).step_by(BATCH) {
        let world = Arc::clone(&world);
        let numbers = from..records.min(from + BATCH);
        db.write(move |connection| Ok(records::insert(connection, &world, numbers)?))
            .await?;
    }
    write_lines(
        &directory.join("tokens"),
        sample.iter().map(PlainSecret::expose),
    )
    .map_err(Error::failed)
}

fn write_lines(file: &Path, lines: impl Iterator<Item = impl Display>) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(file)?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.flush()
}

/// Makes scopes, clients and users; one user for ten tokens.
async fn populate(db: &Db, tokens: usize, clients: usize, hash: String) -> Result<World> {
    let now = Clock::System.now();
    let users = (tokens / 10).max(PEOPLE);
    let clients = db
        .write(move |connection| Ok(insert_clients(connection, clients, now)?))
        .await?;
    for from in (0..users).step_by(BATCH) {
        let hash = hash.clone();
        let numbers = from..users.min(from + BATCH);
        db.write(move |connection| {
            for number in numbers {
                let user = User::new(&username(number), "someone@example.com", now);
                let password_hash = (number < PEOPLE).then(|| hash.clone());
                user::insert(
                    connection,
                    User {
                        password_hash,
                        ..user
                    },
                )?;
            }
            Ok(())
        })
        .await?;
    }
    let users = db
        .read(|connection| Ok(with_personal_clients(connection)?))
        .await?;
    Ok(World {
        now,
        tokens,
        clients,
        users,
    })
}

fn username(number: usize) -> String {
    format!("user-{number:06}")
}

fn insert_clients(
    connection: &mut DbConnection,
    clients: usize,
    now: UnixTime,
) -> QueryResult<Vec<String>> {
    // The seeder alone needs so much memory: the pages of the random indexes are written once a batch.
    connection.batch_execute("PRAGMA cache_size = -262144")?;
    for name in ["profile", "reports:read", "reports:write"] {
        scope::insert(
            connection,
            RegisteredScope {
                name: name.to_owned(),
                description: format!("Use {name}"),
                is_default: name == "profile",
                is_sensitive: false,
                created_at: now,
            },
        )?;
    }
    let mut ids = Vec::new();
    for number in 0..clients {
        let client = Client::new(&format!("Client {number}"), ClientKind::Confidential, now);
        ids.push(client.id.clone());
        client::insert(connection, client)?;
    }
    Ok(ids)
}

fn with_personal_clients(connection: &mut DbConnection) -> QueryResult<Vec<(String, String)>> {
    clients::table
        .inner_join(projects::table)
        .filter(projects::personal_user_id.is_not_null())
        .select((projects::personal_user_id.assume_not_null(), clients::id))
        .load(connection)
}

/// Makes one batch of tokens; returns the sample.
fn issue(
    connection: &mut DbConnection,
    world: &World,
    from: usize,
) -> QueryResult<Vec<PlainSecret>> {
    let mut chosen = Vec::new();
    for number in from..world.tokens.min(from + BATCH) {
        let token = issue_one(connection, world, number)?;
        if scatter(number, 1) % world.tokens < SAMPLE {
            chosen.push(token);
        }
    }
    Ok(chosen)
}

/// Of ten tokens seven are a user's from a grant, two a client's own and one is personal.
fn issue_one(
    connection: &mut DbConnection,
    world: &World,
    number: usize,
) -> QueryResult<PlainSecret> {
    // The oldest first, as a server would have written them.
    let age = LIFE / 2 * i64::try_from(world.tokens - number).unwrap_or(0)
        / i64::try_from(world.tokens).unwrap_or(1);
    let (now, end) = (world.now.plus(-age), world.now.plus(LIFE - age));
    let (user, personal) = &world.users[scatter(number, 2) % world.users.len()];
    let client = &world.clients[scatter(number, 3) % world.clients.len()];
    let scope: Scope = ["profile", "reports:read"].into_iter().collect();
    let kind = match number % 10 {
        0 => SecretKind::PersonalToken,
        _ => SecretKind::AccessToken,
    };
    let token = PlainSecret::generate(kind, now);
    let of_client = new_access_token(&token, client, scope.clone(), end, now);
    let row = match number % 10 {
        0 => AccessToken {
            kind: TokenKind::Personal,
            client_id: personal.clone(),
            user_id: Some(user.clone()),
            name: Some(String::from("laptop")),
            ..of_client
        },
        1 | 2 => of_client,
        _ => {
            let granted =
                Authorization::new(client, user, GrantType::AuthorizationCode, scope, now, end);
            authorization::insert(connection, granted.clone())?;
            AccessToken {
                user_id: Some(user.clone()),
                authorization_id: Some(granted.id),
                ..of_client
            }
        }
    };
    access_token::insert(connection, row)?;
    Ok(token)
}

/// A number for a number, the same at each run but without a pattern that shows; `salt` gives another.
fn scatter(number: usize, salt: usize) -> usize {
    let mixed = (number * 8 + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33
}
