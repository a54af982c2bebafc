-- What the pages of administrators and users need beyond the core.

-- When the password was last typed in this session: dangerous acts ask for it again after a while.
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;

-- From where it was last used, where that is not from where the person signed in.
ALTER TABLE sessions ADD COLUMN last_address TEXT;

ALTER TABLE clients ADD COLUMN last_used_at INTEGER;

-- Who ended it: a user's or client's id, or 'command line'.
ALTER TABLE access_tokens ADD COLUMN revoked_by TEXT;
ALTER TABLE authorizations ADD COLUMN revoked_by TEXT;

-- Only tokens with names are searched by what a person remembers of them.
CREATE INDEX access_tokens_by_last_four ON access_tokens (last_four) WHERE kind <> 'access';
-- A leaked secret is reported without its client's id.
CREATE INDEX client_secrets_by_hash ON client_secrets (secret_hash);
-- Personal access tokens and API keys, among however many of grants.
CREATE INDEX access_tokens_named ON access_tokens (client_id) WHERE name IS NOT NULL;
CREATE INDEX access_tokens_named_revoked ON access_tokens (revoked_at)
    WHERE name IS NOT NULL AND revoked_at IS NOT NULL;
CREATE INDEX clients_by_name ON clients (name);
CREATE INDEX client_secrets_by_last_four ON client_secrets (last_four);

-- The list of people: by name, by how a name or an e-mail address begins, by each filter.
CREATE INDEX users_by_name ON users (username_key, disabled_at);
CREATE INDEX users_by_email ON users (lower(email));
CREATE INDEX users_disabled ON users (username_key) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_without_password ON users (username_key) WHERE password_hash IS NULL;
CREATE INDEX users_by_roles ON users (roles, username_key) WHERE roles <> '[]';
CREATE INDEX one_time_links_by_user ON one_time_links (user_id) WHERE user_id IS NOT NULL;

-- The client of a person's own tokens is that person's. Lists have all the others.
UPDATE clients SET user_id = (SELECT personal_user_id FROM projects WHERE projects.id = clients.project_id);
CREATE INDEX clients_registered ON clients (name, id) WHERE user_id IS NULL;

-- Of a client its newest tokens are read, those with names besides, and how many people have allowed it.
DROP INDEX access_tokens_by_client;
CREATE INDEX access_tokens_by_client ON access_tokens (client_id, created_at);
CREATE INDEX access_tokens_named_by_client ON access_tokens (client_id) WHERE kind <> 'access';
DROP INDEX consents_by_client;
CREATE INDEX consents_by_client ON consents (client_id, user_id);
CREATE INDEX consents_newest_by_client ON consents (client_id, created_at);

-- How often something happened within each period (60, 3600 or 86400 seconds) that begins at a multiple
-- of it.
CREATE TABLE activity (
    period INTEGER NOT NULL,
    what TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (period, what, starts_at)
) STRICT, WITHOUT ROWID;

-- Requests that were refused, with what was expected and what came. The id is the request's, as in the log.
CREATE TABLE refusals (
    id TEXT PRIMARY KEY NOT NULL,
    occurred_at INTEGER NOT NULL,
    path TEXT NOT NULL,
    client_id TEXT,
    error TEXT NOT NULL,
    reason TEXT NOT NULL,
    expected TEXT,
    presented TEXT,
    address TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX refusals_by_time ON refusals (occurred_at);
CREATE INDEX refusals_by_error ON refusals (error, occurred_at);
CREATE INDEX refusals_by_client ON refusals (client_id, occurred_at) WHERE client_id IS NOT NULL;

-- The dashboard counts live tokens: those that have not expired but these.
CREATE INDEX access_tokens_revoked ON access_tokens (expires_at) WHERE revoked_at IS NOT NULL;

-- The audit log is read newest first, whatever it is filtered by.
DROP INDEX audit_events_by_user;
DROP INDEX audit_events_by_client;
CREATE INDEX audit_events_by_user ON audit_events (user_id, occurred_at) WHERE user_id IS NOT NULL;
CREATE INDEX audit_events_by_client ON audit_events (client_id, occurred_at) WHERE client_id IS NOT NULL;
CREATE INDEX audit_events_by_actor ON audit_events (actor, occurred_at) WHERE actor IS NOT NULL;
CREATE INDEX audit_events_by_action ON audit_events (action, occurred_at);
