"""What a model says ahead of a batch: asked once, kept for its inputs, given out so that nothing comes too often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from assistant.llm import ModelError
from assistant.said_ahead import POOLED, Openings, SaidAhead
from assistant.writing import Printing, load_book
from assistant.writing.openings import Hook
from retrieval import HashingEncoder
from shop import Shop
from tests.fakes import ScriptedLLM


class Writer(ScriptedLLM):
    """Ends each sentence it is asked for in its own way; counts its calls."""

    calls = 0

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        self.calls += 1
        told = ("something nice", "a bright evening", "a warm morning", "a long bath")
        return [told[number % 4] for number in range(len(prompts))]


def test_questions_are_asked_once_and_again_when_the_products_change(tmp_path: Path) -> None:
    llm = Writer()
    words = (load_book("en"), Printing())
    first = SaidAhead(llm, words, tmp_path).hooks(["Mug", "Lamp"])
    calls = llm.calls
    assert SaidAhead(llm, words, tmp_path).hooks(["Mug", "Lamp"]) == first
    assert llm.calls == calls
    SaidAhead(llm, words, tmp_path).hooks(["Mug", "Tent"])
    assert llm.calls == 2 * calls
    for kept in tmp_path.glob("hooks-*.json"):
        kept.write_text(kept.read_text()[:-20])  # cut off: asked again, not failed on
    assert SaidAhead(llm, words, tmp_path).hooks(["Mug", "Tent"]) == first
    assert llm.calls == 3 * calls
    other = tmp_path / "other"
    SaidAhead(llm, words, other).hooks(["Mug", "Tent"])
    (kept,) = other.glob("hooks-*.json")
    told = json.loads(kept.read_text())
    kept.write_text(
        json.dumps({**told, "hooks": ["Everything is free?", *told["hooks"]]})
    )  # nothing that claims is taken
    assert SaidAhead(llm, words, other).hooks(["Mug", "Tent"]) == first
    kept.write_text(json.dumps({**told, "hooks": [["Tea?", True]]}))  # of an older form
    assert SaidAhead(llm, words, other).hooks(["Mug", "Tent"]) == first
    assert llm.calls == 5 * calls


def test_question_near_to_the_product_comes_first_and_none_twice_in_a_row() -> None:
    """Two questions about tea, two about gardens, one about nothing; by hand, a teapot lies on the axis of tea."""
    hooks = [Hook(text, True, suits_all=False) for text in ("Tea?", "Garden?", "Cup?", "Spade?")]
    axes = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [0, 1]], np.float32)
    openings = Openings([*hooks, Hook("Nice?", True)], axes, np.array([[1, 0], [0, 1]], np.float32))
    given = [openings.next(np.array([1, 0], np.float32), 60) for _ in range(9)]
    assert [one.text for one in given[:3] if one] == ["Tea?", "Cup?", "Nice?"]
    assert all(one != other for one, other in zip(given, given[1:], strict=False))
    assert Counter(one.text for one in given if one) == {"Tea?": 3, "Cup?": 3, "Nice?": 3}
    assert openings.next(np.array([1, 0], np.float32), 3) is None
    assert Openings([], axes[:0], axes[:0]).next(axes[0], 60) is None


def test_large_batch_holds_what_the_model_wrote_and_asks_it_about_no_text(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.said_ahead.LARGE", 29)
    llm = Writer()
    assistant = Assistant(small_shop, llm=llm, encoder=HashingEncoder())
    products = small_shop.products["product_id"].to_list()
    briefs = [{"product_id": products[n % 40], "segment": 0} for n in range(30)]
    assistant._ahead(len(briefs))
    asked, offered = llm.calls, len(llm.offered)
    made, failed = assistant.write_copies(briefs)
    assert (len(made), failed) == (len(briefs), [])
    assert llm.calls == 2 * asked  # for this batch again, there being no state
    assert len(llm.offered) == 2 * offered
    assert sum("model wrote" in one.written_by for one in made) == len(made)
    ends = ("a bright evening", "a warm morning", "a long bath")
    wishes = [line for one in made for line in one.body.splitlines() if line[:-1].endswith(ends)]
    assert len(wishes) == len(made)  # each mail opens or closes with one
    assert not any("something" in one.body for one in made)
    assert max(Counter(wishes).values()) < len(made) / 4
    assert all(one != other for one, other in zip(wishes, wishes[1:], strict=False))


class Failing(ScriptedLLM):
    """Replies to its first calls, then never again."""

    def __init__(self, replies: int) -> None:
        super().__init__()
        self.left = replies
        self.asked = 0

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        self.asked += 1
        if self.asked > self.left:
            raise ModelError("language model 'failing' gave no reply: timed out")
        return 0


@pytest.mark.parametrize("replies", [0, 5])
def test_batch_whose_model_fails_keeps_what_was_made_and_asks_no_more_after_three(
    small_shop: Shop, replies: int
) -> None:
    llm = Failing(replies)
    assistant = Assistant(small_shop, llm=llm, encoder=HashingEncoder())
    products = small_shop.products["product_id"].to_list()
    briefs = [{"product_id": products[n], "segment": 0} for n in range(POOLED - 1)]
    made, failed = assistant.write_copies(briefs, channel="sms")
    assert len(made) >= replies
    assert len(made) + len(failed) == len(briefs)
    assert llm.asked == replies + 3
    assert {one.product_id for one in failed} | {one.product_id for one in made} == set(products[: len(briefs)])
    assert "timed out" in failed[0].reason
    assert "not tried" in failed[-1].reason
