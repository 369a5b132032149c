"""What an encoder is given to read, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from shop.shop import Shop
from shop.tables import PRODUCTS
from shop.texts import MOST_WORDS, history_texts, product_texts, products_without_text


def with_products(shop: Shop, *rows: dict[str, str | None]) -> Shop:
    blank = dict.fromkeys(PRODUCTS)
    return replace(shop, products=pl.DataFrame([blank | row for row in rows], schema=dict(PRODUCTS)))


def test_product_text_is_title_category_brand_and_description(tiny_shop: Shop) -> None:
    assert product_texts(tiny_shop) == [
        "Red mug. Kitchen. Larch. A stoneware mug. Holds 300 ml",
        "Blue desk lamp. Lighting. A lamp for the desk",
    ]


def test_product_text_does_not_repeat_what_the_title_says(tiny_shop: Shop) -> None:
    shop = with_products(
        tiny_shop,
        {"product_id": "1", "title": "Larch kitchen mug", "category": "Kitchen", "brand": "Larch"},
        {"product_id": "2", "title": "Tray", "description": " Tray "},
    )
    assert product_texts(shop) == ["Larch kitchen mug", "Tray"]
    assert products_without_text(shop) == 0


def test_product_without_words_is_called_by_category_or_id_and_counted(tiny_shop: Shop) -> None:
    shop = with_products(
        tiny_shop,
        {"product_id": "1", "title": " ", "category": "Kitchen"},
        {"product_id": "2"},
        {"product_id": "3", "description": "A tray."},
    )
    assert product_texts(shop) == ["Kitchen", "2", "A tray"]
    assert products_without_text(shop) == 2


def test_long_product_text_is_cut_at_a_sentence(tiny_shop: Shop) -> None:
    """Title (1 word) and sentences of ten words: 19 whole ones fit into 200 words, the twentieth would not."""
    sentence = "one two three four five six seven eight nine ten."
    shop = with_products(tiny_shop, {"product_id": "1", "title": "Tray", "description": " ".join([sentence] * 30)})
    text = product_texts(shop)[0]
    assert text == "Tray. " + " ".join([sentence] * 19)
    endless = with_products(tiny_shop, {"product_id": "1", "description": "word " * 300})
    assert len(product_texts(endless)[0].split()) == MOST_WORDS
    chinese = with_products(tiny_shop, {"product_id": "1", "description": "这是一个杯子。" * 400})
    assert product_texts(chinese)[0] == "这是一个杯子。" * 228  # 1,596 of 1,600 characters


def test_history_text_is_titles_latest_first_net_of_returns(tiny_shop: Shop, now: datetime) -> None:
    assert history_texts(tiny_shop, as_of=now) == ["Blue desk lamp; Red mug", "", ""]
    assert history_texts(tiny_shop, as_of=now, last=1) == ["Blue desk lamp", "", ""]
    assert history_texts(tiny_shop)[0] == "Red mug; Blue desk lamp"  # the mugs of 2 March are the latest


def test_history_text_calls_a_product_without_title_by_its_id(tiny_shop: Shop, now: datetime) -> None:
    shop = with_products(tiny_shop, {"product_id": "mug", "title": " "}, {"product_id": "lamp", "title": "Lamp"})
    assert history_texts(shop, as_of=now)[0] == "Lamp; mug"


def test_history_of_no_titles_is_refused(tiny_shop: Shop) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        history_texts(tiny_shop, last=0)
