"""Price response: what is planted is found, what cannot be known is refused, and a table gives what least squares gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scoring import elasticity
from scoring.errors import CannotPredictError
from shop import Shop
from shop.tables import EVENTS, PRODUCTS

START = datetime(2025, 1, 1, 12, tzinfo=UTC)


def made_shop(response: float = -2.0, *, moves: bool = True, tiers: bool = False) -> Shop:
    """Four products over 40 weeks, twenty sales a week at the full price of 10; "p0" costs 7 in weeks 10–13 and 30–33.

    With `tiers` the price of "p1" goes with the order: who takes ten pays 8.
    """
    rng = np.random.default_rng(3)
    rows = []
    for week in range(40):
        for name in ("p0", "p1", "p2", "p3"):
            price = 7.0 if moves and name == "p0" and week % 20 in (10, 11, 12, 13) else 10.0
            for _ in range(rng.poisson(20 * (price / 10) ** response)):
                many = tiers and name == "p1" and rng.random() < 0.5
                when = START + timedelta(days=7 * week + float(rng.uniform(0, 6.9)))
                rows.append((None, name, "buy", when, 0, 10.0 if many else 1.0, 8.0 if many else price, None, "web"))
    rows.sort(key=lambda row: row[3])
    events = pl.DataFrame(rows, schema=dict(EVENTS), orient="row").with_columns(position=pl.int_range(pl.len()))
    products = pl.DataFrame(
        {"product_id": ["p0", "p1", "p2", "p3"], "title": ["a", "b", "c", "d"], "category": ["x"] * 4}
    )
    products = products.with_columns(
        pl.lit(None, dtype=kind).alias(n) for n, kind in PRODUCTS.items() if n not in products.columns
    )
    return Shop(events, products, pl.DataFrame({"customer_id": []}, schema={"customer_id": pl.String}))


def test_response_planted_in_a_made_shop_lies_in_its_interval() -> None:
    shop = made_shop(-2.0)
    found = elasticity.fit(shop, shop.as_of)
    row = found.predict(shop, shop.as_of).row(0, named=True)
    assert row["low"] < -2.0 < row["high"]
    assert row["high"] - row["low"] < 1.0
    assert row["prices"] == 2
    assert found.table.filter(pl.col("of") == "category")["id"].to_list() == ["x"]


def test_products_whose_price_never_moved_are_refused_one_by_one_and_all() -> None:
    shop = made_shop()
    table = elasticity.fit(shop, shop.as_of).predict(shop, shop.as_of)
    assert table["refused"].to_list()[1:] == ["its price never moved"] * 3
    assert table["elasticity"].null_count() == 3
    still = made_shop(moves=False)
    with pytest.raises(CannotPredictError, match="no price of any ever moved"):
        elasticity.fit(still, still.as_of)


def test_price_that_goes_with_the_order_is_refused() -> None:
    shop = made_shop(tiers=True)
    refused = elasticity.fit(shop, shop.as_of).predict(shop, shop.as_of)["refused"].to_list()
    assert refused[1] == "its price goes with the order rather than with time, as discounts for quantity do"


def test_fit_table_equals_least_squares_of_logs() -> None:
    """With noise-free logs the slope is exact; rows without a sale and a price that never moves are refused."""
    price = np.array([1.0, 2.0, 4.0, 1.0, 2.0, 4.0])
    brand = ["a"] * 3 + ["b"] * 3
    units = price**-1.5 * np.array([10.0] * 3 + [30.0] * 3)
    found = elasticity.fit_table(pl.DataFrame({"price": price, "brand": brand}), units.tolist())
    assert found["elasticity"][0] == pytest.approx(-1.5)
    with pytest.raises(ValueError, match="all above 0"):
        elasticity.fit_table(pl.DataFrame({"price": [1.0, 2.0]}), [1.0, 0.0])
    with pytest.raises(CannotPredictError, match="never moved"):
        elasticity.fit_table(pl.DataFrame({"price": [2.0, 2.0]}), [1.0, 3.0])


@pytest.mark.data
def test_orange_juice_is_as_published(data_folder: Path) -> None:
    """Least squares of log(sales) on log(price) and brand: -3.139."""
    table = pl.read_parquet(data_folder / "pricing" / "oj.parquet")
    found = elasticity.fit_table(table.select("price", "brand"), table["sales"].to_list())
    assert round(found["elasticity"][0], 3) == -3.139
