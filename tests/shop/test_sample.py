"""The sample shop as a shop: the same for the same seed, whole, consistent, and the same again from its files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from shop.sample import Truth, sample_shop, sample_truth, write_sample
from shop.sample_parcels import BANK_HOLIDAYS
from shop.shop import Shop
from shop.tables import ACTIONS, STATUSES, TABLES

LONDON = "Europe/London"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return sample_shop()


@pytest.fixture(scope="module")
def truth() -> Truth:
    return sample_truth()


def local(column: str = "time") -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(LONDON)


def test_sample_shop_with_the_same_seed_is_the_same() -> None:
    assert sample_shop(3, 200).fingerprint() == sample_shop(3, 200).fingerprint()


def test_sample_shop_with_another_seed_is_another() -> None:
    assert sample_shop(3, 200).fingerprint() != sample_shop(4, 200).fingerprint()


def test_sample_shop_with_too_few_customers_is_refused() -> None:
    with pytest.raises(ValueError, match="customers=19; expected at least 20"):
        sample_shop(7, 19)


def test_sample_shop_with_fewest_customers_is_whole() -> None:
    small = sample_shop(7, 20)
    assert small.customers.height == 20
    assert small.events.join(small.products, on="product_id", how="semi").filter(action="buy").height > 20


def test_tables_have_the_columns_and_types_of_the_schema(shop: Shop) -> None:
    for name, schema in TABLES.items():
        table = getattr(shop, name)
        assert dict(list(table.schema.items())[: len(schema)]) == dict(schema), name
        assert name == "customers" or table.width == len(schema)


def test_sample_shop_passes_the_checks_of_finished_tables(shop: Shop) -> None:
    tables = {name: getattr(shop, name) for name in TABLES if name not in ("events", "products")}
    checked = Shop.from_frames(shop.events, shop.products, settings=shop.settings, **tables)
    assert checked.fingerprint() == shop.fingerprint()


def test_events_are_in_order_and_of_all_kinds(shop: Shop) -> None:
    events = shop.events
    assert events["time"].is_sorted()
    assert events["position"].to_list() == list(range(events.height))
    assert set(events["action"]) == set(ACTIONS)
    assert set(events["channel"]) == {"web", "store"}
    assert set(events.filter(pl.col("product_id").is_null())["action"]) == {"search"}


def test_sizes_are_those_of_the_plan(shop: Shop) -> None:
    assert shop.customers.height == 5_000
    assert shop.products.height >= 400
    assert shop.products["category"].n_unique() >= 12
    counts = dict(shop.events.group_by("action").len().iter_rows())
    assert 30_000 < counts["buy"] < 45_000
    assert 120_000 < counts["view"] < 200_000
    assert 2_500 < shop.reviews.height < 4_500
    assert shop.as_of.isoformat()[:10] == "2026-10-31"
    assert shop.events["time"].dt.date().min() == date(2025, 5, 1)
    guests = shop.orders["customer_id"].null_count() / shop.orders.height
    assert 0.06 < guests < 0.10


def test_returns_are_no_more_than_was_bought_and_later(shop: Shop) -> None:
    keys = ["order_id", "product_id", "customer_id"]
    bought = shop.events.filter(action="buy").group_by(keys).agg(pl.col("quantity", "time", "unit_price").first())
    returned = shop.events.filter(action="return")
    both = returned.join(bought, on=keys, how="left", suffix="_bought", nulls_equal=True)
    assert returned.height > 1_000
    assert both["quantity_bought"].null_count() == 0
    assert both.filter(pl.col("quantity") > pl.col("quantity_bought")).is_empty()
    assert both.filter(pl.col("time") <= pl.col("time_bought")).is_empty()
    assert both.filter(pl.col("unit_price") != pl.col("unit_price_bought")).is_empty()


def test_returns_keep_the_30_days_of_the_policy(shop: Shop) -> None:
    policy = shop.policies.filter(title="Returns and refunds")["text"][0]
    assert "within 30 days of delivery" in policy
    late = shop.events.filter(action="return").join(shop.orders.select("order_id", "delivered"), on="order_id")
    assert late.filter(pl.col("time").dt.date() > pl.col("delivered").dt.date() + pl.duration(days=30)).is_empty()


def test_statuses_agree_with_the_dates(shop: Shop) -> None:
    orders, events = shop.orders, shop.events
    assert set(STATUSES) - {"placed"} <= set(orders["status"]) <= set(STATUSES)  # "placed" lasts minutes
    assert orders.filter(pl.col("placed") > shop.as_of).is_empty()
    assert orders.filter(pl.col("sent") <= pl.col("placed")).is_empty()
    assert orders.filter(pl.col("delivered") <= pl.col("sent")).is_empty()
    done = pl.col("status").is_in(["delivered", "returned"])
    assert orders.filter(done == pl.col("delivered").is_null()).is_empty()
    open_orders = orders.filter(pl.col("status").is_in(["placed", "paid", "packed", "cancelled"]))
    assert open_orders["sent"].null_count() == open_orders.height
    waiting = orders.filter(pl.col("status").is_in(["placed", "paid", "packed"]))
    assert waiting.filter((shop.as_of - pl.col("placed")).dt.total_hours() > 72).is_empty()
    assert orders.filter(pl.col("tracking").is_null() != pl.col("sent").is_null()).is_empty()
    cancelled = orders.filter(status="cancelled")
    assert events.filter(pl.col("order_id").is_in(cancelled["order_id"].to_list())).is_empty()


def test_orders_and_events_are_of_the_same_customers_and_times(shop: Shop) -> None:
    lines = shop.events.filter(action="buy").join(shop.orders, on="order_id", how="left", suffix="_order")
    assert lines["status"].null_count() == 0
    assert lines.filter(pl.col("customer_id").ne_missing(pl.col("customer_id_order"))).is_empty()
    assert lines.filter(pl.col("time") != pl.col("placed")).is_empty()
    assert lines.filter((pl.col("channel") == "store") != pl.col("address").is_null()).is_empty()


def test_orders_returned_in_full_are_those_called_returned(shop: Shop) -> None:
    bought = shop.events.filter(action="buy")["order_id"].unique()
    left = shop.purchases()["order_id"].unique()
    gone = set(bought) - set(left)
    assert set(shop.orders.filter(status="returned")["order_id"]) == gone


def test_store_sells_within_its_opening_hours(shop: Shop) -> None:
    sales = shop.events.filter((pl.col("channel") == "store") & pl.col("action").is_in(["buy", "return"]))
    hour = local().dt.hour() + local().dt.minute() / 60
    sunday = local().dt.weekday() == 7
    opens, closes = pl.when(sunday).then(11.0).otherwise(9.5), pl.when(sunday).then(16.0).otherwise(18.0)
    assert sales.filter((hour < opens) | (hour > closes)).is_empty()
    closed = [date(2025, 12, 25), date(2025, 12, 26), date(2026, 4, 5)]
    assert sales.filter(local().dt.date().is_in(closed)).is_empty()


def test_parcels_keep_the_delivery_policy(shop: Shop) -> None:
    parcels = shop.orders.filter(pl.col("sent").is_not_null())
    assert parcels.filter((local("sent").dt.weekday() > 5) | local("sent").dt.date().is_in(BANK_HOLIDAYS)).is_empty()
    irish = parcels.filter(pl.col("address").str.ends_with("Ireland") & pl.col("delivered").is_not_null())
    days = pl.business_day_count(local("sent").dt.date(), local("delivered").dt.date(), holidays=BANK_HOLIDAYS)
    assert irish.filter(~days.is_between(4, 7)).is_empty()
    assert irish.height > 200
    plants = shop.products.filter(category="Plants & Seeds")["product_id"].to_list()
    sent = shop.events.filter(pl.col("order_id").is_in(irish["order_id"].to_list()))
    assert sent.filter(pl.col("product_id").is_in(plants)).is_empty()


def test_questions_and_policies_are_enough_and_none_is_twice(shop: Shop) -> None:
    assert shop.faq.height >= 60
    assert shop.faq["question"].str.to_lowercase().str.strip_chars(" ?").n_unique() == shop.faq.height
    assert shop.faq["answer"].n_unique() == shop.faq.height
    assert shop.policies.height >= 8
    sentences = shop.policies["text"].str.count_matches(r"[.](?: |$)")
    assert sentences.is_between(5, 12).all()


def test_questions_and_policies_name_the_same_amounts(shop: Shop) -> None:
    amounts = r"£\d+(?:\.\d\d)?|\d\d+ days|\d+ months"
    said = set(shop.faq["answer"].str.extract_all(amounts).explode())
    ruled = set(shop.policies["text"].str.extract_all(amounts).explode())
    assert ruled <= said
    assert {
        "£3.95",
        "£45",
        "£6.95",
        "£12.95",
        "£8.95",
        "£90",
        "£2.95",
        "30 days",
        "60 days",
        "24 months",
    } <= said & ruled


def test_reviews_are_of_buyers_after_delivery(shop: Shop) -> None:
    bought = (
        shop.events.filter(action="buy").group_by("customer_id", "product_id").agg(pl.col("time").min().alias("first"))
    )
    both = shop.reviews.join(bought, on=["customer_id", "product_id"], how="left")
    assert both.filter(pl.col("first").is_null() | (pl.col("time") <= pl.col("first"))).is_empty()
    assert shop.reviews["rating"].is_in([1.0, 2.0, 3.0, 4.0, 5.0]).all()
    assert shop.events.filter(action="rate").height == shop.reviews.height
    assert shop.reviews["text"].n_unique() > 1_000


def test_written_sample_loads_back_to_the_same_shop(tmp_path: Path) -> None:
    written = write_sample(tmp_path, seed=5, customers=600)
    assert {path.name for path in written} == {path.name for path in tmp_path.iterdir()}
    loaded = Shop.load(tmp_path)
    assert loaded.lacks == {}
    assert loaded.fingerprint() == sample_shop(5, 600).fingerprint()
