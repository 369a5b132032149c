"""Learning the second look from earlier moments: what was known then, what was bought after. It chooses nothing; validation does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.fitting import refreshed
from retrieval.histories import Histories
from retrieval.model import Floats, History, ItemModel, Rows
from retrieval.ranker import Ranker, candidates
from retrieval.standing import standing
from retrieval.windows import Window

MOST_CUSTOMERS = 1500  # a window; more teach no more
TREES = {
    "max_iter": 80,
    "learning_rate": 0.09,
    "max_leaf_nodes": 24,
    "min_samples_leaf": 100,
    "l2_regularization": 10.0,
}
_FEWEST = 200  # targets among the candidates


def lesson(
    model: ItemModel, window: Window, alike: Any, *, fresh: bool, seed: int = 0
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the features of candidates at the moments of a window and whether each was bought after.

    Parameters
    ----------
    model : fitted on `window.past`
    alike : csr, `products_alike`, or None
    """
    asked = window.asked(fresh=fresh, most=MOST_CUSTOMERS, seed=seed)
    wanted = window.wanted(fresh=fresh)
    tables, bought = [np.zeros((0, 0), np.float32)], [np.zeros(0, bool)]
    for then, products, some, found, scores in looked_at(model, window, alike, asked):
        for customer, history, row in zip(asked[some], found, scores, strict=True):
            rows, table = candidates(then, history, row, products, fresh=fresh)
            aims = wanted.indices[wanted.indptr[customer] : wanted.indptr[customer + 1]]
            tables.append(table)
            bought.append(np.isin(rows, aims))
    return np.concatenate(tables[1:] or tables), np.concatenate(bought)


def looked_at(
    model: ItemModel, window: Window, alike: Any, customers: Rows
) -> Iterator[tuple[ItemModel, Floats, Rows, list[History], Floats]]:
    """Yield model and product table as of each moment, places in `customers`, their histories then, their scores (b, n)."""
    past = window.past
    histories = Histories.of(past, window.now, model.half_lives, quantity_power=model.quantity_power)
    for moment, places in window.moments(customers):
        then = refreshed(model, past, moment)
        products = standing(past, moment, alike)
        start = 0
        for some, found, scores in histories.batches(then, customers[places]):
            yield then, products, places[start : start + len(some)], found, scores
            start += len(some)


def fit_ranker(
    lessons: Sequence[tuple[Floats, NDArray[np.bool_]]], products: Floats, *, fresh: bool, seed: int = 0
) -> Ranker | None:
    """Return the trees learned from some lessons, or None where too little was bought among the candidates to learn from.

    Parameters
    ----------
    products : float32 (n, len(STANDING)), as of the moment the ranker is used at
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    bought = np.concatenate([np.zeros(0, bool), *(one for _, one in lessons)])
    if bought.sum() < _FEWEST or bought.all():
        return None
    table = np.concatenate([one for one, answers in lessons if len(answers)])
    table[:, np.isnan(table).all(axis=0)] = (
        0.0  # nothing known of any candidate: nothing to split on, and refused otherwise
    )
    trees = HistGradientBoostingClassifier(**TREES, early_stopping=False, random_state=seed)
    with threadpool_limits(limits=1):
        trees.fit(table, bought)
    return ranker_of(trees, products, fresh=fresh)


def ranker_of(trees: Any, products: Floats, *, fresh: bool) -> Ranker:
    """Return fitted scikit-learn trees as plain arrays that predict the same."""
    nodes = [stage[0].nodes for stage in trees._predictors]
    leaves = max(int(one["is_leaf"].sum()) for one in nodes)
    inner = max(leaves - 1, 1)
    shape = (len(nodes), inner)
    feature, threshold = np.zeros(shape, np.int64), np.full(shape, np.inf, np.float32)
    nan_left = np.ones(shape, bool)
    path = np.zeros((*shape, leaves), np.int8)
    lefts, value = np.full((len(nodes), leaves), -1, np.float32), np.zeros((len(nodes), leaves), np.float32)
    for at, tree in enumerate(nodes):
        split = np.flatnonzero(tree["is_leaf"] == 0)
        number = {int(node): place for place, node in enumerate(split)}
        feature[at, : len(split)] = tree["feature_idx"][split]
        threshold[at, : len(split)] = _below(tree["num_threshold"][split])
        nan_left[at, : len(split)] = tree["missing_go_to_left"][split]
        for leaf, (node, turns) in enumerate(_leaves(tree)):
            for inner_node, turn in turns:
                path[at, number[inner_node], leaf] = turn
            lefts[at, leaf] = sum(turn > 0 for _, turn in turns)
            value[at, leaf] = tree["value"][node]
    return Ranker(products, feature, threshold, nan_left, path, lefts, value, fresh)


def _below(thresholds: NDArray[np.float64]) -> Floats:
    """Return the largest float32 not above each threshold: float32 values fall on the same side of both."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded).astype(np.float32)


def _leaves(tree: Any) -> list[tuple[int, list[tuple[int, int]]]]:
    found, waiting = [], [(0, [])]  # type: ignore[var-annotated]
    while waiting:
        node, turns = waiting.pop()
        if tree["is_leaf"][node]:
            found.append((node, turns))
        else:
            waiting += [
                (int(tree["right"][node]), [*turns, (node, -1)]),
                (int(tree["left"][node]), [*turns, (node, 1)]),
            ]
    return found
