"""Which file is which table, and which column which field: one plan a file. It reads values, changes none, and never guesses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shop.mapping import ColumnChoice, Mapping
from shop.questions import Candidate, ShopQuestion
from shop.recognise_checks import check_headers_hold
from shop.recognise_content import complete_by_content, products_by_content
from shop.recognise_facts import ColumnFacts, column_facts
from shop.recognise_fields import Facts, TablePlan, apply_answers, assign_by_header, belongs
from shop.recognise_kinds import kind_of
from shop.recognise_links import check_links, lines_of_products, link_keys
from shop.settings import Instructions
from shop.tables import ShopDataError

if TYPE_CHECKING:
    from shop.raw import RawTable

REQUIRED = (
    "a table of order lines or events (product, with a customer or an order number, and a quantity, price, time, position or action) "
    "and a text for the products"
)


def recognise(tables: Sequence[RawTable], instructions: Instructions) -> list[TablePlan]:
    """Return a plan for each file, in the order given.

    Parameters
    ----------
    tables : RawTables
        As `shop.reading.read_source` returns them.
    instructions : Instructions
        What `shop.toml` says; it goes before headers and values.

    Raises
    ------
    ShopQuestion
        When a file can be read in two ways.
    ShopDataError
        When there are no order lines or events at all.
    """
    _check_names(tables, instructions)
    facts = [{name: column_facts(table.frame[name]) for name in table.frame.columns} for table in tables]
    kinds = [kind_of(table, fact, instructions) for table, fact in zip(tables, facts, strict=True)]
    plans: list[TablePlan] = []
    for table, fact, kind in zip(tables, facts, kinds, strict=True):
        plans.append(_plan(table, fact, kind, instructions))
    if not any(plan.kind == "events" for plan in plans):
        plans = [_by_content(plan, fact, instructions) for plan, fact in zip(plans, facts, strict=True)]
    plans = _products_of_values(plans, facts, instructions)
    if not any(plan.kind == "events" for plan in plans):
        plans = _lines_by_products(plans, facts, instructions)
    if not any(
        plan.kind in ("events", "reviews") and "product_id" in plan.fields or plan.kind == "events" for plan in plans
    ):
        raise _no_events(plans, facts)
    plans = link_keys(plans, facts)
    check_links(plans, facts)
    return plans


def _check_names(tables: Sequence[RawTable], instructions: Instructions) -> None:
    known = [table.source for table in tables]
    for section, named in (
        ("columns", instructions.columns),
        ("tables", instructions.tables),
        ("formats", instructions.formats),
    ):
        for name in named:
            if name not in known:
                raise ShopDataError(
                    f"shop.toml, [{section}]: no file {name!r}; found {', '.join(known) or 'none'}. Correct the name or delete the lines."
                )


def _plan(table: RawTable, facts: Facts, kind: str, instructions: Instructions) -> TablePlan:
    if not kind:
        left_out = table.source in instructions.tables
        return TablePlan(
            table,
            "",
            reason="left out by shop.toml" if left_out else "not a table this shop needs: its columns are not known",
        )
    plan = apply_answers(TablePlan(table, kind), instructions.columns.get(table.source, {}))
    if set(table.frame.columns) <= set(plan.why):
        return plan
    plan = assign_by_header(plan, facts)
    check_headers_hold(plan, facts)
    if kind == "events":
        plan = complete_by_content(plan, facts)
        check_headers_hold(plan, facts)
    return _with_attributes(plan, facts) if kind == "customers" else plan


def _with_attributes(plan: TablePlan, facts: Facts) -> TablePlan:
    free = [name for name in facts if name not in plan.why and not facts[name].is_empty]
    found = {attribute_name(name): name for name in free}
    return replace(plan, attributes={**found, **plan.attributes}, why={**plan.why, **dict.fromkeys(free, "header")})


def attribute_name(header: str) -> str:
    """Return a column header as the name of a customer attribute.

    Examples
    --------
    >>> attribute_name("Home ownership")
    'home_ownership'
    """
    return re.sub(r"\W+", "_", header.strip()).strip("_").lower() or "attribute"


def _by_content(plan: TablePlan, facts: Facts, instructions: Instructions) -> TablePlan:
    """Try a file of unknown headers as order lines."""
    table = plan.table
    if plan.kind or table.source in instructions.tables or table.frame.height < 10 or len(facts) < 4:
        return plan
    if any(table.frame[name].dtype.is_nested() for name in facts):
        return plan
    trial = TablePlan(table, "events")
    try:
        trial = complete_by_content(assign_by_header(trial, facts), facts)
    except ShopQuestion as question:
        has_title = any(fact.is_text and fact.words >= 1.5 and fact.unique < 0.9 for fact in facts.values())
        if has_title and any(fact.time > 0.9 for fact in facts.values()):
            raise question from None
        return plan
    found = set(trial.fields)
    told = len(found & {"time", "quantity", "unit_price", "line_total"}) >= 2
    if found & {"product_id", "title"} and found & {"order_id", "customer_id"} and told:
        check_headers_hold(trial, facts)
        return trial
    return plan


def _products_of_values(plans: list[TablePlan], facts: Sequence[Facts], instructions: Instructions) -> list[TablePlan]:
    """Read a file of unknown headers as the products, where the order lines use its codes and there is no such table yet."""
    sold = next(
        (plan.column("product_id") for plan in plans if plan.kind == "events" and "product_id" in plan.fields), None
    )
    if any(plan.kind == "products" for plan in plans):
        return plans
    found = []
    for plan, fact in zip(plans, facts, strict=True):
        if plan.kind or plan.table.source in instructions.tables:
            found.append(plan)
        else:
            found.append(products_by_content(TablePlan(plan.table, "products"), fact, sold) or plan)
    return found


def _lines_by_products(plans: list[TablePlan], facts: Sequence[Facts], instructions: Instructions) -> list[TablePlan]:
    """Read a file as order lines whose only unknown is which column holds the codes of the product table."""
    found = list(plans)
    for place, column in lines_of_products(plans, facts):
        table, fact = plans[place].table, facts[place]
        nested = any(table.frame[name].dtype.is_nested() for name in table.frame.columns)
        if nested or table.source in instructions.tables or table.source in instructions.columns:
            continue
        trial = TablePlan(table, "events")
        if column:
            trial = trial.with_field("product_id", column, "content: codes of the product table")
            trial = complete_by_content(assign_by_header(trial, fact), fact)
        amounts = {"quantity", "unit_price", "line_total", "time", "position"} & set(trial.fields)
        if column and amounts and {"order_id", "customer_id"} & set(trial.fields):
            check_headers_hold(trial, fact)
            found[place] = trial
        elif not plans[place].kind:
            raise _ask_all(plans[place], [one for one in fact.values() if not one.is_empty])
    return found


def _no_events(plans: Sequence[TablePlan], facts: Sequence[Facts]) -> ShopDataError:
    found = "; ".join(
        f"{plan.table.source} ({plan.kind or 'not recognised'}: {', '.join(plan.table.frame.columns[:12])})"
        for plan in plans
    )
    for plan, fact in zip(plans, facts, strict=True):
        filled = [f for f in fact.values() if not f.is_empty]
        if not plan.kind and len(filled) >= 4 and len(plans) == 1:
            return _ask_all(plan, filled)
    mend = "Add the export of the orders to the folder, or name its columns in shop.toml."
    return ShopDataError(f"no order lines and no events: found {found or 'no table'}; expected {REQUIRED}. {mend}")


def _ask_all(plan: TablePlan, filled: Sequence[ColumnFacts]) -> ShopQuestion:
    source = plan.table.source
    fields = 'order_id, customer_id, product_id, title, quantity, unit_price, time or ""'
    lines = [f'[tables]\n"{source}" = "events"\n\n[columns."{source}"]']
    lines += [f'"{fact.name}" = "…"' for fact in filled[:12]]
    answer = "\n".join(lines) + f"\n# each … one of {fields}"
    candidates = [Candidate(fact.name, fact.examples, "") for fact in filled[:12]]
    candidates[-1] = replace(candidates[-1], answer=answer)
    return ShopQuestion(
        source, f"neither headers nor values tell what these columns are; expected {REQUIRED}.", candidates
    )


def mapping_of(plans: Sequence[TablePlan]) -> Mapping:
    """Return what every column of every file was read as, in file order."""
    choices = []
    for plan in plans:
        by_column = {column: (belongs(plan.kind, name), name) for name, column in plan.fields.items()}
        by_column |= {column: ("customers", name) for name, column in plan.attributes.items()}
        for column in plan.table.frame.columns:
            table, field = by_column.get(column, ("", ""))
            values = plan.table.frame[column].drop_nulls().head(1)
            example = "" if values.is_empty() else str(values[0])[:60]
            choices.append(ColumnChoice(plan.table.source, column, example, table, field, plan.why.get(column, "")))
    return Mapping(tuple(choices))
