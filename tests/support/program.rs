//! The real program: its commands, and its server as a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use actix_web::rt::Runtime;
use actix_web::web::Data;
use latchkey::app::App;
use latchkey::clock::Clock;
use latchkey::config::DatabaseUrl;
use serde_json::Value;
use tempfile::TempDir;

use super::{TestServer, database, until};

/// The program with a folder and a database of its own.
pub struct Program {
    pub folder: TempDir,
    pub variables: Vec<(String, String)>,
    /// The server in this process beside which it runs.
    beside: Option<(Clock, Data<App>)>,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A running `latchkey serve`. Dropping it kills it.
pub struct Served {
    pub url: String,
    child: Child,
    err: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Program {
    /// On a database that nobody has used.
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let url = database::fresh(folder.path());
        let key = folder.path().join("latchkey.key");
        Self::with(folder, &url, &key)
    }

    /// On the database of a server that runs in this process, and with its issuer.
    pub fn beside(server: &TestServer) -> Self {
        let config = &server.app.config;
        let program = Self::with(
            TempDir::new().unwrap(),
            &config.database_url,
            config.master_key_file.as_ref().unwrap(),
        );
        Self {
            beside: Some((server.clock.clone(), server.app.clone())),
            ..program.set("LATCHKEY_ISSUER", server.app.issuer.as_str())
        }
    }

    fn with(folder: TempDir, url: &DatabaseUrl, key: &std::path::Path) -> Self {
        let url = match url {
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        };
        let program = Self {
            folder,
            variables: Vec::new(),
            beside: None,
        };
        program
            .set("LATCHKEY_DATABASE_URL", &url)
            .set("LATCHKEY_MASTER_KEY_FILE", key.to_str().unwrap())
            .set("LATCHKEY_LISTEN", "127.0.0.1:0")
            .set("LATCHKEY_WORKERS", "2")
            .set("LATCHKEY_PASSWORD__MEMORY_KIB", "8")
            .set("LATCHKEY_PASSWORD__ITERATIONS", "1")
    }

    /// The same with another setting.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(own, _)| own != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LATCHKEY_")) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .envs(self.variables.iter().cloned());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command with nothing on standard input.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    /// Runs a command with something on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments does not read.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        // The program's own clock is the system's, and its changes are seen when the server asks next.
        if let Some((clock, app)) = &self.beside {
            clock.catch_up();
            let asked = Runtime::new().unwrap().block_on(app.db.look_for_changes());
            asked.unwrap();
        }
        Ended {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command with `--json`, which must succeed; returns its one document.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.json_with(arguments, "")
    }

    /// The same with something on standard input.
    #[track_caller]
    pub fn json_with(&self, arguments: &[&str], input: &str) -> Value {
        let ended = self.run_with(&[arguments, &["--json"]].concat(), input);
        assert_eq!(ended.status, Some(0), "{arguments:?}: {ended:?}");
        serde_json::from_str(&ended.out)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error} in {ended:?}"))
    }

    /// Starts the server and waits until it says where it is.
    #[track_caller]
    pub fn serve(&self) -> Served {
        let mut child = self
            .command(&["serve"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let err = Arc::new(Mutex::new(String::new()));
        let (kept, pipe) = (Arc::clone(&err), child.stderr.take().unwrap());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut text = kept.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
        let mut served = Served {
            url: String::new(),
            child,
            err,
            reader: Some(reader),
        };
        until("the server says where it is", || {
            let ended = served.child.try_wait().unwrap();
            served.url = bound(&served.err()).unwrap_or_default();
            assert!(ended.is_none(), "it does not start: {}", served.err());
            !served.url.is_empty()
        });
        served
    }
}

/// The address in the line that tells it.
fn bound(err: &str) -> Option<String> {
    let line = err
        .lines()
        .find(|line| line.starts_with("Latchkey serves"))?;
    let at = line.rfind("127.0.0.1:")?;
    Some(format!("http://{}", line[at..].trim_end_matches('.')))
}

impl Served {
    /// What it has written to standard error so far.
    pub fn err(&self) -> String {
        self.err.lock().unwrap().clone()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end; returns the exit status, and everything it wrote: standard output, then error.
    pub fn wait(mut self) -> Ended {
        until("it has ended", || self.child.try_wait().unwrap().is_some());
        let mut out = String::new();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut out)
            .unwrap();
        let status = self.child.wait().unwrap().code();
        self.reader.take().unwrap().join().unwrap();
        Ended {
            status,
            out,
            err: self.err(),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
