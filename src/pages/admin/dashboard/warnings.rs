//! What somebody should look at, each with the page or the setting that mends it.

use crate::app::App;
use crate::error::Result;
use crate::master_key;
use crate::models::attention::{Clients, EXPIRING_DAYS, UNUSED_DAYS};
use crate::models::census::Census;
use crate::web::page::count;

/// One warning.
pub(super) struct Warning {
    /// What is so, and why it matters.
    pub(super) text: String,
    /// The clients it is about; at most [`NAMED`].
    pub(super) clients: Vec<Link>,
    /// How many more clients it is about.
    pub(super) more: i64,
}

/// A client by name.
pub(super) struct Link {
    pub(super) id: String,
    pub(super) name: String,
}

/// Clients that a warning names at most.
const NAMED: usize = 5;

/// All of them, the gravest first.
pub(super) async fn all(app: &App, census: &Census) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    if !app.issuer.is_https() {
        warnings.push(about_server(
            "Passwords and tokens travel unencrypted, because the issuer is http. Before anybody but you uses \
             this server, put it behind TLS and set issuer to its https address.",
        ));
    }
    if let Some(path) = master_key::exposed_file(&app.config) {
        warnings.push(about_server(&format!(
            "Other users of this machine may read the master key file {}. Take that from them (chmod 600), and \
             replace the key if they may have done so.",
            path.display()
        )));
    }
    if !app.db.is_ready().await? {
        warnings.push(about_server(
            "The database lacks migrations of this version. Run latchkey migrate, or start the server anew.",
        ));
    }
    let attention = &census.attention;
    warnings.extend(about_clients(&attention.password_grant, |total| {
        let clients = count(total, "client");
        format!(
            "{clients} may ask people for their passwords (the password grant, which RFC 9700 forbids). Move to the \
             authorization code grant, then take the password grant away."
        )
    }));
    warnings.extend(about_clients(&attention.expiring_secret, |total| {
        let clients = count(total, "client");
        format!(
            "A secret of {clients} ends within {EXPIRING_DAYS} days. Add a new one and use it there before."
        )
    }));
    warnings.extend(about_clients(&attention.unused, |total| {
        let has = if total == 1 { "has" } else { "have" };
        let clients = count(total, "client");
        format!(
            "{clients} {has} not been used for {UNUSED_DAYS} days. Disable or delete what is not needed."
        )
    }));
    Ok(warnings)
}

fn about_server(text: &str) -> Warning {
    Warning {
        text: text.to_owned(),
        clients: Vec::new(),
        more: 0,
    }
}

fn about_clients(found: &Clients, text: impl Fn(i64) -> String) -> Option<Warning> {
    let mut clients = found.clone();
    clients.dedup();
    let total = i64::try_from(clients.len()).unwrap_or(i64::MAX);
    clients.truncate(NAMED);
    let named = i64::try_from(clients.len()).unwrap_or(i64::MAX);
    let link = |(id, name)| Link { id, name };
    (total > 0).then(|| Warning {
        text: text(total),
        clients: clients.into_iter().map(link).collect(),
        more: total - named,
    })
}
