"""Customers in groups: clustered, the number of groups chosen and explained, new customers put in without a refit.

It knows features. It does not know what a group is called.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from segmentation.features import BEHAVIOUR, RFM, Matrix, Scaling, fit_scaling
from shop.files import write_atomic

if TYPE_CHECKING:
    import polars as pl

Method = Literal["behaviour+text", "rfm"]
Labels = NDArray[np.int64]
FEWEST = 10  # below so many buying customers there is one group
SMALLEST_SHARE = 0.02  # a smaller group is no use to a shop
_MOST_GROUPS = 10
_RESAMPLES = 8
_SILHOUETTE_SAMPLE = 2000
_STABLE = 0.75  # adjusted Rand index above which a division is called stable
_CLEAR = 0.7  # of the best silhouette


@dataclass(frozen=True)
class KChoice:
    """How one number of groups fared.

    silhouette : mean, -1 to 1 (Rousseeuw 1987). stability : mean adjusted Rand index between the grouping and those of
    resamples, about 0 to 1. smallest_share : of the smallest group, 0–1. score : silhouette + stability, or None where a group is too small.
    """

    k: int
    silhouette: float
    stability: float
    smallest_share: float
    score: float | None


@dataclass(frozen=True)
class Segments:
    """A grouping of customers.

    `labels[i]` is the group of `customer_ids[i]`: 0 the largest, then by size; customers who never bought are in a
    group of their own, the last one, where there are any (`has_idle`).
    """

    customer_ids: tuple[str, ...]
    labels: Labels
    k: int
    method: Method
    choice: tuple[KChoice, ...]
    reason: str
    seed: int
    has_idle: bool
    centres: Matrix
    scaling: Scaling

    def assign(self, profiles: pl.DataFrame, vectors: NDArray[np.float32] | None = None) -> Labels:
        """Return the group of each customer in `profiles` without refitting: the nearest centre.

        Those without an order go to the group of those who never bought where there is one, else to the nearest.
        """
        features = self.scaling.features(profiles, vectors)
        nearest = _nearest(features, self.centres)
        idle = (profiles["orders"] == 0).to_numpy()
        return np.where(idle, len(self.centres), nearest) if self.has_idle else nearest

    def features(self, profiles: pl.DataFrame, vectors: NDArray[np.float32] | None = None) -> Matrix:
        """Return the features the grouping was made from."""
        return self.scaling.features(profiles, vectors)

    def save(self, folder: Path) -> None:
        """Write `segments.json` and `segments.npz`, atomically and without pickle."""
        arrays = io.BytesIO()
        scaling = self.scaling
        np.savez(
            arrays,
            labels=self.labels,
            centres=self.centres,
            centre=scaling.centre,
            spread=scaling.spread,
            text_mean=scaling.text_mean,
            text_axes=scaling.text_axes,
        )
        about = {
            "customer_ids": self.customer_ids,
            "k": self.k,
            "method": self.method,
            "choice": [asdict(one) for one in self.choice],
            "reason": self.reason,
            "seed": self.seed,
            "has_idle": self.has_idle,
            "columns": scaling.columns,
            "logs": scaling.logs,
            "text_weight": scaling.text_weight,
        }
        write_atomic(folder / "segments.npz", arrays.getvalue())
        write_atomic(folder / "segments.json", json.dumps(about, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            When a file is missing, cut off or damaged; the message says the mend.
        """
        try:
            about = json.loads((folder / "segments.json").read_text(encoding="utf-8"))
            with np.load(folder / "segments.npz", allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            scaling = Scaling(
                tuple(about["columns"]),
                tuple(about["logs"]),
                arrays["centre"],
                arrays["spread"],
                arrays["text_mean"],
                arrays["text_axes"],
                about["text_weight"],
            )
            return cls(
                tuple(about["customer_ids"]),
                arrays["labels"],
                about["k"],
                about["method"],
                tuple(KChoice(**one) for one in about["choice"]),
                about["reason"],
                about["seed"],
                about["has_idle"],
                arrays["centres"],
                scaling,
            )
        except (OSError, EOFError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{folder}: no whole segments here ({error}). Run `shopkeeper index` again.") from error


def segment_customers(
    profiles: pl.DataFrame,
    vectors: NDArray[np.float32] | None = None,
    *,
    method: Method = "behaviour+text",
    k: int | None = None,
    seed: int = 0,
) -> Segments:
    """Return the customers of `profiles` in groups; the same input gives the same bytes.

    Parameters
    ----------
    profiles : one row a customer, unique customer_id
    vectors : float32 (n, d), rows as in `profiles`; left out under "rfm"
    method : "behaviour+text" uses all of a profile's behaviour and the vectors, "rfm" recency, orders and spend only
    k : int, optional
        So many groups of buying customers; by default chosen by silhouette and stability.

    Raises
    ------
    ValueError
        When counts differ, ids repeat or `k` is beyond the number of customers.
    """
    _check(profiles, vectors, k)
    ids = profiles["customer_id"].to_list()
    order = np.argsort(np.array(ids), kind="stable")  # the order of the rows must not change the groups
    profiles, vectors = profiles[order.tolist()], None if vectors is None or method == "rfm" else vectors[order]
    buys = (profiles["orders"] > 0).to_numpy()
    scaling = fit_scaling(
        profiles.filter(buys), None if vectors is None else vectors[buys], columns=RFM if method == "rfm" else BEHAVIOUR
    )
    features = scaling.features(profiles.filter(buys), None if vectors is None else vectors[buys])
    choice: tuple[KChoice, ...] = ()
    if buys.sum() < FEWEST or not features.shape[1]:
        labels, centres = (
            np.zeros(int(buys.sum()), dtype=np.int64),
            features.mean(axis=0, keepdims=True) if len(features) else np.zeros((1, features.shape[1])),
        )
        reason = f"Only {int(buys.sum())} customers have bought: too few to tell groups apart, so they stay together."
    else:
        choice, best = _choose(features, k, seed)
        labels, centres = _by_size(*_kmeans(features, best, seed))
        reason = _why(choice, best, k)
    whole = np.full(len(ids), len(centres), dtype=np.int64)
    whole[buys] = labels
    back = np.empty(len(ids), dtype=np.int64)
    back[order] = whole
    idle = bool((~buys).any())
    return Segments(tuple(ids), back, len(centres) + idle, method, choice, reason, seed, idle, centres, scaling)


def _check(profiles: pl.DataFrame, vectors: NDArray[np.float32] | None, k: int | None) -> None:
    if profiles.height == 0:
        raise ValueError("there is no customer to group; the shop has events of guests only, or none.")
    if profiles["customer_id"].n_unique() != profiles.height:
        raise ValueError("customer_id repeats; profiles need one row a customer.")
    if vectors is not None and len(vectors) != profiles.height:
        raise ValueError(f"{profiles.height} customers need as many vectors, got {len(vectors)}.")
    if k is not None and not 1 <= k <= profiles.height:
        raise ValueError(f"k must be between 1 and the {profiles.height} customers, got {k}.")


def _choose(features: Matrix, k: int | None, seed: int) -> tuple[tuple[KChoice, ...], int]:
    most = min(_MOST_GROUPS, len(features) // FEWEST)
    tried = tuple(_judge(features, one, seed) for one in ([k] if k is not None else range(2, most + 1)))
    fit = [one for one in tried if one.score is not None]
    if k is not None or not fit:
        return tried, k if k is not None else 1
    clearest = max(one.silhouette for one in fit)
    # more groups say more: as many as come back on resamples and stand nearly as clear as the clearest division
    good = [one.k for one in fit if one.stability >= _STABLE and one.silhouette >= _CLEAR * clearest]
    return tried, max(good) if good else max(fit, key=lambda one: (one.score or 0.0, one.k)).k


def _judge(features: Matrix, k: int, seed: int) -> KChoice:
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    if k == 1:
        return KChoice(1, 0.0, 1.0, 1.0, 0.0)
    labels, _ = _kmeans(features, k, seed)
    rng = np.random.default_rng(seed)
    agreements = []
    for round_ in range(_RESAMPLES):
        rows = rng.choice(len(features), size=max(k * 3, int(0.8 * len(features))), replace=len(features) < k * 4)
        _, centres = _kmeans(features[rows], k, seed + 1 + round_, starts=2)
        agreements.append(adjusted_rand_score(labels, _nearest(features, centres)))
    sample = rng.permutation(len(features))[:_SILHOUETTE_SAMPLE]
    several = len(set(labels[sample].tolist())) > 1
    silhouette = float(silhouette_score(features[sample], labels[sample])) if several else -1.0
    smallest = float(np.bincount(labels, minlength=k).min() / len(labels))
    stability = float(np.mean(agreements))
    return KChoice(k, silhouette, stability, smallest, silhouette + stability if smallest >= SMALLEST_SHARE else None)


def _kmeans(features: Matrix, k: int, seed: int, *, starts: int = 6) -> tuple[Labels, Matrix]:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # sums in one order: the same bytes on every run
        model = KMeans(k, n_init=starts, random_state=seed, algorithm="lloyd").fit(features)
    return model.labels_.astype(np.int64), model.cluster_centers_.astype(np.float64)


def _by_size(labels: Labels, centres: Matrix) -> tuple[Labels, Matrix]:
    sizes = np.bincount(labels, minlength=len(centres))
    order = np.lexsort((centres[:, 0], -sizes))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[labels].astype(np.int64), centres[order]


def _nearest(features: Matrix, centres: Matrix) -> Labels:
    distances = (features**2).sum(1)[:, None] - 2 * features @ centres.T + (centres**2).sum(1)[None]
    return distances.argmin(axis=1).astype(np.int64)


def _why(choice: Sequence[KChoice], best: int, asked: int | None) -> str:
    if asked is not None:
        return f"{asked} groups were asked for."
    fit = [one for one in choice if one.score is not None]
    if not fit:
        return "Every division left a group too small to be of use, so the customers stay together."
    one = next(one for one in choice if one.k == best)
    return (
        f"{best} groups of buying customers, the most of 2 to {choice[-1].k} that stay clear and stable: silhouette {one.silhouette:.2f}, "
        f"adjusted Rand index over {_RESAMPLES} resamples {one.stability:.2f}, smallest group {one.smallest_share:.1%}."
    )
