//! The master key: 32 random bytes in a file of mode 0600 or in the environment. Everything that must
//! survive a restart, or be the same on every server, and be known to nobody else is derived from it.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::{hmac, rand};

use crate::config::Config;
use crate::signing::KeySeal;

/// The key, which does not print itself.
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A key for one purpose.
    pub fn derive(&self, purpose: &[u8]) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.bytes_for(purpose).as_ref())
    }

    /// What encrypts the signing keys.
    pub fn key_seal(&self) -> KeySeal {
        KeySeal::new(self.bytes_for(b"latchkey signing keys").as_ref())
    }

    fn bytes_for(&self, purpose: &[u8]) -> hmac::Tag {
        let master = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        hmac::sign(&master, purpose)
    }
}

/// Reads the key that the configuration names; makes the file at the first start.
///
/// # Errors
/// A sentence for the operator.
pub fn load(config: &Config) -> Result<MasterKey, String> {
    load_or(config, |path| {
        make(path).map_err(|error| {
            format!(
                "the master key file {} cannot be made: {error}; give it a directory in which this user may \
                 write, or set master_key_file to another place",
                path.display()
            )
        })
    })
}

/// The same for what must not be done under a new key.
///
/// # Errors
/// A sentence for the operator.
pub fn load_existing(config: &Config) -> Result<MasterKey, String> {
    load_or(config, |path| {
        Err(format!(
            "there is no master key file {}: the first start of the server makes it, and this command must have \
             the server's",
            path.display()
        ))
    })
}

fn load_or(
    config: &Config,
    missing: impl FnOnce(&Path) -> Result<MasterKey, String>,
) -> Result<MasterKey, String> {
    if let Some(key) = &config.master_key {
        return Ok(MasterKey(*key.bytes()));
    }
    let path = config
        .master_key_path()
        .ok_or("set master_key_file, or LATCHKEY_MASTER_KEY, to the same key on every server")?;
    match read(&path) {
        Ok(key) => Ok(key),
        Err(error) if error.kind() == ErrorKind::NotFound => missing(&path),
        Err(error) => Err(format!(
            "the master key file {} cannot be used: {error}",
            path.display()
        )),
    }
}

fn read(path: &Path) -> std::io::Result<MasterKey> {
    let mut key = [0; 32];
    let mut file = OpenOptions::new().read(true).open(path)?;
    file.read_exact(&mut key)
        .and_then(|()| file.read(&mut [0]))
        .ok()
        .filter(|more| *more == 0)
        .ok_or_else(|| std::io::Error::other("it must hold exactly 32 bytes"))?;
    Ok(MasterKey(key))
}

fn make(path: &Path) -> std::io::Result<MasterKey> {
    let mut key = [0; 32];
    rand::fill(&mut key).map_err(|_| std::io::Error::other("the system has no random numbers"))?;
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(mut file) => {
            file.write_all(&key)?;
            file.sync_all()?;
            Ok(MasterKey(key))
        }
        // Another process was faster; its key counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(error),
    }
}

/// The key's file, if users of this machine other than the server's may read or change it.
pub fn exposed_file(config: &Config) -> Option<PathBuf> {
    let path = config
        .master_key_path()
        .filter(|_| config.master_key.is_none())?;
    let mode = std::fs::metadata(&path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then_some(path)
}
