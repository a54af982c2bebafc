"""An API that verifies signed access tokens with PyJWT: `api.py ISSUER JWKS_URI`. Each line it reads is a token,
answered by a line with its jti, or by an empty one if no key that it knows has signed it."""

import sys

import jwt

AGAIN = "read the keys again"

issuer, address = sys.argv[1:]
expected = {"issuer": issuer, "audience": issuer, "algorithms": ["ES256"]}


def read_keys():
    # With an unknown key it would read the set again at once, were there no pause between two readings.
    return jwt.PyJWKClient(address, lifespan=600, cooldown_duration=600)


def verified(token):
    if jwt.get_unverified_header(token)["typ"] != "at+jwt":
        return ""
    try:
        key = keys.get_signing_key_from_jwt(token)
    except jwt.PyJWKClientError:
        return ""
    return jwt.decode(token, key.key, options={"require": ["sub", "client_id", "scope"]}, **expected)["jti"]


keys = read_keys()
for line in map(str.strip, sys.stdin):
    if line == AGAIN:
        keys = read_keys()
        print("", flush=True)
    else:
        print(verified(line), flush=True)
