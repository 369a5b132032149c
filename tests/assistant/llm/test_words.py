"""Holding a model to words: every allowed text can be reached however a tokenizer cuts it, and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.llm.words import Follows, Held, TokenTree, Words, after

WORDS = ["here", "is", "what", "we", "can", "say", "it's", "well-known"]
SENTENCES = ["Time for a cup of tea?", "Looking for a quiet moment?", "Time for a quiet evening?"]
# tokens that merge words, blanks and signs, as byte-pair encodings do
TOKENS = [
    "",
    *"abcdefghijklmnopqrstuvwxyzHW ,.!?'-",
    "he",
    "here",
    " is",
    " what",
    "e.",
    "e,",
    "re. ",
    "say!",
    " we can",
    "it's",
    "1",
    "}.",
    "<end>",
]
END = len(TOKENS) - 1


def processor(words: list[str]) -> Held:
    return Held(Words(words), TokenTree([*TOKENS[:-1], ""]), 0, [END])


@st.composite
def allowed_texts(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
    text = words[0].capitalize() if draw(st.booleans()) else words[0]
    for word in words[1:]:
        text += draw(st.sampled_from([" ", ", ", ". ", "! "])) + word
    return text + draw(st.sampled_from(["", ".", "!", "?"]))


@st.composite
def cuts(draw: st.DrawFn, text: str) -> list[int]:
    """Return one way to cut a text into tokens."""
    tokens, at = [], 0
    while at < len(text):
        able = [number for number, token in enumerate(TOKENS[:-1]) if token and text.startswith(token, at)]
        tokens.append(draw(st.sampled_from(able)))
        at += len(TOKENS[tokens[-1]])
    return tokens


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_every_allowed_text_can_be_reached_in_every_cut(data: st.DataObject) -> None:
    text = data.draw(allowed_texts().filter(lambda one: all(letter in TOKENS for letter in one)))
    tokens = data.draw(cuts(text))
    held = processor(WORDS)
    for at, token in enumerate([*tokens, END]):
        assert token in held.next_tokens(tokens[:at]), (text, at)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=60), min_size=1, max_size=14))
def test_whatever_is_let_through_is_made_of_allowed_words(choices: list[int]) -> None:
    held, tokens = processor(WORDS), []
    for choice in choices:
        able = held.next_tokens(tokens)
        if able == [END]:
            break
        tokens.append(able[choice % len(able)])
        if tokens[-1] == END:
            break
    text = "".join(TOKENS[token] for token in tokens if token != END)
    assert after(Words(WORDS), text) is not None
    whole = [word.strip(",.!?") for word in text.split(" ")[:-1]]
    assert all(word in WORDS or word[:1].lower() + word[1:] in WORDS for word in whole)


def test_words_refuse_digits_double_blanks_and_signs_before_a_word() -> None:
    words = Words(WORDS)
    for text in ("1", "here  is", ", here", "here .", "here is!?", "hereis", "here\nis"):
        assert after(words, text) is None, text


def test_follows_lets_two_sentences_cross_where_two_words_are_shared() -> None:
    """ "for a" stands in all three, "a quiet" in two: by hand, "Time for a quiet moment?" crosses at "a quiet"."""
    grammar = Follows(SENTENCES)
    state = after(grammar, "Time for a quiet moment?")
    assert state is not None
    assert grammar.may_end(state)
    assert after(grammar, "Time for tea") is None
    assert after(grammar, "time for") is None
    unfinished = after(grammar, "Time for a quiet")
    assert unfinished is not None
    assert not grammar.may_end(unfinished)


def test_follows_says_no_word_twice() -> None:
    assert after(Follows(["a b a b a b c"]), "a b a") is None
