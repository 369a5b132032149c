"""How each product stands at a moment: what it sold in several windows, how old it is, how often it is bought again. No customer is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.log import Log
from retrieval.model import Floats
from retrieval.trend import buyers, decayed_sales

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

WINDOWS = (1.0, 3.0, 7.0, 14.0, 30.0, 90.0)  # half-lives in days
STANDING = (
    *(f"sales, half-life {window:g} days" for window in WINDOWS),
    "sales",
    "buyers",
    "age of first sale",
    "age of last sale",
    "bought again",
    "price",
    "units",
    "sales of products alike",
)


def standing(log: Log, now: float, alike: csr_matrix | None = None) -> Floats:
    """Return float32 (products, len(STANDING)) as of `now`; counts and prices as logarithms, NaN where nothing is known.

    Parameters
    ----------
    log : events; those at or after `now` are not looked at
    alike : csr (products, products), `products_alike` of their texts, optional
        For the sales of products alike: lately (half-life 7 days) over all.
    """
    has_clock = log.clock == "days"
    seen = log.buys().before(now) if has_clock else log.buys()
    sold = np.bincount(seen.product, minlength=log.products).astype(np.float64)
    people = buyers(log, now if has_clock else None).astype(np.float64)
    first, last = np.full(log.products, np.nan), np.full(log.products, np.nan)
    windows, near = [first] * len(WINDOWS), np.full(log.products, np.nan)
    if has_clock:
        sales = {window: decayed_sales(seen, now, window) for window in WINDOWS}
        windows = [np.log(sales[window] + 0.01) for window in WINDOWS]
        first[seen.product[::-1]] = now - seen.time[::-1]  # events are in order: the earliest is written last
        last[seen.product] = now - seen.time
        if alike is not None:
            near = np.log(alike @ sales[7.0] + 1e-6) - np.log(alike @ (sold + 5) + 1e-6)
    columns = [*windows, np.log1p(sold), np.log1p(people), first, last, (sold - people + 1) / (people + 5)]
    columns += [_mean_log(seen, seen.price), _mean_log(seen, seen.quantity), near]
    return np.stack(columns, axis=1).astype(np.float32)


def _mean_log(log: Log, values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(values) & (values > 0)
    count = np.bincount(log.product[known], minlength=log.products)
    total = np.bincount(log.product[known], np.log(values[known]), log.products)
    return np.divide(total, count, out=np.full(log.products, np.nan), where=count > 0)


def products_alike(texts: Floats, *, count: int = 50) -> csr_matrix:
    """Return csr float32 (n, n): for each product (row) the `count` nearest texts, itself among them, weighted by the cube of the cosine."""
    from scipy.sparse import csr_matrix

    size = len(texts)
    count = min(count, size)
    columns, values = [], []
    for start in range(0, size, 1024):
        near = np.maximum(texts[start : start + 1024] @ texts.T, 0) ** 3
        best = np.argpartition(-near, count - 1, axis=1)[:, :count]
        columns.append(best.ravel())
        values.append(np.take_along_axis(near, best, 1).ravel())
    starts = np.arange(size + 1) * count
    return csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=(size, size))
