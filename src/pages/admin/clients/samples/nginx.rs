//! For nginx in front of an API: `auth_request` asks `/auth/verify`, which needs no secret. What else there
//! is to know is in docs/gateways/nginx.md, whose configuration the tests run.

use std::fmt::Write;

use crate::web::paths;

use super::Facts;

/// What `/auth/verify` tells. The API gets all of them from nginx, so that nobody outside can send one.
const TOLD: [&str; 7] = [
    "Subject", "Username", "Client", "Project", "Scope", "Roles", "Token-Id",
];

pub(super) fn text(facts: &Facts<'_>) -> String {
    let verify = facts.url(paths::VERIFY);
    let (mut taken, mut passed_on) = (String::new(), String::new());
    for name in TOLD {
        let variable = name.to_lowercase().replace('-', "_");
        // Writing to a string cannot fail.
        let _ = writeln!(
            taken,
            "    auth_request_set $auth_{variable} $upstream_http_x_auth_{variable};"
        );
        let _ = writeln!(
            passed_on,
            "    proxy_set_header X-Auth-{name} $auth_{variable};"
        );
    }
    format!(
        "# What an API may resolve otherwise than nginx, which decides by the address.\n\
         if ($request_uri ~* \"^[^?]*(\\.\\.|/\\.?/|\\x5c|%(25)*(2e|2f|5c))\") {{\n    return 400;\n}}\n\n\
         location = /_latchkey {{\n    internal;\n    proxy_pass {verify};\n    \
         proxy_pass_request_body off;\n    proxy_set_header Content-Length \"\";\n    \
         proxy_set_header X-Forwarded-For $remote_addr;\n    \
         proxy_set_header X-Forwarded-Proto $scheme;\n    \
         proxy_set_header X-Original-URI $request_uri;\n    \
         proxy_set_header X-Forwarded-Uri \"\";\n    proxy_set_header Forwarded \"\";\n    \
         # An answer tells all scopes of a token.\n    \
         proxy_buffer_size 16k;\n    proxy_buffers 4 16k;\n}}\n\n\
         location /api/ {{\n    auth_request /_latchkey;\n{taken}    \
         # These replace what somebody outside sends under the same names.\n{passed_on}    \
         proxy_pass http://127.0.0.1:3000;\n}}\n"
    )
}
