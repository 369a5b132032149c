"""Which table of a shop a file is, by its headers and what stands under them. It chooses no columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop.columns import header_key, header_tier
from shop.recognise_facts import fits
from shop.recognise_fields import Facts
from shop.settings import Instructions

if TYPE_CHECKING:
    from shop.raw import RawTable


def kind_of(table: RawTable, facts: Facts, instructions: Instructions) -> str:
    """Return the table a file is by its headers, "" where they do not tell."""
    if table.source in instructions.tables:
        return instructions.tables[table.source]
    answers = instructions.columns.get(table.source, {})
    if answers and set(table.frame.columns) <= set(answers):
        told = {answer.split(".")[0] for answer in answers.values() if "." in answer}
        return next(
            (
                kind
                for kind in ("events", "orders", "products", "reviews", "faq", "policies", "customers")
                if kind in told
            ),
            "",
        )
    named = {answer.split(".")[-1] for answer in answers.values()}
    found = next((kind for kind, rule in _RULES if rule(table, facts, named)), "")
    # headed as order lines over values that are none: not another table, but headers to ask about
    return "events" if found in ("", "products", "customers", "orders") and _is_headed_as_events(facts) else found


def _tier(kind: str, field: str, facts: Facts, named: set[str] | None = None) -> int | None:
    """Return the best tier at which a fitting column is headed as a field of a kind."""
    if named and field in named:
        return 0
    tiers = [header_tier(kind, field, name) for name, fact in facts.items() if not fact.is_empty and fits(field, fact)]
    return min((tier for tier in tiers if tier is not None), default=None)


def _has(kind: str, facts: Facts, *fields: str, named: set[str] | None = None) -> bool:
    return any(_tier(kind, field, facts, named) is not None for field in fields)


def _is_faq(table: RawTable, facts: Facts, named: set[str]) -> bool:
    return _has("faq", facts, "question", named=named) and _has("faq", facts, "answer", named=named)


def _is_reviews(table: RawTable, facts: Facts, named: set[str]) -> bool:
    sold = _has("events", facts, "quantity", "unit_price", "money", "order_id", named=named) and not _has(
        "reviews", facts, "rating"
    )
    opinion = _has("reviews", facts, "rating") or (
        _tier("reviews", "text", facts) == 0 and _has("reviews", facts, "customer_id")
    )
    return (
        opinion
        and not sold
        and _tier("events", "product_id", facts, named) in (0, 1)
        and not _has("products", facts, "price", "stock")
    )


def _is_events(table: RawTable, facts: Facts, named: set[str]) -> bool:
    coded = _tier("events", "product_id", facts, named) is not None
    titled = _tier("events", "title", facts, named) not in (None, 1)
    who = _tier("events", "order_id", facts, named) == 0 or _has("events", facts, "customer_id", named=named)
    shopify = _headed(facts, "lineitemname") or _headed(facts, "lineitemsku")
    paid = _has("events", facts, "quantity", "unit_price", "money", named=named)
    known = paid or _has("events", facts, "time", "position", "action", named=named)
    ordered = coded and _tier("events", "order_id", facts, named) == 0
    return bool((who or shopify) and ((coded and known) or ordered or (titled and paid)))


def _headed(facts: Facts, key: str) -> bool:
    return any(header_key(name) == key for name in facts)


def _is_headed_as_events(facts: Facts) -> bool:
    """Return whether the headers alone, whatever the values, are those of order lines."""
    tiers = {
        field: min(
            (
                t
                for name, f in facts.items()
                if not f.is_empty and (t := header_tier("events", field, name)) is not None
            ),
            default=None,
        )
        for field in ("order_id", "product_id", "quantity", "unit_price", "money")
    }
    priced = tiers["quantity"] is not None and (tiers["unit_price"] is not None or tiers["money"] is not None)
    ordered = tiers["order_id"] == 0 or any(header_key(name).startswith("lineitem") for name in facts)
    return ordered and tiers["product_id"] is not None and priced


def _is_orders(table: RawTable, facts: Facts, named: set[str]) -> bool:
    key = _first(facts, "orders", "order_id")
    if key is None or (_tier("orders", "order_id", facts, named) == 1 and not _has("orders", facts, "status")):
        return False
    return facts[key].unique > 0.5 and _has("orders", facts, "status", "placed", "customer_id", named=named)


def _first(facts: Facts, kind: str, field: str) -> str | None:
    tiers = [
        (header_tier(kind, field, name), name)
        for name, fact in facts.items()
        if not fact.is_empty and fits(field, fact)
    ]
    return min(((t, n) for t, n in tiers if t is not None), default=(0, None), key=lambda pair: pair[0])[1]


def _is_products(table: RawTable, facts: Facts, named: set[str]) -> bool:
    keyed = _tier("products", "product_id", facts, named) is not None
    told = _has("products", facts, "title", "description", "category", "type", named=named)
    person = _tier("customers", "customer_id", facts) in (0, 1) or _has("customers", facts, "email")
    return keyed and told and not person and (_has("products", facts, "title") or len(facts) > 2)


def _is_customers(table: RawTable, facts: Facts, named: set[str]) -> bool:
    key = _first(facts, "customers", "customer_id")
    if key is None or facts[key].unique < 0.5 or len(facts) < 2:
        return False
    tier = _tier("customers", "customer_id", facts, named)
    return tier in (0, 1) or _has("customers", facts, "email")


def _is_policies(table: RawTable, facts: Facts, named: set[str]) -> bool:
    texts = [
        fact for fact in facts.values() if header_tier("policies", "text", fact.name) is not None and fact.words >= 8
    ]
    return len(facts) <= 4 and bool(texts) and _has("policies", facts, "title") and not _has("products", facts, "price")


_RULES = (
    ("faq", _is_faq),
    ("reviews", _is_reviews),
    ("events", _is_events),
    ("policies", _is_policies),
    ("orders", _is_orders),
    ("customers", _is_customers),
    ("products", _is_products),
)
