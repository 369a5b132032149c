"""Finished tables handed to Shop.from_frames."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import polars as pl
import pytest

from shop.shop import Shop
from shop.tables import ShopDataError

EVENTS = pl.DataFrame({"customer_id": ["b", "a", None], "product_id": ["lamp", "mug", "mug"], "unit_price": [3.0, 2.0, None],
                       "time": [datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)]})  # fmt: skip
PRODUCTS = pl.DataFrame({"product_id": ["mug", "lamp"], "title": ["Red mug", "Blue lamp"]})


def test_frames_become_a_shop_in_order_with_nulls_where_nothing_was_given() -> None:
    shop = Shop.from_frames(EVENTS, PRODUCTS)
    assert shop.events["product_id"].to_list() == ["mug", "mug", "lamp"]  # by time
    assert shop.events["position"].to_list() == [0, 1, 2]
    assert shop.events["action"].unique().to_list() == ["buy"]
    assert shop.customers["customer_id"].to_list() == ["a", "b"]
    assert shop.products["product_id"].to_list() == ["lamp", "mug"]
    assert "brand" in shop.lacks


def test_pandas_frames_give_the_same_shop() -> None:
    one, two = (
        Shop.from_frames(EVENTS, PRODUCTS),
        Shop.from_frames(pd.DataFrame(EVENTS.to_dicts()), pd.DataFrame(PRODUCTS.to_dicts())),
    )  # type: ignore[arg-type]
    assert one.fingerprint() == two.fingerprint()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"quantity": [1.0, -2.0, 0.0]},
            "events, column 'quantity', row 0 .counted from 0.: found -2.0; expected above 0.*1 more rows alike",
        ),
        ({"action": ["buy", "steal", "buy"]}, "found 'steal'; expected one of view, search"),
        ({"unit_price": [1.0, -1.0, None]}, "found -1.0; expected 0 or more"),
        ({"unit_price": [1.0, float("nan"), None]}, "column 'unit_price'.*expected"),
        ({"position": [1, 1, 2]}, "column 'position'.*expected each value once"),
        ({"product_id": ["lamp", "mug", "rug"]}, "'rug' is no product of the shop .1 events alike"),
        ({"product_id": ["lamp", "mug", None]}, "expected one for every action but a search"),
        ({"unit_price": ["1", "2", "3"]}, "found text, such as '2'; expected Float64"),
        ({"colour": ["1", "2", "3"]}, "unknown column 'colour'"),
    ],
)
def test_wrong_events_are_refused_in_words(changes: dict[str, list[Any]], says: str) -> None:
    with pytest.raises(ShopDataError, match=says):
        Shop.from_frames(EVENTS.with_columns(pl.Series(name, values) for name, values in changes.items()), PRODUCTS)


def test_repeated_product_and_unknown_table_are_refused() -> None:
    with pytest.raises(
        ShopDataError, match="products, column 'product_id', row 0 .* found 'mug'; expected each value once"
    ):
        Shop.from_frames(EVENTS, pl.concat([PRODUCTS, PRODUCTS]))
    with pytest.raises(ShopDataError, match="no table 'sales'"):
        Shop.from_frames(EVENTS, PRODUCTS, sales=EVENTS)
    with pytest.raises(ShopDataError, match="'b' is no customer of the shop"):
        Shop.from_frames(EVENTS, PRODUCTS, customers=pl.DataFrame({"customer_id": ["a"]}))
