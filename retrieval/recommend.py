"""What a customer would want next, by the shop's fitted model, and counted reasons for it. It writes no sentence and knows no segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from retrieval.encoder import Vectors
from retrieval.histories import BATCH, Histories
from retrieval.log import Log
from retrieval.model import ItemModel
from retrieval.reasons import Reason, buyers_in_common, recent_buyers
from retrieval.terms import Term
from retrieval.text_recipe import text_model

if TYPE_CHECKING:
    from datetime import datetime

    from retrieval.index import FaissIndex
    from shop import Shop

RECENT_DAYS = 30
_REASON_SIMILARITY = 0.35  # below it two texts are about different things and nearness is no reason


@dataclass(frozen=True)
class Recommendation:
    """One recommended product; more `score` is better. Where `terms` are told, `math.fsum` of their amounts is the score."""

    product_id: str
    title: str
    score: float
    reasons: tuple[Reason, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Exclude:
    """What is not recommended: products the customer owns or sent back, products without stock, and any named."""

    owned: bool = True
    out_of_stock: bool = True
    products: frozenset[str] = field(default_factory=frozenset)
    returned: bool = True  # what the customer sent back, all of it


class Recommender:
    """Recommends from one shop's product index and customer vectors.

    Parameters
    ----------
    shop : Shop
    index : FaissIndex over the products, ids as `shop.products`
    customer_vectors : float32 (n_customers, dim), rows as `shop.customers`
        Who is alike is told by these.
    model : ItemModel, optional
        Its ids as the index; by default nearness of texts and what sells lately, nothing learned.
    """

    def __init__(
        self, shop: Shop, index: FaissIndex, customer_vectors: Vectors, *, model: ItemModel | None = None
    ) -> None:
        if model is not None and list(model.ids) != index.ids:
            raise ValueError(
                f"the model is of {len(model.ids)} products, the index of {len(index.ids)}, and not the same in the same order; "
                "make both from one shop."
            )
        self._given = model
        self._shop = shop
        self._index = index
        self._vectors = customer_vectors
        self._rows = {customer: row for row, customer in enumerate(shop.customers["customer_id"])}
        self._titles = dict(shop.products.select("product_id", "title").iter_rows())

    @cached_property
    def _purchases(self) -> pl.DataFrame:
        return self._shop.purchases()

    @cached_property
    def _recent(self) -> dict[str, int]:
        if self._shop.has_clock:
            return recent_buyers(self._shop, days=RECENT_DAYS)
        counts = self._purchases.group_by("product_id").agg(pl.col("customer_id").n_unique())
        return dict(counts.iter_rows())  # without a clock: all of it

    @cached_property
    def _log(self) -> Log:
        return Log.of(self._shop)

    @cached_property
    def model(self) -> ItemModel:
        """The fitted model recommendations come from."""
        if self._given is not None:
            return self._given
        return text_model(self._log, self._index.vectors(), self._index.ids, encoder=self._index.encoder_name)

    @cached_property
    def _histories(self) -> Histories:
        model = self.model
        return Histories.of(self._log, self._log.ends, model.half_lives, quantity_power=model.quantity_power)

    def recommend(self, customer_id: str, k: int = 10, *, exclude: Exclude | None = None) -> list[Recommendation]:
        """Return the `k` best products for a customer, best first; ties in the order of `shop.products`.

        A customer without history gets what sells lately.

        Raises
        ------
        KeyError
            When the shop has no such customer.
        ValueError
            When `k` < 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}.")
        if customer_id not in self._rows:
            raise KeyError(f"no customer {customer_id!r} among the {len(self._rows)} of this shop")
        scores = self.scores([customer_id])[0]
        owned = self._owned(customer_id)
        scores = np.where(self._allowed(owned, exclude or Exclude()), scores, -np.inf)
        best = [row for row in np.argsort(-scores, kind="stable")[:k] if np.isfinite(scores[row])]
        chosen = [self._index.ids[row] for row in best]
        return [
            Recommendation(product, self._titles[product], float(scores[row]), self._reasons(product, owned))
            for product, row in zip(chosen, best, strict=True)
        ]

    def scores(self, customers: Sequence[str]) -> Vectors:
        """Return float32 (n, products), the score of every product for each customer; rows as given, columns as the index.

        A customer without history has what sells lately, scaled to [0, 1].

        Raises
        ------
        KeyError
            When the shop has no such customer.
        """
        model, found = self.model, np.empty((len(customers), len(self._index.ids)), dtype=np.float32)
        rows = np.array([self._rows[customer] for customer in customers], dtype=np.int64)
        places = np.arange(len(rows))
        for start, (_, histories, scores) in enumerate(self._histories.batches(model, rows)):
            for place, history, row in zip(places[start * BATCH :], histories, scores, strict=False):
                if not len(history.rows):
                    row = model.popular / max(float(model.popular.max(initial=0.0)), 1.0)
                elif model.ranker is not None:
                    row = model.ranker.reordered(model, history, row)
                found[place] = row
        return found

    def explain(self, customer_id: str, product_id: str) -> Recommendation:
        """Return one product with its score for a customer and the reasons there are, recommended or not.

        Raises
        ------
        KeyError
            When the shop has no such customer or product.
        """
        if customer_id not in self._rows:
            raise KeyError(f"no customer {customer_id!r} among the {len(self._rows)} of this shop")
        if product_id not in self._titles:
            raise KeyError(f"no product {product_id!r} among the {len(self._titles)} of this shop")
        score = float(self.scores([customer_id])[0, self.model.row_of[product_id]])
        owned = self._owned(customer_id)
        owned.pop(product_id, None)  # that they own it already is no reason for it
        return Recommendation(
            product_id, self._titles[product_id] or product_id, score, self._reasons(product_id, owned)
        )

    def similar_products(self, product_id: str, k: int = 10) -> list[Recommendation]:
        """Return the products whose texts are nearest, nearest first, without the product itself.

        Raises
        ------
        KeyError
            When the shop has no such product.
        """
        hits = self._index.search_vectors(self._index.vector(product_id)[None], k + 1)[0]
        return [Recommendation(hit.id, self._titles[hit.id], hit.score) for hit in hits if hit.id != product_id][:k]

    def similar_customers(self, customer_id: str, k: int = 10) -> list[tuple[str, float]]:
        """Return the customers whose histories are nearest, with their cosine; empty without history.

        Raises
        ------
        KeyError
            When the shop has no such customer.
        """
        if customer_id not in self._rows:
            raise KeyError(f"no customer {customer_id!r} among the {len(self._rows)} of this shop")
        row = self._rows[customer_id]
        if not self._vectors[row].any():
            return []
        cosines = self._vectors @ self._vectors[row]
        cosines[row] = -np.inf
        names = self._shop.customers["customer_id"]
        return [(names[int(at)], float(cosines[at])) for at in np.argsort(-cosines, kind="stable")[:k]]

    @cached_property
    def _all_vectors(self) -> Vectors:
        return self._index.vectors()

    def _owned(self, customer_id: str) -> dict[str, datetime | None]:
        own = (
            self._purchases.filter(pl.col("customer_id") == customer_id)
            .group_by("product_id")
            .agg(pl.col("time").max())
        )
        return dict(own.iter_rows())

    def _allowed(
        self, owned: dict[str, datetime | None], exclude: Exclude
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        stock = dict(self._shop.products.select("product_id", "stock").iter_rows()) if exclude.out_of_stock else {}
        gone = {product for product, units in stock.items() if units is not None and units <= 0} | set(exclude.products)
        gone |= set(owned) if exclude.owned else set()
        return np.array([product not in gone for product in self._index.ids])

    def _reasons(self, product: str, owned: dict[str, datetime | None]) -> tuple[Reason, ...]:
        reasons = [self._together(product, list(owned)), self._near(product, owned)]
        if product in self._recent and self._shop.has_clock:
            reasons.append(Reason("popular lately", None, None, self._recent[product], RECENT_DAYS))
        return tuple(reason for reason in reasons if reason is not None)

    def _together(self, product: str, owned: Sequence[str]) -> Reason | None:
        counts = buyers_in_common(self._purchases, product, list(owned))
        # at least five in common, or the share says more about chance than about the products
        best = max(
            (one for one in counts.items() if one[1][0] >= 5),
            key=lambda one: (one[1][0] / one[1][1], one[0]),
            default=None,
        )
        if best is None:
            return None
        return Reason("bought together", best[0], self._titles.get(best[0]), best[1][0], best[1][1])

    def _near(self, product: str, owned: dict[str, datetime | None]) -> Reason | None:
        if not owned:
            return None
        hit = self._index.search_vectors(self._index.vector(product)[None], 1, allowed=list(owned))[0]
        if not hit or hit[0].score < _REASON_SIMILARITY:
            return None
        return Reason(
            "similar to a purchase",
            hit[0].id,
            self._titles.get(hit[0].id),
            similarity=hit[0].score,
            when=owned[hit[0].id],
        )
