"""Products in the order of their score: what may be among the best, and the best of what may be shown. It scores nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrieval.filters import Mask
from retrieval.item_search import ItemSearch
from retrieval.model import Floats, History, ItemModel, Rows


@dataclass(frozen=True)
class Ranked:
    """Products in the order of their score, best first, with what made the score ready to be told."""

    rows: Rows
    scores: Floats


def best_of(rows: Rows, scores: Floats, allowed: Mask, k: int) -> Ranked:
    """Return the `k` best of the allowed rows, best first; ties in the order of rows."""
    usable = allowed[rows] & np.isfinite(scores)
    rows, scores = rows[usable], scores[usable]
    if len(rows) > 4 * k:  # the k best and all that tie with the last of them
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        near = scores >= least
        rows, scores = rows[near], scores[near]
    order = np.lexsort((rows, -scores))[:k]
    return Ranked(rows[order], scores[order])


def candidates(model: ItemModel, search: ItemSearch, history: History, many: int) -> Rows:
    """Return the rows that may be among the best where search is not exact: near ones, neighbours, and those of the history."""
    dense = search.search(model.query(history.sums)[None], many)[0][0]
    sparse = model.sparse_scores(history)
    found = [dense[dense >= 0], history.rows]
    if sparse.any():
        found.append(np.argpartition(-sparse, min(many, len(sparse) - 1))[:many])
    return np.unique(np.concatenate(found))
