"""The Authlib samples of clients' pages work as they are pasted."""

import pytest

from conftest import WORLD
from person import Person

CODE_URI = "https://notes.example/callback?from=latchkey"


@pytest.fixture(scope="module")
def administrator(issuer):
    grace = Person(**WORLD["administrator"])
    grace.open(issuer + "/login")
    grace.press("Sign in", Username=grace.username, Password=grace.password)
    return grace


@pytest.fixture
def sample(issuer, administrator):
    """Registers a client and gives what stands under the tab, and its id."""

    def registered(kind, **fields):
        administrator.open(f"{issuer}/admin/clients/new?kind={kind}")
        administrator.press("Register client", Name=f"It's \"{kind}\" #1", **fields)
        page = administrator.page
        text = page.find("pre", attrs={"aria-label": "Authlib"}).get_text()
        return text, page.find(id="client-id").get_text()

    return registered


def run(text, **variables):
    """Runs a sample; gives its variables."""
    exec(compile(text, "sample", "exec"), variables)
    return variables


def assert_token(token, introspect, client_id, username=None):
    known = introspect(token["access_token"])
    assert known["active"] is True
    assert (known["client_id"], known.get("username")) == (client_id, username)
    assert known["scope"] == "notes.read notes.write"


@pytest.mark.parametrize(
    "kind, redirect_uri", [("web", CODE_URI), ("native", "http://127.0.0.1/callback")]
)
def test_a_person_signs_in_and_the_code_is_redeemed(sample, introspect, person, kind, redirect_uri):
    text, client_id = sample(kind, **{"Redirect URIs": redirect_uri})
    # Between the two parts a browser goes to `url` and comes back.
    before, comment, after = text.partition("# At the redirect URI")
    assert comment, text
    variables = run(before)
    variables["returned"] = person.sign_in_and_allow(variables["url"])
    variables = run(comment + after, **variables)
    assert_token(variables["token"], introspect, client_id, person.username)


def test_a_client_with_the_password_grant_signs_a_person_in(sample, introspect, person):
    text, client_id = sample("web", **{"First-party": "yes", "Password grant": "password"})
    variables = run(text, username=person.username, password=person.password)
    assert_token(variables["token"], introspect, client_id, person.username)


def test_a_service_gets_a_token(sample, introspect):
    text, client_id = sample("service")
    assert_token(run(text)["token"], introspect, client_id)


def test_a_resource_server_introspects(sample, capsys):
    token = run(sample("service")[0])["token"]
    text, _ = sample("resource-server")
    answer = run(text, token=token["access_token"])["answer"]
    assert answer["active"] is True
    assert capsys.readouterr().out == f"{answer['sub']} {answer['scope']}\n"
    assert run(text, token="x")["answer"] == {"active": False}
