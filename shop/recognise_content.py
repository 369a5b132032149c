"""Columns of order lines found by their values alone, where headers say nothing. It needs proof from the rows, or it asks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from shop.columns import KINDS, header_tier
from shop.recognise_evidence import decides, is_product, numbers_of, price_or_total
from shop.recognise_facts import ColumnFacts, as_text
from shop.recognise_fields import Facts, TablePlan, ask

# headers that are no quantity and no price, whatever their numbers look like
NO_AMOUNT = (
    r"(?:^|[^a-z])(?:id|code|zip|postal|week|year|month|dow|hour|flag|percent|pct|tax|vat|disc|discounts?|freight|profit|margin|weight|lat|lng"
    r"|reordered|shipping)$|_order$|%"
)


def complete_by_content(plan: TablePlan, facts: Facts) -> TablePlan:
    """Return a plan of order lines with the fields that headers left open, where the values prove them.

    Raises
    ------
    ShopQuestion
        When several columns could be one field, or one could but nothing proves it.
    """
    for step in (_time, _title, _product, _order, _customer, _numbers, _country):
        plan = step(plan, facts)
    return plan


def _free(plan: TablePlan, facts: Facts) -> list[ColumnFacts]:
    """Return the columns not read yet whose header means nothing known."""
    unknown = [f for f in facts.values() if f.name not in plan.why and not f.is_empty]
    return [f for f in unknown if all(header_tier("events", name, f.name) is None for name in KINDS["events"])]


def _time(plan: TablePlan, facts: Facts) -> TablePlan:
    if "time" in plan.fields or "position" in plan.fields:
        return plan
    found = [f.name for f in _free(plan, facts) if f.time >= 0.95]
    if len(found) > 1:
        raise ask(plan, "time", found, facts)
    return plan.with_field("time", found[0], "content") if found else plan


def _title(plan: TablePlan, facts: Facts) -> TablePlan:
    if "title" in plan.fields:
        return plan
    found = [f for f in _free(plan, facts) if f.is_text and f.words >= 1.5 and f.distinct >= 10 and f.country < 0.5]
    if "product_id" in plan.fields:  # a text the code decides, such as its name; notes and addresses are not
        found = [f for f in found if (decides(plan.table.frame, plan.fields["product_id"], f.name) or 0) >= 0.6]
    else:
        found = [f for f in found if f.unique < 0.9]
    if len(found) > 1:
        raise ask(plan, "title", [f.name for f in found], facts)
    return plan.with_field("title", found[0].name, "content") if found else plan


def _product(plan: TablePlan, facts: Facts) -> TablePlan:
    title = plan.fields.get("title")
    if "product_id" in plan.fields or title is None:
        return plan
    frame = plan.table.frame
    found = []
    for fact in _free(plan, facts):
        if fact.is_code and fact.email < 0.5 and fact.distinct >= 10:
            there, back = decides(frame, fact.name, title), decides(frame, title, fact.name)
            if there is not None and back is not None and there >= 0.6 and back >= 0.8:
                found.append(fact.name)
    if len(found) > 1:
        raise ask(plan, "product_id", found, facts)
    return plan.with_field("product_id", found[0], "content") if found else plan


def _order(plan: TablePlan, facts: Facts) -> TablePlan:
    time = plan.fields.get("time")
    if "order_id" in plan.fields or time is None:
        return plan
    found = [
        f.name for f in _free(plan, facts)
        if f.is_code and f.unique < 0.98 and f.email < 0.5 and (decides(plan.table.frame, f.name, time) or 0) >= 0.9
    ]  # fmt: skip
    if len(found) > 1:
        raise ask(plan, "order_id", found, facts)
    return plan.with_field("order_id", found[0], "content") if found else plan


def _customer(plan: TablePlan, facts: Facts) -> TablePlan:
    order = plan.fields.get("order_id")
    if "customer_id" in plan.fields or order is None:
        return plan
    free = _free(plan, facts)
    emails = [f.name for f in free if f.email >= 0.9]
    orders = facts[order].distinct
    found = emails or [
        f.name for f in free
        if f.is_code and f.country < 0.5 and f.distinct >= max(10, orders // 10) and (decides(plan.table.frame, order, f.name) or 0) >= 0.95
    ]  # fmt: skip
    if len(found) > 1:
        raise ask(plan, "customer_id", found, facts)
    if found and not emails and (decides(plan.table.frame, found[0], order) or 0) >= 0.98:
        raise ask(plan, "customer_id", found, facts)  # no customer orders twice: it may be a second order number
    return plan.with_field("customer_id", found[0], "content") if found else plan


def _numbers(plan: TablePlan, facts: Facts) -> TablePlan:
    """Find quantity and price: proven by a third column that is their product, or by how they move."""
    has_quantity, has_price = "quantity" in plan.fields, bool({"unit_price", "line_total"} & set(plan.fields))
    if has_quantity and has_price:
        return plan
    free = [
        f for f in _free(plan, facts) if f.number >= 0.95 and f.clock == 0 and not re.search(NO_AMOUNT, f.name.lower())
    ]
    triple = _triple(plan, [f.name for f in free])
    if triple:
        for name, column in triple.items():
            plan = plan if name in plan.fields else plan.with_field(name, column, "content")
        return plan
    if not has_quantity:
        plan = _quantity(plan, free, facts)
    return plan if has_price else _price(plan, [f for f in free if f.name not in plan.why], facts)


def _triple(plan: TablePlan, free: Sequence[str]) -> dict[str, str]:
    frame = plan.table.frame
    quantities = [plan.fields["quantity"]] if "quantity" in plan.fields else list(free)
    prices = [plan.fields["unit_price"]] if "unit_price" in plan.fields else list(free)
    totals = [plan.fields["line_total"]] if "line_total" in plan.fields else list(free)
    found = []
    for q in quantities:
        values = numbers_of(frame, q)
        if values is None or bool((values != values.floor()).any()):
            continue
        found += [(q, p, t) for p in prices for t in totals if len({q, p, t}) == 3 and is_product(frame, q, p, t)]
    whole_both = {frozenset(names[:2]) for names in found}
    if len(found) == 1 and len(whole_both) == 1:
        return dict(zip(("quantity", "unit_price", "line_total"), found[0], strict=True))
    return {}


def _quantity(plan: TablePlan, free: Sequence[ColumnFacts], facts: Facts) -> TablePlan:
    order = plan.fields.get("order_id")
    whole = [f for f in free if f.whole >= 0.98 and f.unique < 0.5]
    varying = [f for f in whole if order is None or (decides(plan.table.frame, order, f.name) or 0) < 0.7]
    varying = [f for f in varying if f.distinct > 1 and not _numbers_lines(plan, f.name)]
    likely = [f for f in varying if _counts_like_units(plan.table.frame, f.name)]
    if len(likely) == 1 and order is not None:
        return plan.with_field("quantity", likely[0].name, "content")
    if varying and (likely or "action" not in plan.fields):
        raise ask(plan, "quantity", [f.name for f in varying], facts)
    return plan


def _numbers_lines(plan: TablePlan, column: str) -> bool:
    """Return whether a column counts the lines of each order: 1, 2, 3."""
    order, values = plan.column("order_id"), numbers_of(plan.table.frame, column)
    if order is None or values is None:
        return False
    pair = pl.DataFrame({"o": as_text(order.head(values.len())), "n": values}).drop_nulls()
    groups = pair.group_by("o").agg(
        pl.len().alias("lines"), pl.col("n").n_unique().alias("kinds"), pl.col("n").max().alias("last")
    )
    groups = groups.filter(pl.col("lines") > 1)
    counted = (groups["kinds"] == groups["lines"]) & (groups["last"] == groups["lines"])
    return groups.height > 0 and float(counted.sum()) >= 0.9 * groups.height


def _counts_like_units(frame: pl.DataFrame, column: str) -> bool:
    """Whole numbers, most often 1, never 0: what a quantity looks like and a percentage, week or rating does not."""
    values = numbers_of(frame, column)
    if values is None or values.drop_nulls().is_empty():
        return False
    counts = values.drop_nulls().value_counts(sort=True)
    return float(counts[column][0]) == 1.0 and float((values == 0).sum()) <= 0.001 * values.len()


def _price(plan: TablePlan, free: Sequence[ColumnFacts], facts: Facts) -> TablePlan:
    fractions = [f for f in free if f.whole < 0.95]
    if not fractions:
        return plan
    quantity = plan.fields.get("quantity")
    product = plan.fields.get("product_id", plan.fields.get("title"))
    if len(fractions) == 1 and quantity and product:
        kind = price_or_total(plan.table.frame, product, quantity, fractions[0].name)
        if kind:
            return plan.with_field(kind, fractions[0].name, "content")
    raise ask(plan, "unit_price", [f.name for f in fractions], facts)


def _country(plan: TablePlan, facts: Facts) -> TablePlan:
    found = [f.name for f in _free(plan, facts) if f.country >= 0.8]
    return plan.with_field("country", found[0], "content") if len(found) == 1 and "country" not in plan.fields else plan


def products_by_content(plan: TablePlan, facts: Facts, sold: pl.Series | None) -> TablePlan | None:
    """Return a plan for a product table without known headers: a code the order lines use, and texts; None where it is none."""
    if sold is None:
        return None
    among = as_text(sold).drop_nulls().unique()
    keys = [
        f.name for f in facts.values()
        if f.is_code and f.unique > 0.9 and _share_in(among, as_text(plan.table.frame[f.name])) >= 0.5
    ]  # fmt: skip
    texts = sorted(
        (f for f in facts.values() if f.is_text and f.words >= 1.5 and f.unique > 0.3), key=lambda f: f.length
    )
    if not keys or not texts:
        return None
    if len(keys) > 1:
        raise ask(plan, "product_id", keys, facts)
    if len(texts) > 1 and texts[1].length < 3 * texts[0].length:
        raise ask(plan, "title", [f.name for f in texts], facts)
    plan = plan.with_field("product_id", keys[0], "content").with_field("title", texts[0].name, "content")
    return plan.with_field("description", texts[1].name, "content") if len(texts) == 2 else plan


def _share_in(keys: pl.Series, column: pl.Series) -> float:
    return float(keys.is_in(column.drop_nulls().unique().implode()).sum()) / max(keys.len(), 1)
