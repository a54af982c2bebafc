"""What with-server.mjs prepared, and the server's metadata: all that a client knows of it."""

import json
import os

import pytest
import requests

from person import Person

if "LATCHKEY_WORLD" not in os.environ:
    raise pytest.UsageError("run these tests through tests/clients/with-server.mjs")

WORLD = json.loads(os.environ["LATCHKEY_WORLD"])


@pytest.fixture(scope="session")
def issuer():
    return WORLD["issuer"]


@pytest.fixture(scope="session")
def clients():
    return WORLD["clients"]


@pytest.fixture(scope="session")
def metadata(issuer):
    answer = requests.get(issuer + "/.well-known/oauth-authorization-server", timeout=60)
    answer.raise_for_status()
    return answer.json()


@pytest.fixture
def person():
    return Person(**WORLD["person"])


@pytest.fixture
def introspect(metadata, clients):
    """Asks as the resource server; a plain request, since a resource server needs no library."""
    api = clients["api"]

    def ask(token):
        answer = requests.post(
            metadata["introspection_endpoint"],
            data={"token": token},
            auth=(api["client_id"], api["client_secret"]),
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()

    return ask
