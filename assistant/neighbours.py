"""Whether a product a customer knows is a reason to tell for another one: near in words, of one category, or bought by the same people.

What gave most to a score may still be a far neighbour ("you bought a dough basket, so a letter set"). It counts and compares;
it recommends nothing and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval import FaissIndex, Reason
    from shop import Shop

_NEAREST = 50  # products by their texts, and at most
_NEAREST_SHARE = 0.05  # of the shop's
_TELLING = 0.25  # share of the shop from which a category says nothing of a product
_LIFT, _SHARE = (
    3.0,
    0.2,
)  # times as many of its buyers as of all customers, and the share of them, from which it is told


class Neighbours:
    """Which products of a shop belong together for a reader.

    Parameters
    ----------
    texts : the index of the products' texts
    counts : for each product the row of `shop.profiles.product_profiles`
    """

    def __init__(self, shop: Shop, texts: FaissIndex, counts: Mapping[str, Mapping[str, Any]]) -> None:
        self._shop = shop
        self._texts = texts
        self._counts = counts

    def told(self, product_id: str, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """Return the reasons that may be told to a customer: those that name another product only where it is a neighbour."""
        named = {reason.product_id for reason in reasons if reason.product_id is not None}
        far = {other for other in named if not self._belong(product_id, other, reasons)}
        return tuple(reason for reason in reasons if reason.product_id not in far)

    def _belong(self, product_id: str, other: str, reasons: tuple[Reason, ...]) -> bool:
        category = self._categories.get(product_id)
        shared = category is not None and category == self._categories.get(other) and self._tells[category]
        return shared or self._bought_together(product_id, other, reasons) or other in self._near(product_id)

    def _bought_together(self, product_id: str, other: str, reasons: tuple[Reason, ...]) -> bool:
        """Return whether many buyers of the other one bought this, and far more of them than of all customers."""
        usual = (self._counts.get(product_id, {}).get("customers") or 0) / max(1, self._customers)
        together = (one for one in reasons if one.kind == "bought together" and one.product_id == other)
        return any(one.count >= max(_SHARE, _LIFT * usual) * one.of for one in together if one.count and one.of)

    def _near(self, product_id: str) -> set[str]:
        k = max(5, min(_NEAREST, round(_NEAREST_SHARE * len(self._texts))))
        try:
            vector = self._texts.vector(product_id)
        except KeyError:  # it came after the texts were read
            return set()
        return {hit.id for hit in self._texts.search_vectors(vector[None, :], k + 1)[0]}

    @cached_property
    def _customers(self) -> int:
        return self._shop.purchases()["customer_id"].n_unique()

    @cached_property
    def _categories(self) -> dict[str, str]:
        rows = self._shop.products.select("product_id", "category").iter_rows()
        return {product: category for product, category in rows if category}

    @cached_property
    def _tells(self) -> dict[str, bool]:
        most = _TELLING * self._shop.products.height
        return {category: count <= most for category, count in Counter(self._categories.values()).items()}
