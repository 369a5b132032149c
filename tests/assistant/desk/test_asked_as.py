"""Lines pages are also asked as: offered by clicks, people and a model, decided by name, in force with the next message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from assistant import Assistant
from assistant.desk.asked_lines import Offer, asked_lines, decide_line, offer_lines
from assistant.desk.intents import NoFlows
from assistant.desk.store import Store
from assistant.errors import CallError
from assistant.service import Service
from retrieval import HashingEncoder
from shop import Shop
from shop.shop import Settings
from shop.tables import FAQ
from tests.assistant.desk.conftest import Clock
from tests.fakes import ScriptedLLM

WOOL, LAMP = "How do I care for wool?", "Is a bulb included with a lamp?"


@pytest.fixture
def service(tiny_shop: Shop, tmp_path: Path, clock: Clock) -> Iterator[Service]:
    rows = [(WOOL, "Wash it by hand and dry it flat.", "Care"), (LAMP, "Only where its page says so.", "Lamps")]
    faq = pl.DataFrame(rows, schema=dict(FAQ), orient="row")
    shop = replace(tiny_shop, faq=faq, settings=Settings(name="Tiny", currency="EUR"))
    made = Service(Assistant(shop, llm="none", encoder=HashingEncoder(), state=tmp_path), now=clock)
    made.__dict__["intents"] = NoFlows()
    yield made
    made.store.engine.dispose()


def click(service: Service, typed: str, title: str) -> None:
    """Type a question in a conversation of its own and click a page it offers."""
    talk = service.begin()
    asked = service.say(talk, typed).answer
    assert (asked.decision, title in asked.choices) == ("ask back", True)
    service.say(talk, title)


def test_question_clicked_the_same_way_in_two_conversations_is_answered_once_a_person_approved_it(
    service: Service,
) -> None:
    click(service, "how do I dry my jumper", WOOL)
    assert service.asked_as.waiting() == []
    click(service, "How do I dry my jumper!", WOOL)
    (line,) = service.asked_as.waiting()
    assert (line.title, line.question, line.times) == (WOOL, "how do I dry my jumper", 2)
    talk = service.begin()
    assert service.say(talk, "how do I dry my jumper").answer.decision == "ask back"  # nobody has approved it
    service.asked_as.approve(line.number, by="Mira")
    said = service.say(talk, "how do I dry my jumper").answer
    assert (said.decision, said.citations[0].title) == ("answer", WOOL)
    service.asked_as.withdraw(line.number, by="Mira")
    assert service.say(talk, "how do I dry my jumper").answer.decision == "ask back"
    assert service.asked_as.waiting() == []  # decided once, not offered again


def test_clicks_that_went_both_ways_and_words_with_a_number_of_somebodys_are_not_offered(service: Service) -> None:
    for title in (WOOL, LAMP):
        for _ in range(2):
            click(service, "how do I care for a lamp with a bulb", title)
    for _ in range(2):
        click(service, "how do I care for 10005", WOOL)
    assert service.asked_as.waiting() == []


def test_line_is_found_by_words_its_page_has_not(service: Service) -> None:
    service.asked_as.add(LAMP, "Does the light need anything else?", by="Mira")
    hits = service.desk.passages.search("light need", HashingEncoder(), 1)
    assert hits[0].passage.title == LAMP


def test_entry_made_from_a_ticket_offers_what_the_customer_had_asked(service: Service) -> None:
    talk = service.begin()
    assert service.say(talk, "Quelle heure").answer.decision == "hand over"
    ticket = service.say(talk, "Ask a person").ticket
    assert ticket is not None
    service.reply(ticket, "We open at nine.", by="Mira")
    service.add_entry("When do you open?", "At nine.", by="Mira", ticket=ticket)
    (line,) = service.asked_as.waiting()
    assert (line.title, line.question, line.origin) == ("When do you open?", "Quelle heure", f"ticket {ticket}")


def test_model_line_that_finds_another_page_first_or_repeats_the_title_is_turned_away(service: Service) -> None:
    model = ScriptedLLM(
        "- wool by hand?\n- How do I care for wool?\n\nQuestion: no",
        "is a bulb with it\n12345 lamp\nA bulb is included.",
    )
    found = service.asked_as.from_model(model)
    assert [one.question for one in found.queued] == ["wool by hand?", "is a bulb with it"]
    assert [line for _, line, _ in found.turned] == [WOOL, "12345 lamp", "A bulb is included."]


@pytest.mark.parametrize(
    ("title", "question", "by", "message"),
    [
        ("No such page", "wool?", "Mira", "no page is called"),
        (WOOL, "is a bulb included with a lamp?", "Mira", "already"),
        (WOOL, "wool?", " ", "name of the person"),
    ],
)
def test_line_that_cannot_be_in_force_is_refused(
    service: Service, title: str, question: str, by: str, message: str
) -> None:
    with pytest.raises(CallError, match=message):
        service.asked_as.add(title, question, by=by)
    assert service.asked_as.lines() == []


def test_lines_are_kept_counted_and_decided_once(store: Store) -> None:
    (first,) = offer_lines(store, [Offer("Wool", "wash <b>it</b>?", "clicks", 2)])
    assert (first.question, first.status) == ("wash it?", "waiting")
    assert offer_lines(store, [Offer("Wool", "WASH it?", "clicks", 5)]) == []
    assert [one.times for one in asked_lines(store)] == [5]
    refused = decide_line(store, first.number, "refused", by="Mira", why="unclear")
    assert (refused.status, refused.by, refused.why) == ("refused", "Mira", "unclear")
    with pytest.raises(CallError, match="it is refused"):
        decide_line(store, first.number, "approved", by="Mira")
    with pytest.raises(CallError, match="nobody is named"):
        decide_line(store, first.number, "approved", by="")
