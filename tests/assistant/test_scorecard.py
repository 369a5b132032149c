"""The scorecard on a small shop: what is answered is counted by hand, the rest is where it should be. Rooms test their figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from assistant import Assistant, CallError
from assistant.scorecard import Question, read_questions, scorecard
from shop.shop import Shop

FAQ = pl.DataFrame(
    {
        "question": ["How do I return something?", "Where is my parcel?", "Do you sell gift cards?"],
        "answer": ["Send it back within 30 days.", "The mail with the number says it.", "Yes, from ten euros."],
        "category": [None, None, None],
    },
    schema_overrides={"category": pl.String},
)


@pytest.fixture
def assistant(tiny_shop: Shop) -> Assistant:
    return Assistant(replace(tiny_shop, faq=FAQ), encoder="hashing", llm="none")


def test_scorecard_questions_are_counted_by_what_became_of_them(assistant: Assistant) -> None:
    """Asked word for word it is answered; of something else entirely nothing is said that the page does not say."""
    asked = [Question("Where is my parcel?", "Where is my parcel?"), Question("Qwertz uiop?", "")]
    card = scorecard(assistant, questions=asked)
    found = {line.what: line.value for line in card.lines if line.section == "answers"}
    assert found["answered rightly"] == 0.5
    assert found["answered wrongly"] == 0.0
    assert found["handed over"] + found["asked back without it"] == 0.5
    assert "personas" in card.left_out


def test_scorecard_shop_without_faq_says_so(tiny_shop: Shop) -> None:
    card = scorecard(Assistant(tiny_shop, encoder="hashing", llm="none"))
    assert card.left_out["answers"] == "the shop has no FAQ"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the columns question and page"),
        ("frage,seite\na,b\n", "found frage, seite"),
        ("question,page\n ,x\n", "row 2: the question is empty"),
        ("question,page\nWhere?,Nowhere\n", "row 2: no page is called 'Nowhere'"),
    ],
)
def test_read_questions_wrong_file_is_an_error_that_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "q.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CallError, match=message):
        read_questions(tmp_path / "q.csv", ["Where is my parcel?"])


def test_read_questions_rows_are_questions_with_their_pages(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,page\nMy box?,Where is my parcel?\nMars?,\n", encoding="utf-8")
    found = read_questions(tmp_path / "q.csv", ["Where is my parcel?"])
    assert found == [Question("My box?", "Where is my parcel?"), Question("Mars?", "")]
