"""Groups in numbers, counted by hand over a made-up shop of twelve customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from segmentation import describe_segments, segment_lifts, segment_numbers
from shop.profiles import customer_profiles
from shop.shop import Shop
from shop.tables import EVENTS, PRODUCTS

START = datetime(2024, 1, 1, 9, tzinfo=UTC)  # a Monday, 9 o'clock
LABELS = np.array([0] * 6 + [1] * 6)


def made_shop() -> Shop:
    """Return a shop in which a0–a5 buy a mug at 10 on each of two Mondays, b0–b5 a lamp at 40 once, on a Saturday at 15.

    a0 also buys a lamp with the second mug, b0 a mug with the lamp. All look at the tray, only b5 orders it (5.00, and it
    comes back). a5's second mug comes back too.
    """
    rows: list[dict[str, Any]] = []

    def act(who: str, what: str, action: str, day: float, order: str | None = None, price: float | None = None) -> None:
        time = START + timedelta(days=day)
        row = dict.fromkeys(EVENTS) | {"customer_id": who, "product_id": what, "action": action, "time": time}
        rows.append(row | {"quantity": 1.0, "unit_price": price, "order_id": order, "position": len(rows)})

    for at in range(6):
        act(f"a{at}", "tray", "view", 0)
        act(f"b{at}", "tray", "view", 0)
        act(f"a{at}", "mug", "buy", 0, f"a{at}-1", 10.0)
        act(f"a{at}", "mug", "buy", 28, f"a{at}-2", 10.0)
        act(f"b{at}", "lamp", "buy", 5.25, f"b{at}-1", 40.0)
    act("a0", "lamp", "buy", 28, "a0-2", 40.0)
    act("b0", "mug", "buy", 5.25, "b0-1", 10.0)
    act("b5", "tray", "buy", 6, "b5-2", 5.0)
    act("b5", "tray", "return", 9, "b5-2", 5.0)
    act("a5", "mug", "return", 30, "a5-2", 10.0)
    products = [
        dict.fromkeys(PRODUCTS) | {"product_id": name, "category": kind}
        for name, kind in (("mug", "Kitchen"), ("lamp", "Lighting"), ("tray", "Kitchen"))
    ]
    customers = pl.DataFrame(
        {"customer_id": [f"{x}{at}" for x in "ab" for at in range(6)], "country": ["NO"] * 4 + [None] * 2 + ["SE"] * 6}
    )
    return Shop(pl.DataFrame(rows, schema=dict(EVENTS)), pl.DataFrame(products, schema=dict(PRODUCTS)), customers)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    shop = made_shop()
    return describe_segments(shop, customer_profiles(shop), LABELS).to_dicts()


def test_sizes_and_money_equal_a_count_by_hand(rows: list[dict[str, Any]]) -> None:
    """Group 0: 11 mugs kept and a lamp, 150.00 of 11 orders; group 1: 6 lamps and a mug, 250.00 of 6 orders."""
    a, b = rows
    assert [(row["segment"], row["customers"], row["share"]) for row in rows] == [(0, 6, 0.5), (1, 6, 0.5)]
    assert (a["revenue"], b["revenue"]) == (150.0, 250.0)
    assert (a["revenue_share"], b["revenue_share"]) == (0.375, 0.625)
    assert a["orders_mean"] == pytest.approx(11 / 6)
    assert a["average_order_value"] == pytest.approx(150 / 11)
    assert a["order_value_ratio"] == pytest.approx((150 / 11) / (250 / 6))
    assert (a["spend_mean"], a["spend_ratio"]) == (25.0, pytest.approx(0.6))
    assert a["basket_size"] == pytest.approx(12 / 11)
    assert (a["single_order_share"], b["single_order_share"]) == (pytest.approx(1 / 6), 1.0)
    assert (a["return_rate"], b["return_rate"]) == (pytest.approx(1 / 13), pytest.approx(1 / 8))
    assert a["interval_days"] == 28.0
    assert b["interval_days"] is None
    assert a["spend_per_year"] is None  # the data reach back a month


def test_typical_customers_equal_a_count_by_hand(rows: list[dict[str, Any]]) -> None:
    """Spend of a0 60, a5 10, the others 20; of b0 50, the others 40: medians 20 and 40. Mean price a unit 10 and 40, products 1."""
    a, b = rows
    assert (a["products_median"], b["products_median"]) == (1.0, 1.0)
    assert (a["spend_median_ratio"], b["spend_median_ratio"]) == (0.5, 2.0)
    assert (a["unit_price_ratio"], b["unit_price_ratio"]) == (0.25, 4.0)


def test_tastes_and_lift_equal_a_count_by_hand(rows: list[dict[str, Any]]) -> None:
    """All six of group 0 bought from Kitchen and one of group 1 kept something of it: lift 6; Lighting: 6 of 6, 1 of 6."""
    a, b = rows
    assert (a["top_category"], a["second_category"], b["top_category"]) == ("Kitchen", "Lighting", "Lighting")
    assert (a["top_category_share"], b["top_category_share"]) == (pytest.approx(110 / 150), pytest.approx(240 / 250))
    assert (a["category_lift"], b["category_lift"]) == (pytest.approx(6), pytest.approx(6))
    assert (a["top_product"], b["top_product"]) == ("mug", "lamp")


def test_habits_equal_a_count_by_hand(rows: list[dict[str, Any]]) -> None:
    a, b = rows
    assert (a["weekday"], a["weekday_share"], a["weekend_share"], a["hour"]) == (1, 1.0, 0.0, 9)
    assert (b["weekday"], b["weekday_share"], b["weekend_share"], b["hour"]) == (6, 1.0, 1.0, 15)
    assert a["month"] is None  # less than a year says nothing of months
    assert a["top_channel"] is None  # the data name no channel
    assert (a["country"], a["country_share"], b["country"]) == ("NO", pytest.approx(4 / 6), "SE")
    assert (a["views_without_order_share"], b["views_without_order_share"]) == (1.0, pytest.approx(5 / 6))
    assert a["abandoned_cart_share"] is None  # the data hold no cart


def test_tie_for_the_largest_says_nothing() -> None:
    """Three of group 1 ordered on Saturday and three, moved by a day, on Sunday."""
    shop = made_shop()
    moved = pl.col("customer_id").is_in(["b1", "b2", "b3"]) & (pl.col("action") == "buy")
    events = shop.events.filter(pl.col("product_id") != "tray").with_columns(
        pl.when(moved).then(pl.col("time") + timedelta(days=1)).otherwise(pl.col("time")).alias("time")
    )
    tied = replace(shop, events=events)
    row = describe_segments(tied, customer_profiles(tied), LABELS).to_dicts()[1]
    assert (row["weekday"], row["weekday_share"], row["weekend_share"]) == (None, None, 1.0)


def test_data_without_returns_or_hours_say_nothing_of_them() -> None:
    shop = made_shop()
    events = shop.events.filter(pl.col("action") == "buy").with_columns(pl.col("time").dt.truncate("1d"))
    days = replace(shop, events=events)
    table = describe_segments(days, customer_profiles(days), LABELS)
    for name in ("return_rate", "hour", "views_without_order_share"):
        assert table[name].to_list() == [None, None]
    assert table["weekday"].to_list() == [1, 6]


def test_group_of_fewer_than_five_is_only_counted() -> None:
    shop = made_shop()
    labels = np.array([0] * 8 + [1] * 4)
    small = describe_segments(shop, customer_profiles(shop), labels).to_dicts()[1]
    assert {name: value for name, value in small.items() if value is not None} == {
        "segment": 1,
        "customers": 4,
        "share": pytest.approx(1 / 3),
    }


def test_some_of_the_customers_are_described_by_themselves() -> None:
    """Of a1–a5 and b1–b5 nobody crosses over: Kitchen has no other buyer left and so no lift."""
    shop = made_shop()
    keep = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11]
    row = describe_segments(shop, customer_profiles(shop)[keep], LABELS[keep]).to_dicts()[0]
    assert (row["customers"], row["share"], row["revenue"], row["category_lift"]) == (5, 0.5, 90.0, None)


def test_segment_numbers_are_mean_and_median_beside_all() -> None:
    """Orders: five of group 0 have two and a5 one; all of group 1 have one."""
    shop = made_shop()
    table = segment_numbers(customer_profiles(shop), LABELS)
    row = table.row(by_predicate=(pl.col("segment") == 0) & (pl.col("column") == "orders"), named=True)
    assert (row["known"], row["mean"], row["median"]) == (6, pytest.approx(11 / 6), 2.0)
    assert (row["mean_all"], row["median_all"]) == (pytest.approx(17 / 12), 1.0)
    gap = table.row(by_predicate=(pl.col("segment") == 1) & (pl.col("column") == "interval_days"), named=True)
    assert (gap["known"], gap["mean"], gap["median_all"]) == (0, None, 28.0)


def test_segment_lifts_rank_what_a_group_buys_more_often_than_others() -> None:
    shop = made_shop()
    table = segment_lifts(shop, customer_profiles(shop), LABELS, of="product_id")
    assert table.to_dicts() == [
        {"segment": 0, "product_id": "mug", "buyers": 6, "share": 1.0, "share_others": 1 / 6, "lift": 6.0},
        {"segment": 1, "product_id": "lamp", "buyers": 6, "share": 1.0, "share_others": 1 / 6, "lift": 6.0},
    ]
    kinds = segment_lifts(shop, customer_profiles(shop), LABELS, most=1)
    assert kinds["category"].to_list() == ["Kitchen", "Lighting"]
    assert segment_lifts(
        shop, customer_profiles(shop), np.zeros(12, dtype=np.int64)
    ).is_empty()  # nobody to compare with
