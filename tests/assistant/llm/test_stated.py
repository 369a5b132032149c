"""Drafts state only what is stated: each digit and capital letter is a fact's, and every text that holds to it can be reached."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.llm.local import LocalLLM
from assistant.llm.stated import Stated
from assistant.llm.words import Held, TokenTree, after

STATED = ["Red Mug (A4)", "£12.50", "31%", "1,236", "30 November 2026", "iLamp 300ml"]
ORDINARY = ["our", "the", "may"]
PLAIN = ["costs", "mug", "for", "tea", "naïve"]
MARKED = ["Red", "Mug", "A4", "12.50", "31", "1,236", "30", "November", "2026", "iLamp", "300ml"]
# tokens that merge words, blanks, signs and digits, as byte-pair encodings do
TOKENS = [
    *sorted({*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.!?'-£%()}{\nï"}),
    *(
        "}.",
        " the",
        "he",
        " Mug",
        "12",
        ".50",
        "1,",
        "236",
        "%.",
        " 30",
        "20",
        "26",
        ").",
        ". O",
        "ml",
        "31%",
        "0.",
        " Re",
    ),
]


def ends(text: str) -> bool:
    grammar = Stated(STATED, ORDINARY)
    state = after(grammar, text)
    return state is not None and grammar.may_end(state)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Our Red Mug costs £12.50.",
        "(Mug), 31% of 1,236: the iLamp holds 300ml.",
        "The tea for 30 November 2026. May the mug... our Mug!",
        "costs 31.\nThe mug",
        "A4.",
        "31, 1,236 and 12.50, for {tea}.",
        "Our",
        "- Our mug\n- The mug",
    ],
)
def test_text_of_facts_and_small_words_may_be_written(text: str) -> None:
    assert ends(text)


@pytest.mark.parametrize(
    "text",
    [
        "costs 12.5",
        "costs 50.12",
        "costs 12.501",
        "costs 1236",
        "costs 1,23",
        "for 31.30",
        "for 312026",
        "31st",
        "in Paris",
        "Paris.",
        "the Our mug",  # an ordinary word has its capital at the beginning only
        "Ours",
        "RED",
        "the mUg",
        "ilamp 300ML",
        "٣",  # a digit of another script
        "Reds",
        "the A",
    ],
)
def test_other_digits_and_names_cannot_be_written(text: str) -> None:
    assert not ends(text)


@st.composite
def texts(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(["", "Our ", "The ", "May "]))
    for word in draw(st.lists(st.sampled_from([*PLAIN, *MARKED]), min_size=1, max_size=6)):
        text += word + draw(st.sampled_from([" ", ", ", ". ", "! ", "}. ", ") ", "% ", "\n"]))
    return text


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_allowed_text_is_reached_in_every_cut(data: st.DataObject) -> None:
    """The token of each step is among those allowed, whatever was merged: "}.", "%.", "12" of "12.50", " Mug"."""
    text = data.draw(texts())
    end = len(TOKENS)
    held = Held(Stated(STATED, ORDINARY), TokenTree([*TOKENS, ""]), 0, [end])
    tokens: list[int] = []
    at = 0
    while at < len(text):
        able = [number for number, token in enumerate(TOKENS) if text.startswith(token, at)]
        tokens.append(data.draw(st.sampled_from(able)))
        assert tokens[-1] in held.next_tokens(tokens[:-1]), (text, at)
        at += len(TOKENS[tokens[-1]])
    assert end in held.next_tokens(tokens)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, len(TOKENS) - 1), max_size=12))
def test_no_other_text_is_let_through(drawn: list[int]) -> None:
    """Read by a pattern of its own: numbers and names are whole ones of the list, or cut off at the very end."""
    held = Held(Stated(STATED, ORDINARY), TokenTree([*TOKENS, ""]), 0, [len(TOKENS)])
    tokens: list[int] = []
    for token in drawn:
        if token in held.next_tokens(tokens):
            tokens.append(token)
    text = "".join(TOKENS[token] for token in tokens)
    pieces = re.findall(r"(?:[^\W_]|(?<=\d)[.,:](?=\d))+", text)
    marked = [piece for piece in pieces if re.search(r"[\dA-Z]", piece)]
    allowed = {*MARKED, *(word.capitalize() for word in ORDINARY)}
    last = marked[-1:] if marked and text.rstrip(".,:").endswith(marked[-1]) else []
    for piece in marked[: len(marked) - len(last)]:
        assert piece in allowed, text
    for piece in last:
        assert any(one.startswith(piece) for one in allowed), text


@pytest.mark.parametrize("seed", range(5))
def test_model_drafts_with_the_digits_and_names_of_the_facts_alone(tiny: LocalLLM, seed: int) -> None:
    """Random weights would write any digit; held, each one it writes belongs to a fact."""
    said = tiny.draft(["Tea?", "Mugs?"], stated=STATED, ordinary=ORDINARY, max_new_tokens=60, seed=seed)
    free = tiny.generate(["Tea?", "Mugs?"], max_new_tokens=60, seed=seed)
    assert any(re.search(r"[\dA-Z]", text) for text in free)
    for text in said:
        grammar = Stated(STATED, ORDINARY)
        assert after(grammar, text) is not None, text
