"""Words of titles that set a group's purchases apart, counted by hand over eight made-up products."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from segmentation import Marks, describe_segments, title_words
from shop.profiles import customer_profiles
from shop.shop import Shop
from shop.tables import EVENTS, PRODUCTS

TITLES = {
    "c1": "Christmas star",
    "c2": "RED CHRISTMAS BAUBLE",
    "c3": "Christmas wreath",
    **{f"p{n}": f"Plain thing number {n}" for n in range(1, 4)},
    **{f"x{n}": f"Other {name}" for n, name in enumerate(("kettle", "ladder", "mirror", "napkin", "pillow", "ribbon"))},
    **{f"y{n}": f"Single {name}" for n, name in enumerate(("anchor", "bucket", "candle", "drawer", "easel"))},
}
LABELS = np.array([0] * 6 + [1] * 6)


def shop_of(*, order_ids: bool = False, categories: bool = False) -> Shop:
    """Return a shop in which each of a0–a5 buys two Christmas products and one other, each of b0–b5 one other and b0 a star too."""
    bought = {f"a{n}": ["c1", "c2", f"x{n}"] for n in range(6)} | {f"b{n}": [f"x{n}"] for n in range(6)}
    bought["b0"].append("c3")
    rows: list[dict[str, Any]] = []
    for who, what in bought.items():
        for one in what:
            row = dict.fromkeys(EVENTS) | {"customer_id": who, "product_id": one, "action": "buy", "quantity": 1.0}
            rows.append(row | {"position": len(rows), "order_id": f"{who}-{one}" if order_ids else None})
    products = [
        dict.fromkeys(PRODUCTS)
        | {"product_id": key, "title": title, "category": f"kind {key[0]}" if categories else None}
        for key, title in TITLES.items()
    ]
    customers = pl.DataFrame({"customer_id": sorted(bought)})
    return Shop(pl.DataFrame(rows, schema=dict(EVENTS)), pl.DataFrame(products, schema=dict(PRODUCTS)), customers)


def test_title_words_christmas_buyers_are_told_by_it() -> None:
    """12 of their 18 pairs hold the word, against 1 of the others' 7; "Other" is in a larger part of the others'."""
    shop = shop_of()
    words = title_words(shop, customer_profiles(shop), LABELS)
    row = describe_segments(shop, customer_profiles(shop), LABELS, marks=Marks(words)).to_dicts()[0]
    assert words[0][0] == "Christmas"
    assert row["title_word_share"] == pytest.approx(12 / 18)
    assert row["title_word_lift"] == pytest.approx((12 / 18) / (1 / 7))


def test_title_words_shop_with_categories_needs_none() -> None:
    shop = shop_of(categories=True)
    assert title_words(shop, customer_profiles(shop), LABELS) == {}


def test_describe_shop_without_orders_and_clock_counts_items_not_orders() -> None:
    unknown, known = shop_of(), shop_of(order_ids=True)
    row = describe_segments(unknown, customer_profiles(unknown), LABELS).to_dicts()[0]
    assert (row["items_mean"], row["orders_mean"], row["single_order_share"]) == (3.0, None, None)
    row = describe_segments(known, customer_profiles(known), LABELS).to_dicts()[0]
    assert (row["items_mean"], row["orders_mean"]) == (None, 3.0)


def test_title_words_measure_after_numbers_is_none() -> None:
    """Every Christmas title also holds "12 pieces": the measure is as common, and is not taken."""
    shop = shop_of()
    products = shop.products.with_columns(
        pl.when(pl.col("product_id").str.starts_with("c"))
        .then(pl.format("{}, 12 pieces", pl.col("title").str.replace("(?i)christmas", "festive 3 Christmas")))
        .otherwise(pl.col("title"))
        .alias("title")
    )
    words = title_words(replace(shop, products=products), customer_profiles(shop), LABELS)
    assert words[0][0] == "Festive"
