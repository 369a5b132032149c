"""Profiles against counts made by hand; every expected number is derived in the test's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from shop.profile_columns import CUSTOMER_COLUMNS, PRODUCT_COLUMNS
from shop.profiles import customer_profiles, product_profiles
from shop.shop import Settings, Shop
from shop.tables import EVENTS, PRODUCTS, ShopDataError

START = datetime(2025, 6, 2, tzinfo=UTC)  # a Monday


def made_shop(events: list[dict[str, Any]], *, clock: bool = True, **settings: str) -> Shop:
    """Return a shop of these events: `day` and `hour` after START, quantity 1, price 10.00, one customer "ann" by default."""
    rows = []
    for position, event in enumerate(events):
        moment = START + timedelta(days=event.get("day", 0), hours=event.get("hour", 10))
        row = {name: None for name in EVENTS} | {"customer_id": "ann", "quantity": 1.0, "unit_price": 10.0}
        row |= {key: value for key, value in event.items() if key not in ("day", "hour")}
        rows.append(row | {"position": position, "time": moment if clock else None})
    frame = pl.DataFrame(rows, schema=dict(EVENTS), orient="row")
    ids = frame["product_id"].drop_nulls().unique().sort()
    products = pl.DataFrame({"product_id": ids, "category": ids.str.slice(0, 1)})
    products = products.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in PRODUCTS.items() if name not in products.columns
    ).select(list(PRODUCTS))
    customers = pl.DataFrame({"customer_id": frame["customer_id"].drop_nulls().unique().sort()})
    return Shop(frame, products, customers, settings=Settings(**settings))


def row_of(shop: Shop, customer: str = "ann", **options: Any) -> dict[str, Any]:
    return customer_profiles(shop, **options).row(by_predicate=pl.col("customer_id") == customer, named=True)


def test_profile_of_the_tiny_shop_equals_a_count_by_hand(tiny_shop: Shop, now: datetime) -> None:
    """Ann keeps one mug (5.00) of order o1 on Friday 10 January 12:00 and a lamp (33.80) of o3 on Monday 17 February 0:00."""
    ann = row_of(tiny_shop, as_of=now)
    assert (ann["orders"], ann["frequency"], ann["units"], ann["products"]) == (2, 2, 2.0, 2)
    assert ann["monetary_value"] == pytest.approx(38.80)
    assert ann["average_order_value"] == ann["average_unit_price"] == pytest.approx(19.40)
    assert ann["basket_size"] == 1.0
    assert (ann["recency_days"], ann["tenure_days"]) == (12.0, 49.5)
    assert (ann["interval_days"], ann["interval_mean_days"]) == (38.0, 38.0)
    assert (ann["returned_units"], ann["return_rate"]) == (1.0, pytest.approx(1 / 3))
    assert (ann["top_category"], ann["second_category"]) == ("Lighting", "Kitchen")
    assert ann["top_category_share"] == pytest.approx(33.80 / 38.80)
    assert ann["top_product"] == "lamp"  # one unit each: the id that comes first
    assert (ann["order_hour"], ann["order_weekday"], ann["weekday_share"]) == (0, 1, 0.5)  # ties: the earlier
    assert (ann["weekend_share"], ann["top_channel"], ann["channel_share"]) == (0.0, "web", 1.0)
    assert (ann["views"], ann["views_without_order"]) == (0, 0)
    assert ann["searches"] is ann["carts"] is ann["carts_abandoned"] is None  # the data hold no search and no cart
    assert ann["country"] == "Norway"


def test_profile_of_who_only_looked_has_counts_and_nulls(tiny_shop: Shop, now: datetime) -> None:
    bob = row_of(tiny_shop, "bob", as_of=now)
    assert (bob["orders"], bob["views"], bob["views_without_order"]) == (0, 1, 1)
    unknown = ("monetary_value", "recency_days", "units", "interval_days", "return_rate", "top_category", "order_hour")
    assert [bob[name] for name in unknown] == [None] * len(unknown)


def test_profiles_stand_in_the_order_of_customers_with_every_column_documented(tiny_shop: Shop, now: datetime) -> None:
    turned = replace(tiny_shop, customers=tiny_shop.customers.reverse())
    table = customer_profiles(turned, as_of=now)
    assert table["customer_id"].to_list() == ["cem", "bob", "ann"]
    assert table.columns == ["customer_id", *CUSTOMER_COLUMNS, "country"]
    assert [table.schema[name] for name in CUSTOMER_COLUMNS] == [column.kind for column in CUSTOMER_COLUMNS.values()]


def test_profiles_see_nothing_from_as_of_on(tiny_shop: Shop) -> None:
    """On 15 January the mug had not come back yet and the lamp was not bought: 2 mugs, 10.00, nothing returned."""
    ann = row_of(tiny_shop, as_of=datetime(2025, 1, 15, tzinfo=UTC))
    assert (ann["orders"], ann["monetary_value"], ann["interval_days"], ann["returned_units"]) == (1, 10.0, None, None)
    whole = row_of(tiny_shop)  # by default just after the last event, the 9 mugs of 2 March
    assert whole["monetary_value"] == pytest.approx(83.80)
    assert whole["recency_days"] == pytest.approx(0.0, abs=1e-9)


def test_order_returned_in_full_is_no_order_but_answers_its_view_and_cart() -> None:
    shop = made_shop(
        [
            {"action": "view", "product_id": "a1"},
            {"action": "cart", "product_id": "a1"},
            {"action": "buy", "product_id": "a1", "order_id": "1", "hour": 11},
            {"action": "return", "product_id": "a1", "order_id": "1", "day": 3},
        ]
    )
    ann = row_of(shop, as_of=START + timedelta(days=60))
    assert (ann["orders"], ann["monetary_value"], ann["return_rate"]) == (0, None, 1.0)
    assert (ann["views_without_order"], ann["carts"], ann["carts_abandoned"]) == (0, 1, 0)


@pytest.mark.parametrize(("gap_days", "abandoned"), [(6, 0), (7, 0), (8, 1)])
def test_cart_is_abandoned_after_seven_days_without_an_order(gap_days: int, abandoned: int) -> None:
    shop = made_shop(
        [
            {"action": "cart", "product_id": "a1"},
            {"action": "buy", "product_id": "a1", "order_id": "1", "day": gap_days},
        ]
    )
    assert row_of(shop, as_of=START + timedelta(days=60))["carts_abandoned"] == abandoned


def test_cart_younger_than_seven_days_is_not_yet_abandoned() -> None:
    shop = made_shop([{"action": "cart", "product_id": "a1"}, {"action": "view", "product_id": "b1", "day": 5}])
    assert row_of(shop)["carts_abandoned"] == 0
    assert row_of(shop, as_of=START + timedelta(days=8))["carts_abandoned"] == 1


def test_searches_lead_to_the_product_found_or_without_one_to_any_order_soon() -> None:
    """Led to an order: the search for a1 (bought 20 days on) and the blank one of day 18; not: b1, the blank one of day 0."""
    shop = made_shop(
        [
            {"action": "search", "product_id": "a1"},
            {"action": "search", "product_id": "b1"},
            {"action": "search", "product_id": None},
            {"action": "search", "product_id": None, "day": 18},
            {"action": "buy", "product_id": "a1", "order_id": "1", "day": 20},
        ]
    )
    ann = row_of(shop, as_of=START + timedelta(days=90))
    assert (ann["searches"], ann["searches_without_order"], ann["views"]) == (4, 2, None)


def test_view_after_the_order_led_to_none() -> None:
    shop = made_shop(
        [{"action": "buy", "product_id": "a1", "order_id": "1"}, {"action": "view", "product_id": "a1", "day": 1}]
    )
    assert row_of(shop)["views_without_order"] == 1


def test_hours_and_days_are_those_of_the_shop() -> None:
    """Sunday 8 June 22:30 UTC is Monday 0:30 in Oslo: hour 0, weekday 1, no weekend; both orders on one day: no interval."""
    events = [
        {"action": "buy", "product_id": "a1", "order_id": "1", "day": 6, "hour": 22.5},
        {"action": "buy", "product_id": "a1", "order_id": "2", "day": 7, "hour": 3},
        {"action": "buy", "product_id": "a1", "order_id": "3", "day": 14, "hour": 22.1},
    ]
    oslo = row_of(made_shop(events[:2], time_zone="Europe/Oslo"))
    assert (oslo["order_hour"], oslo["order_weekday"], oslo["weekend_share"]) == (0, 1, 0.0)
    assert oslo["interval_days"] is None
    assert row_of(made_shop(events[:2]))["weekend_share"] == 0.5
    # days 9, 9 and 17 June in Oslo: one gap of 8 days; of all three lines the hours are 0, 5 and 0
    three = row_of(made_shop(events, time_zone="Europe/Oslo"))
    assert (three["interval_days"], three["order_hour"]) == (8.0, 0)


def test_data_that_know_only_days_say_no_hour() -> None:
    events = [{"action": "buy", "product_id": "a1", "order_id": str(day), "day": day, "hour": 0} for day in (0, 5)]
    row = row_of(made_shop(events, time_zone="Europe/Oslo"))
    assert row["order_hour"] is None
    assert row["order_weekday"] == 1  # Monday 2 June before Saturday 7 June


def test_intervals_are_median_and_mean_of_the_gaps_between_days() -> None:
    """Days 0, 2, 12 and twice 40: gaps 2, 10 and 28: median 10, mean 13.33."""
    days = (0, 2, 12, 40, 40)
    row = row_of(
        made_shop([{"action": "buy", "product_id": "a1", "order_id": str(i), "day": d} for i, d in enumerate(days)])
    )
    assert row["orders"] == 5
    assert row["interval_days"] == 10.0
    assert row["interval_mean_days"] == pytest.approx(40 / 3)


def test_shop_without_a_clock_counts_orders_and_leaves_time_unknown() -> None:
    shop = made_shop(
        [
            {"action": "view", "product_id": "a1"},
            {"action": "cart", "product_id": "b1"},
            {"action": "buy", "product_id": "a1", "channel": "web"},
            {"action": "buy", "product_id": "b2", "channel": "web"},
        ],
        clock=False,
    )
    row = row_of(shop)
    assert (row["orders"], row["units"], row["top_channel"], row["channel_share"]) == (2, 2.0, "web", 1.0)
    assert (row["views_without_order"], row["carts_abandoned"]) == (0, 1)
    timed = ("recency_days", "tenure_days", "interval_days", "first_order", "order_hour", "order_weekday")
    assert [row[name] for name in timed] == [None] * len(timed)
    with pytest.raises(ShopDataError, match="only an order"):
        customer_profiles(shop, as_of=START)


def test_shop_without_prices_prefers_by_units_and_knows_no_money() -> None:
    events = [
        {"action": "buy", "product_id": "a1", "order_id": "1", "unit_price": None},
        {"action": "buy", "product_id": "b1", "order_id": "1", "unit_price": None, "quantity": 3.0},
    ]
    row = row_of(made_shop(events))
    assert (row["monetary_value"], row["average_order_value"], row["average_unit_price"]) == (None, None, None)
    assert (row["top_category"], row["top_category_share"], row["second_category"]) == ("b", 0.75, "a")
    assert (row["top_product"], row["basket_size"]) == ("b1", 2.0)
    assert product_profiles(made_shop(events))["revenue"].to_list() == [None, None]


def test_line_without_a_price_counts_as_units_but_not_in_prices() -> None:
    """Order 1: 10.00 and a line of unknown price; order 2 of unknown price: one priced order of 10.00."""
    events = [
        {"action": "buy", "product_id": "a1", "order_id": "1"},
        {"action": "buy", "product_id": "b1", "order_id": "1", "unit_price": None},
        {"action": "buy", "product_id": "b1", "order_id": "2", "unit_price": None, "day": 1},
    ]
    row = row_of(made_shop(events))
    assert (row["units"], row["monetary_value"], row["average_order_value"], row["average_unit_price"]) == (
        3,
        10,
        10,
        10,
    )


def test_lines_without_order_id_are_one_order_a_day() -> None:
    days = (0, 0, 1)
    events = [{"action": "buy", "product_id": f"a{i}", "day": day} for i, day in enumerate(days)]
    row = row_of(made_shop(events))
    assert (row["orders"], row["basket_size"], row["average_order_value"]) == (2, 1.5, 15.0)


def test_attribute_named_like_a_count_is_kept_beside_it(tiny_shop: Shop, now: datetime) -> None:
    customers = tiny_shop.customers.with_columns(pl.Series("orders", [70, 80, 90]))
    table = customer_profiles(replace(tiny_shop, customers=customers), as_of=now)
    assert table["orders"].to_list() == [2, 0, 0]
    assert table["orders_given"].to_list() == [70, 80, 90]


def test_shop_without_events_has_a_row_a_customer_and_nothing_known() -> None:
    shop = made_shop([{"action": "buy", "product_id": "a1"}])
    empty = replace(shop, events=shop.events.clear())
    row = row_of(empty)
    assert row.pop("customer_id") == "ann"
    assert (row.pop("orders"), row.pop("frequency")) == (0, 0)
    assert set(row.values()) == {None}
    assert product_profiles(empty)["units"].to_list() == [0.0]


def test_product_profile_of_the_tiny_shop_equals_a_count_by_hand(tiny_shop: Shop, now: datetime) -> None:
    """Mug: Ann keeps one of two, a guest buys one on 1 February; 30 days before 1 March is 30 January: only the guest's."""
    table = product_profiles(tiny_shop, as_of=now)
    assert table.columns == ["product_id", *PRODUCT_COLUMNS]
    mug, lamp = table.to_dicts()
    assert (mug["product_id"], mug["units"], mug["orders"], mug["customers"]) == ("mug", 2.0, 2, 1)
    assert (mug["revenue"], mug["average_price"], mug["returned_units"], mug["views"]) == (10.0, 5.0, 1.0, 1)
    assert mug["units_30_days"] == 1.0
    assert (mug["first_sale"], mug["last_sale"]) == (
        datetime(2025, 1, 10, 12, tzinfo=UTC),
        datetime(2025, 2, 1, 9, tzinfo=UTC),
    )
    assert (lamp["units"], lamp["returned_units"], lamp["views"], lamp["units_30_days"]) == (1.0, 0.0, 0, 1.0)
    assert lamp["average_price"] == pytest.approx(33.80)
