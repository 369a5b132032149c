"""Keeping a model to a list of words: which next tokens leave the text a prefix of allowed words.

It works on characters, so every way a tokenizer may cut an allowed text stays open. It knows no meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

_MARKS = ",.!?"
# where a text can be: a word is being spelled (a node of the tree), or one of these
START, AFTER_MARK, AFTER_BLANK = "start", "mark", "blank"

State = tuple[str, ...]


class Grammar(Protocol):
    """What a text may be, character by character."""

    start: State

    def step(self, state: State, letter: str) -> State | None:
        """Return the state after one more character, or None where no allowed text goes on like that."""
        ...

    def may_end(self, state: State) -> bool:
        """Return whether a text in this state may end."""
        ...


def after(grammar: Grammar, text: str) -> State | None:
    """Return the state after a text, or None where it is no prefix of an allowed one."""
    state: State | None = grammar.start
    for letter in text:
        if state is None:
            return None
        state = grammar.step(state, letter)
    return state


class Words:
    """The texts made of allowed words: single blanks between them, marks , . ! ? right after a word.

    Parameters
    ----------
    words : the words, any case; a text may write each with a capital first letter

    Examples
    --------
    >>> words = Words(["here", "is"])
    >>> after(words, "Here is."), after(words, "Here was")
    (('mark', ''), None)
    """

    start: State = (START, "")

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(word for phrase in words for word in phrase.split())
        self._prefixes = {word[:end] for word in self.words for end in range(1, len(word) + 1)}

    def step(self, state: State, letter: str) -> State | None:
        """Return the state after one more character, or None where no allowed text goes on like that."""
        kind, word = state
        if letter == " ":
            return (AFTER_BLANK, "") if kind == AFTER_MARK or (kind == "word" and self._is_word(word)) else None
        if letter in _MARKS:
            return (AFTER_MARK, "") if kind == "word" and self._is_word(word) else None
        if kind == AFTER_MARK:
            return None
        longer = word + letter
        return ("word", longer) if self._is_prefix(longer) else None

    def may_end(self, state: State) -> bool:
        """Return whether a text in this state may end."""
        return state[0] == AFTER_MARK or (state[0] == "word" and self._is_word(state[1]))

    def _is_word(self, word: str) -> bool:
        return word in self.words or (word[0].isupper() and word[0].lower() + word[1:] in self.words)

    def _is_prefix(self, start: str) -> bool:
        return start in self._prefixes or (start[0].isupper() and start[0].lower() + start[1:] in self._prefixes)


class Follows:
    """The texts whose every three neighbouring words stand next to each other in one of the given sentences.

    A sentence can go over into another wherever two words stand in both, so that a model writes sentences nobody wrote,
    each turn of which somebody did. No word comes twice; a text ends as one of the sentences does.

    Parameters
    ----------
    sentences : texts with single blanks

    Examples
    --------
    >>> grammar = Follows(["Time for a break?", "Ready for a quiet walk?", "Time for a quiet talk?"])
    >>> state = after(grammar, "Time for a quiet walk?")
    >>> state is not None and grammar.may_end(state), after(grammar, "Ready for a break")
    (True, ('', '', 'Ready', 'for', 'a', 'break'))
    """

    start: State = ("", "", "")

    def __init__(self, sentences: Iterable[str]) -> None:
        self._next: dict[tuple[str, str], set[str]] = {}
        self._ends: set[tuple[str, str]] = set()
        for sentence in sentences:
            words = ["", "", *sentence.split()]
            for one, other, third in zip(words, words[1:], words[2:], strict=False):
                self._next.setdefault((one, other), set()).add(third)
            self._ends.add((words[-2], words[-1]))

    def step(self, state: State, letter: str) -> State | None:
        """Return the state (the words so far, letters of the next) after one more character."""
        *said, begun = state
        able = self._able(said)
        if letter == " ":
            return (*said, begun, "") if begun in able else None
        longer = begun + letter
        return (*said, longer) if any(word.startswith(longer) for word in able) else None

    def may_end(self, state: State) -> bool:
        """Return whether a text in this state may end."""
        *said, begun = state
        return begun in self._able(said) and (said[-1], begun) in self._ends

    def _able(self, said: Sequence[str]) -> set[str]:
        return {word for word in self._next.get((said[-2], said[-1]), ()) if word not in said}


class TokenTree:
    """The texts of a tokenizer's tokens as a tree of characters, built once a tokenizer.

    Parameters
    ----------
    texts : the text of each token, by its id; "" for tokens that stand for no whole text
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self._root: dict[str, Any] = {}
        for token, text in enumerate(texts):
            node = self._root
            for letter in text:
                node = node.setdefault(letter, {})
            if text:
                node.setdefault("", []).append(token)  # no character is the empty string

    def allowed(self, grammar: Grammar, state: State) -> list[int]:
        """Return the tokens after which the text is still a prefix of an allowed one."""
        found: list[int] = []
        waiting = [(self._root, state)]
        while waiting:
            node, at = waiting.pop()
            for letter, child in node.items():
                if letter == "":
                    found += child
                    continue
                further = grammar.step(at, letter)
                if further is not None:
                    waiting.append((child, further))
        return found


def token_texts(tokenizer: Any) -> list[str]:
    """Return the text of each token of a transformers tokenizer; "" for special tokens and parts of a character."""
    special = set(tokenizer.all_special_ids)
    texts = []
    for token in range(len(tokenizer)):
        text = "" if token in special else tokenizer.decode([token], clean_up_tokenization_spaces=False)
        texts.append("" if "\ufffd" in text else text)
    return texts


class Held:
    """A transformers logits processor: lets through only tokens that keep each text to a grammar.

    Parameters
    ----------
    grammar, tree : what may be said, and the tokenizer's tokens
    prompt_length : int, tokens before the text begins
    ends : ids of the tokens that end a text
    """

    def __init__(self, grammar: Grammar, tree: TokenTree, prompt_length: int, ends: Sequence[int]) -> None:
        self._grammar = grammar
        self._tree = tree
        self._prompt_length = prompt_length
        self._ends = list(ends)
        self._known: dict[State, list[int]] = {}

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Return the scores with every forbidden token at minus infinity."""
        import torch

        kept = torch.full_like(scores, float("-inf"))
        for row, tokens in enumerate(input_ids[:, self._prompt_length :].tolist()):
            allowed = self._ends if any(token in self._ends for token in tokens) else self.next_tokens(tokens)
            kept[row, allowed] = scores[row, allowed]
        return kept

    def next_tokens(self, tokens: Sequence[int]) -> list[int]:
        """Return the tokens allowed after these; the end where a text may end or nothing else is left."""
        state = after(self._grammar, "".join(self._tree.texts[token] for token in tokens))
        if state is None:
            return self._ends
        if state not in self._known:
            found = self._tree.allowed(self._grammar, state)
            self._known[state] = found + self._ends if self._grammar.may_end(state) or not found else found
        return self._known[state]
