"""What copy is to be about and for whom, as facts: product, reader, offer, shop. It gathers counted values and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.errors import CallError
from assistant.neighbours import Neighbours
from assistant.product_facts import RECENT_DAYS, called_titles, customer_facts, product_facts, reason_facts, shop_facts
from assistant.writing.facts import Fact, Source, Subject, clean, fact
from assistant.writing.offers import Offer, offer_facts

if TYPE_CHECKING:
    from assistant.making import Made
    from retrieval import Recommendation
    from shop import Shop

Explain = Callable[[str, str], "Recommendation"]
Terms = Offer | Mapping[str, Any] | None


@dataclass(frozen=True)
class Brief:
    """One product for one reader: a customer or a segment."""

    product_id: str
    customer_id: str | None = None
    segment: int | None = None

    def __post_init__(self) -> None:
        if (self.customer_id is None) == (self.segment is None):
            raise CallError("copy is written to one customer or to one segment: give customer_id or segment.")


_LONGEST_OCCASION = 40  # characters: "Mother's Day", "the start of school"


def _occasion(name: str | None, shop: Subject) -> list[Fact]:
    if name is None:
        return []
    if not 0 < len(clean(name)) <= _LONGEST_OCCASION or not clean(name)[-1].isalnum():
        raise CallError(
            f"occasion {name!r}: expected a name of 1 to {_LONGEST_OCCASION} characters, such as Christmas."
        )
    return [fact(shop, "occasion", clean(name), Source("occasion", "as given"))]


class Briefs:
    """Facts for the briefs of one shop.

    Parameters
    ----------
    made : what was made from the shop
    explain : (customer, product) → why the product would be recommended
    as_of : the moment the data reach to; an offer that ended before is refused
    """

    def __init__(self, shop: Shop, made: Made, explain: Explain, *, as_of: datetime | None) -> None:
        self._shop = shop
        self._made = made
        self._explain = explain
        self._as_of = as_of
        self._rows = {customer: row for row, customer in enumerate(shop.customers["customer_id"])}

    def facts(self, brief: Brief, offer: Terms, occasion: str | None = None) -> list[Fact]:
        """Return everything that may be said: of the product first, then reader, reasons, shop, occasion and offer.

        Raises
        ------
        CallError
            When product, customer or segment are not there, or the offer or the occasion is wrong.
        """
        facts = self._product(brief.product_id)
        reader = self._customer(brief) if brief.customer_id is not None else self._segment(brief)
        told = _occasion(occasion, Subject("shop", "shop", self._shop.settings.name))
        return [*facts, *reader, *shop_facts(self._shop), *told, *self._offer(offer, facts[0].subject)]

    def row_of(self, customer_id: str) -> int:
        """Return the row of a customer in `shop.customers`.

        Raises
        ------
        CallError
            When the shop has no such customer.
        """
        if customer_id not in self._rows:
            example = next(iter(self._rows), "none")
            raise CallError(
                f"no customer {customer_id!r} among the {len(self._rows):,} of this shop; an id looks like {example}."
            )
        return self._rows[customer_id]

    def _product(self, product_id: str) -> list[Fact]:
        try:
            return product_facts(
                self._shop, product_id, counts=self._counts.get(product_id), as_of=self._as_of, called=self._called
            )
        except KeyError as error:
            raise CallError(f"{error.args[0]}. {self._near(product_id)}") from error

    def _near(self, product_id: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(product_id, self._shop.products["product_id"].to_list(), n=3)
        return f"Near ids: {', '.join(near)}." if near else f"An id looks like {self._shop.products['product_id'][0]}."

    @cached_property
    def _called(self) -> Mapping[str, str]:
        return called_titles(self._shop)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self._shop, self._made.products, self._counts)

    @cached_property
    def _counts(self) -> dict[str, Mapping[str, Any]]:
        from retrieval.reasons import recent_buyers
        from shop.profiles import product_profiles

        recent = recent_buyers(self._shop, days=RECENT_DAYS)
        rows = product_profiles(self._shop).to_dicts()
        return {row["product_id"]: {**row, "recent_buyers": recent.get(row["product_id"], 0)} for row in rows}

    def _segment(self, brief: Brief) -> list[Fact]:
        if brief.segment not in set(self._made.labels.tolist()):
            raise CallError(f"no segment {brief.segment}; there are 0 to {self._made.segments.k - 1}.")
        return []

    def _customer(self, brief: Brief) -> list[Fact]:
        customer = str(brief.customer_id)
        profile = self._made.profiles.row(self.row_of(customer), named=True)
        reasons = self._explain(customer, brief.product_id)
        told = replace(reasons, reasons=self._neighbours.told(brief.product_id, reasons.reasons))
        why = reason_facts(told, as_of=self._as_of, days=RECENT_DAYS, called=self._called) if told.reasons else []
        return customer_facts(self._shop, profile, as_of=self._as_of) + why

    def _offer(self, offer: Terms, product: Subject) -> list[Fact]:
        if offer is None:
            return []
        try:
            terms = offer if isinstance(offer, Offer) else Offer.from_mapping(offer)
            return offer_facts(terms, product=product, today=self._today(), called=self._called.get(product.id, ""))
        except (TypeError, ValueError) as error:
            raise CallError(str(error)) from error

    def _today(self) -> date | None:
        return self._as_of.astimezone(UTC).date() if self._as_of is not None else None
