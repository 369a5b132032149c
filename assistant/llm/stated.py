"""What a draft may state: its digits and its capitalised words are those of given facts. It knows no meaning of either."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.llm.words import State

# letters and digits, and a mark between two digits: 12.50, 1,236, 14:30, A4
_PIECE = re.compile(r"(?:[^\W_]|(?<=\d)[.,:](?=\d))+")
_WITHIN = ".,:"
_ENDS = ".!?\n"
_BEGIN, _INSIDE, _PLAIN = ("begin", ""), ("inside", ""), ("plain", "")


class Stated:
    """The texts in which every word or number with a digit or a capital letter stands in what is stated, whole.

    At the beginning of a sentence an ordinary word may have a capital too. Words in small letters are free: what they say is
    for the proof to read.

    Parameters
    ----------
    stated : texts, such as facts as they are printed, whose numbers and names may be written
    ordinary : words that may begin a sentence

    Examples
    --------
    >>> from assistant.llm.words import after
    >>> grammar = Stated(["Red Mug: £12.50"], ["our", "the"])
    >>> for text in ("Our Red Mug costs 12.50.", "Our Red Mug costs 12.5.", "The mug from Paris", "For 50.12"):
    ...     state = after(grammar, text)
    ...     print(state is not None and grammar.may_end(state))
    True
    False
    False
    False
    """

    start: State = _BEGIN

    def __init__(self, stated: Iterable[str], ordinary: Iterable[str] = ()) -> None:
        found = {piece for text in stated for piece in _PIECE.findall(text)}
        self._pieces = {piece for piece in found if not _is_plain(piece)}
        self._first = {word[:1].upper() + word[1:] for word in ordinary if word}
        self._begun = {piece[:end] for piece in self._pieces for end in range(1, len(piece) + 1)}
        self._first_begun = {word[:end] for word in self._first for end in range(1, len(word) + 1)}

    def step(self, state: State, letter: str) -> State | None:
        """Return the state after one more character, or None where no allowed text goes on like that."""
        if letter.isalnum():
            return self._longer(state, letter)
        kind, piece = state
        if letter in _WITHIN and piece[-1:].isdigit() and kind != "mark":
            return ("mark", piece + letter) if piece in self._pieces or piece + letter in self._begun else None
        if not self.may_end(state):
            return None
        if letter in _ENDS or (kind == "mark" and piece[-1] in _ENDS):
            return _BEGIN
        return _BEGIN if state == _BEGIN else _INSIDE

    def _longer(self, state: State, letter: str) -> State | None:
        kind, piece = state
        if kind == "plain":
            return _PLAIN if _is_plain(letter) else None
        if kind == "mark" and not letter.isdigit():  # what stood before the mark is over
            if piece[:-1] not in self._pieces:
                return None
            kind, piece = ("begin" if piece[-1] in _ENDS else "inside"), ""
        longer = piece + letter
        is_first = kind in ("begin", "first")
        if longer in self._begun or (is_first and longer in self._first_begun):
            return ("first" if is_first else "piece", longer)
        return _PLAIN if _is_plain(longer) else None

    def may_end(self, state: State) -> bool:
        """Return whether a text in this state may end."""
        kind, piece = state
        if kind == "mark":
            return piece[:-1] in self._pieces
        return (
            kind in ("begin", "inside", "plain")
            or piece in self._pieces
            or _is_plain(piece)
            or (kind == "first" and piece in self._first)
        )


def _is_plain(piece: str) -> bool:
    """Return whether a piece is made of small letters, or of letters that know no capitals."""
    return all(letter.isalpha() and not letter.isupper() for letter in piece)
