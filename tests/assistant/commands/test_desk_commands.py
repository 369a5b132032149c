"""Keys of the HTTP API, as typed: shown once, listed by name, withdrawn."""

from __future__ import annotations

import json

from tests.assistant.commands.conftest import Run


def test_key_is_shown_once_listed_by_name_and_withdrawn(run: Run) -> None:
    made = run("keys", "sample", "--add", "www", "--state", "state", "--json")
    key = json.loads(made.out)["made"]
    assert key.startswith("site_")
    again = run("keys", "sample", "--add", "www", "--state", "state")
    assert again.code == 1
    assert "there is a key called 'www' already" in again.err
    listed = run("keys", "sample", "--state", "state")
    assert "www" in listed.out
    assert key not in listed.out
    assert json.loads(run("keys", "sample", "--withdraw", "www", "--state", "state", "--json").out)["keys"] == []
    assert run("keys", "sample", "--withdraw", "www", "--state", "state").code == 1


def test_api_on_an_open_address_without_a_password_is_refused(run: Run) -> None:
    refused = run("api", "sample", "--host", "0.0.0.0", "--state", "state")
    assert refused.code == 1
    assert "SHOPKEEPER_PASSWORD" in refused.err
