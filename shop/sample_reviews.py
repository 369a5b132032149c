"""The made-up reviews of the sample shop: who rates what, and sentences put together from the shipped ones. It knows no other text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from shop.sample_orders import Orders
from shop.sample_parcels import END_HOUR, Parcels
from shop.sample_world import Goods, read_table, stream

REVIEW_SHARE = 0.085  # of the lines of known customers

Pools = Mapping[tuple[str, str], list[str]]


def make_reviews(
    seed: int, lines: pl.DataFrame, orders: Orders, parcels: Parcels, goods: Goods, *, customers: int
) -> pl.DataFrame:
    """Return person, product, rating, text and hour of the reviews known at the end; a customer rates a product once.

    Parameters
    ----------
    lines : DataFrame
        Bought lines with `returned`, whether something of it came back.
    customers : int
        People numbered from here on are guests, who do not review.
    """
    rng = stream(seed, "reviews")
    order = lines["order"].to_numpy()
    person, product = orders.person[order], lines["product"].to_numpy()
    hour = (
        np.floor(parcels.delivered[order] / 24) * 24
        + rng.integers(3, 26, order.size) * 24
        + rng.uniform(8, 22, order.size)
    )
    chosen = (
        (rng.random(order.size) < REVIEW_SHARE) & (person < customers) & (hour < END_HOUR) & ~parcels.cancelled[order]
    )
    raw = goods.quality[product] + rng.normal(0, 0.9, order.size) - 1.8 * lines["returned"].to_numpy()
    table = pl.DataFrame(
        {
            "person": person,
            "product": product,
            "rating": np.clip(np.round(raw), 1, 5),
            "hour": hour,
            "by_post": ~orders.in_store[order],
        }
    ).filter(pl.Series(chosen))
    table = table.sort("hour", "person", "product").unique(["person", "product"], keep="first", maintain_order=True)
    return table.with_columns(text=pl.Series(_texts(rng, table, goods)))


def _texts(rng: np.random.Generator, table: pl.DataFrame, goods: Goods) -> list[str]:
    pools: dict[tuple[str, str], list[str]] = {}
    for tone, about, text in read_table("review_sentences.csv").iter_rows():
        pools.setdefault((tone, about), []).append(text)
    categories = goods.table["category"].to_list()
    return [
        _text(rng, pools, categories[product], rating, by_post)
        for product, rating, by_post in table.select("product", "rating", "by_post").iter_rows()
    ]


def _text(rng: np.random.Generator, pools: Pools, category: str, rating: float, by_post: bool) -> str:
    """Return one to four different sentences of the tone of a rating: of the category, of any product, of the delivery."""
    tone = "good" if rating >= 4 else "mixed" if rating == 3 else "bad"
    about, anything, second, post, doubt = rng.random(5)
    parts = []
    if about < 0.8 or (tone, category) not in pools:
        parts.append((tone, category if (tone, category) in pools else "any"))
    if anything < 0.5 or not parts:
        parts.append((tone, "any"))
    if rating == 4 and doubt < 0.3:
        parts = [("good", "any"), ("mixed", category)] if ("mixed", category) in pools else parts
    if by_post and post < 0.2:
        parts.append((tone if second < 0.8 else "good", "delivery"))
    sentences: list[str] = []
    for part in parts:
        pool = pools[part]
        sentences.append(pool[int(rng.integers(len(pool)))])
    return " ".join(dict.fromkeys(sentences))
