"""A small share of lists is drawn by chance, with known odds, so that any other way of choosing can be judged from the log without bias.

It draws and it estimates. It shows nothing and keeps no log.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LIKELY = 1.959964  # standard errors each way that hold the truth in 95 of 100 cases


@dataclass(frozen=True)
class Drawn:
    """A list to show: `rows`, and for each place the probability with which the policy puts that product there."""

    rows: tuple[int, ...]
    propensities: tuple[float, ...]
    explored: bool


@dataclass(frozen=True)
class Estimate:
    """What another policy would bring a list, in clicks, with its 95 % interval.

    `support` is near 1 where the log could have shown what that policy shows; well below, the estimate says too little.
    `lists` were looked at; `matches` places agreed with what was shown.
    """

    value: float
    interval: tuple[float, float]
    support: float
    lists: int
    matches: int


def drawn_list(best: Sequence[int], pool: Sequence[int], k: int, *, share: float, seed: int) -> Drawn:
    """Return the best list, or with probability `share` one drawn by chance from the pool without replacement.

    Place r then holds product j with probability (1 - share) [j is the best at r] + share / len(pool) [j is in the pool].

    Parameters
    ----------
    best : rows in the order a policy ranks them; its first `k` are its list
    pool : different rows, at least `k`, those of `best[:k]` among them or not
    share : float in [0, 1]

    Raises
    ------
    ValueError
        When the share is outside [0, 1], or the pool is smaller than the list.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share that is drawn by chance must be between 0 and 1, got {share}.")
    top = list(best[:k])
    if share and len(pool) < len(top):
        raise ValueError(f"a list of {len(top)} cannot be drawn from a pool of {len(pool)}; widen the pool.")
    rng = np.random.default_rng(seed)
    explored = bool(rng.random() < share)
    rows = [int(pool[at]) for at in rng.permutation(len(pool))[: len(top)]] if explored else top
    inside = set(pool) if share else set()
    odds = [
        (1 - share) * (row == usual) + (share / len(pool) if row in inside else 0.0)
        for row, usual in zip(rows, top, strict=True)
    ]
    return Drawn(tuple(rows), tuple(float(one) for one in odds), explored)


def estimate_clicks(
    shown: Mapping[str, Sequence[tuple[str, float]]],
    clicks: Mapping[str, set[str]],
    policy: Mapping[str, Sequence[str]],
) -> Estimate:
    """Return the clicks a list that another policy would have had, judged from what a logged one showed.

    Parameters
    ----------
    shown : list id → (product, propensity) by place, as logged
    clicks : list id → products of it that were clicked
    policy : list id → products in the order the other policy would have shown, as long as the logged list

    Returns
    -------
    Estimate; unbiased where every product of the policy had a chance at its place, and a click on a place does not depend on
    what stands at the others.

    Raises
    ------
    ValueError
        When no list is in both `shown` and `policy`.

    Source: Horvitz & Thompson (1952); Swaminathan et al. (2017), "Off-policy evaluation for slate recommendation".
    """
    values, weights, matches = [], [], 0
    for name in sorted(shown.keys() & policy.keys()):
        value = weight = 0.0
        for (product, propensity), wanted in zip(shown[name], policy[name], strict=False):
            if product != wanted:
                continue
            matches += 1
            weight += 1 / propensity
            value += (product in clicks.get(name, ())) / propensity
        values.append(value)
        weights.append(weight / max(1, min(len(shown[name]), len(policy[name]))))
    if not values:
        raise ValueError("no logged list is among those of the policy; give the products for each logged list id.")
    mean = math.fsum(values) / len(values)
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.inf
    interval = (mean - LIKELY * error, mean + LIKELY * error)
    return Estimate(mean, interval, math.fsum(weights) / len(weights), len(values), matches)
