"""Known sentences as n-grams, and the ways to divide values among sentences. It weighs nothing and fills no text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.writing.learn import Book
from assistant.writing.learn_expect import ORDER, grams
from assistant.writing.learn_sentences import Sentence, as_text
from assistant.writing.learn_words import tokens
from assistant.writing.value_reading import base_of

Rows = tuple[int, ...]  # numbers of known sentences
Values = Mapping[str, tuple[str, ...]]  # of one meaning, by slot


@dataclass(frozen=True)
class Part:
    """A known sentence with the values it is told by in place; slots open to any value are one word each."""

    words: tuple[str, ...]
    known: NDArray[np.int64]  # the numbers of its n-grams that the expectation knows
    counts: NDArray[np.float64]  # of its n-grams by order, known or not
    grams: Mapping[tuple[str, ...], int]


class Parts:
    """The known sentences of a book, found by what they state; what was worked out once is kept."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sentences = list(book.sentences)
        self._told = [tuple(base for base in one.bases if base_of(base) in book.told) for one in self.sentences]
        self._open = [tuple(base for base in one.bases if base_of(base) not in book.told) for one in self.sentences]
        slots = sorted({slot for one in self.sentences for slot in (*one.bases, *(name for name, _ in one.said))})
        said = sorted({value for one in self.sentences for value in one.said})
        self._slots = {slot: number for number, slot in enumerate(slots)}
        self._values = {value: number for number, value in enumerate(said)}
        self._needs = np.zeros((len(self.sentences), len(slots)), dtype=bool)
        self._says = np.zeros((len(self.sentences), len(said)), dtype=bool)
        for row, one in enumerate(self.sentences):
            self._needs[row, [self._slots[slot] for slot in (*one.bases, *(name for name, _ in one.said))]] = True
            self._says[row, [self._values[value] for value in one.said]] = True
        self._acts = np.array([one.act for one in self.sentences], dtype=object)
        self._opens = np.array([one.opens for one in self.sentences], dtype=bool)
        self._follows = np.array(
            [one.act in book.manner.stating and not one.opens for one in self.sentences], dtype=bool
        )
        self._made: dict[tuple[object, ...], Part] = {}

    def fitting(self, act: str, values: Values) -> list[int]:
        """Return the sentences that state values of these and no others, and that this act may use."""
        missing = np.array([slot not in values for slot in self._slots], dtype=bool)
        wrong = np.array([value not in values.get(slot, ()) for slot, value in self._values], dtype=bool)
        usable = self._acts == act
        manner = self.book.manner
        named = any(slot in values for slot in manner.subject)
        if act in manner.stating or (act in manner.followed and named):
            usable = usable | self._follows
        fits = usable & ~self._needs[:, missing].any(1) & ~self._says[:, wrong].any(1)
        return [int(row) for row in np.nonzero(fits)[0]]

    def part(self, row: int, values: Values) -> Part:
        """Return a sentence with the values it is told by."""
        key: tuple[object, ...] = (row, *(values[base] for base in self._told[row]))
        key += tuple(len(values[base]) > 1 for base in self._open[row])
        part = self._made.get(key)
        if part is None:
            part = self._made[key] = self._make(row, values)
        return part

    def _make(self, row: int, values: Values) -> Part:
        book = self.book
        text = self.sentences[row].filled(values, keep=frozenset(self._open[row]))
        words = tokens(as_text([text], stop=book.style.stop, cased=book.style.cased and text[0] != "{"))
        known, orders = [], []
        counted: Counter[tuple[str, ...]] = Counter()
        for gram, first, last in grams(words):
            orders.append(last - first)
            counted[gram[:-1]] += 1
            number = book.expectation.index.get(gram)
            if number is not None:
                known.append(number)
        counts = np.bincount(orders, minlength=ORDER).astype(float)
        return Part(words, np.array(known, dtype=np.int64), counts, counted)

    def covers(self, row: int, items: Mapping[tuple[str, str], int], by_slot: Mapping[str, int]) -> int:
        """Return the values a sentence states, as bits."""
        one: Sentence = self.sentences[row]
        out = 0
        for base in one.bases:
            out |= by_slot[base]
        for value in one.said:
            out |= items[value]
        return out


class Cover:
    """The ways to state a set of values by sentences that follow one another, best first.

    Parameters
    ----------
    groups : by the values they state as bits, (score, sentence), best first
    """

    def __init__(self, groups: Mapping[int, Sequence[tuple[float, int]]], *, kept: int = 6) -> None:
        self._groups = groups
        self._kept = kept
        self._done: dict[tuple[int, int], list[tuple[float, Rows]]] = {}

    def of(self, values: int, most: int) -> list[tuple[float, Rows]]:
        """Return (score, sentences) of the best ways, of at most so many sentences; each value is stated exactly once."""
        if not values:
            return [(0.0, ())]
        if not most:
            return []
        if (values, most) not in self._done:
            lowest = values & -values
            out = []
            for covers, group in self._groups.items():
                if covers & lowest and not covers & ~values:
                    for others, rows in self.of(values & ~covers, most - 1):
                        out += [(score + others, (row, *rows)) for score, row in group]
            self._done[values, most] = sorted(out, reverse=True)[: self._kept]
        return self._done[values, most]
