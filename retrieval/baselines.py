"""Simple ways to rank that every recommender has to beat: what sells, what sells lately, what the customer bought most. They learn nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from retrieval.evaluate import Scorer
    from shop import Shop

RECENT_DAYS = 30


def popularity(shop: Shop, *, days: int | None = None) -> Scorer:
    """Return a scorer by number of buyers, of the last `days` where given; without a clock, of all time."""
    lines = shop.purchases()
    if days is not None and shop.has_clock:
        lines = lines.filter(pl.col("time") >= shop.as_of - timedelta(days=days))
    buyers = lines.group_by("product_id").agg(pl.col("customer_id").n_unique().alias("_n"))
    joined = shop.products.select("product_id").join(buyers, on="product_id", how="left", maintain_order="left")
    counts = joined["_n"].fill_null(0).to_numpy().astype(np.float32)
    return lambda customers: np.tile(counts, (len(customers), 1))


def repeat(shop: Shop) -> Scorer:
    """Return a scorer by how many orders of the customer's own held the product, then by popularity."""
    places = shop.products.select("product_id").with_row_index("_row")
    lines = shop.purchases().filter(pl.col("customer_id").is_not_null()).join(places, on="product_id")
    order = pl.coalesce(pl.col("order_id"), pl.col("position").cast(pl.String))
    counts = lines.group_by("customer_id", "_row").agg(order.n_unique().alias("_n"))
    own = {
        str(key[0]): (part["_row"].to_numpy(), part["_n"].to_numpy()) for key, part in counts.group_by("customer_id")
    }
    every = popularity(shop)([""])[0]
    every = every / (every.max(initial=0) + 1)  # below 1: it decides only between equal counts

    def score(customers: Sequence[str]) -> NDArray[np.float32]:
        scores = np.tile(every, (len(customers), 1))
        for at, customer in enumerate(customers):
            rows, times = own.get(customer, (np.zeros(0, np.int64), np.zeros(0)))
            scores[at, rows] += times
        return scores

    return score
