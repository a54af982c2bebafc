//! The one table of routes, below the issuer's path. The layers around them are in `server`.

use actix_web::Resource;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::endpoints::{
    authorization, health, introspection, jwks, leaked, metrics, only_get, only_post, revocation,
    token, verify,
};
use crate::pages::{account, admin, assets, consent, link, login, logout, setup};
use crate::web::{cors, not_found, paths};

/// Every route.
pub(crate) fn table(routes: &mut ServiceConfig) {
    routes
        .configure(programs)
        // The issuer's own path, with and without a slash at its end.
        .service(page("/").get(account::back))
        .service(page("").get(account::back))
        .service(page(paths::CONSENT).get(consent::get).post(consent::post))
        .service(page(paths::LOGIN).get(login::get).post(login::post))
        .service(page(paths::LOGOUT).get(logout::get).post(logout::post))
        .service(page(paths::SETUP).get(setup::get).post(setup::post))
        .service(page(paths::LINK).get(link::get).post(link::post))
        .service(web::scope(paths::ACCOUNT).configure(account_pages))
        .service(web::scope(paths::ADMIN).configure(admin_pages))
        .service(
            web::resource(format!("{}/{{name}}", paths::STATIC))
                .get(assets::get)
                .default_service(web::to(only_get)),
        );
}

/// The endpoints for programs.
fn programs(routes: &mut ServiceConfig) {
    let registered = || from_fn(cors::registered);
    routes
        .service(
            page(paths::AUTHORIZE)
                .get(authorization::get)
                .post(authorization::post),
        )
        .service(
            web::resource(paths::TOKEN)
                .wrap(registered())
                .post(token::post)
                .default_service(web::to(only_post)),
        )
        .service(
            web::resource(paths::REVOKE)
                .wrap(registered())
                .post(revocation::post)
                .default_service(web::to(only_post)),
        )
        .service(
            web::resource(paths::INTROSPECT)
                .post(introspection::post)
                .default_service(web::to(only_post)),
        )
        // Any method, and any path below: gateways keep the original ones.
        .service(web::resource([paths::VERIFY, paths::VERIFY_BELOW]).to(verify::any))
        .service(
            web::resource(paths::LEAKED)
                .post(leaked::post)
                .default_service(web::to(only_post)),
        )
        .service(
            web::resource(paths::JWKS)
                .wrap(from_fn(cors::anybody))
                .get(jwks::get)
                .default_service(web::to(only_get)),
        )
        .service(
            web::resource(paths::HEALTHZ)
                .get(health::healthz)
                .default_service(web::to(only_get)),
        )
        .service(
            web::resource(paths::READYZ)
                .get(health::readyz)
                .default_service(web::to(only_get)),
        )
        .service(
            web::resource(paths::METRICS)
                .get(metrics::get_from_loopback)
                .default_service(web::to(only_get)),
        );
}

/// A user's own pages.
fn account_pages(routes: &mut ServiceConfig) {
    let form = |path| page(path).get(account::back);
    routes
        .service(page("").get(account::get))
        .service(form("/password").post(account::password::post))
        .service(form("/sessions").post(account::sessions::post))
        .service(form("/apps").post(account::apps::post))
        .service(form("/theme").post(account::theme::post))
        .service(page("/history").get(account::history::get))
        .configure(tokens)
        .configure(projects);
}

/// The administrators' pages.
fn admin_pages(routes: &mut ServiceConfig) {
    routes
        .service(page("").get(admin::dashboard::get))
        .service(page("/audit").get(admin::audit::get))
        .service(page("/audit/audit-log.csv").get(admin::audit::get_csv))
        .service(page("/audit/audit-log.jsonl").get(admin::audit::get_json_lines))
        .configure(clients)
        .configure(users)
        .configure(roles)
        .configure(scopes)
        .configure(tokens_of_everybody);
}

/// The administrators' pages about scopes.
fn scopes(routes: &mut ServiceConfig) {
    use admin::scopes::{self, delete, edit};
    routes
        .service(page("/scopes").get(scopes::get))
        .service(page("/scopes/new").get(edit::get_new).post(edit::post_new))
        .service(page("/scopes/edit").get(edit::get).post(edit::post))
        .service(page("/scopes/delete").get(delete::get).post(delete::post));
}

/// The administrators' pages about clients.
fn clients(routes: &mut ServiceConfig) {
    let only_form = |path: &str| page(path).get(admin::clients::show::back);
    routes
        .service(page("/clients").get(admin::clients::list::get))
        .service(
            page("/clients/new")
                .get(admin::clients::register::get)
                .post(admin::clients::register::post),
        )
        .service(page("/clients/{client}").get(admin::clients::show::get))
        .service(
            page("/clients/{client}/edit")
                .get(admin::clients::edit::get)
                .post(admin::clients::edit::post),
        )
        .service(only_form("/clients/{client}/secrets").post(admin::clients::secrets::post))
        .service(
            page("/clients/{client}/secrets/{secret}/revoke")
                .get(admin::clients::secrets::get_revoke)
                .post(admin::clients::secrets::post_revoke),
        )
        .service(
            page("/clients/{client}/disable")
                .get(admin::clients::state::get_disable)
                .post(admin::clients::state::post_disable),
        )
        .service(only_form("/clients/{client}/enable").post(admin::clients::state::post_enable))
        .service(
            page("/clients/{client}/end-tokens")
                .get(admin::clients::end_tokens::get)
                .post(admin::clients::end_tokens::post),
        )
        .service(
            page("/clients/{client}/delete")
                .get(admin::clients::delete::get)
                .post(admin::clients::delete::post),
        );
}

/// For people: a wrong method is told as a page.
fn page(path: &str) -> Resource {
    web::resource(path).default_service(web::to(not_found::wrong_method))
}

/// The administrators' pages about tokens and refused requests.
fn tokens_of_everybody(routes: &mut ServiceConfig) {
    use admin::tokens::{look_up, refusal, refusals, revoke, secret, show};
    routes
        .service(page("/tokens").get(look_up::get).post(look_up::post))
        .service(page("/tokens/show").get(show::get))
        .service(page("/tokens/secret").get(secret::get))
        .service(page("/tokens/revoke").get(revoke::get).post(revoke::post))
        .service(page("/tokens/refusals").get(refusals::get))
        .service(page("/tokens/refusals/show").get(refusal::get));
}

/// The administrators' pages about people and their projects.
fn users(routes: &mut ServiceConfig) {
    use admin::projects;
    use admin::users::{self, disable, edit, link, new, one, panic, roles, show};

    let act = |path| page(path).get(one::back);
    routes
        .service(page("/users").get(users::get))
        .service(page("/users/new").get(new::get).post(new::post))
        .service(page("/users/{id}").get(show::get))
        .service(page("/users/{id}/edit").get(edit::get).post(edit::post))
        .service(page("/users/{id}/roles").get(roles::get).post(roles::post))
        .service(page("/users/{id}/link").get(link::get).post(link::post))
        .service(
            page("/users/{id}/disable")
                .get(disable::get)
                .post(disable::post),
        )
        .service(act("/users/{id}/enable").post(disable::post_enable))
        .service(page("/users/{id}/panic").get(panic::get).post(panic::post))
        .service(act("/users/{id}/sessions").post(one::post_session))
        .service(act("/users/{id}/apps").post(one::post_app))
        .service(act("/users/{id}/tokens").post(one::post_token))
        .service(page("/projects/{slug}").get(projects::get))
        .service(
            page("/projects/{slug}/panic")
                .get(projects::panic::get)
                .post(projects::panic::post),
        );
}

/// The administrators' pages about roles.
fn roles(routes: &mut ServiceConfig) {
    use admin::roles::{self, delete, edit, reach};

    routes
        .service(page("/roles").get(roles::get))
        .service(page("/roles/new").get(edit::get_new).post(edit::post_new))
        .service(page("/roles/edit").get(edit::get).post(edit::post))
        .service(page("/roles/delete").get(delete::get).post(delete::post))
        .service(page("/roles/scopes").get(reach::get));
}

/// A user's personal access tokens.
fn tokens(routes: &mut ServiceConfig) {
    use account::tokens::{self, new, revoke};
    routes
        .service(page("/tokens").get(tokens::get))
        .service(page("/tokens/new").get(new::get).post(new::post))
        .service(page("/tokens/revoke").get(revoke::get).post(revoke::post));
}

/// A user's projects.
fn projects(routes: &mut ServiceConfig) {
    use account::projects::{self, new};
    routes
        .service(page("/projects").get(projects::get))
        .service(page("/projects/new").get(new::get).post(new::post))
        .service(web::scope("/projects/{slug}").configure(project));
}

/// One project.
fn project(routes: &mut ServiceConfig) {
    use account::projects::{clients, delete, end, leave, members, overview, settings};
    routes
        .service(page("").get(overview::get))
        .service(page("/settings").get(settings::get).post(settings::post))
        .service(page("/members").get(members::get).post(members::post))
        .service(
            page("/members/change")
                .get(members::back)
                .post(members::post_change),
        )
        .service(page("/leave").get(leave::get).post(leave::post))
        .service(page("/end").get(end::get).post(end::post))
        .service(page("/delete").get(delete::get).post(delete::post))
        .service(
            page("/clients/new")
                .get(clients::new::get)
                .post(clients::new::post),
        )
        .service(web::scope("/clients/{client}").configure(client_of_project));
}

/// One client of a project, its secrets and API keys.
fn client_of_project(routes: &mut ServiceConfig) {
    use account::projects::clients::{self, delete, edit};
    use account::projects::keys::{new as new_key, revoke as revoke_key, rotate};
    use account::projects::secrets::{new as new_secret, revoke as revoke_secret};
    routes
        .service(page("").get(clients::get))
        .service(page("/edit").get(edit::get).post(edit::post))
        .service(page("/delete").get(delete::get).post(delete::post))
        .service(
            page("/secrets/new")
                .get(new_secret::get)
                .post(new_secret::post),
        )
        .service(
            page("/secrets/revoke")
                .get(revoke_secret::get)
                .post(revoke_secret::post),
        )
        .service(page("/keys/new").get(new_key::get).post(new_key::post))
        .service(page("/keys/rotate").get(rotate::get).post(rotate::post))
        .service(
            page("/keys/revoke")
                .get(revoke_key::get)
                .post(revoke_key::post),
        );
}
