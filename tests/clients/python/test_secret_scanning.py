"""docs/secret-scanning.md: its expressions and its program recognise real tokens and nothing else."""

import pathlib
import re

import pytest
import requests

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "secret-scanning.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def is_token(page):
    (program,) = re.findall(r"```python\n(.*?)```", page, re.S)
    names = {}
    exec(program, names)
    return names["is_token"]


@pytest.fixture(scope="module")
def token(clients, metadata):
    machine = clients["machine"]
    answer = requests.post(
        metadata["token_endpoint"],
        data={"grant_type": "client_credentials"},
        auth=(machine["client_id"], machine["client_secret"]),
        timeout=60,
    )
    return answer.json()["access_token"]


def test_every_expression_finds_what_begins_so_and_nothing_longer_or_shorter(page):
    rows = re.findall(r"^\| `(lk._)` .* \| `(\\b.*)` \|$", page, re.M)
    (everything,) = re.findall(r"one expression: `(.*)`", page)
    assert [beginning for beginning, _ in rows] == ["lka_", "lkp_", "lkk_", "lkr_", "lks_", "lkc_"]
    for beginning, expression in rows:
        token = beginning + "0aZ" * 18 + "9"
        for own in (expression, everything):
            assert re.findall(own, f'key = "{token}";') == [token]
            assert not re.search(own, token + "x")
            assert not re.search(own, token[:-1])
            assert not re.search(own, "x" + token)
        assert not re.search(expression, "lkx_" + token[4:])


def test_the_program_knows_real_tokens_and_secrets_from_mistyped_ones(clients, is_token, token):
    secret = clients["machine"]["client_secret"]
    for real in (token, secret):
        assert is_token(real)
        for at in (4, 20, 58):
            other = "0" if real[at] != "0" else "1"
            assert not is_token(real[:at] + other + real[at + 1:])
        assert not is_token(real[:-1]) and not is_token(real + "0")


def test_the_example_is_a_token_of_no_server(page, issuer, is_token):
    (example,) = re.findall(r"```text\n(.*)\n```", page)
    assert is_token(example)
    answer = requests.post(issuer + "/auth/leaked", timeout=60, data={"token": example})
    assert answer.json() == {"tokens": [{"last_four": example[-4:], "revoked": False}]}


def test_a_reported_token_is_revoked(issuer, token):
    for revoked in (True, False):
        answer = requests.post(issuer + "/auth/leaked", timeout=60, data={"token": f"nothing\n{token}"})
        assert [one["revoked"] for one in answer.json()["tokens"]] == [False, revoked]
