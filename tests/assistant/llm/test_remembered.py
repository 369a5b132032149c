"""A model's replies are kept: the same question is not asked twice, another seed, bound, prompt or model is."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.llm.remembered import RememberedLLM
from tests.fakes import ScriptedLLM


def test_same_question_is_asked_once_and_by_the_next_process_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "model" / "replies.jsonl"
    llm = ScriptedLLM("Tea.", "Mugs.", "Lamps.", chooses=(1, None))
    kept = RememberedLLM(llm, path)
    assert kept.choose("Which?", ["a", "b"]) == 1
    assert kept.choose("Which?", ["b", "a"]) is None  # other options, another question
    assert kept.generate(["x", "y"], max_new_tokens=5, seed=1) == ["Tea.", "Mugs."]
    assert kept.draft(["x"], stated=["A4"], ordinary=[], max_new_tokens=5, seed=1) == ["Lamps."]
    silent = ScriptedLLM("never asked")
    again = RememberedLLM(silent, path)
    assert again.choose("Which?", ["a", "b"]) == 1
    assert again.choose("Which?", ["b", "a"]) is None
    assert again.generate(["y", "x"], max_new_tokens=5, seed=1) == ["Mugs.", "Tea."]
    assert again.draft(["x"], stated=["A4"], ordinary=[], max_new_tokens=5, seed=1) == ["Lamps."]
    assert (silent.prompts, silent.offered) == ([], [])


def test_another_seed_bound_fact_or_model_is_asked_anew(tmp_path: Path) -> None:
    llm = ScriptedLLM(*"123456789")
    kept = RememberedLLM(llm, tmp_path / "r.jsonl")
    first = kept.generate(["x"], max_new_tokens=5, seed=1)
    others = [
        kept.generate(["x"], max_new_tokens=5, seed=2),
        kept.generate(["x"], max_new_tokens=6, seed=1),
        kept.generate(["x"], max_new_tokens=5, seed=1, only=["tea"]),
        kept.draft(["x"], stated=["A4"], ordinary=[], max_new_tokens=5, seed=1),
        kept.draft(["x"], stated=["A5"], ordinary=[], max_new_tokens=5, seed=1),
    ]
    assert all(one != first for one in others)
    other = ScriptedLLM("mine")
    other.name = "another"
    assert RememberedLLM(other, tmp_path / "r.jsonl").generate(["x"], max_new_tokens=5, seed=1) == ["mine"]
    assert kept.generate(["x"], max_new_tokens=5, seed=1) == first


def test_same_prompt_twice_in_a_call_is_two_texts(tmp_path: Path) -> None:
    llm = ScriptedLLM("one", "two", "three")
    kept = RememberedLLM(llm, tmp_path / "r.jsonl")
    assert kept.generate(["x", "x"], max_new_tokens=5, seed=1) == ["one", "two"]
    assert kept.generate(["x", "x"], max_new_tokens=5, seed=1) == ["one", "two"]
    assert kept.generate(["x"], max_new_tokens=5, seed=1) == ["one"]


@pytest.mark.parametrize("torn", ['["abc', "\x00\x00", '{"a": 1}', '["key", [1]]', "\n\n"])
def test_file_cut_off_or_spoiled_loses_only_what_was_in_the_line(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "r.jsonl"
    RememberedLLM(ScriptedLLM("one"), path).generate(["x"], max_new_tokens=5, seed=1)
    with path.open("a") as stream:
        stream.write(torn)
    kept = RememberedLLM(ScriptedLLM("two"), path)
    assert kept.generate(["x", "y"], max_new_tokens=5, seed=1) == ["one", "two"]
    assert RememberedLLM(ScriptedLLM("three"), path).generate(["y"], max_new_tokens=5, seed=1) == ["two"]


def test_folder_that_cannot_be_written_costs_only_the_keeping(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = RememberedLLM(ScriptedLLM("one", "two"), tmp_path / "file" / "r.jsonl")
    assert kept.generate(["x"], max_new_tokens=5, seed=1) == ["one"]
    assert kept.generate(["x"], max_new_tokens=5, seed=1) == ["one"]
    with pytest.raises(ValueError, match="none given"):
        kept.choose("Which?", [])
