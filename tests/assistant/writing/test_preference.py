"""A model's preference a line is its share of choices less chance, is kept by the line itself, and only new lines are judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.writing import compose, load_book
from assistant.writing.draft import Ahead
from assistant.writing.preference import (
    PERSONAS,
    Preference,
    keep_preference,
    learn_preference,
    line_key,
    read_preference,
)
from assistant.writing.proof import Prover
from tests.assistant.writing.examples import POUNDS, ScriptedLLM, evening_facts


class Shortest:
    """A model that likes the shortest text; it counts how often it was asked."""

    name = "shortest"

    def __init__(self) -> None:
        self.asked = 0

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        self.asked += 1
        return min(range(len(options)), key=lambda at: len(options[at]))

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        return ["" for _ in prompts]

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        return ["" for _ in prompts]


def test_preference_is_the_share_won_less_chance() -> None:
    """Six lines price a product by name; "{title}, {price}." is the shortest whatever is filled in: 1 − 1/n, the others −1/n."""
    book = load_book("en")
    found = learn_preference(Shortest(), book, ["copy_product"])
    lines = (line for line in book.section("copy_product") if line.names_product)
    group = [line for line in lines if set(line.covers) == {"title", "price"}]
    liked = {line.text: found.liked[line_key(line)] for line in group}
    assert max(liked, key=lambda text: liked[text]) == "{title}, {price}."
    assert liked["{title}, {price}."] == pytest.approx(1 - 1 / min(len(group), 8))
    assert sum(value > 0 for value in liked.values()) == 1
    assert found.best([[line] for line in group]) == [line.text for line in group].index("{title}, {price}.")


def test_lines_that_are_known_are_not_judged_again(tmp_path: Path) -> None:
    book, llm = load_book("en"), Shortest()
    first = learn_preference(llm, book, ["copy_call"])
    asked = llm.asked
    keep_preference(tmp_path / "kept.json", first)
    known = read_preference(tmp_path / "kept.json", "shortest")
    assert known == first
    assert learn_preference(llm, book, ["copy_call"], known=known) == first
    assert llm.asked == asked > 0
    less = Preference("shortest", {key: value for key, value in first.liked.items() if key != next(iter(first.liked))})
    assert learn_preference(llm, book, ["copy_call"], known=less) == first
    assert asked < llm.asked < 2 * asked
    other = Preference("another", first.liked)
    again = llm.asked
    learn_preference(llm, book, ["copy_call"], known=other)
    assert llm.asked == again + asked  # what another model likes says nothing of this one


@pytest.mark.parametrize("text", ["", "{", '{"model": "shortest"}', '{"model": "shortest", "liked": [1]}', "[]"])
def test_kept_preference_that_is_cut_off_or_of_another_model_is_not_taken(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kept.json"
    path.write_text(text)
    assert read_preference(path, "shortest") is None
    keep_preference(path, Preference("shortest", {}))
    assert read_preference(path, "another") is None
    assert read_preference(tmp_path / "none.json", "shortest") is None


def test_text_is_chosen_by_the_stored_preference_without_asking_the_model() -> None:
    """A preference planted on one line: of the equal texts that hold it, one is taken."""
    book, llm = load_book("en"), ScriptedLLM(choice=0)
    plain = compose(evening_facts(), llm=llm, printing=POUNDS)
    offered = llm.options[0]
    assert len(offered) > 1
    by_text = {compose_text: number for number, compose_text in enumerate(offered)}
    liked = {line_key(line): 0.0 for line in book.lines if line.section in PERSONAS}
    texts = set()
    prover = Prover.of(evening_facts(), book, printing=POUNDS)
    held = {where for text in offered for one in prover.prove(text).sentences for where in one.wordings}
    for line in [one for one in book.section("personas") if one.where in held][:6]:
        ahead = Ahead(Preference("m", liked | {line_key(line): 1.0}))
        made = compose(evening_facts(), printing=POUNDS, ahead=ahead)
        assert made.text in by_text
        assert set(made.written_by) == {"model chose"}
        assert line.where in {where for one in made.sentences for where in one.wordings}
        texts.add(made.text)
    assert len(texts) > 1
    assert plain.text == offered[0]
    assert len(llm.options) == 1
