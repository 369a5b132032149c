"""Which column of one file is which field: by header, checked against the values. It sees one file and never guesses.

A header that fits is taken; two that fit alike, or a header whose values say otherwise, are a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from shop.columns import BELONGS, KINDS, SOFT, header_key, header_tier
from shop.questions import Candidate, ShopQuestion, column_answer
from shop.recognise_evidence import decides, is_product, price_or_total
from shop.recognise_facts import ColumnFacts, fits
from shop.tables import ShopDataError

if TYPE_CHECKING:
    from shop.raw import RawTable

ASKED = {
    "order_id": "order number",
    "customer_id": "customer",
    "product_id": "product code",
    "title": "product name",
    "quantity": "quantity",
    "unit_price": "price of one unit as paid",
    "price": "price of the product",
    "time": "time of the order",
    "placed": "time of the order",
    "line_total": "total of the line",
}


@dataclass(frozen=True)
class TablePlan:
    """How one file is read: the table it is ("" = left out, for `reason`) and field → column."""

    table: RawTable
    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)  # column → "header", "content", …
    attributes: Mapping[str, str] = field(default_factory=dict)  # customer attribute → column
    reason: str = ""

    def with_field(self, name: str, column: str, why: str) -> TablePlan:
        """Return the plan with one more column read."""
        return replace(self, fields={**self.fields, name: column}, why={**self.why, column: why})

    def column(self, name: str) -> pl.Series | None:
        """Return the column read as a field, or None."""
        return self.table.frame[self.fields[name]] if name in self.fields else None


Facts = Mapping[str, ColumnFacts]


def header_candidates(kind: str, name: str, facts: Facts, taken: Sequence[str] = ()) -> list[str]:
    """Return the columns whose header names a field and whose values can be it, of the best tier only, in file order."""
    tiers: dict[int, list[str]] = {}
    for column, fact in facts.items():
        tier = None if column in taken or fact.is_empty else header_tier(kind, name, column)
        if name == "order_id" and header_key(column) == "name" and has_line_items(facts):
            tier = -1  # this export calls the order number just so
        if tier is not None and fits(name, fact):
            tiers.setdefault(tier, []).append(column)
    return tiers[min(tiers)] if tiers else []


def has_line_items(columns: Iterable[str]) -> bool:
    """Return whether columns are headed "Lineitem …", as where an order's own name is headed "Name"."""
    return any(header_key(column).startswith("lineitem") for column in columns)


def ask(plan: TablePlan, name: str, columns: Sequence[str], facts: Facts, question: str = "") -> ShopQuestion:
    """Return the question which of some columns is a field."""
    source = plan.table.source
    candidates = [
        Candidate(column, facts[column].examples, column_answer(source, column, name))
        for column in columns
        if column in facts
    ]
    if len(columns) == 1:
        candidates.append(Candidate(columns[0], facts[columns[0]].examples, column_answer(source, columns[0], "")))
    return ShopQuestion(source, question or f"which column is the {ASKED.get(name, name)}?", candidates)


def apply_answers(plan: TablePlan, answers: Mapping[str, str]) -> TablePlan:
    """Return the plan with the columns that `shop.toml` names.

    Raises
    ------
    ShopDataError
        When an answer names a column the file does not have or a field that does not exist.
    """
    for column, told in answers.items():
        if column not in plan.table.frame.columns:
            found = ", ".join(plan.table.frame.columns[:20])
            raise ShopDataError(
                f"shop.toml, [columns] of {plan.table.source}: no column {column!r}; found {found}. Correct the name or delete the line."
            )
        plan = _apply_answer(plan, column, told.split(".")[-1], told)
    return plan


def _apply_answer(plan: TablePlan, column: str, name: str, told: str) -> TablePlan:
    if not told:
        return replace(plan, why={**plan.why, column: "shop.toml"})
    known = {*KINDS[plan.kind], "line_total"} - {"money"}
    attribute = told.startswith("customers.") and name not in known
    if name in known:
        return plan.with_field(name, column, "shop.toml")
    if attribute:
        return replace(plan, attributes={**plan.attributes, name: column}, why={**plan.why, column: "shop.toml"})
    raise ShopDataError(
        f"shop.toml, [columns] of {plan.table.source}, {column!r}: unknown field {told!r}; expected one of "
        f'{", ".join(sorted(known))}, customers.<any name>, or "" to leave it out.'
    )


def assign_by_header(plan: TablePlan, facts: Facts) -> TablePlan:
    """Return the plan with every field whose header is known and whose values agree.

    Raises
    ------
    ShopQuestion
        When two columns name one field alike and the rows do not decide.
    """
    for name in KINDS[plan.kind]:
        if name in plan.fields or name == "money" or (name == "title" and plan.kind == "policies" and plan.fields):
            continue
        found = header_candidates(plan.kind, name, facts, tuple(plan.why))
        if len(found) > 1 and name not in SOFT:
            found = [_one_of(plan, name, found, facts)]
        if found:
            plan = plan.with_field(name, found[0], "header" if len(facts) < 2 else "header and content")
    if plan.kind == "events":
        plan = assign_money(plan, facts)
    return plan


def _one_of(plan: TablePlan, name: str, found: list[str], facts: Facts) -> str:
    """Return the one column of several that can be meant, where the rows decide."""
    frame = plan.table.frame
    first = found[0]
    if all(frame[first].equals(frame[other]) for other in found[1:]):
        return first
    if name == "unit_price":
        chosen = _price_by_total(plan, found, facts)
        if chosen:
            return chosen
    unique = [column for column in found if facts[column].unique > 0.99]
    if plan.kind == "orders" and name == "order_id" and len(unique) == 1:
        return unique[0]  # the key of a table of orders stands once
    if name.endswith("_id") and all(
        (decides(frame, first, o) or 0) > 0.98 and (decides(frame, o, first) or 0) > 0.98 for o in found[1:]
    ):
        return first
    raise ask(plan, name, found, facts)


def _price_by_total(plan: TablePlan, prices: Sequence[str], facts: Facts) -> str:
    quantity = plan.fields.get("quantity")
    totals = header_candidates("events", "money", facts, tuple(plan.why))
    if quantity is None:
        return ""
    proven = [
        price for price in prices if any(is_product(plan.table.frame, quantity, price, total) for total in totals)
    ]
    return proven[0] if len(proven) == 1 else ""


def assign_money(plan: TablePlan, facts: Facts) -> TablePlan:
    """Settle a column headed "amount", "total" or the like: the total of a line, a unit price, or neither.

    Raises
    ------
    ShopQuestion
        When it is the only price there is and the rows do not tell.
    """
    frame, quantity = plan.table.frame, plan.fields.get("quantity")
    columns = [
        c
        for c, f in facts.items()
        if c not in plan.why and header_tier("events", "money", c) is not None and fits("money", f)
    ]
    price = plan.fields.get("unit_price")
    if not columns or "line_total" in plan.fields:
        return plan
    if price is not None:
        proven = [c for c in columns if quantity and is_product(frame, quantity, price, c)]
        return plan.with_field("line_total", proven[0], "header and content") if proven else plan
    if quantity is None or len(columns) > 1:
        told = _by_product(plan, columns)
        return told or _ask_money(plan, columns, facts)
    (column,) = columns
    product = plan.fields.get("product_id", plan.fields.get("title", ""))
    sure = "linetotal salesvalue lineamount rowtotal extendedprice itemtotal orderitemtotal zeilensumme linesubtotal itemsubtotal"
    key = column.lower().replace(" ", "").replace("_", "").replace("-", "")
    kind = "line_total" if key in sure.split() else price_or_total(frame, product, quantity, column)
    if kind:
        return plan.with_field(kind, column, "header and content")
    return _ask_money(plan, columns, facts)


def _by_product(plan: TablePlan, columns: Sequence[str]) -> TablePlan | None:
    quantity = plan.fields.get("quantity")
    if quantity is None:
        return None
    pairs = [(p, t) for p in columns for t in columns if p != t and is_product(plan.table.frame, quantity, p, t)]
    if len(pairs) != 1:
        return None
    return plan.with_field("unit_price", pairs[0][0], "content").with_field("line_total", pairs[0][1], "content")


def _ask_money(plan: TablePlan, columns: Sequence[str], facts: Facts) -> TablePlan:
    source = plan.table.source
    candidates = [
        Candidate(c, facts[c].examples, column_answer(source, c, name))
        for c in columns
        for name in ("unit_price", "line_total", "")
    ]
    raise ShopQuestion(source, 'is this the price of one unit, the total of the line, or neither ("")?', candidates)


def belongs(kind: str, name: str) -> str:
    """Return the table a field of a file of `kind` ends in."""
    if kind in ("events", "orders") and name in BELONGS:
        return BELONGS[name]
    return kind
