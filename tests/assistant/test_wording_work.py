"""New wordings of a shop, from its tables and past mails to the text they are used in. Models and other shops stay out."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Assistant, CallError
from shop.shop import Shop

MAIL = "Come and hold the Red mug, at 5.00.\n\nThe Blue desk lamp, for those who read at €33.80.\n\nThe Red mug was €4.00.\n"


@pytest.fixture
def assistant(tiny_shop: Shop, tmp_path: Path) -> Assistant:
    return Assistant(tiny_shop, encoder="hashing", llm="none", state=tmp_path / "state")


def test_from_folder_price_it_was_sold_at_is_typed_and_the_line_is_used(assistant: Assistant, tmp_path: Path) -> None:
    """33.80 is what the lamp was sold at, 39.00 what it costs today; 4.00 was never a price of the mug, 5.00 has no sign."""
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "may.txt").write_text(MAIL, encoding="utf-8")
    found = assistant.wordings.from_folder(tmp_path / "mails")
    assert [one.line for one in found.queued] == ["title price | | The {title}, for those who read at {price}."]
    assert [one.reason.split(" ")[0] for one in found.left] == ["'5.00'", "€4.00"]
    text = "The {title}, for those who read at {price}."
    assert text not in {line.text for line in assistant.book.lines}
    assistant.wordings.queue.approve(found.queued[0].id, "Ada")
    assert text in {line.text for line in assistant.book.lines}


def test_from_folder_that_is_not_there_is_refused_with_the_mend(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="expected one with the shop's mails"):
        assistant.wordings.from_folder(tmp_path / "gone")


def test_wordings_without_a_state_are_refused(tiny_shop: Shop) -> None:
    with pytest.raises(CallError, match="state folder"):
        _ = Assistant(tiny_shop, encoder="hashing", llm="none").wordings
