"""What is expected of a customer stands on the page in proven lines, the reasons each with a mark; where nothing is, that is said."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.pages.customers import expected
from assistant.pages.words import page_words
from assistant.writing import Printing, load_book
from assistant.writing.facts import Fact, Source, Subject, fact

TOLD = {
    "en": {"churn_probability": 0.25, "churn_days": 90, "churn_raised_by": "the time since the last order"},
    "zh": {"churn_probability": 0.25, "churn_days": 90, "churn_raised_by": "距上次下单的时间"},
}


def assistant_of(facts: list[Fact], language: str) -> Any:
    row = SimpleNamespace(name="Ann <b>")
    return SimpleNamespace(
        customers=SimpleNamespace(detail=lambda _: SimpleNamespace(row=row)),
        predictions=SimpleNamespace(churn_facts=lambda customer_id, name: facts),
        book=load_book(language),
        printing=Printing({"en": "en_GB", "zh": "zh_CN"}[language], "GBP"),
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chance_and_reason_are_lines_of_their_own_and_no_other_is_made_up(language: str) -> None:
    source = Source("scores", "ann", datetime(2025, 1, 1, tzinfo=UTC), 1)
    facts = [fact(Subject("customer", "ann", "Ann"), name, value, source) for name, value in TOLD[language].items()]
    shown = expected(assistant_of(facts, language), "ann", page_words(language))
    assert shown.count("<li>") == 2  # nothing lowers the chance, so nothing is said of it
    assert "25%" in shown
    assert TOLD[language]["churn_raised_by"] in shown
    assert "90" in shown


def test_too_little_history_is_said() -> None:
    words = page_words("en")
    assert words("customers.not_expected") in expected(assistant_of([], "en"), "ann", words)
    assert expected(assistant_of([], "en"), None, words) == ""
