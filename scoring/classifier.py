"""The chance of a yes, learnt from a finished table: trees and an additive model, weighed and calibrated on rows neither saw.

It knows columns and rows, not customers or shops.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.encode import Encoding, Floats, learn_encoding
from scoring.errors import CannotPredictError
from scoring.windows import LEVEL

LEAST = 10  # rows of either answer, below which nothing is learnt
_TREES_FROM = 100  # rows of the rarer answer from which trees are tried beside the additive model
_FOLDS = 5
_BACKGROUND = 50
ROUNDS = 10
_BLOCK = 50_000  # rows predicted at once
_Z = {0.9: 1.6449}[LEVEL]


@dataclass(frozen=True)
class Classifier:
    """A fitted table: `predict` gives the chance of a yes. Log-odds are `offset` + the weighted log-odds of its parts.

    `parts`: (kind, weight, fitted model); `resampled`: the same parts fitted to other draws of the rows; `background`: some rows.
    """

    encoding: Encoding
    parts: tuple[tuple[str, float, Any], ...]
    offset: float
    resampled: tuple[tuple[Any, ...], ...]
    background: pl.DataFrame
    base_rate: float
    rows: int

    def predict(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return (probability, low, high), a row a row; the interval (90 %) is that of the probability, not of the outcome.

        Raises
        ------
        ValueError
            When a column the model was fitted to is missing.
        """
        found = [self._bounded(table[start : start + _BLOCK]) for start in range(0, max(table.height, 1), _BLOCK)]
        return pl.concat(found)

    def _bounded(self, table: pl.DataFrame) -> pl.DataFrame:
        shapes = self._shapes(table)
        margin = self._margin([model for _, _, model in self.parts], shapes)
        others = [self._margin(models, shapes) for models in self.resampled]
        spread = np.std(others, axis=0, ddof=1) if len(others) > 1 else np.zeros_like(margin)
        return pl.DataFrame(
            {
                "probability": _probability(margin),
                "low": _probability(margin - _Z * spread),
                "high": _probability(margin + _Z * spread),
            }
        )

    def margin(self, table: pl.DataFrame) -> Floats:
        """Return the log-odds of a yes for each row."""
        return self._margin([model for _, _, model in self.parts], self._shapes(table))

    def _shapes(self, table: pl.DataFrame) -> list[Floats]:
        lacks = [name for name in self.encoding.columns if name not in table.columns]
        if lacks:
            raise ValueError(f"table: lacks {', '.join(lacks)}; expected the columns the model was fitted to.")
        return [_encoded(self.encoding, kind, table) for kind, _, _ in self.parts]

    def _margin(self, models: Sequence[Any], shapes: Sequence[Floats]) -> Floats:
        total = np.full(shapes[0].shape[0], self.offset)
        for (_, weight, _), model, shape in zip(self.parts, models, shapes, strict=True):
            total = total + weight * model.decision_function(shape)
        return total


def fit_table(
    table: pl.DataFrame,
    yes: Sequence[bool],
    *,
    groups: Sequence[str] | None = None,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Classifier:
    """Fit the chance of a yes to a finished table.

    Parameters
    ----------
    table : one row a case; numbers, and words of few levels; null where unknown
    yes : as long as the table
    groups : whose row it is, where one customer has several; they are never on both sides of a fold
    rounds : how many resampled fits the interval rests on

    Raises
    ------
    CannotPredictError
        When fewer than 10 rows are a yes, or a no.
    ValueError
        When the lengths differ.

    Source: Platt (1999) for calibration by a logistic curve; Wolpert (1992), stacking, on out-of-fold log-odds.
    """
    answers = np.asarray(yes, dtype=bool)
    if answers.size != table.height:
        raise ValueError(f"yes: {answers.size} answers for {table.height} rows; expected one a row.")
    rarer = int(min(answers.sum(), (~answers).sum()))
    if rarer < LEAST:
        raise CannotPredictError(
            f"{int(answers.sum()):,} yes and {int((~answers).sum()):,} no; at least {LEAST} of each are needed to learn the "
            "difference. Take a longer history or another horizon."
        )
    owner = (
        np.arange(answers.size) if groups is None else np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    )
    encoding = learn_encoding(table)
    kinds = ("additive", "trees") if rarer >= _TREES_FROM else ("additive",)
    shapes = {kind: _encoded(encoding, kind, table) for kind in kinds}
    weights, offset = _weights(shapes, answers, owner, seed)
    kept = [kind for kind in kinds if weights[kind] > 0]
    parts = tuple((kind, weights[kind], _fitted(kind, shapes[kind], answers, seed)) for kind in kept)
    rng = np.random.default_rng(seed)
    draws = [_draw(rng, owner, answers) for _ in range(rounds)]
    resampled = tuple(tuple(_fitted(kind, shapes[kind][rows], answers[rows], seed) for kind in kept) for rows in draws)
    background = table.sample(min(_BACKGROUND, table.height), seed=seed)
    return Classifier(encoding, parts, offset, resampled, background, float(answers.mean()), answers.size)


def _encoded(encoding: Encoding, kind: str, table: pl.DataFrame) -> Floats:
    return (encoding.additive(table) if kind == "additive" else encoding.plain(table))[0]


def _fitted(kind: str, shape: Floats, answers: NDArray[np.bool_], seed: int) -> Any:
    if kind == "additive":
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=0.03, max_iter=100, solver="newton-cholesky").fit(shape, answers)
    from sklearn.ensemble import HistGradientBoostingClassifier

    learner = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=60,
        max_bins=64,
        max_leaf_nodes=6,
        min_samples_leaf=20,
        l2_regularization=1.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed,
    )
    return learner.fit(shape, answers)


def _weights(
    shapes: dict[str, Floats], answers: NDArray[np.bool_], owner: NDArray[np.int64], seed: int
) -> tuple[dict[str, float], float]:
    """Return the weight of each part and the offset that make the best calibrated log-odds on rows left out of the fits."""
    fold = np.random.default_rng(seed).permutation(owner.max() + 1)[owner] % _FOLDS
    left_out = {kind: np.zeros(answers.size) for kind in shapes}
    for number in range(_FOLDS):
        inside, outside = fold != number, fold == number
        if len(set(answers[inside].tolist())) < 2 or not outside.any():
            continue
        for kind, shape in shapes.items():
            left_out[kind][outside] = _fitted(kind, shape[inside], answers[inside], seed).decision_function(
                shape[outside]
            )
    kinds = list(shapes)
    while True:
        found, offset = _logistic(np.column_stack([left_out[kind] for kind in kinds]), answers)
        if min(found) > 0 or len(kinds) == 1:
            break
        kinds.pop(int(np.argmin(found)))
    weights = dict.fromkeys(shapes, 0.0) | dict(zip(kinds, (max(one, 1e-6) for one in found), strict=True))
    return weights, offset


def _logistic(shape: Floats, answers: NDArray[np.bool_]) -> tuple[list[float], float]:
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=100.0, max_iter=300).fit(shape, answers)
    return [float(one) for one in found.coef_[0]], float(found.intercept_[0])


def _draw(rng: np.random.Generator, owner: NDArray[np.int64], answers: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return rows of owners drawn with replacement, both answers among them."""
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(owner.max() + 2))
    while True:
        drawn = rng.integers(0, owner.max() + 1, owner.max() + 1)
        sizes = starts[drawn + 1] - starts[drawn]
        inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows: NDArray[np.int64] = order[np.repeat(starts[drawn], sizes) + inside]
        if 0 < answers[rows].sum() < rows.size:
            return rows


def _probability(margin: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(margin, -math.log(1e6), math.log(1e6))))
