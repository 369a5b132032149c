"""Keys of the HTTP API, as typed: shown once, listed by name, withdrawn."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.desk.store import CUSTOMER, SHOP, open_store
from tests.assistant.commands.conftest import Run, as_csv, order_lines


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


PAGES = "question,answer\nHow do I return something?,Send it back within 30 days.\nDo you deliver to Ireland?,It takes 4 days.\n"


def asked_shop() -> None:
    """A folder with two entries, and a state whose desk saw two customers click the second for the same words."""
    folder = Path("data")
    folder.mkdir()
    (folder / "orders.csv").write_text(as_csv(order_lines()))
    (folder / "faq.csv").write_text(PAGES)
    opened = open_store(Path("state/people/desk.sqlite"))
    about = {"clicked_for": "how long is the boat to Dublin", "question": "Do you deliver to Ireland?"}
    for _ in range(2):
        said = {**about, "decision": "answer", "citations": [{"title": "Do you deliver to Ireland?", "source": "faq"}]}
        opened.add(opened.begin(), [(CUSTOMER, "Do you deliver to Ireland?", about), (SHOP, "It takes 4 days.", said)])
    opened.engine.dispose()


def test_ways_to_ask_are_proposed_from_clicks_and_decided_by_a_named_person(run: Run) -> None:
    Path("state/people").mkdir(parents=True)
    asked_shop()
    proposed = run("asked", "propose", "data", "--conversations", "--encoder", "hashing", "--state", "state", "--json")
    assert proposed.code == 0, proposed.err
    (line,) = json.loads(proposed.out)["queued"]
    assert (line["title"], line["question"]) == ("Do you deliver to Ireland?", "how long is the boat to Dublin")
    nameless = run("asked", "review", "data", "--approve", line["number"], "--encoder", "hashing", "--state", "state")
    assert nameless.code == 1
    assert "name" in nameless.err
    told = run(
        "asked",
        "review",
        "data",
        "--approve",
        line["number"],
        "--by",
        "Ines",
        "--encoder",
        "hashing",
        "--state",
        "state",
        "--json",
    )
    found = json.loads(told.out)
    assert [one["status"] for one in found["decided"]] == ["approved"]
    assert found["waiting"] == []
    asked = run(
        "ask",
        "data",
        "how long is the boat to Dublin",
        "--llm",
        "none",
        "--encoder",
        "hashing",
        "--state",
        "state",
        "--json",
    )
    assert "It takes 4 days." in json.loads(asked.out)["text"]


def test_ways_to_ask_are_never_decided_by_a_wrong_call(run: Run) -> None:
    assert run("asked", "review", "sample", "--line", "another", "--state", "state").code == 2
    assert run("asked", "propose", "nowhere", "--state", "state").code == 1
