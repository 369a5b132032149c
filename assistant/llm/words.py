"""Keeping a model to a list of words: which next tokens leave the text a prefix of allowed words.

It works on characters, so every way a tokenizer may cut an allowed text stays open. It knows no meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

_MARKS = ",.!?"
INSIDE = "… "
# where a text can be: a word is being spelled (a node of the tree), or one of these
START, AFTER_MARK, AFTER_BLANK = "start", "mark", "blank"

State = tuple[str, ...]
# what was found before for one grammar: tokens after a state, tokens behind a first character
Known = tuple[dict[tuple[State, tuple[int, ...]], list[int]], dict[tuple[str, State], list[int]]]


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
    each turn of which somebody did. No word comes twice; a text begins and ends as one of the sentences does.

    Parameters
    ----------
    sentences : texts with single blanks; one marked "… " at its front lends its turns, and no text begins as it does

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
            words = ["", "", *sentence.removeprefix(INSIDE).split()]
            for one, other, third in list(zip(words, words[1:], words[2:], strict=False))[
                sentence.startswith(INSIDE) :
            ]:
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

    def writes(self, letter: str) -> bool:
        """Return whether a token stands for this one character."""
        return "" in self._root.get(letter, {})

    def allowed(self, grammar: Grammar, state: State, known: dict[tuple[str, State], list[int]]) -> list[int]:
        """Return the tokens after which the text is still a prefix of an allowed one.

        `known` keeps, for one grammar, what was found behind a first character and the state after it: most tokens begin
        with a blank, and what may follow one is the same after most words.
        """
        found: list[int] = []
        for letter, child in self._root.items():
            further = grammar.step(state, letter)
            if further is not None:
                if (letter, further) not in known:
                    known[letter, further] = self._under(child, grammar, further)
                found += known[letter, further]
        return found

    def _under(self, node: dict[str, Any], grammar: Grammar, state: State) -> list[int]:
        found: list[int] = []
        waiting = [(node, state)]
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
    before = tokenizer("a", add_special_tokens=False)["input_ids"][
        -1:
    ]  # some decoders drop a blank that nothing precedes
    start = len(tokenizer.decode(before, clean_up_tokenization_spaces=False))
    texts = []
    for token in range(len(tokenizer)):
        text = (
            "" if token in special else tokenizer.decode([*before, token], clean_up_tokenization_spaces=False)[start:]
        )
        texts.append("" if "\ufffd" in text else text)
    return texts


def spellings(tokenizer: Any, tree: TokenTree, texts: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return the characters of some texts that no token stands for alone, each with the parts that spell it."""
    found = {}
    letters = "".join(texts)
    for letter in sorted({*letters, *letters.upper()}):
        parts = tuple(tokenizer(letter, add_special_tokens=False)["input_ids"])
        is_whole = tree.writes(letter) or any(tree.texts[part] for part in parts)
        if not is_whole and tokenizer.decode(parts) == letter:  # else the tokenizer has no way to write it
            found[letter] = parts
    return found


class Held:
    """A transformers logits processor: lets through only tokens that keep each text to a grammar.

    Parameters
    ----------
    grammar, tree : what may be said, and the tokenizer's tokens
    prompt_length : int, tokens before the text begins
    ends : ids of the tokens that end a text
    spelled : characters that several tokens together stand for, as `spellings` finds them
    known : what was found before for the same grammar and tree, to go on with
    """

    def __init__(  # noqa: PLR0913 - the last two spare work
        self,
        grammar: Grammar,
        tree: TokenTree,
        prompt_length: int,
        ends: Sequence[int],
        spelled: Mapping[str, tuple[int, ...]] | None = None,
        known: Known | None = None,
    ) -> None:
        self._grammar = grammar
        self._tree = tree
        self._prompt_length = prompt_length
        self._ends = list(ends)
        self._spelled = {parts: letter for letter, parts in (spelled or {}).items()}
        self._known, self._behind = known or ({}, {})

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
        text, begun = self._read(tokens)
        state = after(self._grammar, text)
        if state is None:
            return self._ends
        if (state, begun) not in self._known:
            whole = [] if begun else self._tree.allowed(self._grammar, state, self._behind)
            found = whole + self._parts(state, begun)
            may_end = not found or (not begun and self._grammar.may_end(state))
            self._known[state, begun] = found + self._ends if may_end else found
        return self._known[state, begun]

    def _read(self, tokens: Sequence[int]) -> tuple[str, tuple[int, ...]]:
        """Return the text of tokens, and the parts of a character that is not whole yet."""
        text = ""
        begun: tuple[int, ...] = ()
        for token in tokens:
            begun = (*begun, token) if begun or not self._tree.texts[token] else ()
            text += self._spelled.get(begun, "") if begun else self._tree.texts[token]
            begun = () if begun in self._spelled else begun
        return text, begun

    def _parts(self, state: State, begun: tuple[int, ...]) -> list[int]:
        """Return the tokens that begin, or go on with, a character allowed next that no token stands for alone."""
        at = len(begun)
        able = (parts for parts, letter in self._spelled.items() if self._grammar.step(state, letter) is not None)
        return sorted({parts[at] for parts in able if len(parts) > at and parts[:at] == begun})
