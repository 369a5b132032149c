"""Customers as rows of numbers a clusterer can compare: profiles scaled, history vectors reduced, both counting.

It knows profiles and vectors. It does not know which groups come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from segmentation.text_axes import TextAxes, fit_text_axes

if TYPE_CHECKING:
    import polars as pl

Matrix = NDArray[np.float64]
# log: counts and money have long tails; share: of few orders, so drawn to the mean of all; day: cut where a shop sleeps
Kind = Literal["log", "plain", "share", "day"]
RFM: Mapping[str, Kind] = MappingProxyType({"recency_days": "log", "orders": "log", "monetary_value": "log"})
BEHAVIOUR: Mapping[str, Kind] = MappingProxyType(
    {
        **RFM,
        "average_order_value": "log",
        "interval_days": "log",
        "basket_size": "log",
        "return_rate": "share",
        "weekend_share": "share",
        "main_channel_share": "share",
        "order_hour": "day",
        "views_without_order": "log",
    }
)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "recency_days": "days since the last order",
        "orders": "orders",
        "monetary_value": "spend",
        "average_order_value": "spend an order",
        "interval_days": "days between orders",
        "basket_size": "products an order",
        "return_rate": "returns",
        "weekend_share": "weekend orders",
        "main_channel_share": "orders through the main channel",
        "order_hour": "late orders",
        "views_without_order": "looks without an order",
    }
)
PRIOR_ORDERS = 2.0  # a share of n orders counts as n, the mean of all customers as this many
DAY_STARTS = 4  # o'clock: orders at 23 and at 1 are near each other
TEXT_WEIGHTS = (1.5, 1.0, 0.5)  # spreads of the text block against that of all behaviour together, in order of trial
MOST_SPREAD = 3.0  # one giant must not be a cluster of its own
_SPREAD_LEAST = 1e-9
_KNOWN_LEAST = 0.05  # a column known of fewer customers says nothing of the others


TEXTS = "what is bought"  # what a direction of the history vectors is


@dataclass(frozen=True)
class Scaling:
    """How features were made, so that a new customer's are made alike.

    `columns` are those that vary, `kinds` how each is read; `centre` and `spread` are median and interquartile range / 1.35
    (of the logarithm where so said); `mean` and `deviation` make what is cut at 3 spreads mean 0 and variance 1; `prior`
    the mean of a share over all customers; `main_channel` the channel of most customers; `text` reduces history vectors.
    """

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    centre: Matrix
    spread: Matrix
    mean: Matrix
    deviation: Matrix
    prior: Matrix
    main_channel: str
    text: TextAxes

    def features(self, profiles: pl.DataFrame, vectors: NDArray[np.float32] | None) -> Matrix:
        """Return float64 (n, columns + text directions), rows as in `profiles`.

        What is not known of a customer (no second order, no history vector) stands at the mean of all, 0: it neither
        draws them to a group nor away from one.
        """
        raw = _raw(profiles, dict(zip(self.columns, self.kinds, strict=True)), self.main_channel)
        cut = np.clip((_drawn(raw, profiles, self.kinds, self.prior) - self.centre) / self.spread, -3.0, 3.0)
        blocks = [np.nan_to_num((cut - self.mean) / self.deviation, nan=0.0)]
        if self.text.weight and vectors is not None:
            blocks.append(self.text.reduced(vectors))
        return np.hstack(blocks)

    def names(self) -> tuple[str, ...]:
        """Return what each feature is, in words."""
        texts = tuple(f"{TEXTS} ({at + 1})" for at in range(self.text.dim))
        return tuple(WORDS.get(column, column) for column in self.columns) + texts


def fit_scaling(
    profiles: pl.DataFrame,
    vectors: NDArray[np.float32] | None,
    *,
    columns: Mapping[str, Kind] = BEHAVIOUR,
    text_weight: float = TEXT_WEIGHTS[0],
) -> Scaling:
    """Return the scaling learned from these customers.

    Parameters
    ----------
    profiles : one row a customer, as `shop.profiles.customer_profiles` gives them
    vectors : float32 (n, d), rows as in `profiles`, zero where there is no history; None leaves texts out
    columns : the profile columns to use and how each is read; those that do not vary or are hardly known are left out
    text_weight : spread of the text block against that of all columns together
    """
    channel = _main_channel(profiles)
    raw = _raw(profiles, columns, channel)
    known = np.isfinite(raw).sum(axis=0) >= max(2, _KNOWN_LEAST * len(raw))
    raw, names = raw[:, known], [name for name, keep in zip(columns, known, strict=True) if keep]
    prior = np.nanmean(raw, axis=0) if len(names) else np.zeros(0)
    drawn = _drawn(raw, profiles, tuple(columns[name] for name in names), prior)
    low, centre, high = np.nanpercentile(drawn, [25, 50, 75], axis=0) if len(names) else np.zeros((3, 0))
    widest = np.nanstd(drawn, axis=0) if len(names) else np.zeros(0)
    spread = np.where(high - low > _SPREAD_LEAST, (high - low) / 1.35, np.maximum(widest, _SPREAD_LEAST))
    cut = np.clip((drawn - centre) / spread, -MOST_SPREAD, MOST_SPREAD)
    deviation = np.nanstd(cut, axis=0) if len(names) else np.zeros(0)
    keep = (widest > _SPREAD_LEAST) & (deviation > _SPREAD_LEAST)
    kept = tuple(name for name, one in zip(names, keep, strict=True) if one)
    return Scaling(
        columns=kept,
        kinds=tuple(columns[name] for name in kept),
        centre=centre[keep],
        spread=spread[keep],
        mean=np.nanmean(cut[:, keep], axis=0) if kept else np.zeros(0),
        deviation=deviation[keep],
        prior=prior[keep],
        main_channel=channel,
        text=fit_text_axes(vectors, spread=text_weight * np.sqrt(max(len(kept), 1))),
    )


def _main_channel(profiles: pl.DataFrame) -> str:
    if "top_channel" not in profiles.columns:
        return ""
    channels = profiles["top_channel"].drop_nulls().mode().sort()
    return str(channels[0]) if len(channels) else ""


def _raw(profiles: pl.DataFrame, columns: Mapping[str, Kind], main_channel: str) -> Matrix:
    """Return float64 (n, columns), NaN where unknown."""
    values = np.full((profiles.height, len(columns)), np.nan)
    for at, (column, kind) in enumerate(columns.items()):
        if column == "main_channel_share":
            found = _channel_share(profiles, main_channel)
        elif column in profiles.columns and profiles[column].dtype.is_numeric():
            found = _floats(profiles[column])
        else:
            continue
        if kind == "log":
            found = np.log1p(np.clip(found, 0, None))
        values[:, at] = (found - DAY_STARTS) % 24 if kind == "day" else found
    return values


def _channel_share(profiles: pl.DataFrame, main_channel: str) -> Matrix:
    """Return the part of the orders through the main channel; of another channel's customers what is left at most."""
    if not main_channel:
        return np.full(profiles.height, np.nan)
    share = _floats(profiles["channel_share"])
    main = (profiles["top_channel"] == main_channel).fill_null(False).to_numpy()
    return np.where(main, share, 1 - share)


def _floats(column: pl.Series) -> Matrix:
    return column.cast(float).fill_null(float("nan")).to_numpy()


def _drawn(raw: Matrix, profiles: pl.DataFrame, kinds: tuple[Kind, ...], prior: Matrix) -> Matrix:
    """Return the values with shares of few orders drawn to the mean: one weekend order is no habit."""
    shares = np.array([kind == "share" for kind in kinds], dtype=bool)
    orders = _floats(profiles["orders"])[:, None]
    drawn = (raw * orders + prior * PRIOR_ORDERS) / (orders + PRIOR_ORDERS)
    return np.where(shares, drawn, raw)


def map_2d(features: Matrix, names: tuple[str, ...]) -> tuple[Matrix, tuple[str, str]]:
    """Return customers as points in the plane of largest variance, and what the two axes mean.

    Parameters
    ----------
    features : float64 (n, d), as `Segments.features` gives them
    names : what each feature is, as `Scaling.names` gives it

    Returns
    -------
    points : float64 (n, 2), the heaviest feature of each axis pointing to larger values; zeros for fewer than 3 rows
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
    measured = [at for at in largest if not names[at].startswith(TEXTS)]
    more = [names[at] for at in measured if loads[at] > 0]
    fewer = [names[at] for at in measured if loads[at] <= 0]
    words = [f"more {', '.join(more)}"] if more else []
    words += [f"fewer {', '.join(fewer)}"] if fewer else []
    if len(measured) < len(largest):  # a direction of the texts has no more and no fewer
        words.append(TEXTS)
    return "; ".join(words) + " →"
