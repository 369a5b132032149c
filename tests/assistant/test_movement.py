"""Who moved between groups is counted as a plain comparison of two assignments counts it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assistant import Assistant
from assistant.making import customers_at
from assistant.movement import MONTH, Movement, movement
from shop.shop import Shop


def test_movement_equals_two_assignments_compared(small_assistant: Assistant, small_shop: Shop) -> None:
    """A month ago: those of them who had bought by then, put into today's groups as they stood."""
    made = small_assistant.made
    moved = movement(small_shop, made, months=2)
    assert moved is not None
    assert [(small_shop.as_of - one).days for one in moved.moments] == [0, 30, 60]
    profiles, vectors = customers_at(small_shop, made, small_shop.as_of - MONTH)
    bought = ((profiles["orders"] > 0) & (made.profiles["orders"] > 0)).to_numpy()
    then, now = made.segments.assign(profiles, vectors)[bought], made.labels[bought]
    assert moved.moved == pytest.approx(np.mean(then != now))
    assert moved.matrix.sum() == bought.sum()
    assert sum(moved.trend(group)[0] for group in range(len(moved.matrix))) == pytest.approx(1.0)


def test_profiles_of_a_month_ago_know_neither_later_orders_nor_later_returns(
    small_assistant: Assistant, small_shop: Shop
) -> None:
    moment = small_shop.as_of - MONTH
    past, _ = customers_at(small_shop, small_assistant.made, moment)
    lines = small_shop.until(moment).purchases().drop_nulls("customer_id")
    assert past["monetary_value"].sum() == pytest.approx(float((lines["quantity"] * lines["unit_price"]).sum()))


def test_shop_without_a_clock_has_no_movement(small_assistant: Assistant, small_shop: Shop) -> None:
    timeless = replace(
        small_shop, events=small_shop.events.with_columns(pl.lit(None).cast(pl.Datetime("us", "UTC")).alias("time"))
    )
    assert movement(timeless, small_assistant.made) is None


def test_moved_share_is_what_lies_off_the_diagonal() -> None:
    """Of twenty customers three left the first group and one the second."""
    matrix = np.array([[9, 3], [1, 7]])
    assert Movement((), np.array([[10, 10]]), matrix).moved == pytest.approx(0.2)
