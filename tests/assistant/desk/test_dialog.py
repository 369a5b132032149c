"""Whole conversations over a shop of three orders: sign-in, flows, hand-off, staff, memory; what was written is read back after a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from assistant import Assistant
from assistant.desk.intents import Proposal
from assistant.desk.typed import REMEMBER
from assistant.errors import CallError
from assistant.service import Service
from retrieval import HashingEncoder
from shop import Shop
from shop.shop import Settings
from shop.tables import FAQ, ORDERS
from tests.assistant.desk.conftest import Clock


@dataclass
class KeyedIntents:
    """Proposes by a word in the message; several words, several choices."""

    words: dict[str, str]

    def propose(self, message: str) -> Proposal:
        found = [flow for word, flow in self.words.items() if word in message.lower()]
        return Proposal(found[0]) if len(found) == 1 else Proposal("", tuple(found[:3]))


WORDS = {
    "cancel": "cancel",
    "where": "order_status",
    "address": "change_address",
    "send back": "return",
    "invoice": "invoice",
    "complain": "complaint",
    "human": "person",
    "erase me": "delete_data",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "T12:00").replace(tzinfo=UTC)


@pytest.fixture
def shop(tiny_shop: Shop) -> Shop:
    rows = [
        ("A10001", "ann", "delivered", at("2026-10-10"), at("2026-10-11"), at("2026-10-14"), "Dock 1, Oslo", "T1"),
        ("A10005", "ann", "placed", at("2026-10-30"), None, None, "Dock 1, Oslo", None),
        ("B10009", "bob", "placed", at("2026-10-30"), None, None, "Fjord 9, Oslo", None),
    ]
    people = pl.DataFrame(
        {
            "customer_id": ["ann", "bob", "cem"],
            "first_name": ["Ann", "Bob", None],
            "email": ["ann@example.org", "bob@example.org", None],
        }
    )
    faq = pl.DataFrame([("How do I care for wool?", "Wash it by hand.", "Care")], schema=dict(FAQ), orient="row")
    settings = Settings(name="Tiny", contact="help@tiny.example", currency="EUR")
    orders = pl.DataFrame(rows, schema=dict(ORDERS), orient="row")
    return replace(tiny_shop, orders=orders, customers=people, faq=faq, settings=settings)


def opened(shop: Shop, state: Path, clock: Clock) -> Service:
    assistant = Assistant(shop, llm="none", encoder=HashingEncoder(), state=state)
    service = Service(assistant, now=clock)
    service.__dict__["intents"] = KeyedIntents(WORDS)
    assistant.__dict__["service"] = service
    return service


@pytest.fixture
def service(shop: Shop, tmp_path: Path, clock: Clock) -> Iterator[Service]:
    made = opened(shop, tmp_path / "state", clock)
    yield made
    made.store.engine.dispose()


def last_code(service: Service) -> str:
    service.wait_for_mail()
    mail = service.outbox.waiting()[-1].read_text()
    found = re.search(r"(?<!\d)(\d{6})(?!\d)", mail.partition("\n\n")[2])
    assert found
    return found.group(1)


def signed_in(service: Service, who: str = "ann@example.org") -> str:
    talk = service.begin()
    service.say(talk, who)
    service.say(talk, last_code(service))
    assert service.customer(talk) is not None
    return talk


def test_cancel_with_sign_in_and_yes_changes_what_is_said_after_a_restart(
    service: Service, shop: Shop, tmp_path: Path, clock: Clock
) -> None:
    talk = service.begin()
    asked = service.say(talk, "please cancel A10005")
    assert asked.needs == "code"
    confirm = service.say(talk, last_code(service))
    assert (confirm.flow, confirm.needs, confirm.customer_id) == ("cancel", "yes", "ann")
    assert service.actions() == []
    done = service.say(talk, "yes")
    assert "A10005" in done.answer.text
    assert "cancelled" in done.answer.text
    assert [(one.flow, one.customer_id, one.order_id, one.what) for one in service.actions()] == [
        ("cancel", "ann", "A10005", {"status": "cancelled"})
    ]
    later = opened(shop, tmp_path / "state", clock)
    said = later.say(talk, "where is A10005?")
    assert "cancelled" in said.answer.text
    assert said.answer.claims[0].fact.name in ("order_number", "cancelled_on")
    later.store.engine.dispose()


def test_reply_to_a_known_and_an_unknown_address_is_the_same_and_only_one_gets_mail(
    service: Service, shop: Shop, tmp_path: Path, clock: Clock
) -> None:
    strangers = replace(shop, customers=shop.customers.filter(pl.col("customer_id") != "ann"))
    other = opened(strangers, tmp_path / "other", clock)
    replies = [one.say(one.begin(), "ann@example.org").answer for one in (service, other)]
    assert replies[0] == replies[1]
    for one, count in ((service, 1), (other, 0)):
        one.wait_for_mail()
        assert len(one.outbox.waiting()) == count
    assert "To: ann@example.org" in service.outbox.waiting()[0].read_text()
    other.store.engine.dispose()


def test_wrong_codes_run_out_and_a_right_one_after_them_opens_nothing(service: Service) -> None:
    talk = service.begin()
    service.say(talk, "ann@example.org")
    code = last_code(service)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        service.say(talk, wrong)
    service.say(talk, code)
    assert service.customer(talk) is None


def test_code_holds_ten_minutes_and_in_its_own_conversation_only(service: Service, clock: Clock) -> None:
    talk, other = service.begin(), service.begin()
    service.say(talk, "ann@example.org")
    service.say(other, "eve@example.org")
    service.say(other, last_code(service))
    assert service.customer(other) is None
    clock.move(minutes=11)
    service.say(talk, last_code(service))
    assert service.customer(talk) is None


def test_codes_are_few_an_hour_whatever_conversation_asks(service: Service) -> None:
    for _ in range(8):
        service.say(service.begin(), "ann@example.org")
    service.wait_for_mail()
    assert len(service.outbox.waiting()) == 5


def test_no_code_lies_readable_in_the_database(service: Service, tmp_path: Path) -> None:
    service.say(service.begin(), "ann@example.org")
    code = last_code(service)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "state" / "people").glob("desk.sqlite*"))
    assert code.encode() not in kept


def test_anothers_order_is_never_shown_to_who_signed_in(service: Service) -> None:
    talk = signed_in(service)
    said = service.say(talk, "where is B10009?").answer.text
    assert said == "We find no order of yours with that number."
    service.say(talk, "cancel B10009")
    service.say(talk, "yes")
    assert service.actions() == []


def test_yes_after_something_else_confirms_nothing(service: Service) -> None:
    talk = signed_in(service)
    assert service.say(talk, "cancel A10005").needs == "yes"
    service.say(talk, "How do I care for wool?")
    service.say(talk, "yes")
    assert service.actions() == []


def test_address_is_changed_once_and_read_back(service: Service) -> None:
    talk = signed_in(service)
    service.say(talk, "another address for A10005")
    service.say(talk, "Quay 7, 0150 Oslo")
    done = service.say(talk, "yes")
    assert "Quay 7, 0150 Oslo" in done.answer.text
    order = service.orders.one("ann", "A10005")
    assert order is not None
    assert order.address == "Quay 7, 0150 Oslo"
    assert service.orders.one("bob", "B10009").address == "Fjord 9, Oslo"  # type: ignore[union-attr]


def test_invoice_goes_to_the_address_the_shop_knows(service: Service) -> None:
    talk = signed_in(service)
    asked = service.say(talk, "invoice of A10001")
    assert "a…@example.org" in asked.answer.text
    service.say(talk, "yes")
    service.wait_for_mail()
    mail = service.outbox.waiting()[-1].read_text()
    assert "To: ann@example.org" in mail
    assert "A10001" in mail


def test_return_is_asked_for_and_waits_for_a_person(service: Service) -> None:
    talk = signed_in(service)
    service.say(talk, "I want to send back A10001")
    done = service.say(talk, "yes")
    assert done.ticket is not None
    assert service.ticket(done.ticket).reason == "return"
    again = service.say(talk, "I want to send back A10001")
    assert again.needs == ""
    assert len(service.actions()) == 1


def test_question_without_an_answer_is_offered_to_a_person_who_answers_in_the_conversation(service: Service) -> None:
    talk = service.begin()
    asked = service.say(talk, "Quantum chromodynamics lecture")
    assert asked.answer.choices == ("Ask a person",)
    made = service.say(talk, "Ask a person")
    assert made.ticket is not None
    ticket = service.ticket(made.ticket)
    assert "“Quantum chromodynamics lecture”" in ticket.summary
    assert ticket.transcript[0].text == "Quantum chromodynamics lecture"
    service.reply(made.ticket, "We hold none.", by="Mira")
    assert service.turns(talk, after=made.number)[0].text == "We hold none."
    assert service.ticket(made.ticket).status == "answered"
    assert [(one.question, one.count) for one in service.unanswered()] == [("Quantum chromodynamics lecture", 1)]


def test_added_entry_answers_the_next_question_and_no_more_once_withdrawn(service: Service) -> None:
    question = "Do you lend umbrellas?"
    assert "Yes, at the till." not in service.say(service.begin(), question).answer.text
    entry = service.add_entry(question, "Yes, at the till.", by="Mira")
    said = service.say(service.begin(), question).answer
    assert said.text.endswith("Do you lend umbrellas? Yes, at the till.")
    assert said.citations[0].source.startswith("faq, added by Mira")
    with pytest.raises(CallError, match="asks the same"):
        service.add_entry(question.upper(), "No.", by="Mira")
    service.withdraw_entry(entry.number)
    assert "Yes, at the till." not in service.say(service.begin(), question).answer.text


def test_what_was_told_is_shown_and_erased_with_everything_said(service: Service) -> None:
    talk = signed_in(service)
    service.say(talk, "Please remember that I have a cat")
    assert "I have a cat" in service.say(talk, "What do you know about me?").answer.text
    asked = service.say(talk, "erase me")
    assert asked.needs == "yes"
    service.say(talk, "yes")
    assert service.remembered(talk) == []
    assert [one.text for one in service.turns(talk)][0] == "yes"
    assert service.tickets()[0].reason == "delete_data"


def test_complaint_reaches_a_person_in_the_customers_own_words(service: Service) -> None:
    talk = service.begin()
    service.say(talk, "I want to complain")
    made = service.say(talk, "The driver threw it over the fence")
    assert made.ticket is not None
    assert "“The driver threw it over the fence”" in service.ticket(made.ticket).summary


def test_several_likely_flows_are_offered_and_one_click_takes_one(service: Service) -> None:
    talk = signed_in(service)
    asked = service.say(talk, "where can I cancel A10005")
    assert asked.answer.choices == ("Cancel an order", "Where is my order?", "Something else")
    assert service.say(talk, "Cancel an order").needs == "yes"


@pytest.mark.parametrize("text", ["?!", "aaaa", "yes"])
def test_noise_is_asked_back_and_never_answered(service: Service, text: str) -> None:
    assert service.say(service.begin(), text).answer.decision == "ask back"


def test_message_too_long_or_empty_is_refused(service: Service) -> None:
    talk = service.begin()
    for text in ("", " \u200b ", "x" * 2001):
        with pytest.raises(CallError, match="characters"):
            service.say(talk, text)


def test_feedback_of_an_answer_is_listed_with_its_question(service: Service) -> None:
    talk = service.begin()
    said = service.say(talk, "How do I care for wool?")
    service.feedback(talk, said.number, is_helpful=False, why="what about silk")
    judged = service.feedback_list()[0]
    assert (judged.question, judged.is_helpful, judged.why) == ("How do I care for wool?", False, "what about silk")


def test_twenty_conversations_at_once_hold_their_own_customer_only(service: Service) -> None:
    from concurrent.futures import ThreadPoolExecutor

    talks: list[tuple[str, str]] = []
    for at_ in range(20):
        talk = service.begin()
        service.store.sign_in(talk, "ann" if at_ % 2 else "bob", minutes=60)
        talks.append((talk, "A10005" if at_ % 2 else "B10009"))

    def ask(pair: tuple[str, str]) -> str:
        return service.say(pair[0], f"where is {pair[1]}").answer.text

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(ask, talks))
    for (_, own), text in zip(talks, said, strict=True):
        other = "B10009" if own == "A10005" else "A10005"
        assert own in text
        assert other not in text


def test_chinese_shop_speaks_and_hears_chinese_in_its_flows(shop: Shop, tmp_path: Path, clock: Clock) -> None:
    settings = replace(shop.settings, locale="zh_CN", currency="CNY")
    service = opened(replace(shop, settings=settings), tmp_path / "zh", clock)
    talk = signed_in(service)
    asked = service.say(talk, "cancel A10005")
    assert asked.answer.choices == ("是", "否")
    assert re.search(r"[\u4e00-\u9fff]{4}", asked.answer.text)
    done = service.say(talk, "是")
    assert "A10005" in done.answer.text
    assert [one.flow for one in service.actions()] == ["cancel"]
    assert service.rules["cancel"].label == "取消订单"
    service.store.engine.dispose()


def test_confirmed_write_is_read_back_after_a_restart_on_either_database(
    shop: Shop, tmp_path: Path, clock: Clock, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_DATABASE", database)
    first = opened(shop, tmp_path / "one", clock)
    talk = signed_in(first)
    first.say(talk, "cancel A10005")
    first.say(talk, "yes")
    first.store.engine.dispose()
    again = opened(shop, tmp_path / "two", clock)
    assert again.is_kept
    assert not (tmp_path / "two" / "people" / "desk.sqlite").exists()
    assert "cancelled" in again.say(talk, "where is A10005?").answer.text
    assert again.say(talk, "cancel A10005").needs == ""
    assert len(again.actions()) == 1
    again.store.engine.dispose()


def test_choice_that_was_clicked_is_kept_with_the_question_it_answered(service: Service) -> None:
    talk, title = service.begin(), "How do I care for wool?"
    service.store.set_pending(talk, {"needs": "choice", "choices": [title], "typed": "my socks itch"})
    assert "Wash it by hand." in service.say(talk, title).answer.text
    assert service.clicked() == [("my socks itch", title, 1)]


def test_account_matter_asks_whose_account_it_is_and_speaks_of_no_order(service: Service) -> None:
    asked = service.say(service.begin(), "please erase me")
    assert asked.needs == "sign-in"
    assert "account" in asked.answer.text
    assert "order is it" not in asked.answer.text
    assert "see an order" not in asked.answer.text


def test_who_asks_for_a_machine_is_told_that_it_is_one(service: Service) -> None:
    told = service.say(service.begin(), "Are you a real person?").answer
    assert "automatic assistant of" in told.text
    assert told.decision == "answer"


def test_unsure_flow_stands_beside_the_page_on_the_same_words_and_either_click_is_taken(service: Service) -> None:
    talk = service.begin()
    service.add_entry("Where can I send back an invoice?", "To the address on it.", by="Ines")
    asked = service.say(talk, "where to send back the invoice it")
    assert asked.needs == "flow"
    assert "Where can I send back an invoice?" in asked.answer.choices
    clicked = service.say(talk, "Where can I send back an invoice?").answer
    assert clicked.decision == "answer"
    assert "To the address on it." in clicked.text


def test_taste_is_remembered_once_the_customer_says_so_and_heeded_in_the_next_conversation(service: Service) -> None:
    """Nothing is kept by the telling alone; the red mug is of stoneware, the lamp is not."""
    talk = signed_in(service)
    told = service.say(talk, "I am allergic to stoneware")
    assert service.remembered(talk) == []
    assert REMEMBER in told.answer.choices
    service.say(talk, REMEMBER)
    assert [one.value for one in service.remembered(talk)] == ["I am allergic to stoneware"]
    later = signed_in(service)
    shown = service.say(later, "show me something for the desk or a mug under 50").answer
    assert shown.products == ("lamp",)
    assert "Left out: 1 product with “stoneware”" in shown.text
    service.forget(later)
    assert "mug" in service.say(later, "show me a mug under 50").answer.products


def test_flow_asked_for_in_another_language_says_in_it_in_which_one_the_reply_is(service: Service) -> None:
    """The shop's pages are English; "Bestellung" is read as "order" and "wo ist" as "where is"."""
    asked = service.say(service.begin(), "Wo ist meine Bestellung?")
    assert asked.flow == "order_status"
    assert asked.answer.text.startswith("Wir antworten auf Englisch.")
