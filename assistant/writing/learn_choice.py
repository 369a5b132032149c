"""The text of a meaning, out of known sentences: its values divided among them, the text chosen that is expected most.

It weighs words by the expectation alone, and gives a text only when the reader finds in it what the meaning says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from assistant.writing.learn import Book
from assistant.writing.learn_expect import ORDER, Feature, Gram, grams
from assistant.writing.learn_parts import Cover, Part, Parts, Rows, Values
from assistant.writing.learn_sentences import Sentence, as_text
from assistant.writing.learn_words import listed, tokens
from assistant.writing.value_reading import Meaning, base_of, faults

_MOST_REFERENCES = 3.0
_STYLES = ("", ":space", ":comma", ":and", ":slash", ":commas")
_SHARES = np.array([1.0, 0.96, 0.92, 0.88])  # n-grams of each order, against words


@dataclass(frozen=True)
class Taste:
    """How candidates are weighed.

    precision : of n-grams by order, about what a good text reaches: the fewer hit, the more a hit counts
    length : worth of a word more, against texts that are too short; by the number of references unless given
    kept, sentences, tried : best sentences for the same values, sentences of a text, candidates weighed exactly
    """

    precision: tuple[float, ...] = (0.78, 0.55, 0.40, 0.29)
    length: float | None = None
    kept: int = 4
    sentences: int = 5
    tried: int = 30

    @cached_property
    def gain(self) -> NDArray[np.float64]:
        """Return the worth of an n-gram that is hit, by order."""
        return 0.25 / np.array(self.precision) / _SHARES

    @cached_property
    def cost(self) -> NDArray[np.float64]:
        """Return the cost of an n-gram, hit or not, by order."""
        return 0.25 / _SHARES


@dataclass(frozen=True)
class Written:
    """A finished text and the known sentences it is made of."""

    text: str
    sentences: tuple[Sentence, ...]
    score: float


class Writer:
    """Writes texts of one book; what it worked out for a sentence it keeps."""

    def __init__(self, book: Book, taste: Taste | None = None) -> None:
        self.book = book
        self.taste = taste or Taste()
        self._parts = Parts(book)
        self._chances: dict[Feature, NDArray[np.float64]] = {}

    def write(self, meaning: Meaning) -> Written:
        """Return the best text of known sentences that reads back right, else the plain text of the meaning.

        Raises
        ------
        ValueError
            When no known sentence fits and no frame and phrases were given that do.
        """
        known = self.known_text(meaning)
        if known is not None:
            return known
        text = self.book.manner.plain.text(meaning)
        missing, more = faults(self.book.reader.read(text, meaning), meaning)
        if not text or missing or more:
            raise ValueError(
                f"{meaning.act}{list(meaning.values)}: no known sentences state this, and the plain text {text!r} "
                f"does not either (missing {missing}, beyond it {more}). Add a frame or a phrase to the schema."
            )
        return Written(text, (), 0.0)

    def known_text(self, meaning: Meaning) -> Written | None:
        """Return the best text of known sentences that reads back right; None where there is none."""
        values: dict[str, tuple[str, ...]] = {}
        for slot, value in meaning.values:
            values[slot] = (*values.get(slot, ()), value)
        weighing = _Weighing(self._parts, self.taste, values, self._chance(meaning))
        ranked = [one for rows in self._candidates(meaning, values, weighing) for one in weighing.orders(rows)]
        for score, rows in sorted(ranked, reverse=True):
            text = self._finish(rows, values)
            missing, more = faults(self.book.reader.read(text, meaning), meaning)
            if not missing and not more:
                return Written(text, tuple(self._parts.sentences[row] for row in rows), score)
        return None

    def _finish(self, rows: Sequence[int], values: Values) -> str:
        parts = [self._parts.sentences[row].filled(values) for row in rows]
        return as_text(parts, stop=self.book.style.stop, cased=self.book.style.cased, ends=self.book.style.always_stops)

    def _chance(self, meaning: Meaning) -> NDArray[np.float64]:
        """Return for each known n-gram the chance that one of the references holds it."""
        key = self.book.feature(meaning)
        if key not in self._chances:
            chance = self.book.expectation.probabilities(key).astype(np.float64)
            self._chances[key] = 1 - (1 - chance) ** min(_MOST_REFERENCES, self.book.references)
        return self._chances[key]

    def _candidates(self, meaning: Meaning, values: Values, weighing: _Weighing) -> list[Rows]:
        """Return the sentences of the best texts by a quick count: an opening one and those that state the rest."""
        items = {value: 1 << number for number, value in enumerate(dict.fromkeys(meaning.values))}
        by_slot: dict[str, int] = defaultdict(int)
        for (slot, _), bit in items.items():
            by_slot[slot] |= bit
        has_subject = any(slot in values for slot in self.book.manner.subject)
        first: dict[int, list[tuple[float, int]]] = defaultdict(list)
        after: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for score, row in weighing.quick(self._parts.fitting(meaning.act, values)):
            covers = self._parts.covers(row, items, by_slot)
            one = self._parts.sentences[row]
            group = first[covers] if one.opens or not (has_subject or one.has_pronoun) else after[covers]
            if len(group) < self.taste.kept:
                group.append((score, row))
        cover = Cover({covers: group[:3] for covers, group in after.items()})
        found = []
        everything = sum(items.values())
        for covers, group in first.items():
            for others, rows in cover.of(everything & ~covers, self.taste.sentences - 1)[:4]:
                found += [(score + others, (row, *rows)) for score, row in group]
        return [rows for _, rows in sorted(found, reverse=True)[: self.taste.tried]]


class _Weighing:
    """The worth of sentences for one meaning, values of several words counted as such."""

    def __init__(self, parts: Parts, taste: Taste, values: Values, chance: NDArray[np.float64]) -> None:
        self._parts = parts
        self._taste = taste
        self._values = values
        self._index = parts.book.expectation.index
        self._worth = chance * taste.gain[parts.book.expectation.orders]
        self._chance = chance
        self._sizes = {
            f"{{{slot}{style}}}": len(tokens(listed(several, style[1:] or "and")))
            for slot, several in values.items()
            if base_of(slot) not in parts.book.told
            for style in _STYLES
        }
        few = 0.2 * (
            _MOST_REFERENCES - min(_MOST_REFERENCES, parts.book.references)
        )  # missed more often: texts come short
        self._length = few if taste.length is None else taste.length
        self._single: dict[int, float] = {}
        self._joints: dict[tuple[int, int], float] = {}

    def quick(self, rows: Sequence[int]) -> list[tuple[float, int]]:
        """Return the score of each sentence alone, every value one word, best first."""
        parts = [self._parts.part(row, self._values) for row in rows]
        if not parts:
            return []
        bounds = np.cumsum([0, *(len(one.known) for one in parts)])
        worth = np.append(self._worth[np.concatenate([one.known for one in parts])], 0.0)
        scores = np.add.reduceat(worth, bounds[:-1])
        scores = np.where(np.diff(bounds) > 0, scores, 0.0) - np.stack([one.counts for one in parts]) @ self._taste.cost
        scores += self._length * np.array([len(one.words) for one in parts])
        return sorted(zip(scores.tolist(), rows, strict=True), reverse=True)

    def orders(self, rows: Rows) -> Iterator[tuple[float, Rows]]:
        """Yield (score, sentences) for each order of those that follow the first."""
        parts = [self._parts.part(row, self._values) for row in rows]
        total = sum(self._sizes.get(word, 1) for one in parts for word in one.words)
        score = sum(self._alone(row, part) for row, part in zip(rows, parts, strict=True)) + self._repeats(parts)
        score += self._length * total
        score -= sum(self._taste.cost[order] * max(0, total - order) for order in range(ORDER))
        for rest in permutations(rows[1:]) if len(rows) < 5 else [rows[1:]]:
            order = (rows[0], *rest)
            yield score + sum(self._joint(one, two) for one, two in zip(order, rest, strict=False)), order

    def _alone(self, row: int, part: Part) -> float:
        """Return what the n-grams of one sentence are worth."""
        if row not in self._single:
            sizes = [self._sizes.get(word, 1) for word in part.words]
            self._single[row] = sum(self._gram(gram, sizes, first, last) for gram, first, last in grams(part.words))
        return self._single[row]

    def _joint(self, row: int, after: int) -> float:
        """Return what the n-grams across two sentences are worth."""
        if (row, after) not in self._joints:
            left = self._parts.part(row, self._values).words[1 - ORDER :]
            words = left + self._parts.part(after, self._values).words[: ORDER - 1]
            sizes = [self._sizes.get(word, 1) for word in words]
            self._joints[row, after] = sum(
                self._gram((*words[first : last + 1], 1), sizes, first, last)
                for first in range(len(left))
                for last in range(len(left), min(len(words), first + ORDER))
            )
        return self._joints[row, after]

    def _gram(self, gram: Gram, sizes: Sequence[int], first: int, last: int) -> float:
        number = self._index.get(gram)
        if number is None:
            return 0.0
        if sum(sizes[first : last + 1]) == last - first + 1:
            return float(self._worth[number])
        windows = [_windows(sizes, first, last, n) for n in range(1, ORDER + 1)]
        return float(self._chance[number] * (self._taste.gain @ windows))

    def _repeats(self, parts: Sequence[Part]) -> float:
        """Return what is lost where sentences share n-grams: a second "It is" is expected less than the first."""
        seen = dict(parts[0].grams)
        lost = 0.0
        for part in parts[1:]:
            for gram in seen.keys() & part.grams.keys():
                for number in range(1, part.grams[gram] + 1):
                    lost += self._at(gram, number) - self._at(gram, seen[gram] + number)
            for gram, count in part.grams.items():
                seen[gram] = seen.get(gram, 0) + count
        return -lost

    def _at(self, gram: tuple[str, ...], occurrence: int) -> float:
        number = self._index.get((*gram, occurrence))
        return 0.0 if number is None else float(self._worth[number])


def _windows(sizes: Sequence[int], first: int, last: int, n: int) -> int:
    """Return how many runs of n real words begin in the first and end in the last of some words of several words each."""
    if first == last:
        return max(0, sizes[first] - n + 1)
    left = n - sum(sizes[first + 1 : last])
    return sum(1 <= left - taken <= sizes[last] for taken in range(1, sizes[first] + 1))
