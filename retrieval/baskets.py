"""What is bought together: rules of whole baskets by frequent sets, and pairs of products by how often they share an order.

It counts orders. It knows no customer and no vector, and it claims no cause.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from shop import Shop

FEWEST_TOGETHER = 3  # orders: fewer say more about chance than about the products
_CRITICAL = 6.63  # log-likelihood ratio of 1 % chance (chi square, one degree)


@dataclass(frozen=True)
class Pair:
    """Two products in the same orders: `together` of the `of` orders with the first hold the second, of `orders` in all.

    `lift` is how many times more often than chance; `ratio` the log-likelihood ratio against chance, by which pairs are ranked.
    """

    product_id: str
    title: str
    together: int
    of: int
    orders: int
    lift: float
    ratio: float


class Baskets:
    """The orders of a shop as sets of products.

    Parameters
    ----------
    shop : Shop
        Lines without an order id are put together where one customer bought them at the same moment; else each is its own.
    """

    def __init__(self, shop: Shop) -> None:
        lines = shop.purchases().filter(pl.col("product_id").is_not_null())
        moment = pl.concat_str("customer_id", pl.col("time").cast(pl.String), separator="\x00")
        alone = pl.lit("\x01") + pl.col("position").cast(pl.String)
        sets = (
            lines.select(pl.coalesce(pl.col("order_id"), moment, alone).alias("_order"), "product_id")
            .unique()
            .with_columns(pl.col("_order").rank("dense").cast(pl.Int64) - 1)
        )
        self._titles = dict(shop.products.select("product_id", "title").iter_rows())
        self._sets = sets
        self.orders = sets["_order"].n_unique()
        self._counts = dict(sets.group_by("product_id").len().iter_rows())

    def together(self, product_id: str, k: int = 10) -> list[Pair]:
        """Return the products that share orders with one more often than by chance, the surest first.

        Pairs of fewer than 3 orders, or that chance would give in one of a hundred cases, are left out: none may be left.

        Raises
        ------
        KeyError
            When the shop has no such product.
        """
        if product_id not in self._titles:
            raise KeyError(f"no product {product_id!r} among the {len(self._titles)} of this shop")
        mine = self._sets.filter(pl.col("product_id") == product_id).select("_order")
        counts = self._sets.join(mine, on="_order", how="semi").group_by("product_id").len()
        pairs = [
            self._pair(product_id, str(other), int(many))
            for other, many in counts.iter_rows()
            if other != product_id and many >= FEWEST_TOGETHER
        ]
        sure = [one for one in pairs if one.lift > 1 and one.ratio >= _CRITICAL]
        return sorted(sure, key=lambda one: (-one.ratio, one.product_id))[:k]

    def _pair(self, product: str, other: str, both: int) -> Pair:
        first, second, every = self._counts[product], self._counts[other], self.orders
        return Pair(
            other,
            self._titles.get(other) or other,
            both,
            first,
            every,
            both * every / (first * second),
            _log_likelihood_ratio(both, first - both, second - both, every - first - second + both),
        )

    def lists(self) -> list[list[str]]:
        """Return the orders as lists of product ids, sorted."""
        grouped = self._sets.sort("_order", "product_id").group_by("_order", maintain_order=True).agg("product_id")
        return grouped["product_id"].to_list()


def basket_rules(
    baskets: Iterable[Sequence[str]], *, min_support: float, min_confidence: float, longest: int | None = None
) -> pl.DataFrame:
    """Return the association rules with one product on the right, the strongest lift first.

    Parameters
    ----------
    baskets : sequences of product ids; a product twice in a basket counts once
    min_support, min_confidence : float in (0, 1]
        Share of baskets that hold all products of a rule; share of those with its left side that hold its right side.
    longest : int, optional
        Products in a rule at most.

    Returns
    -------
    DataFrame (if_bought: list, then_bought, support, confidence, lift); empty where nothing is that frequent.

    Raises
    ------
    ValueError
        When a bound is outside (0, 1].

    Source: Han, Pei & Yin (2000), "Mining frequent patterns without candidate generation"; the implementation is mlxtend's.
    """
    for name, bound in (("min_support", min_support), ("min_confidence", min_confidence)):
        if not 0 < bound <= 1:
            raise ValueError(f"{name} must be in (0, 1], got {bound}.")
    support = _frequent(list(map(set, baskets)), min_support, longest)
    rows = []
    for products, share in support.items():
        for right in products if len(products) > 1 else ():
            left = products - {right}
            confidence = share / support[left]
            if confidence >= min_confidence:
                rows.append((sorted(left), right, share, confidence, confidence / support[frozenset([right])]))
    schema: dict[str, Any] = {
        "if_bought": pl.List(pl.String),
        "then_bought": pl.String,
        "support": pl.Float64,
        "confidence": pl.Float64,
        "lift": pl.Float64,
    }
    rows.sort(key=lambda row: (-row[4], row[0], row[1]))
    return pl.DataFrame(rows, schema=schema, orient="row")


def _frequent(baskets: list[set[str]], min_support: float, longest: int | None) -> dict[frozenset[str], float]:
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth
    from scipy.sparse import csr_matrix

    names = sorted(set().union(*baskets)) if baskets else []
    if not names:
        return {}
    place = {name: at for at, name in enumerate(names)}
    columns = [place[name] for basket in baskets for name in basket]
    ends = np.cumsum([0, *map(len, baskets)])
    matrix = csr_matrix((np.ones(len(columns), np.uint8), columns, ends), shape=(len(baskets), len(names)))
    table: Any = pd.DataFrame.sparse.from_spmatrix(matrix, columns=names).astype(pd.SparseDtype(bool, False))
    found = fpgrowth(table, min_support=min_support, use_colnames=True, max_len=longest)
    return {
        frozenset(products): float(share) for products, share in zip(found["itemsets"], found["support"], strict=True)
    }


def _log_likelihood_ratio(both: int, first: int, second: int, neither: int) -> float:
    """Return 2 * sum observed * log(observed / expected) of the two by two table. Source: Dunning (1993)."""
    every = both + first + second + neither
    rows, columns = (both + first, second + neither), (both + second, first + neither)
    cells = ((both, 0, 0), (first, 0, 1), (second, 1, 0), (neither, 1, 1))
    terms = [n * math.log(n * every / (rows[i] * columns[j])) for n, i, j in cells if n > 0]
    return 2 * math.fsum(terms)
