"""How many groups: each number tried, judged by clearness, stability and size, and the choice said in plain words.

It knows features. It does not know what a group is called or who is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.clusterers import Matrix, kmeans, nearest
from segmentation.stability import RESAMPLES, stability

FEWEST = 10  # buying customers: fewer stay together, and each further group needs as many
MOST_GROUPS = 10  # a shop can tend no more
SMALLEST_SHARE = 0.025  # a smaller group is no use to a shop
STABLE = 0.75  # adjusted Rand index from which a division comes back
TRUSTED = 0.9  # Jaccard overlap each single group must reach; Hennig (2007) calls .85 highly stable
CLEAR = 0.75  # of the best silhouette
SAMPLE = 8_000  # customers the numbers of groups are tried on; more change the choice little
_SILHOUETTE_SAMPLE = 2_000


@dataclass(frozen=True)
class KChoice:
    """How one number of groups fared.

    silhouette : mean, -1 to 1 (Rousseeuw 1987). stability : mean adjusted Rand index between the grouping and those of
    bootstrap samples, about 0 to 1. smallest_share : of the smallest group, 0–1. score : silhouette + stability, or
    None where a group is too small. jaccards : how well each group comes back, 0–1, the largest group first.
    """

    k: int
    silhouette: float
    stability: float
    smallest_share: float
    score: float | None
    jaccards: tuple[float, ...] = ()

    @property
    def is_stable(self) -> bool:
        """Whether the grouping, and each group of it, comes back on resampled customers."""
        return self.stability >= STABLE and min(self.jaccards, default=0.0) >= TRUSTED


def choose(features: Matrix, *, k: int | None, seed: int) -> tuple[tuple[KChoice, ...], int]:
    """Return how each number of groups fared, and the one to take.

    The largest number whose groups are all large enough and come back on resampled customers, while the division is
    nearly as clear as the clearest one; where none is stable the one with the best score; 1 where all leave a group
    too small.

    Parameters
    ----------
    features : float64 (n, d); tried on a sample of 8,000 rows drawn by `seed` where there are more
    k : the number asked for, which is then judged and taken; None to choose from 2 to 10, or n / 10
    """
    if len(features) > SAMPLE:
        features = features[np.sort(np.random.default_rng(seed).permutation(len(features))[:SAMPLE])]
    different = len(np.unique(features, axis=0))
    most = min(MOST_GROUPS, len(features) // FEWEST, different)
    numbers = [min(k, different)] if k is not None else range(2, most + 1)
    tried = tuple(judge(features, number, seed=seed) for number in numbers)
    fit = [one for one in tried if one.score is not None]
    if k is not None:
        return tried, numbers[0]
    if not fit:
        return tried, 1
    clearest = max(one.silhouette for one in fit)
    good = [one.k for one in fit if one.is_stable and one.silhouette >= CLEAR * clearest]
    return tried, max(good) if good else max(fit, key=lambda one: (one.score or 0.0, one.k)).k


def judge(features: Matrix, k: int, *, seed: int) -> KChoice:
    """Return how k groups fare on these customers."""
    from sklearn.metrics import silhouette_score

    if k == 1:
        return KChoice(1, 0.0, 1.0, 1.0, 1.0, (1.0,))
    centres = kmeans(features, k, seed)
    labels = nearest(features, centres)
    agreement, jaccards = stability(features, centres, seed=seed)
    sample = np.random.default_rng(seed).permutation(len(features))[:_SILHOUETTE_SAMPLE]
    groups = len(set(labels[sample].tolist()))
    silhouette = float(silhouette_score(features[sample], labels[sample])) if 1 < groups < len(sample) else -1.0
    smallest = float(np.bincount(labels, minlength=k).min() / len(labels))
    score = silhouette + agreement if smallest >= SMALLEST_SHARE else None
    return KChoice(k, silhouette, agreement, smallest, score, tuple(float(one) for one in jaccards))


def why(choice: Sequence[KChoice], k: int, *, asked: int | None, customers: int) -> str:
    """Return in plain words why there are `k` groups of so many buying customers."""
    if customers < FEWEST:
        return f"Only {customers} customers have bought: too few to tell groups apart, so they stay together."
    if not choice:
        return f"All {customers} buying customers look alike in what was measured, so they stay together."
    if asked is not None:
        fewer = f", but the customers differ in {k} ways only" if k < asked else ""
        return f"{asked} groups were asked for{fewer}."
    if all(one.score is None for one in choice):
        return "Every division left a group too small to be of use, so the customers stay together."
    one = next(one for one in choice if one.k == k)
    tried = f"2 to {choice[-1].k}" if len(choice) > 1 else "2"
    few = f" (no more, as there are only {customers} buying customers)" if choice[-1].k < MOST_GROUPS else ""
    kept = (
        "the largest number that is both clear and stable"
        if one.is_stable
        else "the best found, but not stable: another sample of customers might be divided otherwise"
    )
    return (
        f"{k} groups of buying customers, {kept} of the {tried} tried{few}: silhouette {one.silhouette:.2f}, adjusted Rand "
        f"index over {RESAMPLES} resamples {one.stability:.2f}, weakest group found again with an overlap of "
        f"{min(one.jaccards, default=0.0):.2f}, smallest group {one.smallest_share:.1%} of them."
    )
