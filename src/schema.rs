// @generated automatically by Diesel CLI.

diesel::table! {
    access_tokens (id) {
        id -> Bytea,
        kind -> Text,
        client_id -> Text,
        user_id -> Nullable<Text>,
        authorization_id -> Nullable<Text>,
        scope -> Text,
        name -> Nullable<Text>,
        last_four -> Text,
        created_at -> Int8,
        expires_at -> Nullable<Int8>,
        revoked_at -> Nullable<Int8>,
        revoked_because -> Nullable<Text>,
        revoked_by -> Nullable<Text>,
    }
}

diesel::table! {
    activity (period, what, starts_at) {
        period -> Int8,
        what -> Text,
        starts_at -> Int8,
        count -> Int8,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        occurred_at -> Int8,
        action -> Text,
        actor -> Nullable<Text>,
        user_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        authorization_id -> Nullable<Text>,
        address -> Nullable<Text>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    authorization_codes (id) {
        id -> Bytea,
        authorization_id -> Text,
        client_id -> Text,
        user_id -> Text,
        redirect_uri -> Text,
        redirect_uri_sent -> Bool,
        code_challenge -> Text,
        created_at -> Int8,
        expires_at -> Int8,
        claimed_at -> Nullable<Int8>,
    }
}

diesel::table! {
    authorization_requests (id) {
        id -> Bytea,
        client_id -> Text,
        redirect_uri -> Text,
        redirect_uri_sent -> Bool,
        scope -> Text,
        state -> Nullable<Text>,
        code_challenge -> Text,
        browser_hash -> Nullable<Bytea>,
        session_id -> Nullable<Bytea>,
        created_at -> Int8,
        expires_at -> Int8,
        claimed_at -> Nullable<Int8>,
    }
}

diesel::table! {
    authorizations (id) {
        id -> Text,
        client_id -> Text,
        user_id -> Text,
        grant_type -> Text,
        scope -> Text,
        created_at -> Int8,
        last_used_at -> Int8,
        live_until -> Int8,
        revoked_at -> Nullable<Int8>,
        revoked_because -> Nullable<Text>,
        revoked_by -> Nullable<Text>,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> Text,
        client_id -> Text,
        secret_hash -> Bytea,
        name -> Text,
        last_four -> Text,
        created_at -> Int8,
        expires_at -> Nullable<Int8>,
        revoked_at -> Nullable<Int8>,
        last_used_at -> Nullable<Int8>,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        name -> Text,
        user_id -> Nullable<Text>,
        project_id -> Nullable<Text>,
        kind -> Text,
        is_first_party -> Bool,
        is_resource_server -> Bool,
        grant_types -> Text,
        redirect_uris -> Text,
        scope -> Text,
        allowed_origins -> Text,
        token_format -> Text,
        access_ttl -> Nullable<Int8>,
        refresh_ttl -> Nullable<Int8>,
        created_at -> Int8,
        disabled_at -> Nullable<Int8>,
        last_used_at -> Nullable<Int8>,
    }
}

diesel::table! {
    consents (user_id, client_id, scope_name) {
        user_id -> Text,
        client_id -> Text,
        scope_name -> Text,
        created_at -> Int8,
    }
}

diesel::table! {
    one_time_links (id) {
        id -> Bytea,
        purpose -> Text,
        user_id -> Nullable<Text>,
        created_at -> Int8,
        expires_at -> Int8,
    }
}

diesel::table! {
    project_members (project_id, user_id) {
        project_id -> Text,
        user_id -> Text,
        membership -> Text,
        created_at -> Int8,
    }
}

diesel::table! {
    projects (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        personal_user_id -> Nullable<Text>,
        created_at -> Int8,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Bytea,
        authorization_id -> Text,
        client_id -> Text,
        user_id -> Text,
        last_four -> Text,
        created_at -> Int8,
        expires_at -> Int8,
        revoked_at -> Nullable<Int8>,
        rotated_at -> Nullable<Int8>,
        successor_id -> Nullable<Bytea>,
        predecessor_id -> Nullable<Bytea>,
        sealed_answer -> Nullable<Bytea>,
    }
}

diesel::table! {
    refusals (id) {
        id -> Text,
        occurred_at -> Int8,
        path -> Text,
        client_id -> Nullable<Text>,
        error -> Text,
        reason -> Text,
        expected -> Nullable<Text>,
        presented -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    revision (id) {
        id -> Int8,
        value -> Int8,
    }
}

diesel::table! {
    roles (name) {
        name -> Text,
        scope -> Text,
        includes -> Text,
        created_at -> Int8,
    }
}

diesel::table! {
    scopes (name) {
        name -> Text,
        description -> Text,
        is_default -> Bool,
        is_sensitive -> Bool,
        created_at -> Int8,
    }
}

diesel::table! {
    sessions (id) {
        id -> Bytea,
        user_id -> Text,
        user_agent -> Text,
        address -> Text,
        created_at -> Int8,
        last_seen_at -> Int8,
        expires_at -> Int8,
        confirmed_at -> Int8,
        last_address -> Nullable<Text>,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        algorithm -> Text,
        public_jwk -> Text,
        sealed_private_key -> Nullable<Bytea>,
        created_at -> Int8,
        signs_from -> Int8,
        longest_life -> Int8,
        retired_at -> Nullable<Int8>,
    }
}

diesel::table! {
    spent_slugs (slug) {
        slug -> Text,
        spent_at -> Int8,
    }
}

diesel::table! {
    token_uses (token_id) {
        token_id -> Bytea,
        used_at -> Int8,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        username_key -> Text,
        email -> Text,
        password_hash -> Nullable<Text>,
        roles -> Text,
        created_at -> Int8,
        password_changed_at -> Nullable<Int8>,
        disabled_at -> Nullable<Int8>,
    }
}

diesel::joinable!(access_tokens -> authorizations (authorization_id));
diesel::joinable!(access_tokens -> clients (client_id));
diesel::joinable!(access_tokens -> users (user_id));
diesel::joinable!(authorization_codes -> authorizations (authorization_id));
diesel::joinable!(authorization_codes -> clients (client_id));
diesel::joinable!(authorization_codes -> users (user_id));
diesel::joinable!(authorization_requests -> clients (client_id));
diesel::joinable!(authorizations -> clients (client_id));
diesel::joinable!(authorizations -> users (user_id));
diesel::joinable!(client_secrets -> clients (client_id));
diesel::joinable!(clients -> projects (project_id));
diesel::joinable!(clients -> users (user_id));
diesel::joinable!(consents -> clients (client_id));
diesel::joinable!(consents -> users (user_id));
diesel::joinable!(one_time_links -> users (user_id));
diesel::joinable!(project_members -> projects (project_id));
diesel::joinable!(project_members -> users (user_id));
diesel::joinable!(projects -> users (personal_user_id));
diesel::joinable!(refresh_tokens -> authorizations (authorization_id));
diesel::joinable!(refresh_tokens -> clients (client_id));
diesel::joinable!(refresh_tokens -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(token_uses -> access_tokens (token_id));

diesel::allow_tables_to_appear_in_same_query!(
    access_tokens,
    activity,
    audit_events,
    authorization_codes,
    authorization_requests,
    authorizations,
    client_secrets,
    clients,
    consents,
    one_time_links,
    project_members,
    projects,
    refresh_tokens,
    refusals,
    revision,
    roles,
    scopes,
    sessions,
    signing_keys,
    spent_slugs,
    token_uses,
    users,
);
