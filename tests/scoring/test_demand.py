"""Demand: a level and a season planted in made-up weeks are forecast, intervals hold, and the reorder is counted from them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from scoring import demand
from scoring.errors import CannotPredictError
from scoring.like_errors import LikeErrors
from scoring.measures import wape
from scoring.weekly import Weekly, naive, weekly_table
from shop import Shop

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def made(weeks: int) -> tuple[Weekly, np.ndarray]:
    """Forty products of steady pace; sales of each week are at random around it."""
    rng = np.random.default_rng(4)
    units = rng.poisson(np.exp(rng.normal(2.5, 0.8, 40))[:, None], (40, weeks)).astype(np.float64)
    rows = [(f"p{p:02d}", week, units[p, week]) for p in range(40) for week in range(weeks)]
    return weekly_table(pl.DataFrame(rows, schema=["product_id", "week", "units"], orient="row")), units


def test_forecast_is_nearer_than_the_last_week_again_and_nine_in_ten_lie_in_the_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demand, "_MOST_SMOOTHED", 0)
    sales, units = made(46)
    found = demand.fit_table(sales.until(42), 4, as_of=NOW).predict(None, NOW)  # type: ignore[arg-type]
    actual = units[:, 42:].ravel()
    last = naive(sales.until(42), 4, 1).ravel()
    assert wape(actual, found["units"].to_numpy()) < wape(actual, last)
    inside = (actual >= found["low"].to_numpy()) & (actual <= found["high"].to_numpy())
    assert 0.82 <= inside.mean() <= 0.97


def test_smoothing_of_a_level_is_the_level_and_gaps_of_all_products_are_filled() -> None:
    """Every product sells 5 a week; in week 7 no product has a row: unknown, not nothing."""
    rows = [(name, week, 5.0) for name in ("a", "b") for week in range(16) if week != 7]
    sales = weekly_table(pl.DataFrame(rows, schema=["product_id", "week", "units"], orient="row"))
    assert sales.units[:, 7].tolist() == [5.0, 5.0]
    assert demand.smoothed(sales, 2).ravel() == pytest.approx([5.0] * 4, abs=0.01)


def test_product_that_is_gone_is_neither_forecast_nor_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last product sells nothing in the last nine weeks: nothing expected, no interval told, nothing to order."""
    monkeypatch.setattr(demand, "_MOST_SMOOTHED", 0)
    sales, units = made(32)
    sales.units[-1, 23:] = 0.0
    fitted = demand.fit_table(sales, 4, as_of=NOW)
    found = fitted.predict(None, NOW)  # type: ignore[arg-type]
    gone = found.filter(~pl.col("is_sold"))
    assert set(gone["product_id"]) == {"p39"}
    assert gone.select("units", "low", "high").unique().rows() == [(0.0, 0.0, 0.0)]
    stock = pl.DataFrame({"product_id": ["p00", "p39"], "stock": [0, 0]})
    order = dict(fitted.reorder(stock).select("product_id", "order").iter_rows())
    assert order["p39"] == 0.0
    assert order["p00"] > 0.0


def test_reorder_is_what_suffices_with_the_chance_less_the_stock() -> None:
    """Two weeks of 10 expected, 101 errors of -1 … 1 widths of 1 a week: at 0.9 the 92nd of them counts, .82, so 22 suffice."""
    one = demand.Forecast(("a",), np.array([[10.0, 10.0]]), np.array([[1.0, 1.0]]), np.ones(1, dtype=bool))
    errors = np.linspace(-1, 1, 101)
    fitted = demand.Demand(one, (LikeErrors(np.empty(0), (errors,)),) * 2, LikeErrors(np.empty(0), (errors,)), NOW, 14)
    found = fitted.reorder(pl.DataFrame({"product_id": ["a"], "stock": [7]}), service_level=0.9)
    assert found.row(0) == ("a", 20.0, 22.0, 7.0, 15.0)
    with pytest.raises(ValueError, match=r"service_level is 95"):
        fitted.reorder(pl.DataFrame({"product_id": ["a"], "stock": [7]}), service_level=95)


def test_totals_are_mended_by_what_was_off_before_only_where_that_made_later_totals_nearer() -> None:
    """Expected 10, width 5. Twice 20 came, then 20: off by 2 widths, and adding it is exact. Up and down: 20, 5, 20 is not mended."""
    one, ten, five = np.ones(1), np.full(1, 10.0), np.full(1, 5.0)
    again = [(20 * one, ten, five)] * 3
    assert demand._off(again) == 2.0
    assert demand._off([(20 * one, ten, five), (5 * one, ten, five), (20 * one, ten, five)]) == 0.0
    week = demand.Forecast(("a",), np.array([[5.0, 5.0]]), np.array([[2.5, 2.5]]), np.ones(1, dtype=bool))
    fitted = demand.Demand(
        week, (LikeErrors(np.empty(0), (one,)),) * 2, LikeErrors(np.empty(0), (2 * one,)), NOW, 14, demand._off(again)
    )
    assert fitted.totals().row(0) == ("a", 20.0, 20.0, 20.0, True)


def test_seasonal_rival_repeats_last_year_and_short_histories_are_refused(tiny_shop: Shop) -> None:
    sales, units = made(64)
    assert naive(sales.until(60), 4, 52).tolist() == units[:, 8:12].tolist()
    with pytest.raises(CannotPredictError, match="7 weeks of purchases; at least 8"):
        demand.fit(tiny_shop, tiny_shop.as_of, 14)
