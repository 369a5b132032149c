"""Slots: a text's values become the slots the book writes them with, and filling them in gives the text again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from assistant.writing import Fact, Printing, Source, Subject, compose_copy, load_book
from assistant.writing.facts import fact
from assistant.writing.sheet import Sheet
from assistant.writing.slot_drafts import asked, slot_proposals, slotted_copy
from assistant.writing.slotted import filled, named_in, prompt_of, slotted
from tests.fakes import ScriptedLLM

POUNDS = Printing("en_GB", "GBP")


def facts() -> list[Fact]:
    lamp, why = Subject("product", "P1", "Brass Lamp"), Subject("reason", "P1", "Brass Lamp")
    told = Source("products")
    return [
        fact(lamp, "title", "Brass Lamp", told),
        fact(lamp, "price", Decimal("12.50"), told),
        fact(why, "reason_title", "Brass Lamp", told),
        fact(why, "because_product", "Oak Desk", told),
        fact(why, "because_date", date(2026, 5, 3), told),
    ]


def test_filled_prints_values_articles_and_months() -> None:
    text = "You bought {the because_product} in {month because_date}. {The title} costs {price}. {code} stays."
    assert filled(text, Sheet(facts(), POUNDS)) == (
        "You bought the Oak Desk in May 2026. The Brass Lamp costs £12.50. {code} stays."
    )


def test_slotted_is_undone_by_filled_for_copy_of_every_channel() -> None:
    sheet = Sheet(facts(), POUNDS)
    for channel in ("email", "push", "sms", "ad"):
        for seed in range(5):
            copy = compose_copy(facts(), channel=channel, printing=POUNDS, seed=seed)
            text = slotted_copy(copy, sheet)
            assert text is not None
            assert "12.50" not in text
            assert "Oak Desk" not in text
            whole = f"{copy.subject.text}\n{copy.body.text}" if channel == "ad" else copy.body.text
            assert filled(text, sheet) == whole


def test_slotted_of_a_value_of_other_facts_is_none() -> None:
    copy = compose_copy(facts(), channel="sms", printing=POUNDS)
    assert slotted(copy.body.text, copy.body.claims, Sheet(facts()[:1], POUNDS)) is None


def test_prompt_names_the_slots_in_the_order_of_the_facts() -> None:
    prompt = asked(facts(), "sms", "For {price}: {The title}, {title}.")
    assert prompt == prompt_of("text message", "Brass Lamp", ["title", "price"])
    assert "{title} {price}" in prompt
    assert named_in("{The title}") == ["title"]


def test_slot_proposals_are_filled_in_and_each_sentence_is_labelled() -> None:
    llm = ScriptedLLM(
        "The price of {the title} is {price}. Everybody loves it.",
        "The price of {the title} is {price}. Everybody loves it.",
    )
    (one,) = slot_proposals(
        facts(), channel="push", llm=llm, n=2, book=load_book(), printing=POUNDS
    )  # the second says the same
    assert one.text == "The price of the Brass Lamp is £12.50. Everybody loves it."
    assert [sentence.label for sentence in one.sentences] == ["proven", "unproven"]
    assert "Brass Lamp" in llm.prompts[0]
    assert "12.50" not in llm.prompts[0]
