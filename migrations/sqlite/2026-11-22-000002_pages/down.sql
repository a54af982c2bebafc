DROP TABLE refusals;
DROP TABLE activity;
DROP INDEX clients_by_name;
DROP INDEX access_tokens_by_last_four;
ALTER TABLE authorizations DROP COLUMN revoked_by;
ALTER TABLE access_tokens DROP COLUMN revoked_by;
ALTER TABLE clients DROP COLUMN last_used_at;
ALTER TABLE sessions DROP COLUMN confirmed_at;
