"""The second look: candidates of the index put in a new order by a small learned model that knows repeats and recency.

It reorders what it is handed. It does not search, and it knows no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from retrieval.model import Floats, History, ItemModel

CANDIDATES = 150


@dataclass(frozen=True)
class Ranker:
    """Gradient-boosted trees as plain arrays.

    Parameters
    ----------
    features : names of the columns the trees read, in their order
    feature, threshold, left, right, value : (nodes,)
        One row a node, the trees after each other; `feature` -1 marks a leaf. NaN goes left where `nan_left`.
    roots : int64 (trees,), the row of each tree's first node
    """

    features: tuple[str, ...]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    nan_left: NDArray[np.bool_]
    roots: NDArray[np.int64]
    candidates: int = CANDIDATES

    def predict(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum over the trees for each row of `table` (rows, features), more is better."""
        total = np.zeros(len(table))
        for root in self.roots:
            node = np.full(len(table), root)
            while (inner := self.feature[node] >= 0).any():
                at = node[inner]
                seen = table[inner, self.feature[at]]
                goes_left = np.where(np.isnan(seen), self.nan_left[at], seen <= self.threshold[at])
                node[inner] = np.where(goes_left, self.left[at], self.right[at])
            total += self.value[node]
        return total

    def reordered(self, model: ItemModel, history: History, scores: Floats) -> Floats:
        """Return the scores with the best candidates, and what the customer owns, lifted above the rest in the learned order."""
        raise NotImplementedError("the features of a candidate are not counted yet")
