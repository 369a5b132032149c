"""A made-up shop of six kinds of customers, who differ in how often, how much and what they buy: what the groups of `scale.py` are found in.

It knows no real shop and measures nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl

from shop.shop import Settings, Shop
from shop.tables import EVENTS, PRODUCTS

DIM = 384
SHARES = (0.3, 0.25, 0.2, 0.12, 0.08, 0.05)
PACE = (0.5, 0.8, 1.0, 1.4, 2.0, 3.0)  # events against the mean
PRICE = (1.0, 0.6, 1.8, 1.0, 2.5, 0.8)  # of a unit, against the mean


def made_shop(customers: int, events_each: float, products: int, *, seed: int = 0) -> tuple[Shop, np.ndarray]:
    """Return the shop and the kind of each customer; equal arguments, equal shop."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(SHARES), size=customers, p=SHARES)
    pace = np.array(PACE)[kind] * rng.gamma(4.0, 0.25, customers)
    counts = rng.poisson(events_each * pace / pace.mean())
    who = np.repeat(np.arange(customers, dtype=np.int32), counts)
    n = len(who)
    own = rng.random(n) < 0.75  # from the range of the kind, else anything
    ranges = products // len(SHARES)
    what = np.where(own, kind[who] * ranges + rng.integers(0, ranges, n), rng.integers(0, products, n)).astype(np.int32)
    seconds = np.sort(rng.integers(0, 365 * 86_400, n))  # a log is kept in the order of time
    muddle = rng.permutation(n)
    who, what = who[muddle], what[muddle]
    price = np.round(20.0 * np.array(PRICE)[kind[who]] * rng.gamma(4.0, 0.25, n), 2)
    start = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    ids, goods = (
        pl.Series([f"{letter}{i:07}" for i in range(size)]) for letter, size in (("c", customers), ("p", products))
    )
    told = {
        "customer_id": ids.gather(who),
        "product_id": goods.gather(what),
        "action": pl.repeat("buy", n, eager=True),
        "time": pl.Series((start + seconds) * 1_000_000).cast(EVENTS["time"]),
        "position": pl.Series(np.arange(n)),
        "quantity": pl.Series(np.ones(n)),
        "unit_price": pl.Series(price),
    }
    columns = [
        told.get(name, pl.repeat(None, n, dtype=of, eager=True)).alias(name).cast(of) for name, of in EVENTS.items()
    ]
    table = {name: goods if name in ("product_id", "title") else [None] * products for name in PRODUCTS}
    shop = Shop(
        pl.DataFrame(columns),
        pl.DataFrame(table, schema=dict(PRODUCTS)),
        pl.DataFrame({"customer_id": ids}),
        settings=Settings(name="Made up", currency="EUR"),
    )
    return shop, kind


def product_vectors(products: int, *, seed: int = 1) -> np.ndarray:
    """Return unit rows float32 (products, 384): one direction a range, with noise."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(SHARES), DIM))
    of = np.minimum(np.arange(products) // (products // len(SHARES)), len(SHARES) - 1)
    rows = centres[of] + 1.5 * rng.normal(size=(products, DIM))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
