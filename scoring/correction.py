"""By how much a model of orders was off after earlier moments, learnt so that the next prediction is not off the same way.

It knows features and counts, not how the model works.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scoring.encode import Encoding, Floats, learn_encoding

_LEAST = 0.02  # expected orders below which a ratio says nothing
_LEAST_ROWS = 200


@dataclass(frozen=True)
class Correction:
    """A fitted correction: `ratio` says how many orders come for one expected; `worth` is the same of an order's worth."""

    encoding: Encoding
    trees: Any
    worth: float

    def ratio(self, table: pl.DataFrame, expected: Floats) -> Floats:
        """Return actual orders for one expected, for each row; `table` as it was fitted to."""
        found: Floats = self.trees.predict(self.encoding.plain(_with(table, expected))[0])
        return found * np.maximum(expected, _LEAST) / np.maximum(expected, 1e-9)


def fit_correction(
    table: pl.DataFrame, expected: Floats, actual: Floats, worth: tuple[Floats, Floats], *, seed: int = 0
) -> Correction | None:
    """Learn the ratio of actual to expected orders; None where there are too few rows to learn from.

    Parameters
    ----------
    table : features at the moment of the prediction
    expected, actual : orders within the horizon
    worth : (spend, worth of an order as the model says), to correct the level of the latter
    """
    if table.height < _LEAST_ROWS or actual.sum() < _LEAST_ROWS / 4:
        return None
    from sklearn.ensemble import HistGradientBoostingRegressor

    whole = _with(table, expected)
    encoding = learn_encoding(whole)
    floor = np.maximum(expected, _LEAST)
    learner = HistGradientBoostingRegressor(
        loss="poisson",  # of the ratio, weighed by what is expected: the same as of the count with an offset
        learning_rate=0.1,
        max_iter=60,
        max_leaf_nodes=6,
        max_bins=64,
        min_samples_leaf=40,
        l2_regularization=1.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed,
    )
    learner.fit(encoding.plain(whole)[0], actual / floor, sample_weight=floor)
    spend, of_one = worth
    said = float((actual * of_one).sum())
    return Correction(encoding, learner, float(spend.sum()) / said if said > 0 else 1.0)


def _with(table: pl.DataFrame, expected: Floats) -> pl.DataFrame:
    return table.with_columns(_expected=pl.Series(np.log(expected + 1e-3)))
