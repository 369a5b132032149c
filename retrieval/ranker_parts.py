"""What the second look gave a product, in parts that add up: what the customer bought of it, how it sells, their habits, the first score.

It asks the trees again with groups of features of another product. It changes no order.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.ranker import FEATURES, OF_CUSTOMER, OF_OWN, candidates
from retrieval.standing import STANDING
from retrieval.terms import Term

if TYPE_CHECKING:
    from retrieval.model import Floats, History, ItemModel, Rows
    from retrieval.ranker import Ranker

LIFTED = "being looked at again"
PARTS = ("the first score", "how it sells", "what the customer usually buys", "what the customer bought of it")


def second_look(model: ItemModel, history: History, rows: Sequence[int]) -> list[tuple[Term, ...]]:
    """Return for each product the terms of what the ranker put on its score; none where it was not among those looked at.

    Each is the Shapley value of a group of features against the least of the products looked at, and what lifts all of them above
    the rest. Together they are `final_scores` less `scores`.

    Source: Shapley (1953); Lundberg & Lee (2017), NeurIPS, for features left out by another row's values.
    """
    ranker = model.ranker
    assert ranker is not None
    scores = model.scores(history)
    final = ranker.reordered(model, history, scores)
    looked, table = candidates(model, history, scores, ranker.products, fresh=ranker.fresh, count=ranker.candidates)
    least = table[int(ranker.predict(table).argmin())] if len(looked) else None
    found: list[tuple[Term, ...]] = []
    for row in rows:
        at = int(np.searchsorted(looked, row))
        if least is None or at >= len(looked) or looked[at] != row:
            found.append(())
            continue
        shares = _shares(ranker, table[at], least)
        lifted = float(final[row]) - float(scores[row]) - float(shares.sum())
        parts = zip((LIFTED, *PARTS), (lifted, *shares.tolist()), strict=True)
        found.append(tuple(Term("ranker", amount, about=about) for about, amount in parts if amount))
    return found


def _shares(ranker: Ranker, own: Floats, least: Floats) -> NDArray[np.float64]:
    """Return float64 (parts,), the Shapley value of each group of features; together what the trees say of `own` above `least`."""
    groups = _groups(len(own))
    count = len(PARTS)
    subsets = [frozenset(some) for size in range(count + 1) for some in combinations(range(count), size)]
    rows = np.stack([np.where(np.isin(groups, list(some)), own, least) for some in subsets]).astype(np.float32)
    worth = dict(zip(subsets, ranker.predict(rows).astype(np.float64).tolist(), strict=True))
    shares = np.zeros(count)
    for some in subsets:
        for part in set(range(count)) - some:
            weight = 1 / (count * comb(count - 1, len(some)))
            shares[part] += weight * (worth[some | {part}] - worth[some])
    return shares


def _groups(width: int) -> Rows:
    """Return int (width,), the place in PARTS of each feature; what lies beyond the named ones is the customer's sums."""
    names = {name: 1 for name in (*STANDING, "trend")} | dict.fromkeys(OF_CUSTOMER, 2) | dict.fromkeys(OF_OWN, 3)
    return np.array([*(names.get(name, 0) for name in FEATURES), *[0] * (width - len(FEATURES))])
