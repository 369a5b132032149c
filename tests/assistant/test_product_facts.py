"""Facts of a product: what its columns say, and nothing that names nobody."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from assistant.product_facts import product_facts
from shop import Shop


@pytest.mark.parametrize(("brand", "said"), [("3M", {"3M"}), ("33", set()), ("Larch & Co", {"Larch & Co"})])
def test_brand_of_digits_alone_is_no_name_to_print(tiny_shop: Shop, brand: str, said: set[str]) -> None:
    shop = replace(tiny_shop, products=tiny_shop.products.with_columns(brand=pl.lit(brand)))
    product = shop.products["product_id"][0]
    facts = product_facts(shop, product, counts=None, as_of=None)
    assert {one.value for one in facts if one.name == "brand"} == said
