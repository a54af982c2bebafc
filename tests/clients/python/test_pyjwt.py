"""PyJWT verifies our signed access tokens (RFC 9068) as a resource server does, across a rotation of keys."""

import subprocess

import jwt
import pytest
import requests

from conftest import WORLD


@pytest.fixture(scope="module")
def key_set():
    issuer = WORLD["issuer"]
    metadata = requests.get(issuer + "/.well-known/oauth-authorization-server", timeout=60).json()
    # Without the pause between two readings that protects a key set from bad tokens.
    return jwt.PyJWKClient(metadata["jwks_uri"], cooldown_duration=0)


@pytest.fixture
def token(metadata, clients):
    machine = clients["signed_machine"]

    def fresh():
        answer = requests.post(
            metadata["token_endpoint"],
            data={"grant_type": "client_credentials", "scope": "notes.read"},
            auth=(machine["client_id"], machine["client_secret"]),
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()["access_token"]

    return fresh


@pytest.fixture
def verify(key_set, issuer):
    def verified(text, **others):
        header = jwt.get_unverified_header(text)
        assert header["typ"] == "at+jwt"
        expected = {"issuer": issuer, "audience": issuer, "algorithms": ["ES256"], **others}
        required = {"require": ["iss", "aud", "sub", "client_id", "exp", "iat", "jti", "scope"]}
        return jwt.decode(text, key_set.get_signing_key_from_jwt(text).key, options=required, **expected)

    return verified


def rotate():
    run = WORLD["run"]
    subprocess.run([run["binary"], "key", "rotate", "--now"], cwd=run["cwd"], env=run["env"], check=True)


def test_a_signed_token_is_verified_across_a_rotation_of_keys(token, verify, clients):
    first = token()
    claims = verify(first)
    assert claims["sub"] == claims["client_id"] == clients["signed_machine"]["client_id"]
    assert claims["scope"] == "notes.read"
    rotate()
    second = token()
    assert jwt.get_unverified_header(second)["kid"] != jwt.get_unverified_header(first)["kid"]
    assert verify(second)["jti"] != verify(first)["jti"]


def test_a_token_for_somebody_else_is_refused(token, verify):
    with pytest.raises(jwt.InvalidAudienceError):
        verify(token(), audience="https://other.example")


def test_another_algorithm_is_refused(token, verify):
    with pytest.raises(jwt.InvalidAlgorithmError):
        verify(token(), algorithms=["RS256", "HS256"])


def test_introspection_says_the_same_as_the_token(token, verify, introspect):
    text = token()
    claims, known = verify(text), introspect(text)
    assert {name: known[name] for name in claims} == claims
