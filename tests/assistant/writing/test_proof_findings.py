"""Texts of true pieces that say something false together; found by the proof benchmark. It knows no file of a shop."""

from __future__ import annotations

import pytest

from assistant.writing import Fact, Source, Subject, fact, prove, whole_quote
from assistant.writing.show import Printing
from retrieval import Passage

POUNDS = Printing("en_GB", "GBP")
SPEED = Passage("faq-1", "faq", "How long does delivery take?", "It takes 3 days.", "faq, entry 1")
COST = Passage("faq-2", "faq", "What does delivery cost?", "Standard delivery costs £3.95.", "faq, entry 2")
HOME = Passage("policy-1", "policy", "Delivery", "We deliver to Wales and Ireland. We pack in paper.", "policy 1")
AWAY = Passage("policy-2", "policy", "Ireland", "Delivery to Ireland costs £9. Parcels take 9 days.", "policy 2")
MUG, BOWL = Subject("product", "P1", "Blue mug"), Subject("product", "P2", "Oak bowl")
TABLE = Source("products")


def labels(text: str, facts: list[Fact], *pages: Passage) -> list[str]:
    return [one.label for one in prove(text, facts, passages=pages, printing=POUNDS).sentences]


def test_question_of_one_page_with_the_answer_of_another_is_unproven() -> None:
    assert labels(f"{SPEED.title} {COST.text}", [], SPEED, COST)[0] == "unproven"
    assert labels(f"{SPEED.title} {SPEED.text}", [], SPEED, COST) == ["proven"]


def test_question_of_a_page_without_its_answer_is_unproven() -> None:
    assert labels(SPEED.title, [], SPEED) == ["unproven"]


def test_whole_quote_of_a_question_comes_with_its_answer() -> None:
    assert whole_quote(COST, "What does delivery cost?") == "What does delivery cost? Standard delivery costs £3.95."


def test_sentence_from_the_middle_of_a_page_behind_another_page_is_unproven() -> None:
    """Parcels take 9 days to Ireland; behind "Wales and Ireland" it would be said of Wales too."""
    assert labels("We deliver to Wales and Ireland. Parcels take 9 days.", [], HOME, AWAY) == ["proven", "unproven"]
    assert labels(f"We deliver to Wales and Ireland. {AWAY.text}", [], HOME, AWAY) == ["proven", "proven"]


def reasons() -> list[Fact]:
    subject = Subject("reason", "P2", "Oak bowl")
    values = {"reason_title": "Oak bowl", "reason_buyers": 8, "reason_days": 30}
    return [fact(subject, name, value, TABLE) for name, value in values.items()]


def test_reason_for_another_product_than_the_one_written_about_is_unproven() -> None:
    """Eight customers bought the bowl; under the heading "Blue mug" it would be said of the mug."""
    text = "{}\nBought by 8 customers in the last 30 days"
    mug, bowl = fact(MUG, "title", "Blue mug", TABLE), fact(BOWL, "title", "Oak bowl", TABLE)
    assert labels(text.format("Blue mug"), [mug, *reasons()]) == ["proven", "unproven"]
    assert labels(text.format("Oak bowl"), [bowl, *reasons()]) == ["proven", "proven"]


@pytest.mark.parametrize(
    "text",
    [
        "Blue mug costs minus £12.00.",
        "Blue mug costs -£12.00.",
        "Blue mug costs –£12.00.",
        "Blue mug costs £12.00, it makes you happierCome in.",
        "Blue mug costs £12.00 #gift",
        "“Blue mug costs £12.00, guess what?”",
    ],
)
def test_unknown_wording_with_a_sign_before_its_value_is_unproven_not_checked(text: str) -> None:
    facts = [fact(MUG, "title", "Blue mug", TABLE), fact(MUG, "price", 12.0, TABLE)]
    assert "checked" not in labels(text, facts)
    assert labels("Here Blue mug costs £12.00.", facts) == ["checked"]
