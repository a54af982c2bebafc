//! `latchkey demo`: a server on a database that lasts as long as the command, with sample users, scopes
//! and clients, and beside it the sample applications of `crate::demo`.

mod seed;

use std::fs::{self, DirBuilder};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use actix_web::rt;

use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl, LogLevel};
use crate::demo::{self, Listeners, Registered};
use crate::oauth::secret::random_base62;
use crate::server::Running;
use crate::{log, server};

use super::Failure;
use super::output::Output;
use super::record::Record;

/// The port that people know from the documentation.
const PORT: u16 = 8080;

pub(super) async fn demo(config: Config, json: bool) -> Result<(), Failure> {
    let folder = Folder::make()?;
    let config = throw_away(config, &folder);
    let _log = log::start(&config.log);
    let listeners = demo::bind().map_err(|error| format!("No free port is left: {error}."))?;
    let clients = seed::seed(&config, &listeners).await?;
    let running = server::start(config, Clock::System).await?;
    running.keep_house();
    running.stop_on_signals()?;
    story(running.issuer(), &listeners).print(json)?;

    let samples = demo::serve(listeners, registered(&running, clients));
    let samples =
        samples.map_err(|error| format!("The sample applications cannot start: {error}."))?;
    let handles: Vec<_> = samples.iter().map(actix_web::dev::Server::handle).collect();
    for sample in samples {
        // What ends one is told by its page not answering; the others go on.
        drop(rt::spawn(sample));
    }
    let stopped = running.until_stopped().await;
    for handle in handles {
        handle.stop(false).await;
    }
    Ok(stopped?)
}

/// Where the demo keeps everything. Dropping it removes it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, Failure> {
        let name = format!("latchkey-demo-{}", &random_base62()[..16]);
        let folder = std::env::temp_dir().join(name);
        DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .map_err(|error| {
                format!(
                    "The folder {} for the demo cannot be made: {error}.",
                    folder.display()
                )
            })?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is a folder of samples for the system to clear away.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Lifetimes, limits and the like stay as the operator set them; where the server is and what it keeps
/// are the demo's own, so that it never touches a real database or address.
fn throw_away(config: Config, folder: &Folder) -> Config {
    let port_is_free = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).is_ok();
    let port = if port_is_free { PORT } else { 0 };
    let mut config = Config {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        issuer: None,
        database_url: DatabaseUrl::Sqlite(folder.0.join("latchkey.db")),
        master_key_file: Some(folder.0.join("latchkey.key")),
        master_key: None,
        metrics_listen: None,
        trusted_proxies: Vec::new(),
        ..config
    };
    // A line for each request would hide the addresses that the person needs.
    config.log.level = LogLevel::Warn;
    config
}

fn registered(running: &Running, clients: seed::Clients) -> Registered {
    Registered {
        issuer: running.issuer().to_owned(),
        third_party_app: clients.third_party_app,
        single_page_app: clients.single_page_app,
        sample_api: clients.sample_api,
    }
}

/// Where to go and who to be.
fn story(issuer: &str, listeners: &Listeners) -> Output {
    let (third_party_app, single_page_app, sample_api) = (
        listeners.third_party_app.url(),
        listeners.single_page_app.url(),
        listeners.sample_api.url(),
    );
    let mut text = format!(
        "\nLatchkey is showing itself. Nothing of it is kept; stop it with Ctrl-C.\n\n\
         \x20 Start here    {third_party_app}   somebody else's app asks to see your notes\n\
         \x20 Then here     {single_page_app}   an app of your own, signed in by password\n\
         \x20 The API       {sample_api}   asks Latchkey about each token it is shown\n\
         \x20 Latchkey      {issuer}   your account: {issuer}/account\n\n\
         Sign in as\n\n"
    );
    let line = |user: &seed::SampleUser| {
        format!(
            "  {:8}  password {:22}  {}\n",
            user.username, user.password, user.is
        )
    };
    text.extend(seed::USERS.iter().map(line));
    let users = seed::USERS.iter().map(|user| {
        Record::default()
            .with("username", user.username)
            .with("password", user.password)
            .with("admin", user.is_admin)
    });
    let record = Record::default()
        .with("issuer", issuer)
        .with("third_party_app", third_party_app)
        .with("single_page_app", single_page_app)
        .with("sample_api", sample_api)
        .with("users", users.collect::<Vec<_>>());
    Output::said(text, record)
}
