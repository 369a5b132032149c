"""Customers as vectors: what they looked at and bought, pooled over the products' vectors, the recent counting more.

It knows events and product vectors, not recommendations and not segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from retrieval.encoder import Vectors
from shop.coded import NOTHING, Coded, runs

if TYPE_CHECKING:
    from shop import Shop

_ROWS = 20_000  # customers pooled at once
# a purchase says more than a look; a return takes its purchase back
ACTION_WEIGHTS = {"buy": 1.0, "favourite": 0.5, "cart": 0.5, "rate": 0.3, "view": 0.1, "search": 0.1, "return": -1.0}
HALF_LIFE_EVENTS = 20.0  # without a clock: an event counts half after so many later events of the same customer


def event_weights(shop: Shop, *, as_of: datetime | None = None, half_life_days: float = 60.0) -> pl.DataFrame:
    """Return how much each product counts for each known customer.

    Parameters
    ----------
    shop : Shop
    as_of : datetime, UTC
        Later events are not looked at; by default all are.
    half_life_days : float, above 0
        After so many days an event counts half. Without a clock the age is counted in the customer's later events.

    Returns
    -------
    DataFrame (customer_id, product_id, weight > 0)
        weight = sum over events of ACTION_WEIGHTS[action] * sqrt(quantity, at most 5) * 0.5 ** (age / half life).
    """
    ids = shop.customers["customer_id"], shop.products["product_id"].sort()
    found = [
        pl.DataFrame(
            {"customer_id": ids[0].gather(one["_customer"]), "product_id": ids[1].gather(one["_product"])}
        ).with_columns(one["weight"])
        for _, one in _weighed(shop, as_of, half_life_days)
    ]
    return pl.concat(found).sort("customer_id", "product_id")


def _weighed(
    shop: Shop, as_of: datetime | None, half_life_days: float
) -> Iterator[tuple[tuple[int, int], pl.DataFrame]]:
    """Yield the span of rows of some customers, and (_customer, _product, weight > 0) sorted by both; see `shop.coded`."""
    until = as_of if shop.has_clock else None
    if shop.has_clock:
        now = as_of if as_of is not None else shop.as_of
        age = (pl.lit(now) - pl.col("time")).dt.total_seconds() / 86_400 / half_life_days
    else:
        age = (pl.col("position").rank(descending=True).over("_customer") - 1) / HALF_LIFE_EVENTS
    amount = pl.col("quantity").fill_null(1.0).clip(1.0, 25.0).sqrt()
    action = pl.col("action").replace_strict(ACTION_WEIGHTS, default=0.0, return_dtype=pl.Float64)
    weight = (action * amount * (0.5**age)).alias("weight")
    for span, events in Coded(shop, until).blocks():
        known = events.filter(pl.col("_product") != NOTHING).select("_customer", "_product", weight)
        sums = runs(known, "_product").group_by("_key", maintain_order=True)
        told = sums.agg(pl.col("_customer", "_product").first(), pl.col("weight").sum())
        yield span, told.filter(pl.col("weight") > 0).drop("_key")


def customer_vectors(
    shop: Shop, product_vectors: Vectors, *, as_of: datetime | None = None, half_life_days: float = 60.0
) -> Vectors:
    """Return one unit vector a customer: the weighted mean of the products' vectors.

    Parameters
    ----------
    product_vectors : float32 (n_products, dim), rows as in `shop.products`

    Returns
    -------
    float32 (n_customers, dim), rows as in `shop.customers`; a row of zeros where there is no history.
    """
    from scipy.sparse import csr_matrix

    if len(product_vectors) != shop.products.height:
        raise ValueError(f"{shop.products.height} products need as many vectors, got {len(product_vectors)}.")
    place = shop.products["product_id"].arg_sort().to_numpy().astype(np.int32)
    found = np.zeros((shop.customers.height, product_vectors.shape[1]), dtype=np.float32)
    for (low, high), weights in _weighed(shop, as_of, half_life_days):
        starts = np.searchsorted(weights["_customer"].to_numpy(), np.arange(low, high + 1))
        columns, counts = place[weights["_product"].to_numpy()], weights["weight"].to_numpy().astype(np.float32)
        pooled = csr_matrix((counts, columns, starts), shape=(high - low, len(product_vectors)))
        for start in range(0, high - low, _ROWS):
            sums = np.asarray(pooled[start : start + _ROWS] @ product_vectors, dtype=np.float32)
            lengths = np.linalg.norm(sums, axis=1, keepdims=True)
            np.divide(sums, lengths, out=found[low + start : low + start + len(sums)], where=lengths > 1e-12)
    return found


def whiten(vectors: Vectors, *, dim: int | None = None) -> Vectors:
    """Return unit rows after centring and giving every direction the same variance.

    Parameters
    ----------
    vectors : float32 (n, d)
    dim : int, optional
        Keep so many directions, those of largest variance; by default all that carry any.

    Source: Su et al. (2021), "Whitening Sentence Representations", arXiv:2103.15316.
    """
    return whitening(vectors, dim=dim)(vectors)


def whitening(vectors: Vectors, *, dim: int | None = None) -> Callable[[Vectors], Vectors]:
    """Return what whitens vectors as `whiten` whitens these: for texts that come later."""
    if len(vectors) < 2:
        return lambda others: others
    middle = vectors.mean(axis=0)
    centred = vectors.astype(np.float64) - middle
    values, directions = np.linalg.eigh(centred.T @ centred / len(vectors))
    keep = np.flatnonzero(values > max(values.max(), 0.0) * 1e-6)[::-1][:dim]
    if not len(keep):
        return lambda others: others
    scaled = directions[:, keep] / np.sqrt(values[keep])

    def whitened(others: Vectors) -> Vectors:
        white = (others.astype(np.float64) - middle) @ scaled
        lengths = np.linalg.norm(white, axis=1, keepdims=True)
        return np.divide(white, lengths, out=np.zeros_like(white), where=lengths > 1e-12).astype(np.float32)

    return whitened
