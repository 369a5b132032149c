"""Planted differences between groups are found, sized right and sure; shuffled groups show none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from segmentation import Marks, describe_segments, marks_of, segment_differences
from segmentation.differences import discoveries
from shop.profiles import customer_profiles
from shop.shop import Shop
from shop.tables import EVENTS, PRODUCTS

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
SIZE = 120  # customers of each of two groups


def planted_shop() -> tuple[Shop, np.ndarray]:
    """Return a shop: the first group pays 40 an order on average, the second 10; all order twice, on days at random.

    Half of the first group and one in twenty of the second also buy the rare product.
    """
    rng = np.random.default_rng(4)
    rows = []
    for who in range(2 * SIZE):
        rare = rng.random() < (0.5 if who < SIZE else 0.05)
        for order in range(2):
            time = START + timedelta(days=float(rng.integers(0, 300)))
            price = float(rng.normal(40 if who < SIZE else 10, 2))
            for what in ["plain", "rare"] if rare and order else ["plain"]:
                row = dict.fromkeys(EVENTS) | {"customer_id": f"c{who:03}", "product_id": what, "action": "buy"}
                row |= {"time": time, "quantity": 1.0, "unit_price": price if what == "plain" else 1.0}
                rows.append(row | {"order_id": f"{who}-{order}", "position": len(rows)})
    products = [
        dict.fromkeys(PRODUCTS) | {"product_id": one, "title": one, "category": kind}
        for one, kind in (("plain", "A"), ("rare", "B"))
    ]
    customers = pl.DataFrame({"customer_id": [f"c{who:03}" for who in range(2 * SIZE)]})
    shop = Shop(pl.DataFrame(rows, schema=dict(EVENTS)), pl.DataFrame(products, schema=dict(PRODUCTS)), customers)
    return shop, np.repeat([0, 1], SIZE)


def test_planted_differences_are_found_with_their_size_and_no_others() -> None:
    """Orders of 40 against 25 of all; nothing differs in the number of orders or when they are placed."""
    shop, labels = planted_shop()
    told = segment_differences(shop, customer_profiles(shop), labels)
    value = told.found[0, "average_order_value"]
    assert value.is_found
    assert value.gap == pytest.approx(15, abs=1)
    low, high = value.interval
    assert low < 15.2 < high
    found = {column for (_, column), one in told.found.items() if one.is_found}
    assert {"average_order_value", "spend_ratio", "order_value_ratio"} <= found
    assert not found & {"orders_mean", "weekend_share", "weekday_share", "recency_days", "interval_days"}


def test_standard_error_equals_the_formula_of_a_mean() -> None:
    """The mean spend of a group: its standard deviation over the customers / root of their number, within a third."""
    shop, labels = planted_shop()
    profiles = customer_profiles(shop)
    spent = profiles["monetary_value"].to_numpy()[labels == 0]
    expected = spent.std(ddof=1) / np.sqrt(SIZE)
    assert segment_differences(shop, profiles, labels).errors[0, "spend_mean"] == pytest.approx(expected, rel=0.33)


def test_shuffled_groups_show_no_difference() -> None:
    shop, labels = planted_shop()
    mixed = np.random.default_rng(8).permutation(labels)
    assert not any(one.is_found for one in segment_differences(shop, customer_profiles(shop), mixed).found.values())


def test_marks_name_what_only_one_group_buys() -> None:
    """The rare product, and its category, set the first group apart; the second buys nothing more than the first does, and B less."""
    shop, labels = planted_shop()
    profiles = customer_profiles(shop)
    assert marks_of(shop, profiles, labels, known={0: "A"}) == Marks({}, {0: ("rare",)}, {0: ("B",)}, {1: ("B",)})
    marks = marks_of(shop, profiles, labels, known={0: "B"})
    assert marks == Marks({}, {0: ("rare",)}, {}, {1: ("B",)})  # told anyway as the category of most spend
    lift, other = describe_segments(shop, profiles, labels, marks=marks).to_dicts()
    bought = shop.purchases().filter(pl.col("product_id") == "rare")["customer_id"].unique()
    own = sum(name < f"c{SIZE:03}" for name in bought)
    assert lift["drawn_product"] == "rare"
    assert lift["drawn_product_lift"] == pytest.approx(own / (len(bought) - own))
    assert (other["shunned_category"], other["shunned_category_ratio"]) == (
        "B",
        pytest.approx((len(bought) - own) / own),
    )


def test_category_shunned_by_the_seen_and_not_by_others_is_told_as_no_different() -> None:
    """The first group buys B far more than the second; were B chosen as what it shuns, its part is told as the others' own, 1."""
    shop, labels = planted_shop()
    marks = Marks(shunned={0: ("B",)})
    assert describe_segments(shop, customer_profiles(shop), labels, marks=marks)["shunned_category_ratio"][0] == 1.0


def test_discoveries_equal_the_published_example() -> None:
    """Benjamini & Hochberg (1995), section 3.2: of these fifteen p-values the first four are found at 5 %."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert discoveries(p) == [True] * 4 + [False] * 11
    assert discoveries([]) == []
