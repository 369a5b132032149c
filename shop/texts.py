"""The texts an encoder reads: a product's own words, and a customer's history in titles. It knows no encoder."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from shop.shop import Shop

_MOST_WORDS = 200  # an encoder reads little more, and titles come first


def product_texts(shop: Shop) -> list[str]:
    """Return title, category, brand and description of each product as one text, rows as in `shop.products`.

    At most 200 words each. A product without any text is called by its id.
    """
    texts = []
    for row in shop.products.select("product_id", "title", "category", "brand", "description").iter_rows():
        product, title, category, brand, description = row
        known = set((title or "").lower().split())
        parts = [title or ""]
        parts += [word for word in (category, brand) if word and not set(word.lower().split()) <= known]
        if description and description.strip() != (title or "").strip():
            parts.append(description)
        text = ". ".join(part.strip().rstrip(".") for part in parts if part.strip())
        texts.append(" ".join(text.split()[:_MOST_WORDS]) or product)
    return texts


def history_texts(shop: Shop, *, as_of: datetime | None = None, last: int = 20) -> list[str]:
    """Return the titles of each customer's latest purchases, latest first, rows as in `shop.customers`.

    Parameters
    ----------
    as_of : datetime, UTC
        Later events are not looked at; by default all are.
    last : int
        So many different products at most.

    Returns
    -------
    list of str; an empty text where nothing was bought.
    """
    seen = shop if as_of is None else shop.until(as_of)
    titles = seen.products.select("product_id", pl.col("title").fill_null(pl.col("product_id")))
    latest = (
        seen.purchases()
        .filter(pl.col("customer_id").is_not_null())
        .group_by("customer_id", "product_id")
        .agg(pl.col("position").max())
        .join(titles, on="product_id", how="inner")
        .sort("position", descending=True)
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("title").head(last))
        .with_columns(pl.col("title").list.join("; "))
    )
    named = seen.customers.select("customer_id").join(latest, on="customer_id", how="left", maintain_order="left")
    return named["title"].fill_null("").to_list()
