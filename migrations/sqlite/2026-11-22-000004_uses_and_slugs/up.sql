-- When each access token was last used. A table of its own, of small rows in the order of their keys: a
-- busy server writes many of them a minute, and must not write the pages that introspection reads.
CREATE TABLE token_uses (
    token_id BLOB PRIMARY KEY NOT NULL REFERENCES access_tokens (id) ON DELETE CASCADE,
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO token_uses SELECT id, last_used_at FROM access_tokens WHERE last_used_at IS NOT NULL;
ALTER TABLE access_tokens DROP COLUMN last_used_at;

-- The tokens with names are those that are not from grants: one way of saying so, and one index a client.
DROP INDEX access_tokens_named_by_client;
DROP INDEX access_tokens_by_last_four;
CREATE INDEX access_tokens_by_last_four ON access_tokens (last_four) WHERE name IS NOT NULL;

-- A gateway lets whoever has a key of the project `weather` in: nobody gets that slug again.
CREATE TABLE spent_slugs (
    slug TEXT PRIMARY KEY NOT NULL,
    spent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- In the order of the list that is filtered by role, which otherwise walks all people in that order.
DROP INDEX users_by_roles;
CREATE INDEX users_with_roles ON users (username_key, roles) WHERE roles <> '[]';
