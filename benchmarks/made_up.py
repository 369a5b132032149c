"""A made-up shop of any size, drawn at once: tastes, products, events and a model, for figures of time and memory only.

Its customers stick to a few of many kinds of products, sales are skewed and vectors differ in length as real ones do. It says nothing of quality.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from retrieval.model import ItemModel
from shop import Shop
from shop.tables import PRODUCTS

START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
_ACTIONS = ("buy", "view", "cart")
_SHARES = (0.4, 0.5, 0.1)


@dataclass(frozen=True)
class Size:
    """How large the shop is; `dim` the width of its vectors."""

    customers: int
    products: int
    events: int
    dim: int = 128
    seed: int = 0


def made_up(size: Size) -> tuple[Shop, ItemModel]:
    """Return a shop and a model of it."""
    rng = np.random.default_rng(size.seed)
    kinds = max(4, size.products // 100)
    kind_of = np.sort(rng.integers(0, kinds, size.products))
    starts = np.searchsorted(kind_of, np.arange(kinds + 1))
    return _shop(size, starts, rng), _model(size, kind_of, rng)


def _shop(size: Size, starts: np.ndarray, rng: np.random.Generator) -> Shop:
    kinds = len(starts) - 1
    tastes = rng.integers(0, kinds, (size.customers, 3))
    customer = (size.customers * rng.random(size.events, dtype=np.float32) ** 1.5).astype(
        np.int32
    )  # some buy much more
    taste = tastes[customer, rng.integers(0, 3, size.events)]
    many = (starts[1:] - starts[:-1])[taste]
    product = (starts[taste] + (many * rng.random(size.events, dtype=np.float32) ** 2)).astype(np.int32)
    product = np.where(many > 0, product, rng.integers(0, size.products, size.events)).astype(np.int32)
    seconds = np.sort(rng.integers(0, DAYS * 86_400, size.events))
    action = rng.choice(len(_ACTIONS), size.events, p=_SHARES).astype(np.int32)
    names = pl.Series([f"c{at:07}" for at in range(size.customers)])
    codes = pl.Series([f"p{at:06}" for at in range(size.products)])
    time = pl.Series(seconds * 1_000_000 + int(START.timestamp()) * 1_000_000).cast(pl.Datetime("us", "UTC"))
    events = pl.DataFrame(
        {
            "customer_id": names.gather(customer),
            "product_id": codes.gather(product),
            "action": pl.Series(_ACTIONS).gather(action),
            "time": time,
            "position": np.arange(size.events),
        }
    ).with_columns(
        pl.lit(1.0).alias("quantity"),
        pl.lit(None, pl.Float64).alias("unit_price"),
        pl.lit(None, pl.String).alias("order_id"),
        pl.lit("web").alias("channel"),
    )
    products = pl.DataFrame(
        {
            "product_id": codes,
            "title": [f"Product {at}" for at in range(size.products)],
            "price": np.round(rng.lognormal(2.5, 0.8, size.products), 2),
            "stock": rng.integers(0, 20, size.products),
        }
    )
    missing = [pl.lit(None, kind).alias(name) for name, kind in PRODUCTS.items() if name not in products.columns]
    return Shop(events, products.with_columns(missing), pl.DataFrame({"customer_id": names}))


def _model(size: Size, kind_of: np.ndarray, rng: np.random.Generator) -> ItemModel:
    centres = rng.standard_normal((int(kind_of.max()) + 1, size.dim), dtype=np.float32)
    vectors = centres[kind_of] + 0.7 * rng.standard_normal((size.products, size.dim), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    trend = np.exp(0.3 * rng.standard_normal(size.products, dtype=np.float32))
    return ItemModel(
        "two towers",
        tuple(f"p{at:06}" for at in range(size.products)),
        vectors,
        vectors * trend[:, None],
        np.zeros(size.products, np.float32),
        trend,
        np.array([60.0, np.inf], np.float32),
        np.array([0.7, 0.3], np.float32),
        "days",
        {"buy": 1.0, "cart": 0.5, "view": 0.1},
        popular=rng.integers(0, 1000, size.products).astype(np.float32),
    )
