"""Customers as rows of numbers a clusterer can compare: profiles scaled, history vectors reduced, both counting alike.

It knows profiles and vectors. It does not know which groups come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

Matrix = NDArray[np.float64]
# column: whether its logarithm is taken (counts and money have long tails)
BEHAVIOUR = {
    "recency_days": True,
    "orders": True,
    "monetary_value": True,
    "average_order_value": True,
    "interval_days": True,
    "basket_size": True,
    "return_rate": False,
    "weekend_share": False,
    "order_hour": False,
    "views_without_order": True,
}
RFM = {"recency_days": True, "orders": True, "monetary_value": True}
WORDS = {
    "recency_days": "days since the last order",
    "orders": "orders",
    "monetary_value": "spend",
    "average_order_value": "spend an order",
    "interval_days": "days between orders",
    "basket_size": "products an order",
    "return_rate": "returns",
    "weekend_share": "weekend orders",
    "order_hour": "hour of the day",
    "views_without_order": "looks without an order",
}
TEXT_DIM = 16  # directions kept of the history vectors
_SPREAD_LEAST = 1e-9


@dataclass(frozen=True)
class Scaling:
    """How features were made, so that a new customer's are made alike.

    `columns` are those that vary; `centre` and `spread` are median and interquartile range (of the logarithm where so
    said); `text_mean` and `text_axes` reduce the history vectors; `text_weight` scales them to the same total variance.
    """

    columns: tuple[str, ...]
    logs: tuple[bool, ...]
    centre: Matrix
    spread: Matrix
    text_mean: Matrix
    text_axes: Matrix
    text_weight: float

    def features(self, profiles: pl.DataFrame, vectors: NDArray[np.float32] | None) -> Matrix:
        """Return float64 (n, columns + text directions), rows as in `profiles`; unknown values stand at the median."""
        raw = _raw(profiles, self.columns, self.logs)
        scaled = np.clip((raw - self.centre) / self.spread, -3.0, 3.0)  # one giant must not be a cluster of its own
        blocks = [np.nan_to_num(scaled, nan=0.0)]
        if self.text_axes.size and vectors is not None:
            blocks.append((vectors - self.text_mean) @ self.text_axes * self.text_weight)
        return np.hstack(blocks)

    def names(self) -> tuple[str, ...]:
        """Return what each feature is, in words."""
        texts = tuple(
            f"what is bought ({at + 1})" for at in range(self.text_axes.shape[1] if self.text_axes.size else 0)
        )
        return tuple(WORDS.get(column, column) for column in self.columns) + texts


def fit_scaling(profiles: pl.DataFrame, vectors: NDArray[np.float32] | None, *, columns: dict[str, bool]) -> Scaling:
    """Return the scaling learned from these customers.

    Parameters
    ----------
    profiles : one row a customer, as `shop.profiles.customer_profiles` gives them
    vectors : float32 (n, d), unit rows as in `profiles`, or None to leave texts out
    columns : the profile columns to use, and whether their logarithm is taken
    """
    raw = _raw(profiles, tuple(columns), tuple(columns.values()))
    with np.errstate(all="ignore"):
        known = np.isfinite(raw).sum(axis=0) >= max(2, 0.05 * len(raw))
    low, centre, high = (np.nanpercentile(raw[:, known], [25, 50, 75], axis=0)) if known.any() else np.zeros((3, 0))
    deviation = np.nanstd(raw[:, known], axis=0)
    spread = np.where(high - low > _SPREAD_LEAST, (high - low) / 1.35, deviation)  # 1.35: the range of a normal one
    varies = spread > _SPREAD_LEAST
    kept = np.flatnonzero(known)[varies]
    names, logs = tuple(columns), tuple(columns.values())
    mean, axes, weight = _text_axes(vectors, len(kept))
    return Scaling(
        tuple(names[at] for at in kept),
        tuple(logs[at] for at in kept),
        centre[varies],
        spread[varies],
        mean,
        axes,
        weight,
    )


def _raw(profiles: pl.DataFrame, columns: tuple[str, ...], logs: tuple[bool, ...]) -> Matrix:
    values = np.full((profiles.height, len(columns)), np.nan)
    for at, (column, log) in enumerate(zip(columns, logs, strict=True)):
        if column in profiles.columns and profiles[column].dtype.is_numeric():
            found = profiles[column].cast(float).fill_null(float("nan")).to_numpy()
            values[:, at] = np.log1p(np.clip(found, 0, None)) if log else found
    return values


def _text_axes(vectors: NDArray[np.float32] | None, behaviours: int) -> tuple[Matrix, Matrix, float]:
    nothing = (np.zeros(0), np.zeros((0, 0)), 0.0)
    if vectors is None or len(vectors) < 3:
        return nothing
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    values, directions = np.linalg.eigh(centred.T @ centred / len(vectors))
    keep = np.flatnonzero(values > max(float(values.max()), 0.0) * 1e-6)[::-1][:TEXT_DIM]
    if not len(keep):
        return nothing
    axes = directions[:, keep]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(len(keep))] < 0, -1.0, 1.0)  # one sign, always
    weight = np.sqrt(max(behaviours, 1) / values[keep].sum())  # both blocks carry the same variance
    return vectors.mean(axis=0).astype(np.float64), axes, float(weight)


def map_2d(features: Matrix, names: tuple[str, ...]) -> tuple[Matrix, tuple[str, str]]:
    """Return customers as points in the plane of largest variance, and what the two axes mean.

    Returns
    -------
    points : float64 (n, 2)
    axes : for each axis the three features that load most, with their direction
    """
    if features.shape[1] < 2 or len(features) < 3:
        return np.zeros((len(features), 2)), ("", "")
    centred = features - features.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    axes = directions[:, ::-1][:, :2]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    return centred @ axes, (_axis(axes[:, 0], names), _axis(axes[:, 1], names))


def _axis(loads: Matrix, names: tuple[str, ...]) -> str:
    largest = np.argsort(-np.abs(loads), kind="stable")[:3]
    more = [names[at] for at in largest if loads[at] > 0]
    fewer = [names[at] for at in largest if loads[at] <= 0]
    words = [f"more {', '.join(more)}"] if more else []
    words += [f"fewer {', '.join(fewer)}"] if fewer else []
    return "; ".join(words) + " →"
