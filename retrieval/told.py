"""Why a product is recommended live: the product whose events gave most to its score, and what the shop's counts say beside it.

It holds values, never sentences, and says of it only what the score's own terms say.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from retrieval.reasons import Reason, recent_buyers

if TYPE_CHECKING:
    from datetime import datetime

    from retrieval.terms import Top
    from shop import Shop

RECENT_DAYS = 30
FEWEST_IN_COMMON = 5  # customers: below, the share says more about chance than about the products


class Counted:
    """Buyers of the shop's products, counted once and looked up often.

    Parameters
    ----------
    shop : Shop
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    @cached_property
    def _buyers(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
        known = self._shop.purchases().filter(pl.col("customer_id").is_not_null())
        numbered = known.select("product_id", (pl.col("customer_id").rank("dense").cast(pl.Int64)).alias("_c")).unique()
        grouped = numbered.sort("_c").group_by("product_id").agg("_c")
        return {product: np.array(customers, dtype=np.int64) for product, customers in grouped.iter_rows()}

    @cached_property
    def _recent(self) -> dict[str, int]:
        return recent_buyers(self._shop, days=RECENT_DAYS)

    def in_common(self, product_id: str, other: str) -> tuple[int, int]:
        """Return (customers who bought both, customers who bought the other one)."""
        none = np.zeros(0, dtype=np.int64)
        first, second = self._buyers.get(product_id, none), self._buyers.get(other, none)
        return len(np.intersect1d(first, second, assume_unique=True)), len(second)

    def reasons(
        self, product_id: str, top: Top | None, title: str | None, own: tuple[int, datetime | None] = (0, None)
    ) -> tuple[Reason, ...]:
        """Return the reasons for one product, the surest first.

        Parameters
        ----------
        top : the product whose events gave most to its score, and its `title`
        own : how many of the customer's orders hold the product itself, and when the last was
        """
        found = []
        if own[0]:
            found.append(Reason("bought before", None, None, own[0], when=own[1]))
        if top is not None:
            found.append(
                Reason("what you did", top.product_id, title, when=top.when, action=top.action, share=top.share)
            )
            both, of = self.in_common(product_id, top.product_id)
            if top.action == "buy" and both >= FEWEST_IN_COMMON:
                found.append(Reason("bought together", top.product_id, title, both, of))
        if self._recent.get(product_id):
            found.append(Reason("popular lately", None, None, self._recent[product_id], RECENT_DAYS))
        return tuple(found)
