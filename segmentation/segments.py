"""Customers in groups: clustered, the number of groups chosen and explained, new customers put in without a refit.

It knows features and labels. It does not know what a group is called.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from segmentation.choice import FEWEST, KChoice, choose, why
from segmentation.clusterers import Labels, Matrix, kmeans, nearest
from segmentation.features import BEHAVIOUR, RFM, TEXT_WEIGHTS, Scaling, fit_scaling

if TYPE_CHECKING:
    import polars as pl

Method = Literal["behaviour+text", "rfm"]
_ENOUGH = 4  # groups: with fewer there is little to tell a shop
FIT_ROWS = 50_000  # of more customers a sample is grouped, and all are put to the nearest centre, so many at a time


@dataclass(frozen=True)
class Segments:
    """A grouping of customers.

    `labels[i]` (int64) is the group of `customer_ids[i]`: 0 the largest, then by size; customers who never bought are in
    a group of their own, the last one, where there are any (`has_idle`). `k` counts it too. `choice` says how each
    number of groups of buying customers fared, `reason` why this one was taken. `centres` float64 (groups of buying
    customers, d) lie in the features `scaling` makes.
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
        """Return the group of each customer in `profiles` without refitting: int64 (n,), the nearest centre.

        Those without an order go to the group of those who never bought where there is one, else to the nearest.

        Raises
        ------
        ValueError
            When vectors are missing though the groups were made with them, or have another number or dimension.
        """
        found = _nearest(self, profiles, self._told(profiles, vectors), np.arange(profiles.height))
        idle = (profiles["orders"] == 0).to_numpy()
        return np.where(idle, len(self.centres), found).astype(np.int64) if self.has_idle else found

    def features(self, profiles: pl.DataFrame, vectors: NDArray[np.float32] | None = None) -> Matrix:
        """Return the features the grouping was made from, float64 (n, d), of these customers."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1):  # sums in one order: the same bytes on every run
            return self.scaling.features(profiles, self._told(profiles, vectors))

    def _told(self, profiles: pl.DataFrame, vectors: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        if not self.scaling.text.dim:
            return None
        if vectors is None:
            raise ValueError("these groups were made with history vectors; give those of the customers too.")
        _check_rows(profiles, vectors)
        return vectors

    def save(self, folder: Path) -> None:
        """Write `segments.json` and `segments.npz`, atomically and without pickle."""
        from segmentation.stored import save_segments

        save_segments(self, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            When a file is missing, cut off, damaged or of another version; the message says the mend.
        """
        from segmentation.stored import load_parts

        return cls(**load_parts(folder))


def segment_customers(
    profiles: pl.DataFrame,
    vectors: NDArray[np.float32] | None = None,
    *,
    method: Method = "behaviour+text",
    k: int | None = None,
    seed: int = 0,
) -> Segments:
    """Return the customers of `profiles` in groups; the same input gives the same bytes, in whatever order it comes.

    Of more than 50,000 buying customers the number of groups, the scaling and the centres are made from 50,000 drawn by
    `seed`; then all are put to the nearest centre.

    Parameters
    ----------
    profiles : one row a customer, unique customer_id, columns as `shop.profiles.customer_profiles` gives them
    vectors : float32 (n, d), rows as in `profiles`, zero where there is no history; left out under "rfm"
    method : "behaviour+text" uses all of a profile's behaviour and the vectors, "rfm" recency, orders and spend only
    k : int, optional
        So many groups of buying customers; by default chosen as `segmentation.choice.choose` says.

    Raises
    ------
    ValueError
        When counts differ, ids repeat, the method is unknown or `k` is beyond the number of customers.

    Source: Lloyd (1982), "Least squares quantization in PCM", IEEE Transactions on Information Theory 28(2).
    """
    from threadpoolctl import threadpool_limits

    _check(profiles, vectors, k, method)
    order = profiles["customer_id"].arg_sort().to_numpy()  # the order of the rows must not change the groups
    buys = order[(profiles["orders"] > 0).to_numpy()[order]]
    told = None if vectors is None or method == "rfm" else vectors
    some = buys
    if len(buys) > FIT_ROWS:
        some = buys[np.sort(np.random.default_rng(seed).permutation(len(buys))[:FIT_ROWS])]
    with threadpool_limits(limits=1):
        buyers, vectors_of = profiles[some], None if told is None else told[some]
        scaling, choice, best = _scaled(buyers, vectors_of, method, k=k, seed=seed)
        centres = _centres(scaling.features(buyers, vectors_of), best, seed)
    reason = why(choice, len(centres), asked=k, customers=len(buys))
    if len(some) < len(buys):
        reason += f" Made from {len(some):,} of them, drawn by chance; all are put to the nearest group."
    idle = len(buys) < profiles.height
    ids = tuple(profiles["customer_id"].to_list())
    labels = np.full(len(ids), len(centres), dtype=np.int64)
    made = Segments(ids, labels, len(centres) + idle, method, choice, reason, seed, idle, centres, scaling)
    return _numbered(made, _nearest(made, profiles, told, buys), buys)


def _nearest(made: Segments, profiles: pl.DataFrame, vectors: NDArray[np.float32] | None, rows: Labels) -> Labels:
    """Return the group of the nearest centre for some rows of `profiles`, int64 as `rows`."""
    found = np.zeros(len(rows), dtype=np.int64)
    for start in range(0, len(rows), FIT_ROWS):
        some = rows[start : start + FIT_ROWS]
        features = made.features(profiles[some], None if vectors is None else vectors[some])
        found[start : start + FIT_ROWS] = nearest(features, made.centres)
    return found


def _numbered(made: Segments, found: Labels, buys: Labels) -> Segments:
    """Return the groups with `found` as those of the rows `buys`, numbered anew: the group of most customers first."""
    order = np.argsort(-np.bincount(found, minlength=len(made.centres)), kind="stable")
    made.labels[buys] = np.argsort(order)[found] if len(order) else found
    return replace(made, centres=made.centres[order])


def _scaled(
    buyers: pl.DataFrame, told: NDArray[np.float32] | None, method: Method, *, k: int | None, seed: int
) -> tuple[Scaling, tuple[KChoice, ...], int]:
    """Return the scaling, how each number of groups fared under it, and the number to make.

    How much what is bought should count against how it is bought differs from shop to shop. The heaviest weight of the
    texts is taken under which at least four groups come back on resampled customers, else that with the most.
    """
    columns = RFM if method == "rfm" else BEHAVIOUR
    found = []
    for weight in TEXT_WEIGHTS if told is not None and np.any(told) else TEXT_WEIGHTS[:1]:
        scaling = fit_scaling(buyers, told, columns=columns, text_weight=weight)
        features = scaling.features(buyers, told)
        if len(features) < FEWEST or not features.shape[1] or not (features != features[0]).any():
            return scaling, (), min(len(features), 1)
        choice, best = choose(features, k=k, seed=seed)
        stable = next((one.is_stable for one in choice if one.k == best), False)
        found.append((best if stable else 0, weight, best, scaling, choice))
        if stable and (best >= _ENOUGH or k is not None):
            break
    _, _, best, scaling, choice = max(found, key=lambda one: one[:2])
    return scaling, choice, best


def _centres(features: Matrix, k: int, seed: int) -> Matrix:
    if k < 2:
        return features[:0] if not k else features.mean(axis=0, keepdims=True)
    return kmeans(features, k, seed)


def _check(profiles: pl.DataFrame, vectors: NDArray[np.float32] | None, k: int | None, method: str) -> None:
    if method not in ("behaviour+text", "rfm"):
        raise ValueError(f"unknown method {method!r}; expected 'behaviour+text' or 'rfm'.")
    if profiles.height == 0:
        raise ValueError("there is no customer to group; the shop has events of guests only, or none.")
    if profiles["customer_id"].n_unique() != profiles.height:
        raise ValueError("customer_id repeats; profiles need one row a customer.")
    if vectors is not None:
        _check_rows(profiles, vectors)
    if k is not None and not 1 <= k <= profiles.height:
        raise ValueError(f"k must be between 1 and the {profiles.height} customers, got {k}.")


def _check_rows(profiles: pl.DataFrame, vectors: NDArray[np.float32]) -> None:
    if len(vectors) != profiles.height:
        raise ValueError(f"{profiles.height} customers need as many vectors, got {len(vectors)}.")
