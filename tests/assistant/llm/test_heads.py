"""What prompts begin with is read once, kept, and changes nothing of what is written or preferred."""

from __future__ import annotations

import pytest

from assistant.llm.heads import shared_head
from assistant.llm.local import LocalLLM

OPTIONS = ["Tea for a quiet evening.", "Mugs!", "Here is what we can say about the green tea at home."]
PROMPT = "Which of these texts reads best? Say it in one word."


def test_choosing_reads_the_same_prompt_once(tiny_folder: object) -> None:
    llm = LocalLLM(str(tiny_folder), local=True)
    first = llm.likelihoods(PROMPT, OPTIONS)
    read = llm._heads.read_tokens
    assert read > 0
    assert llm.likelihoods(PROMPT, OPTIONS) == first  # the kept cache was not written on
    assert llm.likelihoods(PROMPT, OPTIONS[:2]) == pytest.approx(first[:2], abs=1e-4)
    assert llm._heads.read_tokens == read


def test_texts_under_a_kept_head_are_those_of_single_prompts(tiny_folder: object) -> None:
    """Each prompt alone shares its head with nothing; together they share the chat's opening and "about the "."""
    llm = LocalLLM(str(tiny_folder), local=True)
    prompts = [f"Which of these texts reads best, about the {what}?" for what in ("mug", "green tea", "lamps at home")]
    single = [llm.generate([prompt], max_new_tokens=10, seed=0)[0] for prompt in prompts]
    assert llm._heads.read_tokens == 0  # one prompt has no head of its own
    assert llm.generate(prompts, max_new_tokens=10, seed=0) == single
    read = llm._heads.read_tokens
    assert llm.generate(prompts, max_new_tokens=10, seed=0) == single
    assert [llm.generate([prompt], max_new_tokens=10, seed=0)[0] for prompt in prompts] == single
    assert llm._heads.read_tokens == read > 0


def test_few_heads_are_kept(tiny_folder: object) -> None:
    llm = LocalLLM(str(tiny_folder), local=True)
    first = llm.likelihoods(PROMPT, OPTIONS)
    for number in range(12):
        llm.likelihoods(f"{PROMPT} {number}", OPTIONS[:1])
    assert len(llm._heads._kept) == 8
    assert llm.likelihoods(PROMPT, OPTIONS) == first


def test_shared_head_leaves_each_row_a_token_of_its_own() -> None:
    same = list(range(12))
    assert shared_head([same, same]) == 11
    assert shared_head([same, [*same[:9], 99, 98]]) == 9
    assert shared_head([]) == shared_head([same]) == 0
    assert shared_head([[1], [1, 2]]) == 0
