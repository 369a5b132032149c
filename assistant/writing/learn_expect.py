"""Which words to expect in a text about given values: n-gram probabilities by kernel ridge over slots and values.

It learns from all past texts, clean or not, how people say such things. It does not know what is true.

Source: minimum Bayes risk with an expected BLEU, Tromble et al. (2008), EMNLP, the linear approximation; kernel ridge
regression as in Saunders, Gammerman & Vovk (1998), ICML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ORDER = 4
Gram = tuple[Any, ...]  # its words, and the number of its occurrence in the text
Feature = tuple[tuple[str, str], ...]  # of a meaning: its act, its slots, the values of slots with few of them


@dataclass(frozen=True)
class Weights:
    """How alike two meanings count: a slot only one of them has, a value that differs, another act; `ridge` smooths."""

    slot: float = 0.5
    value: float = 0.15
    act: float = 1.0
    ridge: float = 1.0


def grams(words: Sequence[str]) -> Iterator[tuple[Gram, int, int]]:
    """Yield (n-gram with the number of its occurrence, first, last) of a text."""
    seen: Counter[tuple[str, ...]] = Counter()
    for first in range(len(words)):
        for last in range(first, min(len(words), first + ORDER)):
            one = tuple(words[first : last + 1])
            seen[one] += 1
            yield (*one, seen[one]), first, last


class Expectation:
    """The n-grams expected of a meaning, learned from typed texts.

    Parameters
    ----------
    texts : by feature, the typed texts as tokens
    least : an n-gram is known when it occurs so often
    """

    def __init__(self, texts: Mapping[Feature, Sequence[tuple[str, ...]]], weights: Weights, *, least: int = 2) -> None:
        from scipy import sparse

        self._weights = weights
        counts = [Counter(one for text in group for one, _, _ in grams(text)) for group in texts.values()]
        total: Counter[Gram] = Counter()
        for count in counts:
            total.update(count)
        known = [one for one, n in total.items() if n >= least]
        self.index = {one: number for number, one in enumerate(known)}
        self.orders = np.array([len(one) - 2 for one in known], dtype=np.int64)
        sizes = np.array([len(group) for group in texts.values()], dtype=float)
        rows, columns, values = [], [], []
        for row, count in enumerate(counts):
            for one, n in count.items():
                if one in self.index:
                    rows.append(row)
                    columns.append(self.index[one])
                    values.append(n / sizes[row])
        shape = (len(counts), len(known))
        self._shares = sparse.csc_matrix((values, (rows, columns)), shape=shape, dtype=np.float32).T.tocsr()
        self._columns = {one: number for number, one in enumerate(sorted({one for key in texts for one in key}))}
        self._slots = {slot: number for number, slot in enumerate(sorted({slot for key in texts for slot, _ in key}))}
        self._points = np.stack([self._point(key) for key in texts])
        kernel = self._kernel(self._points, self._points)
        self._solved = np.linalg.inv(kernel + weights.ridge * np.diag(1 / sizes))

    def probabilities(self, key: Feature) -> NDArray[np.float32]:
        """Return for each known n-gram the probability that a text about this meaning holds it."""
        near = self._kernel(self._point(key)[None], self._points)[0]
        expected = self._shares @ (self._solved @ near).astype(np.float32)
        return np.clip(expected, 0, 1)

    def _point(self, key: Feature) -> NDArray[np.float64]:
        point = np.zeros(len(self._slots) + len(self._columns))
        for slot, value in key:
            weight = self._weights.act if slot == "" else self._weights.slot
            if slot in self._slots:
                point[self._slots[slot]] = weight if slot else 0.0
            if value and (slot, value) in self._columns:
                point[len(self._slots) + self._columns[slot, value]] = self._weights.value if slot else weight
        return point

    @staticmethod
    def _kernel(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
        square = (left**2).sum(1)[:, None] + (right**2).sum(1)[None] - 2 * left @ right.T
        return np.exp(-square / 2)
