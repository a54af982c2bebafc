//! Counts and gauges in the Prometheus text format 0.0.4. What is counted is in `crate::metrics`.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::oauth::GrantType;
use crate::web::client_address;

/// `GET /metrics` on the public address, where there is no other: for peers on this machine alone, and
/// not for what a proxy on this machine forwards.
pub async fn get_from_loopback(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let forwarded = ["x-forwarded-for", "forwarded"]
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
    text.begin(
        "latchkey_http_requests_total",
        "counter",
        "Answers by class of status.",
    );
    for class in 1..=5_u16 {
        text.line(
            "latchkey_http_requests_total",
            &[("status", &format!("{class}xx"))],
            metrics.requests(class * 100).get(),
        );
    }
    text.begin(
        "latchkey_grants_total",
        "counter",
        "Token requests by grant type and outcome.",
    );
    for grant_type in GrantType::ALL {
        let counts = metrics.grants(grant_type);
        for (outcome, count) in [("issued", counts.good.get()), ("refused", counts.bad.get())] {
            let labels = [("grant_type", grant_type.as_str()), ("outcome", outcome)];
            text.line("latchkey_grants_total", &labels, count);
        }
    }
    text.begin(
        "latchkey_tokens_issued_total",
        "counter",
        "Tokens issued by kind.",
    );
    for (kind, count) in [
        ("access", metrics.access_tokens.get()),
        ("refresh", metrics.refresh_tokens.get()),
    ] {
        text.line("latchkey_tokens_issued_total", &[("kind", kind)], count);
    }
    text.begin(
        "latchkey_introspections_total",
        "counter",
        "Introspections by outcome.",
    );
    for (outcome, count) in [
        ("active", metrics.introspections.good.get()),
        ("inactive", metrics.introspections.bad.get()),
    ] {
        text.line(
            "latchkey_introspections_total",
            &[("outcome", outcome)],
            count,
        );
    }
    text.begin(
        "latchkey_verifications_total",
        "counter",
        "Questions of gateways by outcome.",
    );
    for (outcome, count) in [
        ("passed", metrics.verifications.good.get()),
        ("refused", metrics.verifications.bad.get()),
    ] {
        text.line(
            "latchkey_verifications_total",
            &[("outcome", outcome)],
            count,
        );
    }
    text.begin(
        "latchkey_sign_ins_total",
        "counter",
        "Sign-ins on the page by outcome.",
    );
    for (outcome, count) in [
        ("succeeded", metrics.sign_ins.good.get()),
        ("failed", metrics.sign_ins.bad.get()),
    ] {
        text.line("latchkey_sign_ins_total", &[("outcome", outcome)], count);
    }
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
    text.0
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

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.begin(name, "gauge", help);
        let _written = writeln!(self.0, "{name} {value}");
    }
}
