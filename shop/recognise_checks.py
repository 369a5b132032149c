"""Headers held against the values under them, as after a shuffle of the header row. It asks; it mends nothing."""

from __future__ import annotations

from shop.columns import KINDS, LOOSE, header_key, header_tier
from shop.recognise_evidence import decides, is_product, numbers_of
from shop.recognise_facts import ColumnFacts, fits
from shop.recognise_fields import ASKED, Facts, TablePlan, ask, has_line_items


def check_headers_hold(plan: TablePlan, facts: Facts) -> None:
    """Stop where values contradict the headers, as after a shuffle: a wrong reading would look right.

    Raises
    ------
    ShopQuestion
        Naming the header and what its column holds.
    """
    core = ("time", "quantity", "unit_price", "product_id", "order_id", "customer_id", "title", "placed")
    for name in core:
        if name not in KINDS[plan.kind] or (plan.kind == "reviews" and name in plan.fields):
            continue
        wrong = [c for c, f in facts.items() if c not in plan.why and _is_contradicted(plan, name, f)]
        if wrong:
            fitting = [c for c, f in facts.items() if fits(name, f) and not f.is_empty and c not in wrong][:6]
            raise ask(plan, name, fitting or wrong, facts, _disagree(wrong[0], facts[wrong[0]], ASKED[name]))
    for name, other, least in (
        ("order_id", "customer_id", 0.5),
        ("order_id", "time", 0.3),
        ("product_id", "title", 0.2),
    ):
        if plan.kind == "events" and name in plan.fields and other in plan.fields:
            _check_pair(plan, name, other, least, facts)
    if plan.kind == "events":
        _check_order(plan, facts)
        _check_amounts(plan, facts)
        _check_quantity(plan, facts)
        _check_code(plan, facts)


def _is_contradicted(plan: TablePlan, name: str, fact: ColumnFacts) -> bool:
    """Return whether a header says a field and the values under it cannot be it (a time of day may be headed "time")."""
    by_line = name == "order_id" and header_key(fact.name) == "name" and has_line_items(plan.table.frame.columns)
    clear = header_tier(plan.kind, name, fact.name) is not None and (by_line or header_key(fact.name) not in LOOSE)
    if name == "unit_price" and plan.kind == "events" and not {"unit_price", "line_total"} & set(plan.fields):
        clear = clear or header_tier("events", "money", fact.name) is not None
    elsewhere = not by_line and any(
        header_tier(plan.kind, other, fact.name) is not None and fits(other, fact)
        for other in KINDS[plan.kind]
        if other != name
    )
    return clear and not fact.is_empty and not fits(name, fact) and not elsewhere


def _disagree(column: str, fact: ColumnFacts, what: str) -> str:
    values = ", ".join(repr(value) for value in fact.examples)
    return f"the header {column!r} says {what}, but the column holds {values}. Which column is it?"


def _check_pair(plan: TablePlan, name: str, other: str, least: float, facts: Facts) -> None:
    key, value = plan.fields[name], plan.fields[other]
    told = (plan.why.get(key), plan.why.get(value))
    if "shop.toml" in told:
        return
    share = decides(plan.table.frame, key, value)
    if share is not None and share < least:
        raise ask(
            plan, name, [c for c in facts if facts[c].is_code][:6], facts,
            f"{key!r} is read as the {ASKED[name]} and {value!r} as the {ASKED[other]}, but only {share:.0%} of the values of {key!r} "
            f"stand beside one value of {value!r}. Are the headers over the right columns?",
        )  # fmt: skip


def _check_order(plan: TablePlan, facts: Facts) -> None:
    """Ask where the customer's column behaves like an order's (one time each) and the order's does not."""
    order, customer, time = (plan.fields.get(name, "") for name in ("order_id", "customer_id", "time"))
    if not (order and customer and time) or "shop.toml" in (plan.why[order], plan.why[customer]):
        return
    frame = plan.table.frame
    if (decides(frame, customer, time) or 0) >= 0.95 and (decides(frame, order, time) or 1) < 0.9:
        raise ask(
            plan, "order_id", [customer, order], facts,
            f"each value of {customer!r}, read as the customer, stands at one time only, those of {order!r}, read as the order, do not. "
            "Which one is the order number?",
        )  # fmt: skip


def _check_amounts(plan: TablePlan, facts: Facts) -> None:
    """Ask where a quantity or an amount is the same on all lines of an order, or mostly 0: a week, a branch, a discount."""
    order = plan.fields.get("order_id")
    for name in ("quantity", "unit_price", "line_total"):
        column = plan.fields.get(name)
        if column is None or plan.why[column] == "shop.toml":
            continue
        values = numbers_of(plan.table.frame, column)
        zeros = 0.0 if values is None else float((values == 0).sum()) / max(values.len(), 1)
        same = (
            bool(order) and facts[column].distinct > 5 and (decides(plan.table.frame, order or "", column) or 0) >= 0.99
        )
        if same or (zeros > 0.3 and facts[column].distinct > 1 and "action" not in plan.fields):
            what = "is the same on all lines of an order" if same else f"is 0 in {zeros:.0%} of the rows"
            others = [f.name for f in facts.values() if f.number > 0.9 and f.time < 0.5 and f.name != column][:5]
            raise ask(
                plan,
                name,
                [*others, column],
                facts,
                f"{column!r} is headed as the {ASKED[name]}, but {what}. Which column is it?",
            )


def _check_quantity(plan: TablePlan, facts: Facts) -> None:
    quantity, price = plan.fields.get("quantity"), plan.fields.get("unit_price", plan.fields.get("line_total"))
    if not quantity or not price or "shop.toml" in (plan.why[quantity], plan.why[price]):
        return
    frame = plan.table.frame
    for total in [c for c in facts if header_tier("events", "money", c) is not None and c not in (quantity, price)]:
        if is_product(frame, total, price, quantity) or is_product(frame, quantity, total, price):
            raise ask(
                plan, "quantity", [quantity, price, total], facts,
                f"{quantity!r} times {price!r} is not {total!r}, but they are a product in another order. Which one is the quantity?",
            )  # fmt: skip
    q, p = facts[quantity], facts[price]
    if q.whole < 0.5 and p.whole > 0.99 and p.distinct > 3:
        raise ask(
            plan, "quantity", [price, quantity], facts,
            f"{quantity!r} holds fractions and {price!r} whole numbers. Which one is the quantity?",
        )  # fmt: skip


def _check_code(plan: TablePlan, facts: Facts) -> None:
    code, title = plan.fields.get("product_id"), plan.fields.get("title")
    if not code or not title or "shop.toml" in (plan.why[code], plan.why[title]):
        return
    c, t = facts[code], facts[title]
    if c.words >= 1.5 and c.is_text and t.words < 1.3 and t.is_code and t.distinct >= 5:
        raise ask(
            plan, "product_id", [title, code], facts,
            f"{code!r} is headed as a code and holds names, {title!r} is headed as a name and holds codes. Which one is the product code?",
        )  # fmt: skip
