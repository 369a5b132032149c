"""Facts of products, customers, recommendations and the shop, taken from counted tables. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from assistant.writing.facts import Fact, Source, Subject, clean, fact
from assistant.writing.titles import short_titles

if TYPE_CHECKING:
    from retrieval import Reason, Recommendation
    from shop import Shop

RECENT_DAYS = 30
_BECAUSE = {
    "buy": "because_product",
    "view": "because_viewed",
    "cart": "because_carted",
    "favourite": "because_saved",
    "rate": "because_rated",
}
_FIRST = 3  # sentences that say what the product is; later ones lean on them
_LONGEST_QUOTE = 160  # characters; a longer sentence fills a message on its own


def product_facts(
    shop: Shop,
    product_id: str,
    *,
    counts: Mapping[str, Any] | None,
    as_of: datetime | None,
    called: Mapping[str, str] = MappingProxyType({}),
) -> list[Fact]:
    """Return the facts of a product: its columns, quotable sentences of its description, how many bought it.

    Parameters
    ----------
    counts : the product's row of `shop.profiles.product_profiles`, or None to leave popularity out
    called : what texts call each product, by id; see `titles.short_titles`

    Raises
    ------
    KeyError
        When the shop has no such product.
    """
    rows = shop.products.with_row_index("_row").filter(shop.products["product_id"] == product_id).to_dicts()
    if not rows:
        raise KeyError(f"no product {product_id!r} among the {shop.products.height} of this shop")
    row = rows[0]
    subject = Subject("product", product_id, row["title"] if clean(row["title"] or "") else product_id)
    source = Source("products", f"product_id = {product_id}")
    facts = [
        fact(subject, name, row[name], source, called.get(product_id, "") if name == "title" else "")
        for name in ("title", "category", "brand", "price", "stock")
        if row[name] is not None and (name != "price" or row[name] > 0) and clean(str(row[name]))
        if name != "brand" or any(sign.isalpha() for sign in row[name])  # "by 33" names nobody
    ]
    facts += [
        fact(subject, "description_sentence", sentence, source)
        for sentence in quotable(row["title"], row["description"])
    ]
    if counts and counts.get("customers"):
        bought = Source("purchases", f"product_id = {product_id}", as_of)
        facts.append(fact(subject, "buyers", int(counts["customers"]), bought))
        if as_of is not None and counts.get("recent_buyers"):
            facts.append(fact(subject, "recent_buyers", int(counts["recent_buyers"]), bought))
            facts.append(fact(subject, "recent_days", RECENT_DAYS, bought))
    return facts


def quotable(title: str | None, description: str | None) -> list[str]:
    """Return the sentence of a description to quote in copy, if any: whole, short, without price, promise or link."""
    from assistant.writing.quotes import quotable_sentences, tells_of_it

    if not description or description.strip() == (title or "").strip():
        return []
    able = [sentence for sentence in quotable_sentences(description) if len(sentence) <= _LONGEST_QUOTE]
    telling = (one for one in able[:_FIRST] if tells_of_it(one, [title.casefold()] if title else []))
    return [next(telling, able[0])] if able else []


def reason_facts(
    one: Recommendation, *, as_of: datetime | None, days: int, called: Mapping[str, str] = MappingProxyType({})
) -> list[Fact]:
    """Return the facts of why a product is recommended; those that name another product all name the same one."""
    subject = Subject("reason", one.product_id, one.title)
    named = {
        "what you did": _did,
        "bought together": _together,
        "bought before": _before,
        "popular lately": _lately,
    }
    facts: dict[str, Fact] = {
        "reason_title": fact(subject, "reason_title", one.title, Source("products", f"product_id = {one.product_id}"))
    }
    other = next((reason.product_id for reason in one.reasons if reason.product_id is not None), None)
    for reason in one.reasons:
        if reason.product_id not in (None, other):
            continue  # a date or a count of one product is never said of another
        for made in named[reason.kind](subject, reason, as_of, days):
            facts.setdefault(made.name, made)
    ids = {"reason_title": one.product_id, "because_product": other, "because_viewed": other}
    return [replace(made, called=called.get(ids.get(made.name) or "", "")) for made in facts.values()]


def _did(subject: Subject, reason: Reason, as_of: datetime | None, days: int) -> list[Fact]:
    """Return the facts of the event that gave most to the score; a search or a return is no reason to show."""
    if not reason.title or reason.action not in _BECAUSE:
        return []
    source = Source("events", f"action = {reason.action}, product_id = {reason.product_id}", as_of)
    facts = [fact(subject, _BECAUSE[reason.action], reason.title, source)]
    if reason.action == "buy" and reason.when is not None:
        facts.append(fact(subject, "because_date", reason.when.date(), source))
    return facts


def _together(subject: Subject, reason: Reason, as_of: datetime | None, days: int) -> list[Fact]:
    if not reason.title or reason.count is None or reason.of is None:
        return []
    source = Source("purchases", f"product_id in ({reason.product_id}, {subject.id})", as_of)
    return [
        fact(subject, "because_product", reason.title, source),
        fact(subject, "also_bought_n", reason.count, source),
        fact(subject, "also_bought_of", reason.of, source),
    ]


def _before(subject: Subject, reason: Reason, as_of: datetime | None, days: int) -> list[Fact]:
    source = Source("purchases", f"product_id = {subject.id}", as_of)
    facts = [] if reason.count is None else [fact(subject, "own_orders", reason.count, source)]
    return facts + ([] if reason.when is None else [fact(subject, "own_date", reason.when.date(), source)])


def _lately(subject: Subject, reason: Reason, as_of: datetime | None, days: int) -> list[Fact]:
    if not reason.count:
        return []
    source = Source("purchases", f"product_id = {subject.id}", as_of)
    return [
        fact(subject, "reason_buyers", reason.count, source),
        fact(subject, "reason_days", reason.of or days, source),
    ]


def customer_facts(shop: Shop, profile: Mapping[str, Any], *, as_of: datetime | None) -> list[Fact]:
    """Return what may be said to a customer of themselves: their name, their orders, their favourite category."""
    customer = str(profile["customer_id"])
    name = profile.get("first_name") or profile.get("name") or ""
    subject = Subject("customer", customer, str(name) or customer)
    source = Source("purchases", f"customer_id = {customer}", as_of)
    facts = (
        [fact(subject, "customer_name", str(name), Source("customers", f"customer_id = {customer}"))]
        if clean(str(name))
        else []
    )
    if profile.get("orders"):
        facts.append(fact(subject, "orders_placed", int(profile["orders"]), source))
    if profile.get("last_order") is not None:
        facts.append(fact(subject, "last_order_date", profile["last_order"].date(), source))
    if profile.get("top_category"):
        facts.append(fact(subject, "favourite_category", profile["top_category"], source))
    return facts


def shop_facts(shop: Shop) -> list[Fact]:
    """Return what the shop says of itself in `shop.toml`."""
    settings, source = shop.settings, Source("shop.toml")
    subject = Subject("shop", "shop", settings.name)
    known = {
        "shop_name": settings.name if settings.name != "the shop" else "",
        "contact": settings.contact,
        "hours": settings.hours,
    }
    return [fact(subject, name, value, source) for name, value in known.items() if clean(value)]


def called_titles(shop: Shop) -> dict[str, str]:
    """Return what texts call each product of the shop, by id."""
    return _called(tuple(shop.products.select("product_id", "title").iter_rows()))


@lru_cache(maxsize=4)  # asked for every group of a shop
def _called(titles: tuple[tuple[str, str | None], ...]) -> dict[str, str]:
    return short_titles({product: clean(title) for product, title in titles if title and clean(title)})
