//! The server: the order of the layers around its routes, start and stop. The routes are in `routes`.

use std::net::SocketAddr;
use std::pin::pin;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::rt;
use actix_web::web::{self, Data, PayloadConfig};
use actix_web::{App as HttpApp, HttpServer};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::endpoints::{metadata, metrics, only_get};
use crate::housekeeping;
use crate::oauth::Issuer;
use crate::routes;
use crate::web::{cors, form, not_found, paths, request_log};

/// Seconds that requests may take to finish once the server is asked to stop.
const PATIENCE: u64 = 10;

/// A server that answers.
pub struct Running {
    app: Data<App>,
    address: SocketAddr,
    server: Server,
    metrics: Option<ServerHandle>,
}

/// Binds, opens the database and begins to answer.
///
/// # Errors
/// A sentence for the operator.
pub async fn start(config: Config, clock: Clock) -> Result<Running, String> {
    let listener = std::net::TcpListener::bind(config.listen).map_err(|error| {
        format!(
            "{} cannot be bound: {error}; set `listen` to another address",
            config.listen
        )
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let issuer = config
        .issuer
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let issuer = Issuer::parse(&issuer).map_err(|error| format!("`issuer` {issuer}: {error}"))?;
    let (workers, metrics_listen) = (config.workers, config.metrics_listen);
    let app = Data::new(App::open(config, issuer, clock)?);
    app.rotation()
        .at_start()
        .await
        .map_err(|error| error.to_string())?;
    app.db
        .look_for_changes()
        .await
        .map_err(|error| error.to_string())?;
    let parts = app.clone();
    let server = HttpServer::new(move || {
        let base = parts.issuer.path().to_owned();
        let well_known = format!("{}{base}", paths::METADATA);
        HttpApp::new()
            .app_data(parts.clone())
            .app_data(PayloadConfig::new(form::PAGE_LIMIT))
            .service(
                web::resource(well_known)
                    .wrap(from_fn(cors::anybody))
                    .get(metadata::get)
                    .default_service(web::to(only_get)),
            )
            .service(
                web::scope(&base)
                    .configure(routes::table)
                    .default_service(web::to(not_found::answer)),
            )
            .default_service(web::to(not_found::answer))
            // The outermost layer.
            .wrap(from_fn(request_log::around))
    })
    .workers(workers)
    // Blocking work is PostgreSQL's round trips alone; more threads than its pool has connections would
    // only wait.
    .worker_max_blocking_threads(16)
    .shutdown_timeout(PATIENCE)
    // actix would let requests finish on SIGTERM alone; see `stop_on_signals`.
    .disable_signals()
    .listen(listener)
    .map_err(|error| format!("the server cannot start: {error}"))?
    .run();
    let metrics = metrics_listen
        .map(|address| serve_metrics(&app, address))
        .transpose()?;
    rt::spawn(housekeeping::look_for_changes(app.clone()));
    Ok(Running {
        app,
        address,
        server,
        metrics,
    })
}

fn serve_metrics(app: &Data<App>, address: SocketAddr) -> Result<ServerHandle, String> {
    let app = app.clone();
    let server = HttpServer::new(move || {
        HttpApp::new()
            .app_data(app.clone())
            .route(paths::METRICS, web::get().to(metrics::get))
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .map_err(|error| format!("`metrics_listen` {address} cannot be bound: {error}"))?
    .run();
    let handle = server.handle();
    rt::spawn(server);
    Ok(handle)
}

impl Running {
    /// The address that was bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The issuer in force.
    pub fn issuer(&self) -> &str {
        self.app.issuer.as_str()
    }

    /// Begins what the server does by itself, until it stops. Tests go without, so that no round comes
    /// between their steps.
    pub fn keep_house(&self) {
        housekeeping::start(&self.app);
    }

    /// The server's parts.
    pub fn app(&self) -> Data<App> {
        self.app.clone()
    }

    /// Stops the server from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Stops at SIGTERM or SIGINT, once the requests in flight are answered.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn stop_on_signals(&self) -> Result<(), String> {
        let watch =
            |kind| signal(kind).map_err(|error| format!("signals cannot be watched: {error}"));
        let (mut terminate, mut interrupt) = (
            watch(SignalKind::terminate())?,
            watch(SignalKind::interrupt())?,
        );
        let handle = self.handle();
        rt::spawn(async move {
            futures_util::future::select(pin!(terminate.recv()), pin!(interrupt.recv())).await;
            handle.stop(true).await;
        });
        Ok(())
    }

    /// Answers until it is stopped.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn until_stopped(self) -> Result<(), String> {
        let outcome = self
            .server
            .await
            .map_err(|error| format!("the server failed: {error}"));
        if let Some(metrics) = self.metrics {
            metrics.stop(false).await;
        }
        housekeeping::last_uses(&self.app).await;
        housekeeping::last_records(&self.app).await;
        outcome
    }
}
