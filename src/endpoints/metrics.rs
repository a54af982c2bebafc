//! Counts and gauges in the Prometheus text format 0.0.4. What is counted is in `crate::metrics`.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::metrics::Outcomes;
use crate::oauth::GrantType;
use crate::web::client_address;

/// `GET /metrics` on the public address, where there is no other: for peers on this machine alone, and
/// not for what a proxy on this machine forwards.
pub async fn get_from_loopback(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let forwarded = ["x-forwarded-for", "x-forwarded-proto", "forwarded"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let elsewhere = app.config.metrics_listen.is_some();
    if elsewhere || forwarded || !client_address::peer(&request).is_loopback() {
        return HttpResponse::NotFound().finish();
    }
    get(app).await
}

/// `GET /metrics` on the address of `metrics_listen`.
pub async fn get(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text(&app))
}

fn text(app: &App) -> String {
    let metrics = &app.metrics;
    let mut text = Text(String::new());
    let name = "latchkey_http_requests_total";
    text.begin(name, "counter", "Answers by class of status.");
    for class in 1..=5_u16 {
        let status = format!("{class}xx");
        let count = metrics.requests(class * 100).get();
        text.line(name, &[("status", &status)], count);
    }
    let name = "latchkey_grants_total";
    text.begin(name, "counter", "Token requests by grant type and outcome.");
    for grant_type in GrantType::ALL {
        let label = ("grant_type", grant_type.as_str());
        text.outcomes(
            name,
            Some(label),
            metrics.grants(grant_type),
            ["issued", "refused"],
        );
    }
    let name = "latchkey_tokens_issued_total";
    text.begin(name, "counter", "Tokens issued by kind.");
    text.line(name, &[("kind", "access")], metrics.access_tokens.get());
    text.line(name, &[("kind", "refresh")], metrics.refresh_tokens.get());
    let name = "latchkey_introspections_total";
    text.begin(name, "counter", "Introspections by outcome.");
    text.outcomes(name, None, &metrics.introspections, ["active", "inactive"]);
    let name = "latchkey_verifications_total";
    text.begin(name, "counter", "Questions of gateways by outcome.");
    text.outcomes(name, None, &metrics.verifications, ["passed", "refused"]);
    let name = "latchkey_sign_ins_total";
    text.begin(name, "counter", "Sign-ins on the page by outcome.");
    text.outcomes(name, None, &metrics.sign_ins, ["succeeded", "failed"]);
    gauges(app, &mut text);
    text.0
}

fn gauges(app: &App, text: &mut Text) {
    let load = app.db.load();
    text.gauge(
        "latchkey_password_hashes_waiting",
        "Password hashes that wait or run.",
        app.hasher.waiting() as u64,
    );
    text.gauge(
        "latchkey_writes_waiting",
        "Writes that wait for the embedded database.",
        load.waiting_writes as u64,
    );
    text.gauge(
        "latchkey_pool_connections_busy",
        "PostgreSQL connections in use.",
        u64::from(load.busy_connections),
    );
}

struct Text(String);

impl Text {
    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String does not fail.
        let _written = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{value}\""))
            .collect();
        let _written = writeln!(self.0, "{name}{{{}}} {value}", labels.join(","));
    }

    /// A line each for what went well and what did not, in `words`.
    fn outcomes(
        &mut self,
        name: &str,
        label: Option<(&str, &str)>,
        counts: &Outcomes,
        words: [&str; 2],
    ) {
        for (word, count) in words.into_iter().zip([&counts.good, &counts.bad]) {
            let labels: Vec<_> = label.into_iter().chain([("outcome", word)]).collect();
            self.line(name, &labels, count.get());
        }
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.begin(name, "gauge", help);
        let _written = writeln!(self.0, "{name} {value}");
    }
}
