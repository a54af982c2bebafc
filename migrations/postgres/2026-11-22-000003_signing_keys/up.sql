-- The keys that sign access tokens. The id is the RFC 7638 thumbprint of the public key (`kid`). The private
-- key is encrypted under the master key, and gone once the key is retired.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY NOT NULL,
    algorithm TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    sealed_private_key BYTEA,
    created_at BIGINT NOT NULL,
    -- It is published before, so that nobody meets a signature of a key that they cannot know.
    signs_from BIGINT NOT NULL,
    -- Seconds that the longest of its tokens may live, as far as anybody has seen.
    longest_life BIGINT NOT NULL,
    retired_at BIGINT
);
