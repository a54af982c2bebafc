"""requests-oauthlib goes through every flow; discovery by the metadata alone."""

import pytest
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError, LegacyApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

REDIRECT_URI = "https://notes.example/callback"
SCOPES = ["notes.read", "notes.write"]


def basic(client):
    return HTTPBasicAuth(client["client_id"], client["client_secret"])


@pytest.fixture
def web_app(metadata, clients, person):
    """A session of the confidential client in which a person has signed in."""
    client = clients["web_app"]
    session = OAuth2Session(client["client_id"], redirect_uri=REDIRECT_URI, scope=SCOPES, pkce="S256")
    url, _state = session.authorization_url(metadata["authorization_endpoint"])
    session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=person.sign_in_and_allow(url),
        client_secret=client["client_secret"],
    )
    return session


def revoke(session, metadata, client, token):
    url, headers, body = session._client.prepare_token_revocation_request(
        metadata["revocation_endpoint"], token, token_type_hint="access_token"
    )
    return session.post(url, data=body, headers=headers, auth=basic(client), withhold_token=True)


def test_a_confidential_client_completes_the_code_flow_with_pkce(web_app, introspect, clients, person):
    assert sorted(web_app.token.scopes) == SCOPES
    answer = introspect(web_app.token["access_token"])
    assert answer["username"] == person.username
    assert answer["client_id"] == clients["web_app"]["client_id"]


def test_a_native_app_completes_the_code_flow_on_a_loopback_port_of_its_choice(metadata, clients, person, introspect):
    session = OAuth2Session(
        clients["native_app"]["client_id"],
        redirect_uri="http://127.0.0.1:50321/callback",
        scope=SCOPES,
        pkce="S256",
    )
    url, _state = session.authorization_url(metadata["authorization_endpoint"])
    returned = person.sign_in_and_allow(url)
    session.fetch_token(metadata["token_endpoint"], authorization_response=returned, include_client_id=True)
    assert introspect(session.token["access_token"])["active"] is True


def test_a_refresh_brings_new_tokens(web_app, metadata, clients):
    before = dict(web_app.token)
    web_app.refresh_token(metadata["token_endpoint"], auth=basic(clients["web_app"]))
    assert web_app.token["access_token"] != before["access_token"]
    assert web_app.token["refresh_token"] != before["refresh_token"]


def test_a_machine_gets_a_token_for_itself(metadata, clients, introspect):
    machine = clients["machine"]
    session = OAuth2Session(client=BackendApplicationClient(machine["client_id"], scope=["notes.read"]))
    token = session.fetch_token(metadata["token_endpoint"], auth=basic(machine))
    assert introspect(token["access_token"])["sub"] == machine["client_id"]


def test_the_makers_own_app_signs_a_person_in_by_password(metadata, clients, person, introspect):
    app = clients["first_party_app"]
    session = OAuth2Session(client=LegacyApplicationClient(app["client_id"]))
    token = session.fetch_token(
        metadata["token_endpoint"], username=person.username, password=person.password, auth=basic(app)
    )
    assert introspect(token["access_token"])["username"] == person.username


def test_a_wrong_password_is_refused(metadata, clients, person):
    app = clients["first_party_app"]
    session = OAuth2Session(client=LegacyApplicationClient(app["client_id"]))
    with pytest.raises(InvalidGrantError):
        session.fetch_token(metadata["token_endpoint"], username=person.username, password="wrong", auth=basic(app))


def test_a_client_introspects_its_own_token(web_app, metadata, clients):
    answer = web_app.post(
        metadata["introspection_endpoint"],
        data={"token": web_app.token["access_token"]},
        auth=basic(clients["web_app"]),
        withhold_token=True,
    )
    assert answer.json()["active"] is True


def test_a_revoked_token_is_inactive_at_once(web_app, metadata, clients, introspect):
    token = web_app.token["access_token"]
    assert revoke(web_app, metadata, clients["web_app"], token).status_code == 200
    assert introspect(token) == {"active": False}
