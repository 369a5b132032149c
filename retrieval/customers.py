"""Customers as vectors: what they looked at and bought, pooled over the products' vectors, the recent counting more.

It knows events and product vectors, not recommendations and not segments.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from retrieval.encoder import Vectors

if TYPE_CHECKING:
    from shop import Shop

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
    seen = shop if as_of is None or not shop.has_clock else shop.until(as_of)
    events = seen.events.filter(pl.col("customer_id").is_not_null() & pl.col("product_id").is_not_null())
    if seen.has_clock:
        now = as_of if as_of is not None else seen.as_of
        age = (pl.lit(now) - pl.col("time")).dt.total_seconds() / 86_400 / half_life_days
    else:
        age = (pl.col("position").rank(descending=True).over("customer_id") - 1) / HALF_LIFE_EVENTS
    amount = pl.col("quantity").fill_null(1.0).clip(1.0, 25.0).sqrt()
    action = pl.col("action").replace_strict(ACTION_WEIGHTS, default=0.0, return_dtype=pl.Float64)
    weighted = events.with_columns((action * amount * (0.5**age)).alias("weight"))
    return (
        weighted.group_by("customer_id", "product_id")
        .agg(pl.col("weight").sum())
        .filter(pl.col("weight") > 0)
        .sort("customer_id", "product_id")
    )


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
    weights = event_weights(shop, as_of=as_of, half_life_days=half_life_days)
    rows = _rows_of(weights["customer_id"], shop.customers["customer_id"])
    columns = _rows_of(weights["product_id"], shop.products["product_id"])
    known = (rows >= 0) & (columns >= 0)
    shape = (shop.customers.height, shop.products.height)
    pooled = csr_matrix((weights["weight"].to_numpy()[known], (rows[known], columns[known])), shape=shape)
    sums = np.asarray(pooled @ product_vectors, dtype=np.float32)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 1e-12)


def whiten(vectors: Vectors, *, dim: int | None = None) -> Vectors:
    """Return unit rows after centring and giving every direction the same variance.

    Parameters
    ----------
    vectors : float32 (n, d)
    dim : int, optional
        Keep so many directions, those of largest variance; by default all that carry any.

    Source: Su et al. (2021), "Whitening Sentence Representations", arXiv:2103.15316.
    """
    if len(vectors) < 2:
        return vectors
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    values, directions = np.linalg.eigh(centred.T @ centred / len(vectors))
    keep = np.flatnonzero(values > max(values.max(), 0.0) * 1e-6)[::-1][:dim]
    if not len(keep):
        return vectors
    white = centred @ (directions[:, keep] / np.sqrt(values[keep]))
    lengths = np.linalg.norm(white, axis=1, keepdims=True)
    return np.divide(white, lengths, out=np.zeros_like(white), where=lengths > 1e-12).astype(np.float32)


def _rows_of(values: pl.Series, table: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the row of each value in `table`, -1 where it is not there."""
    places = pl.DataFrame({"id": table, "row": np.arange(len(table), dtype=np.int64)})
    return (
        pl.DataFrame({"id": values})
        .join(places, on="id", how="left", maintain_order="left")["row"]
        .fill_null(-1)
        .to_numpy()
    )
