"""What sells better lately than it used to, as a factor a product, and what sold when. It reads no event of the future."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.log import Log

_FORGOTTEN = 30  # half-lives
_FLOOR = 0.2 / 30  # sales a day a product is granted that sold nothing lately, times the half-life


@dataclass(frozen=True)
class TrendSettings:
    """`half_life_days` of a sale; `strength` 0 leaves the past as it is; `prior` sales every product is granted."""

    half_life_days: float = 5.0
    strength: float = 1.0
    prior: float = 30.0


def trend(log: Log, now: float, settings: TrendSettings | None = None) -> NDArray[np.float32]:
    """Return how much better each product sells lately than over all time.

    Parameters
    ----------
    log : events; those at or after `now` are not looked at
    now : in the unit of `log.time`

    Returns
    -------
    float32 (products,), above 0, geometric mean 1 over the products sold; 1 for one never sold; all 1 without a clock.
        exp(strength * centred log((sales decayed by the half-life + .2 * half-life / 30) / (sales + prior)))
    """
    settings = settings or TrendSettings()
    if log.clock == "events" or settings.strength == 0:
        return np.ones(log.products, dtype=np.float32)
    seen = log.buys().before(now)
    lately = decayed_sales(seen, now, settings.half_life_days)
    sold = np.bincount(seen.product, minlength=log.products)
    ratio = np.log((lately + _FLOOR * settings.half_life_days) / (sold + settings.prior))
    known = sold > 0
    centred = ratio - (ratio[known].mean() if known.any() else 0.0)
    return np.where(known, np.exp(settings.strength * centred), 1.0).astype(np.float32)


def decayed_sales(log: Log, now: float, half_life_days: float) -> NDArray[np.float64]:
    """Return float64 (products,), the purchases before `now`, each halved with every half-life of its age.

    Purchases older than 30 half-lives, which would count less than a thousand-millionth, are left out.
    """
    seen = log.buys().before(now)
    if seen.is_in_order:
        seen = seen.where(slice(int(np.searchsorted(seen.time, now - _FORGOTTEN * half_life_days)), None))
    return np.bincount(seen.product, np.exp2((seen.time - now) / half_life_days), log.products).astype(np.float64)


def buyers(log: Log, now: float | None = None, *, days: float | None = None) -> NDArray[np.float32]:
    """Return float32 (products,), how many customers bought each product before `now`, in the last `days` where given."""
    buys = log.buys()
    seen = buys if now is None else buys.before(now)
    if days is None and seen.is_in_order and buys.is_in_order:
        seen = seen.where(buys.is_first[: len(seen)])
        return np.bincount(seen.product, minlength=log.products).astype(np.float32)
    if days is not None and log.clock == "days":
        moment = seen.end if now is None else now
        seen = seen.where(seen.time >= moment - days)
    pairs = np.unique(seen.customer * log.products + seen.product)
    return np.bincount(pairs % max(log.products, 1), minlength=log.products).astype(np.float32)
