"""Exports of many programs: same sales from each; headers renamed, moved or swapped: the same sales, or a question."""

from __future__ import annotations

import random

import polars as pl
import pytest

from shop.questions import ShopQuestion
from tests.shop.exports import DIALECTS, as_csv, expected, export, found, load, raw, sales

SALES = sales()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_export_with_known_headers_gives_the_sales(dialect: str) -> None:
    cleaned = load(raw("orders.csv", export(dialect, SALES)))

    assert found(cleaned.tables["events"]) == expected(SALES, DIALECTS[dialect][1])
    titles = dict(cleaned.tables["products"].select("product_id", "title").iter_rows())
    assert titles == dict(SALES.select("code", "title").unique().iter_rows())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_export_with_columns_in_another_order_gives_the_same(dialect: str) -> None:
    frame = export(dialect, SALES)
    columns = frame.columns
    random.Random(3).shuffle(columns)

    cleaned = load(raw("orders.csv", frame.select(columns)))

    assert found(cleaned.tables["events"]) == expected(SALES, DIALECTS[dialect][1])


def right_or_asked(frame: pl.DataFrame, keys: tuple[str, ...]) -> str:
    asked = ""
    try:
        cleaned = load(raw("orders.csv", frame))
    except ShopQuestion as question:
        asked = str(question)
    if asked:
        assert "orders.csv" in asked
        assert "shop.toml" in asked
        return "asked"
    assert found(cleaned.tables["events"]) in [expected(SALES, key) for key in keys]
    return "right"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_export_with_nonsense_headers_is_right_or_asked(dialect: str) -> None:
    frame = export(dialect, SALES)
    right_or_asked(frame.rename({name: f"field {i}" for i, name in enumerate(frame.columns)}), ("customer", "email"))


def test_uci_export_with_nonsense_headers_is_read_by_its_values() -> None:
    frame = export("uci", SALES)
    assert (
        right_or_asked(frame.rename({name: f"x{i}" for i, name in enumerate(frame.columns)}), ("customer",)) == "right"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("place", range(8))
def test_export_with_one_header_renamed_is_right_or_asked(dialect: str, place: int) -> None:
    frame = export(dialect, SALES)
    if frame.columns[place] in ("customer_email", "Billing Email"):
        pytest.skip("not read where there is a customer number")
    right_or_asked(frame.rename({frame.columns[place]: "zzz"}), ("customer", "email"))


@pytest.mark.parametrize("dialect", ["uci", "shopify", "woo", "amazon"])
@pytest.mark.parametrize("seed", range(25))
def test_export_with_headers_over_the_wrong_columns_is_right_or_asked(dialect: str, seed: int) -> None:
    frame = export(dialect, SALES)
    names = list(frame.columns)
    random.Random(seed).shuffle(names)
    right_or_asked(frame.rename(dict(zip(frame.columns, names, strict=True))), ("customer", "email"))


@pytest.mark.parametrize("dialect", ["uci", "shopify", "woo", "amazon"])
def test_export_with_two_headers_swapped_is_right_or_asked(dialect: str) -> None:
    frame = export(dialect, SALES)
    for i, one in enumerate(frame.columns):
        for two in frame.columns[i + 1 :]:
            right_or_asked(frame.rename({one: two, two: one}), ("customer", "email"))


def test_two_prices_without_a_total_are_a_question_that_the_answer_settles() -> None:
    frame = as_csv(SALES.select(order_id="order", customer_id="customer", sku="code", name="title", qty="quantity", Price="price",
                                time="time").with_columns((pl.col("Price") * 1.2).round(2).alias("List price")))  # fmt: skip
    with pytest.raises(ShopQuestion) as asked:
        load(raw("orders.csv", frame))
    assert [candidate.column for candidate in asked.value.candidates] == ["Price", "List price"]
    assert '[columns."orders.csv"]\n    "List price" = "unit_price"' in str(asked.value)

    from shop.settings import Instructions

    told = Instructions(columns={"orders.csv": {"Price": "unit_price"}})
    assert found(load(raw("orders.csv", frame), instructions=told).tables["events"]) == expected(SALES, "customer")


def test_two_prices_with_a_total_are_decided_by_the_rows() -> None:
    frame = as_csv(SALES.select(order_id="order", customer_id="customer", sku="code", name="title", qty="quantity", total="total",
                                time="time", Price="price").with_columns((pl.col("Price") * 1.2).round(2).alias("List price")))  # fmt: skip
    assert found(load(raw("orders.csv", frame)).tables["events"]) == expected(SALES, "customer")


def test_two_dates_of_the_same_standing_are_a_question() -> None:
    frame = as_csv(SALES.select(order_id="order", customer_id="customer", sku="code", qty="quantity", price="price", date="time")
                   .with_columns(pl.col("date").dt.offset_by("3d").alias("order date")))  # fmt: skip
    with pytest.raises(ShopQuestion, match="which column is the time of the order"):
        load(raw("orders.csv", frame))
