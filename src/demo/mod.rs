//! The sample applications of `latchkey demo`: a third-party app, a single-page app and an API.
//! Each is a real client on an address of its own and speaks to Latchkey over HTTP alone, so each
//! may be read as an example. Latchkey itself, its database and its sample users are not here.

mod back_channel;
mod discovery;
mod page;
mod random;
mod sample_api;
mod single_page_app;
mod third_party_app;

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use actix_web::dev::Server;

/// A client of Latchkey, as its operator registered it.
#[derive(Clone)]
pub struct SampleClient {
    /// The public name of the client in every request.
    pub client_id: String,
    /// Absent for a public client.
    pub client_secret: Option<String>,
}

/// What the samples must know of the Latchkey that they use; all else they discover.
pub struct Registered {
    /// The issuer, which leads to every endpoint (RFC 8414).
    pub issuer: String,
    /// Confidential; its redirect URI is `/callback` below the app's address.
    pub third_party_app: SampleClient,
    /// Public and first-party; its origin is the app's address.
    pub single_page_app: SampleClient,
    /// Confidential, with the right to introspect every token.
    pub sample_api: SampleClient,
}

/// An address that is taken but not served yet.
pub struct Listener {
    socket: TcpListener,
    port: u16,
}

impl Listener {
    /// Another program may hold the preferred port; any other serves as well.
    fn bind(preferred_port: u16) -> io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, preferred_port))
            .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let port = socket.local_addr()?.port();
        Ok(Self { socket, port })
    }

    /// The address for a browser, without a slash at its end; it is the origin as well.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// The addresses of the three samples.
pub struct Listeners {
    /// A server-side app that asks for access to notes that it does not own.
    pub third_party_app: Listener,
    /// An app that lives in the browser.
    pub single_page_app: Listener,
    /// The API that both call.
    pub sample_api: Listener,
}

/// Takes the three addresses, so that they are known before the clients are registered.
///
/// # Errors
/// If no free port is left on the loopback interface.
pub fn bind() -> io::Result<Listeners> {
    Ok(Listeners {
        third_party_app: Listener::bind(8081)?,
        single_page_app: Listener::bind(8082)?,
        sample_api: Listener::bind(8083)?,
    })
}

/// Makes the three servers. Each runs while it is polled (spawn or join them) and leaves the
/// signals to Latchkey: stop it through its handle, or drop it when the process ends.
///
/// # Errors
/// If a listener cannot be handed to its server.
pub fn serve(listeners: Listeners, registered: Registered) -> io::Result<Vec<Server>> {
    let app_origin = listeners.single_page_app.url();
    let api_url = listeners.sample_api.url();
    let issuer = registered.issuer;
    Ok(vec![
        third_party_app::serve(
            listeners.third_party_app,
            &issuer,
            registered.third_party_app,
            &api_url,
        )?,
        single_page_app::serve(
            listeners.single_page_app,
            &issuer,
            registered.single_page_app,
            &api_url,
        )?,
        sample_api::serve(
            listeners.sample_api,
            &issuer,
            registered.sample_api,
            &app_origin,
        )?,
    ])
}
