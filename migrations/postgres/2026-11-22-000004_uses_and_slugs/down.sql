DROP INDEX users_with_roles;
CREATE INDEX users_by_roles ON users (roles, username_key) WHERE roles <> '[]';
DROP TABLE spent_slugs;
DROP INDEX access_tokens_by_last_four;
CREATE INDEX access_tokens_by_last_four ON access_tokens (last_four) WHERE kind <> 'access';
CREATE INDEX access_tokens_named_by_client ON access_tokens (client_id) WHERE kind <> 'access';
ALTER TABLE access_tokens ADD COLUMN last_used_at BIGINT;
UPDATE access_tokens SET last_used_at = (SELECT used_at FROM token_uses WHERE token_id = id);
DROP TABLE token_uses;
