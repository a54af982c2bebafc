//! Liveness and readiness, for whatever runs the server. Served over plain http too: the platform asks
//! from beside the proxy.

use actix_web::{HttpResponse, web};

use crate::app::App;

/// `GET /healthz`: the process answers.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({"status": "ok"}))
}

/// `GET /readyz`: the database answers and has every migration.
pub async fn readyz(app: web::Data<App>) -> HttpResponse {
    let status = match app.db.is_ready().await {
        Ok(true) => return HttpResponse::Ok().json(serde_json::json!({"status": "ok"})),
        Ok(false) => "migrations are pending",
        Err(error) => {
            tracing::warn!(%error, "not ready");
            "the database does not answer"
        }
    };
    HttpResponse::ServiceUnavailable()
        .insert_header(("retry-after", "5"))
        .json(serde_json::json!({"status": status}))
}
