"""Orders made unusual on purpose: as many as said are changed as said, nothing else is, and they are found first in a plain shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from scoring import stock
from scoring.backtest import backtest
from scoring.demand import Demand, Forecast
from scoring.errors import CannotPredictError
from scoring.like_errors import LikeErrors
from scoring.measures import AMOUNTS
from scoring.planted import plant, planted_check
from shop import Shop
from shop.sample import sample_shop


def test_planted_orders_are_changed_as_said_and_no_other() -> None:
    shop = sample_shop(seed=4, customers=300)
    since = shop.as_of - timedelta(days=60)
    changed, planted = plant(shop, since, seed=1)
    both = shop.events.with_columns(
        _times=changed.events["quantity"] / shop.events["quantity"],
        _dearer=changed.events["unit_price"] / shop.events["unit_price"],
        _moved=changed.events["time"] != shop.events["time"],
    )
    touched = both.filter((pl.col("_times") != 1) | (pl.col("_dearer") != 1) | pl.col("_moved"))
    assert planted.height == 8  # two in a hundred of the orders are fewer
    assert touched["order_id"].n_unique() == 8
    assert touched["time"].min() >= since  # type: ignore[operator]
    kinds = touched.group_by("order_id").agg(pl.col("_times").max(), pl.col("_dearer").max()).sort("_times", "_dearer")
    assert kinds.select("_times", "_dearer").rows() == [(1.0, 4.0)] * 3 + [(10.0, 1.0)] * 2 + [(20.0, 1.0)] * 3


def test_planted_orders_of_a_plain_shop_come_before_those_of_largest_worth() -> None:
    table = planted_check(sample_shop(seed=4, customers=900), horizon_days=60)
    found = dict(table.filter(pl.col("measure") == "PR-AUC").select("model", "value").iter_rows())
    assert found["Shopkeeper"] > 0.6
    assert found["Shopkeeper"] > max(value for name, value in found.items() if name != "Shopkeeper")


def test_planting_in_a_shop_of_few_orders_is_refused(tiny_shop: Shop) -> None:
    with pytest.raises(CannotPredictError, match="3 orders since .*; at least 16 are needed"):
        plant(tiny_shop, tiny_shop.as_of - timedelta(days=30))


def test_stock_check_counts_what_was_sold_after_each_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up forecast of 1 unit a product with no error advises 1; what was sold is counted from the events themselves."""
    shop = sample_shop(seed=4, customers=300)
    date = shop.as_of - timedelta(days=56)
    names = tuple(shop.products["product_id"])

    def fit(seen: Shop, as_of: object, horizon_days: int) -> Demand:
        one = Forecast(names, np.ones((len(names), 1)), np.ones((len(names), 1)), np.ones(len(names), dtype=bool))
        return Demand(
            one, (LikeErrors(np.empty(0), (np.zeros(3),)),), LikeErrors(np.empty(0), (np.zeros(3),)), date, horizon_days
        )

    monkeypatch.setattr(stock.demand, "fit", fit)
    table = stock.stock_check(shop, horizon_days=56, most=1)
    later = shop.purchases().filter(pl.col("time") >= date).group_by("product_id").agg(pl.col("quantity").sum())
    assert set(table["advised"]) == {1.0}
    sold = table.filter(pl.col("actual") > 0).select("product_id", "actual")
    assert sold.join(later, on="product_id").select((pl.col("actual") == pl.col("quantity")).all()).item()
    assert sold.height > 10


def test_backtest_of_a_task_with_bounds_tells_how_often_they_hold() -> None:
    """Every customer is expected to spend 5, between 0 and 10: held where 0 … 10 was spent."""
    from scoring.value import TASK

    class Five:
        def predict(self, shop: Shop, as_of: object) -> pl.DataFrame:
            ids = shop.purchases()["customer_id"].drop_nulls().unique()
            return pl.DataFrame({"customer_id": ids}).with_columns(expected_spend=5.0, low=0.0, high=10.0)

    shop = sample_shop(seed=4, customers=300)
    task = replace(TASK, fits={"five": lambda seen, date, days: Five()}, measures=AMOUNTS[:1])
    date = shop.as_of - timedelta(days=30)
    rows = backtest(shop, task, horizon_days=30, dates=[date]).filter(pl.col("as_of").is_null())
    inside = rows.filter(pl.col("measure") == "share inside the 90% interval").row(0, named=True)
    known = shop.until(date).purchases().select("customer_id").drop_nulls().unique()
    spent = (
        shop.purchases().filter(pl.col("time") >= date).with_columns(_worth=pl.col("quantity") * pl.col("unit_price"))
    )
    spent = known.join(spent.group_by("customer_id").agg(pl.col("_worth").sum()), on="customer_id", how="left")
    expected = spent.select(pl.col("_worth").fill_null(0).is_between(0, 10).mean()).item()
    assert inside["value"] == pytest.approx(expected)
