"""A made-up shop with a made-up model, for the tests of what happens live: 12 products, random vectors, two half-lives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from retrieval import HashingEncoder
from retrieval.live import Live
from retrieval.model import ItemModel
from shop import Shop
from shop.store_tables import Event
from shop.tables import PRODUCTS

START = datetime(2025, 1, 1, tzinfo=UTC)
WORDS = [
    "red mug",
    "blue mug",
    "green mug",
    "desk lamp",
    "floor lamp",
    "oak table",
    "pine table",
    "wool rug",
    "silk rug",
]
TITLES = [*WORDS, "tea pot", "coffee pot", "glass jar"]
IDS = [f"p{at}" for at in range(12)]


def event(number: int, customer: str | None, product: str | None, day: float, **more: object) -> Event:
    told = {"action": "buy", "order_id": f"o{number}", **more}
    return Event(
        time=START + timedelta(days=day), product_id=product, customer_id=customer, event_id=f"e{number}", **told
    )  # type: ignore[arg-type]


def made_shop(events: Sequence[Event] = (), *, products: int = 12) -> Shop:
    rows = [
        (one.customer_id, one.product_id, one.action, one.time, one.quantity, one.order_id, one.channel)
        for one in events
    ]
    names = ["customer_id", "product_id", "action", "time", "quantity", "order_id", "channel"]
    types = [pl.String, pl.String, pl.String, pl.Datetime("us", "UTC"), pl.Float64, pl.String, pl.String]
    table = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row").sort(
        "time", maintain_order=True
    )
    catalogue = pl.DataFrame(
        [
            (
                IDS[at],
                TITLES[at],
                None,
                ["kitchen", "light", "living"][at % 3],
                ["Larch", None][at % 2],
                10.0 + at,
                5,
                None,
            )
            for at in range(products)
        ],
        schema=dict(PRODUCTS),
        orient="row",
    )
    customers = table.select("customer_id").drop_nulls().unique(maintain_order=True)
    return Shop(
        table.with_columns(pl.lit(None, pl.Float64).alias("unit_price"), pl.int_range(pl.len()).alias("position")),
        catalogue,
        customers,
    )


def made_model(seed: int = 0, *, neighbours: bool = True, products: int = 12, clock: str = "days") -> ItemModel:
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    sparse = np.where(rng.random((products, products)) < 0.3, rng.random((products, products)), 0).astype(np.float32)
    return ItemModel(
        "joint",
        tuple(IDS[:products]),
        normal(products, 8),
        normal(products, 8),
        0.1 * normal(products),
        np.exp(0.3 * normal(products)),
        np.array([30.0, np.inf], np.float32),
        np.array([0.7, 0.3], np.float32),
        clock,  # type: ignore[arg-type]
        {"buy": 1.0, "view": 0.2, "return": -1.0},
        popular=np.arange(products, dtype=np.float32),
        quantity_power=0.5,
        neighbours=csr_matrix(sparse) if neighbours else None,
    )


def made_live(events: Sequence[Event] = (), model: ItemModel | None = None) -> Live:
    encoder = HashingEncoder()
    shop = made_shop(events)
    model = model or made_model()
    return Live(shop, model, encoder.encode(TITLES[: len(model.ids)]), encoder.encode)
