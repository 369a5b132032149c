"""Words of product titles that set a group's purchases apart: what is bought, in a shop whose products have no categories.

It counts words. It knows no language and names no group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shop import Shop

_SHORTEST = 4  # letters: shorter words of a title are mostly sizes, colours' ends and little words
_FEWEST_PRODUCTS = 3  # a word of fewer titles is a product, not a kind of product
_MOST_TITLES = 0.2  # a word of more titles is the shop, not a part of it
_LEAST_SHARE = 0.03  # of their purchases
_LEAST_LIFT = 1.3
_LOOKED_AT = 12  # words a group, from which the second is taken
_MOST_SHARED = 0.2  # of the titles of the rarer of two words


def title_words(
    shop: Shop, profiles: pl.DataFrame, labels: NDArray[np.int64], *, beside_categories: bool = False
) -> dict[int, tuple[str, ...]]:
    """Return for each group up to two words of product titles that set its purchases apart the most; no group without one.

    Counted are pairs of customer and product bought. The words are those of the largest z of the difference between the
    group's part of pairs and that of all others, among words of at least 3 % of its pairs and 1.3 times the others' part; the
    second one stands in few titles with the first.

    Parameters
    ----------
    profiles : one row a customer
    labels : int (n,), the group of each row of `profiles`
    beside_categories : also in a shop with two categories or more; without, none there, as the categories say it

    Source: two-proportion z test, Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, ch. 3.
    """
    if not beside_categories and shop.products["category"].drop_nulls().n_unique() >= 2:
        return {}
    words = _words(shop.products)
    counts, totals = _counted(_pairs(shop, profiles.select("customer_id"), labels), words)
    whole = int(totals["_pairs"].sum())
    own, others = pl.col("_n") / pl.col("_pairs"), (pl.col("_all") - pl.col("_n")) / (whole - pl.col("_pairs"))
    pooled = pl.col("_all") / whole
    error = (pooled * (1 - pooled) * (1 / pl.col("_pairs") + 1 / (whole - pl.col("_pairs")))).sqrt()
    telling = (
        counts.join(totals, on="segment")
        .filter((pl.col("_pairs") < whole) & (pl.col("_all") > pl.col("_n")))
        .filter((own >= _LEAST_SHARE) & (own >= _LEAST_LIFT * others))
        .with_columns(((own - others) / error).alias("_z"))
        .sort(["segment", "_z", "word"], descending=[False, True, False])
        .group_by("segment", maintain_order=True)
        .agg(pl.col("word").head(_LOOKED_AT))
    )
    titles = dict(words.group_by("word").agg("product_id").iter_rows())
    return {segment: _apart(found, titles) for segment, found in telling.iter_rows()}


def _apart(ranked: Sequence[str], titles: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the first word, and the first of the others that stands in few titles with it: two words for one thing say it twice."""
    first = set(titles[ranked[0]])
    for word in ranked[1:]:
        own = titles[word]
        if sum(one in first for one in own) <= _MOST_SHARED * min(len(own), len(first)):
            return ranked[0], word
    return (ranked[0],)


def word_shares(shop: Shop, known: pl.DataFrame, words: Mapping[int, tuple[str, ...]]) -> list[pl.DataFrame]:
    """Return title_word, title_word_share and title_word_lift of each group that has a word, then those of second_title_word.

    Parameters
    ----------
    known : (customer_id, segment) of every customer that counts
    words : the words of each group, as `title_words` gives them
    """
    chosen = pl.DataFrame(
        [(segment, one, place) for segment, several in words.items() for place, one in enumerate(several)],
        schema={"segment": pl.Int64, "word": pl.String, "_place": pl.Int64},
        orient="row",
    )
    if chosen.is_empty():
        return []
    pairs = _pairs(shop, known.select("customer_id"), known["segment"].to_numpy())
    counts, totals = _counted(pairs, _words(shop.products).join(chosen.select("word").unique(), on="word"))
    whole = totals["_pairs"].sum()
    table = chosen.join(totals, on="segment").join(counts, on=["segment", "word"])
    share, others = pl.col("_n") / pl.col("_pairs"), (pl.col("_all") - pl.col("_n")) / (whole - pl.col("_pairs"))
    lift = pl.when((others > 0) & (pl.col("_pairs") < whole)).then(share / others)
    names = ("title_word", "second_title_word")
    return [
        table.filter(pl.col("_place") == place).select(
            "segment", pl.col("word").alias(name), share.alias(f"{name}_share"), lift.alias(f"{name}_lift")
        )
        for place, name in enumerate(names)
    ]


def _words(products: pl.DataFrame) -> pl.DataFrame:
    """Return (product_id, word) of the titles, each word as a sentence would begin with it, without the words of most titles."""
    letters = r"\p{L}{" + str(_SHORTEST) + r",}"
    lower = products.select("product_id", pl.col("title").str.to_lowercase().alias("_title"))
    table = _exploded(lower, pl.col("_title").str.extract_all(letters))
    # "4 ounces", "12 count": a word that mostly follows a number is a measure
    numbered = _exploded(lower, pl.col("_title").str.extract_all(r"\d[\s-]*" + letters)).with_columns(
        pl.col("word").str.extract(f"({letters})$")
    )
    measured = numbered.unique().group_by("word").agg(pl.len().alias("_after"))
    table = table.join(measured, on="word", how="left").with_columns(pl.len().over("word").alias("_titles"))
    table = table.filter(pl.col("_after").fill_null(0) * 2 <= pl.col("_titles"))
    table = table.with_columns(
        (pl.col("word").str.slice(0, 1).str.to_uppercase() + pl.col("word").str.slice(1)).alias("word"),
    )
    most = _MOST_TITLES * products.height
    table = table.filter(pl.col("_titles").is_between(_FEWEST_PRODUCTS, most)).select("product_id", "word")
    return table.join(_everywhere(products, letters), on="word", how="anti")


def _everywhere(products: pl.DataFrame, letters: str) -> pl.DataFrame:
    """Return (word) of those in the descriptions of more than a fifth of the products: "with", "from" and the like."""
    told = products.select("product_id", pl.col("description").str.to_lowercase().alias("_told"))
    words = _exploded(told, pl.col("_told").str.extract_all(letters)).group_by("word").agg(pl.len().alias("_n"))
    words = words.filter(pl.col("_n") > _MOST_TITLES * products.height)
    return words.select(pl.col("word").str.slice(0, 1).str.to_uppercase() + pl.col("word").str.slice(1))


def _exploded(titles: pl.DataFrame, words: pl.Expr) -> pl.DataFrame:
    table = titles.select("product_id", words.alias("word")).explode("word", empty_as_null=True)
    return table.drop_nulls("word").unique()


def _pairs(shop: Shop, customers: pl.DataFrame, labels: NDArray[np.int64]) -> pl.DataFrame:
    known = customers.with_columns(pl.Series("segment", labels))
    pairs = shop.purchases().select("customer_id", "product_id").unique()
    return pairs.join(known, on="customer_id", how="inner").group_by("segment", "product_id").agg(pl.len().alias("_n"))


def _counted(pairs: pl.DataFrame, words: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return pairs by (segment, word) with those of all groups, and all pairs by segment."""
    counts = pairs.join(words, on="product_id").group_by("segment", "word").agg(pl.col("_n").sum().cast(pl.Int64))
    everyone = counts.group_by("word").agg(pl.col("_n").sum().alias("_all"))
    totals = pairs.group_by("segment").agg(pl.col("_n").sum().cast(pl.Int64).alias("_pairs"))
    return counts.join(everyone, on="word"), totals
