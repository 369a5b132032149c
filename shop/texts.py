"""The texts an encoder reads: a product's own words, and a customer's history in titles. It knows no encoder."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from shop.shop import Shop

MOST_WORDS = 200  # an encoder reads little more, and titles come first
_MOST_CHARACTERS = 1600  # scripts without spaces: a text is not one word
_END = re.compile(r"[.!?](?=\s)|[。！？]")


def product_texts(shop: Shop) -> list[str]:
    """Return title, category, brand and description of each product as one text, rows as in `shop.products`.

    At most 200 words each, cut at the end of a sentence where one ends in the last third. A product without a title and
    a description is called by its category and brand, one without those by its id: `products_without_text` counts them.
    """
    columns = shop.products.select("product_id", "title", "category", "brand", "description")
    return [product_text(*row) for row in columns.iter_rows()]


def products_without_text(shop: Shop) -> int:
    """Return how many products have neither title nor description: only their category, brand or id can be embedded."""
    blank = [pl.col(name).fill_null("").str.strip_chars() == "" for name in ("title", "description")]
    return shop.products.filter(*blank).height


def product_text(product: str, title: str | None, category: str | None, brand: str | None, words: str | None) -> str:
    """Return the text of one product, as `product_texts` puts it together."""
    known = set((title or "").lower().split())
    parts = [title] + [name for name in (category, brand) if name and not set(name.lower().split()) <= known]
    if words and words.strip() != (title or "").strip():
        parts.append(words)
    text = ". ".join(part.strip().rstrip(".") for part in parts if part and part.strip())
    return _cut(text) or product


def _cut(text: str) -> str:
    words = text.split()
    short = " ".join(words[:MOST_WORDS])[:_MOST_CHARACTERS]
    if len(short) == len(" ".join(words)):
        return short
    ends = [end.end() for end in _END.finditer(short) if end.end() > len(short) * 2 / 3]
    return short[: ends[-1]] if ends else short


def history_texts(shop: Shop, *, as_of: datetime | None = None, last: int = 20) -> list[str]:
    """Return the titles of each customer's latest purchases, latest first, rows as in `shop.customers`.

    Parameters
    ----------
    as_of : datetime, UTC
        Later events are not looked at; by default all are.
    last : int, 1 or more
        So many different products at most, each at its latest purchase.

    Returns
    -------
    list of str; titles joined by "; ", a product without one by its id, an empty text where nothing was bought.

    Raises
    ------
    ValueError
        When `last` is below 1.
    """
    if last < 1:
        raise ValueError(f"last must be 1 or more titles, got {last}.")
    seen = shop if as_of is None else shop.until(as_of)
    title = pl.col("title").str.strip_chars()
    called = pl.when(title == "").then(None).otherwise(title).fill_null(pl.col("product_id")).alias("title")
    latest = (
        seen.purchases()
        .filter(pl.col("customer_id").is_not_null())
        .group_by("customer_id", "product_id")
        .agg(pl.col("position").max())
        .join(seen.products.select("product_id", called), on="product_id", how="inner")
        .sort("position", descending=True)
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("title").head(last))
        .with_columns(pl.col("title").list.join("; "))
    )
    named = seen.customers.select("customer_id").join(latest, on="customer_id", how="left", maintain_order="left")
    return named["title"].fill_null("").to_list()
