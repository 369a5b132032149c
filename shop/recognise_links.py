"""Keys held between files: the codes order lines use are those of the product and customer tables. It asks; it changes no values."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from shop.recognise_evidence import overlap
from shop.recognise_facts import SAMPLE_ROWS, as_text
from shop.recognise_fields import Facts, TablePlan, ask


def link_keys(plans: list[TablePlan], facts: Sequence[Facts]) -> list[TablePlan]:
    """Return the plans with keys that meet: of several codes of a product or customer, the one the order lines use."""
    linked = list(plans)
    for kind, field in (("products", "product_id"), ("customers", "customer_id")):
        used = next(
            (plan.column(field) for plan in plans if plan.kind in ("events", "orders") and field in plan.fields), None
        )
        if used is None:
            continue
        for number, plan in enumerate(linked):
            if plan.kind == kind and field in plan.fields and plan.why.get(plan.fields[field]) != "shop.toml":
                linked[number] = _best_key(plan, field, used, facts[number])
    return linked


def _best_key(plan: TablePlan, field: str, used: pl.Series, facts: Facts) -> TablePlan:
    now = overlap(used, plan.table.frame[plan.fields[field]])
    if now >= 0.5:
        return plan
    others = [
        name
        for name, fact in facts.items()
        if name != plan.fields[field] and fact.length <= 80 and fact.unique > 0.3 and not fact.is_empty
    ]
    shares = {name: overlap(used, plan.table.frame[name]) for name in others}
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is None or shares[best] < 0.5 or shares[best] <= now:
        return plan
    return plan.with_field(field, best, "content: the order lines use it")


def check_links(plans: Sequence[TablePlan], facts: Sequence[Facts]) -> None:
    """Stop where another column of the order lines holds the codes of a product or customer table, and the chosen one does not.

    Raises
    ------
    ShopQuestion
        Naming both columns.
    """
    for plan, fact in zip(plans, facts, strict=True):
        if plan.kind != "events":
            continue
        for kind, field in (("products", "product_id"), ("customers", "customer_id")):
            table = next((other for other in plans if other.kind == kind and field in other.fields), None)
            if table is not None and field in plan.fields and plan.why[plan.fields[field]] != "shop.toml":
                _check_link(plan, field, table, fact)
        _check_position(plan, fact)


def _check_link(plan: TablePlan, field: str, table: TablePlan, facts: Facts) -> None:
    frame, chosen = plan.table.frame, plan.fields[field]
    keys = table.table.frame[table.fields[field]]
    both = {
        name: min(_shared(frame[name], keys), 1.0) for name, fact in facts.items() if fact.distinct > 5 and fact.is_code
    }
    best = max(both, key=lambda name: both[name], default=chosen)
    if best != chosen and both.get(chosen, 0.0) < 0.5 and both[best] >= 0.6 and both[best] > 2 * both.get(chosen, 0.0):
        raise ask(
            plan, field, [best, chosen], facts,
            f"the values of {best!r} are those of {table.table.source}, {table.fields[field]!r}; those of {chosen!r}, which is headed so, "
            "are not. Which column is it?",
        )  # fmt: skip


def _shared(column: pl.Series, keys: pl.Series) -> float:
    """Return the greater share of two sets of codes that is in the other; a handful of small numbers in a long list is no share."""
    there, back = overlap(column, keys), overlap(keys, column)
    return max(there if column.n_unique() > 50 or keys.n_unique() <= 100 else 0.0, back)


def _check_position(plan: TablePlan, facts: Facts) -> None:
    position, customer = plan.fields.get("position"), plan.fields.get("customer_id")
    if not position or not customer or plan.why[position] == "shop.toml":
        return
    if _counts_up(plan, customer, position) >= 0.5:
        return
    numbers = [f.name for f in facts.values() if f.number > 0.95 and f.name != position]
    better = [name for name in numbers if _counts_up(plan, customer, name) > 0.8]
    if better:
        told = f"{position!r} does not count up for a customer, {better[0]!r} does. Which one is the order?"
        raise ask(plan, "position", [*better, position], facts, told)
    codes = [f.name for f in facts.values() if f.is_code and f.name not in (customer, position)]
    people = [name for name in codes if _counts_up(plan, name, position) > 0.8]
    if people:
        told = (
            f"{position!r} counts up for each value of {people[0]!r}, not for {customer!r}. Which one is the customer?"
        )
        raise ask(plan, "customer_id", [*people, customer], facts, told)


def _counts_up(plan: TablePlan, customer: str, column: str) -> float:
    """Return the share of customers for whom a column counts up without a gap."""
    frame = plan.table.frame.head(SAMPLE_ROWS)
    pair = pl.DataFrame({"c": as_text(frame[customer]), "n": as_text(frame[column]).cast(pl.Int64, strict=False)})
    groups = pair.group_by("c").agg(
        pl.len().alias("k"), pl.col("n").n_unique().alias("u"), (pl.col("n").max() - pl.col("n").min() + 1).alias("w")
    )
    groups = groups.filter(pl.col("k") > 1)
    return float(((groups["k"] == groups["u"]) & (groups["w"] == groups["k"])).sum()) / max(groups.height, 1)


def lines_of_products(plans: Sequence[TablePlan], facts: Sequence[Facts]) -> list[tuple[int, str]]:
    """Return the files not read as order lines in which one column holds the codes of the product table: (place, column).

    The column is "" where several could be it.
    """
    table = next((plan for plan in plans if plan.kind == "products" and "product_id" in plan.fields), None)
    if table is None:
        return []
    keys = table.table.frame[table.fields["product_id"]]
    found = []
    for place, (plan, fact) in enumerate(zip(plans, facts, strict=True)):
        if plan.kind in ("orders", "customers", ""):
            codes = [f.name for f in fact.values() if f.is_code and f.distinct >= 10 and f.unique < 0.98]
            free = [name for name in codes if overlap(plan.table.frame[name], keys) >= 0.9]
            found += [(place, free[0] if len(free) == 1 else "")] if free else []
    return found
