"""Authlib's OAuth2Session goes through every flow; discovery by the metadata alone."""

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import get_well_known_url

REDIRECT_URI = "https://notes.example/callback"


@pytest.fixture
def server(issuer):
    return requests.get(get_well_known_url(issuer, external=True), timeout=60).json()


@pytest.fixture
def session(clients):
    def session_of(name, **settings):
        client = clients[name]
        settings["token_endpoint_auth_method"] = client["token_endpoint_auth_method"]
        return OAuth2Session(client["client_id"], client.get("client_secret"), **settings)

    return session_of


@pytest.fixture
def authorize(server, session, person):
    def sign_in(name="web_app", redirect_uri=REDIRECT_URI):
        app = session(
            name, scope="notes.read notes.write", redirect_uri=redirect_uri, code_challenge_method="S256"
        )
        verifier = generate_token(48)
        url, _state = app.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier)
        returned = person.sign_in_and_allow(url)
        app.fetch_token(server["token_endpoint"], authorization_response=returned, code_verifier=verifier)
        return app

    return sign_in


def test_a_confidential_client_completes_the_code_flow_with_pkce(authorize, introspect, person):
    app = authorize()
    assert app.token["scope"] == "notes.read notes.write"
    assert introspect(app.token["access_token"])["username"] == person.username


def test_a_native_app_completes_the_code_flow_on_a_loopback_port_of_its_choice(authorize, introspect):
    app = authorize("native_app", "http://127.0.0.1:50123/callback")
    assert introspect(app.token["access_token"])["active"] is True


def test_a_refresh_brings_new_tokens(authorize, server):
    app = authorize()
    before = dict(app.token)
    app.refresh_token(server["token_endpoint"])
    assert app.token["access_token"] != before["access_token"]
    assert app.token["refresh_token"] != before["refresh_token"]


def test_a_machine_gets_a_token_for_itself(session, server, introspect, clients):
    machine = session("machine", scope="notes.read")
    token = machine.fetch_token(server["token_endpoint"], grant_type="client_credentials")
    assert "refresh_token" not in token
    assert introspect(token["access_token"])["sub"] == clients["machine"]["client_id"]


def test_the_makers_own_app_signs_a_person_in_by_password(session, server, introspect, person):
    app = session("first_party_app")
    token = app.fetch_token(
        server["token_endpoint"], grant_type="password", username=person.username, password=person.password
    )
    assert introspect(token["access_token"])["username"] == person.username


def test_a_wrong_password_is_refused(session, server, person):
    with pytest.raises(OAuthError, match="invalid_grant"):
        session("first_party_app").fetch_token(
            server["token_endpoint"], grant_type="password", username=person.username, password="wrong"
        )


def test_a_client_introspects_its_own_token(authorize, server):
    app = authorize()
    answer = app.introspect_token(server["introspection_endpoint"], token=app.token["access_token"])
    assert answer.json()["active"] is True


def test_a_revoked_token_is_inactive_at_once(authorize, server, introspect):
    app = authorize()
    token = app.token["access_token"]
    assert app.revoke_token(server["revocation_endpoint"], token=token).status_code == 200
    assert introspect(token) == {"active": False}
