"""What a group buys that others do not: the products and categories that set it apart the most, and how far.

It counts buyers. It knows no titles and names no group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import polars as pl
from numpy.typing import NDArray

from segmentation.title_words import title_words

if TYPE_CHECKING:
    import numpy as np

    from shop import Shop

Of = Literal["product_id", "category"]
_POOLED = (pl.col("_buyers") + pl.col("_others") * pl.col("_left")) / (pl.col("_people") + pl.col("_left"))
_Z = (pl.col("_own") - pl.col("_others")) / (
    _POOLED * (1 - _POOLED) * (1 / pl.col("_people") + 1 / pl.col("_left"))
).sqrt()
_FEWEST_BUYERS = 5  # in a group
_LEAST_LIFT = 1.5
_MOST = 3  # a group
_PLACES = ("", "second_", "third_")
_MOST_SHUNNED = 0.6  # of the others' part
_LEAST_SHUNNED = 0.1  # of the others buy it


@dataclass(frozen=True)
class Marks:
    """What is looked for in each group, chosen before it is counted.

    Up to two words of titles, up to three products and categories it is drawn to, and a category it buys less than others do.
    """

    words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    products: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    categories: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    shunned: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def marks_of(
    shop: Shop, profiles: pl.DataFrame, labels: NDArray[np.int64], *, known: Mapping[int, str | None]
) -> Marks:
    """Return what sets the purchases of each group apart the most among these customers.

    Parameters
    ----------
    profiles : one row a customer
    labels : int (n,), the group of each row of `profiles`
    known : the category each group spends most on, which is told anyway and not looked for
    """
    people = profiles.select("customer_id").with_columns(pl.Series("segment", labels))
    products = _most_apart(_shares(shop, people, "product_id"), "product_id")
    shares = _shares(shop, people, "category")
    told = pl.DataFrame(
        {"segment": list(known), "category": list(known.values())}, schema={"segment": pl.Int64, "category": pl.String}
    )
    categories = _most_apart(shares.join(told, on=["segment", "category"], how="anti"), "category")
    words = title_words(shop, profiles, labels, beside_categories=True)
    return Marks(words, products, categories, _least_bought(shares))


def drawn_lifts(shop: Shop, known: pl.DataFrame, chosen: Mapping[int, tuple[str, ...]], of: Of) -> list[pl.DataFrame]:
    """Return tables (segment, drawn_product or drawn_category, the same with _lift), then those of the second and third ones.

    Parameters
    ----------
    known : (customer_id, segment) of every customer that counts
    chosen : what to count for each group
    """
    wanted = pl.DataFrame(
        [(segment, one, place) for segment, several in chosen.items() for place, one in enumerate(several)],
        schema={"segment": pl.Int64, of: pl.String, "_place": pl.Int64},
        orient="row",
    )
    if wanted.is_empty():
        return []
    found = _shares(shop, known.with_columns(pl.col("segment").cast(pl.Int64)), of, wanted[of].unique())
    found = wanted.join(found, on=["segment", of]).filter(pl.col("_others") > 0)
    kind = {"product_id": "product", "category": "category"}[of]
    tables = []
    for place, name in enumerate(f"{one}drawn_{kind}" for one in _PLACES):
        lift = (pl.col("_own") / pl.col("_others")).alias(f"{name}_lift")
        tables.append(found.filter(pl.col("_place") == place).select("segment", pl.col(of).alias(name), lift))
    return tables


def shunned_lifts(shop: Shop, known: pl.DataFrame, chosen: Mapping[int, tuple[str, ...]]) -> pl.DataFrame | None:
    """Return (segment, shunned_category, shunned_category_ratio): the part of them who bought from it / that part of all others.

    At most 1: customers it was not chosen on may buy it more often than others do, and are then told as no different.
    """
    found = drawn_lifts(shop, known, chosen, "category")
    names = {"drawn_category": "shunned_category", "drawn_category_lift": "shunned_category_ratio"}
    return found[0].rename(names).with_columns(pl.col("shunned_category_ratio").clip(0.0, 1.0)) if found else None


def _shares(shop: Shop, known: pl.DataFrame, of: Of, only: pl.Series | None = None) -> pl.DataFrame:
    """Return (segment, of, _buyers, _own, _others, _people, _left): the part of the group and of all others who bought it."""
    bought = shop.purchases().select("customer_id", "product_id").unique()
    if of == "category":
        named = shop.products.select("product_id", "category").drop_nulls("category")
        bought = bought.join(named, on="product_id").select("customer_id", "category").unique()
    if only is not None:
        bought = bought.filter(pl.col(of).is_in(only.implode()))
    buyers = bought.join(known, on="customer_id").group_by("segment", of).agg(pl.len().cast(pl.Int64).alias("_buyers"))
    people = known.group_by("segment").agg(pl.len().cast(pl.Int64).alias("_people"))
    table = buyers.join(people, on="segment").filter(pl.col("_people") < known.height)
    return table.with_columns(
        (pl.col("_buyers") / pl.col("_people")).alias("_own"),
        ((pl.col("_buyers").sum().over(of) - pl.col("_buyers")) / (known.height - pl.col("_people"))).alias("_others"),
        (known.height - pl.col("_people")).alias("_left"),
    )


def _most_apart(shares: pl.DataFrame, of: Of) -> dict[int, tuple[str, ...]]:
    """Return for each group the three with the largest z of a two-proportion test, at least 1.5 times the others' part.

    Source: Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, ch. 3.
    """
    telling = (
        shares.filter((pl.col("_buyers") >= _FEWEST_BUYERS) & (pl.col("_others") > 0))
        .filter(pl.col("_own") >= _LEAST_LIFT * pl.col("_others"))
        .with_columns(_Z.alias("_z"))
        .sort(["segment", "_z", of], descending=[False, True, False])
        .group_by("segment", maintain_order=True)
        .agg(pl.col(of).head(_MOST))
    )
    return {segment: tuple(several) for segment, several in telling.iter_rows()}


def _least_bought(shares: pl.DataFrame) -> dict[int, tuple[str, ...]]:
    """Return for each group the category of the smallest z, one that many others buy and they buy far less; no group without."""
    telling = (
        shares.filter((pl.col("_others") >= _LEAST_SHUNNED) & (pl.col("_own") <= _MOST_SHUNNED * pl.col("_others")))
        .with_columns(_Z.alias("_z"))
        .sort(["segment", "_z", "category"])
        .unique("segment", keep="first", maintain_order=True)
    )
    return {segment: (one,) for segment, one in telling.select("segment", "category").iter_rows()}
