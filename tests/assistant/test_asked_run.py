"""A file of questions asked again and again: outcomes, what changed since the kept run, whether it passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from assistant import Assistant
from assistant.card.asked import AskedOnce, changes_since, run_questions, run_words
from assistant.errors import CallError
from assistant.scorecard import Question, read_questions
from retrieval import Passage
from shop import Shop
from shop.tables import FAQ

WOOL, LAMP = "How do I care for wool?", "Is a bulb included with a lamp?"
ASKED = [Question(WOOL, WOOL), Question("How do I dry my jumper?", f"{LAMP} | {WOOL}"), Question("Qwertz?", "")]


class SureOf:
    """A reader that is sure of one page."""

    name = "scripted"

    def __init__(self, title: str) -> None:
        self.title = title

    def sureness(self, question: str, passages: Sequence[Passage]) -> list[float]:
        return [float(one.title == self.title and "jumper" in question) for one in passages]


@pytest.fixture
def shop(tiny_shop: Shop) -> Shop:
    rows = [(WOOL, "Wash it by hand and dry it flat.", "Care"), (LAMP, "Only where its page says so.", "Lamps")]
    return replace(tiny_shop, faq=pl.DataFrame(rows, schema=dict(FAQ), orient="row"))


def test_first_run_is_kept_and_a_run_that_fares_worse_is_not(shop: Shop, tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    with_reader = Assistant(shop, encoder="hashing", llm="none", reader=SureOf(WOOL))
    first = run_questions(with_reader, ASKED, kept)
    assert [one.outcome for one in first.asked] == ["answered rightly", "answered rightly", "handed over"]
    assert (first.changes, first.is_passed, first.is_kept) == (None, True, True)
    without = Assistant(shop, encoder="hashing", llm="none")
    second = run_questions(without, ASKED, kept)
    assert [(one.kind, one.before, one.after) for one in second.changes or ()] == [
        ("worse", "answered rightly", "asked back with the right page")
    ]
    assert (second.is_passed, second.is_kept) == (False, False)
    assert "Not passed. The kept run stays the measure." in run_words(second)
    assert run_questions(without, ASKED, kept, accept=True).is_kept
    third = run_questions(with_reader, ASKED, kept)
    assert [one.kind for one in third.changes or ()] == ["newly right"]
    assert third.is_passed


def test_more_wrong_answers_than_may_be_do_not_pass(shop: Shop) -> None:
    assistant = Assistant(shop, encoder="hashing", llm="none", reader=SureOf(WOOL))
    asked = [*ASKED, Question("How do I mend my jumper?", "")]
    run = run_questions(assistant, asked, None)
    assert run.counts["answered wrongly"] == 1
    assert not run.is_passed
    assert "wrong: How do I mend my jumper?  ->  How do I care for wool?" in run_words(run)
    assert run_questions(assistant, asked, None, most_wrong=0.25).is_passed


def test_changes_are_told_the_newly_wrong_first_and_a_question_expected_otherwise_now_is_left_out() -> None:
    before = [
        AskedOnce(q, p, o, ()) for q, p, o in (("a", "P", "handed over"), ("b", "", "handed over"), ("c", "P", "x"))
    ]
    after = [
        AskedOnce("a", "P", "asked back with the right page", ("P",)),
        AskedOnce("b", "", "answered wrongly", ("P",)),
        AskedOnce("c", "Q", "answered wrongly", ("P",)),
    ]
    assert [(one.kind, one.question) for one in changes_since(before, after)] == [("newly wrong", "b"), ("better", "a")]


def test_kept_run_that_is_damaged_is_said(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(CallError, match="is no kept run"):
        run_questions(Assistant(shop, encoder="hashing", llm="none"), [], tmp_path / "run.json")


def test_questions_may_name_several_pages_or_none(tmp_path: Path) -> None:
    text = f"question,page\nJumper?,{LAMP} | {WOOL}\nMars?,Unknown\n"
    (tmp_path / "q.csv").write_text(text, encoding="utf-8")
    found = read_questions(tmp_path / "q.csv", [LAMP, WOOL])
    assert [one.pages for one in found] == [(LAMP, WOOL), ()]
