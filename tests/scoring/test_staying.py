"""How long customers stay: the planted stay lies in its interval whatever the season; too few or too regular orders are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from scoring import staying
from shop import Shop
from shop.tables import EVENTS, PRODUCTS

START = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAYS = 420


def made_shop(stay: float, *, customers: int, regular: bool = False) -> Shop:
    """Customers of a mean gap of 15 days who stay `stay` days on average; in the second half of the period orders are half as many."""
    rng = np.random.default_rng(8)
    rows = []
    for one in range(customers):
        first = float(rng.uniform(0, 200))
        end = min(first + rng.exponential(stay), DAYS)
        day, days = first, [first]
        while True:
            day += 15.0 * (rng.gamma(25.0) / 25.0 if regular else rng.exponential())
            if day >= end:
                break
            if regular or day < DAYS / 2 or rng.random() < 0.5:
                days.append(day)
        rows += [(f"c{one}", "p", "buy", START + timedelta(days=day), 0, 1.0, 5.0, None, None) for day in days]
    rows.append(("last", "p", "buy", START + timedelta(days=DAYS), 0, 1.0, 5.0, None, None))
    rows.sort(key=lambda row: row[3])
    events = pl.DataFrame(rows, schema=dict(EVENTS), orient="row").with_columns(position=pl.int_range(pl.len()))
    products = pl.DataFrame({"product_id": ["p"]}).with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in PRODUCTS.items() if name != "product_id"
    )
    return Shop(events, products, events.select("customer_id").unique().sort("customer_id"))


def test_stay_planted_lies_in_its_interval_and_a_weak_season_is_not_taken_for_loss() -> None:
    shop = made_shop(250.0, customers=400)
    row = staying.fit(shop, shop.as_of).table.row(0, named=True)
    assert row["low"] < 250.0 < row["high"]
    assert row["high"] / row["low"] < 1.6


def test_stays_are_told_by_segment_and_refused_with_the_reason() -> None:
    shop = made_shop(250.0, customers=60, regular=True)
    halves = shop.customers.with_columns(
        segment=pl.when(pl.int_range(pl.len()) < 5).then(pl.lit("few")).otherwise(pl.lit("many"))
    )
    table = staying.fit(shop, shop.as_of, segments=halves).table
    assert table["segment"].to_list() == ["few", "many"]
    assert table["stay_days"].null_count() == 2
    assert "came back; 40 are needed" in table["refused"][0]
    assert table["refused"][1] == "orders come too regularly for a model of orders at random"
