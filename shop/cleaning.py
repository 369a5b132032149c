"""From recognised files to the tables of a shop and the report of every row. It knows the order of the work, not its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from shop.cleaning_columns import ColumnReader, Currencies, only_currency
from shop.cleaning_events import SHOW, Lines, make_events
from shop.cleaning_ledger import Ledger
from shop.cleaning_lines import read_lines
from shop.cleaning_products import merged_products, products_of_lines, read_products
from shop.cleaning_tables import known_status, read_customers, read_orders, read_reviews, read_texts
from shop.columns import PLACE
from shop.mapping import DataReport
from shop.recognise_fields import TablePlan
from shop.settings import Instructions
from shop.shop import Settings
from shop.tables import EVENTS, ORDERS, TABLES, UTC, ShopDataError, empty_table

LACKS: Mapping[str, str] = {
    "time": "recency, intervals, trends, until(as_of) and everything that needs a clock",
    "unit_price": "revenue, monetary value, price response and facts about money",
    "quantity": "units; every line counts as one",
    "customer_id": "profiles, segments, personas and recommendations for a customer",
    "order_id": "orders, basket size and what is bought together",
    "channel": "profiles by channel",
    "title": "texts to find, recommend and write about products by",
    "description": "product facts beyond the name, and quotes from the description",
    "category": "profiles and segments by category",
    "brand": "facts about brands",
    "price": "today's price in copy",
    "stock": "whether a product is on hand",
    "orders": "answers on the state of an order",
    "reviews": "answers and facts from reviews",
    "faq": "answers from the shop's own questions and answers",
    "policies": "answers from the shop's policies",
}
_PLACES = tuple(PLACE)


@dataclass(frozen=True)
class Cleaned:
    """The finished tables by name, the settings with what the files say, and the report."""

    tables: Mapping[str, pl.DataFrame]
    settings: Settings
    report: DataReport


def clean(plans: Sequence[TablePlan], instructions: Instructions) -> Cleaned:
    """Turn recognised files into the tables of a shop; every row is kept or counted with a reason.

    Raises
    ------
    ShopDataError
        When a column mixes formats, keys repeat with different rows, or no event is left.
    """
    ledger, currencies = Ledger(), Currencies()
    frames: dict[str, list[pl.DataFrame]] = {}
    for plan in plans:
        table = plan.table
        ledger.read[table.source] = ledger.read.get(table.source, 0) + table.frame.height
        for note in table.notes:
            ledger.note(table.source, "noted", note.reason, note.count, note.example)
        if plan.kind:
            frames.setdefault(plan.kind, []).append(
                _read(plan, ColumnReader(plan, instructions, ledger, currencies), ledger)
            )
        else:
            ledger.note(table.source, "dropped", f"whole file left out: {plan.reason}", table.frame.height)
    settings = replace(instructions.settings, currency=only_currency(currencies, instructions.settings.currency))
    orders = _unique(frames.get("orders", []), "order_id", ledger)
    lines = _lines(frames, ledger)
    known = pl.concat([table["product_id"] for table in frames["products"]]) if "products" in frames else None
    made = make_events(lines, orders, known, instructions, ledger)
    ledger.keep(made.events)
    if made.events.is_empty():
        raise _nothing_left(ledger)
    attributes = sorted({name for plan in plans if plan.kind == "events" for name in plan.attributes} - set(_PLACES))
    _check_texts(plans, made, frames)
    tables = _tables(frames, made, orders, ledger, (*_PLACES, *attributes))
    return Cleaned(tables, settings, ledger.report(lacks(tables, plans)))


def _read(plan: TablePlan, reader: ColumnReader, ledger: Ledger) -> pl.DataFrame:
    if plan.kind == "events":
        return read_lines(reader)
    if plan.kind in ("faq", "policies"):
        return read_texts(reader, ledger)
    readers = {"products": read_products, "customers": read_customers, "orders": read_orders, "reviews": read_reviews}
    return readers[plan.kind](reader, ledger)


def _lines(frames: Mapping[str, list[pl.DataFrame]], ledger: Ledger) -> pl.DataFrame:
    """Return the lines of all files; where a shop has reviews only, each is an event of its customer."""
    if "events" not in frames:
        rated = pl.concat(frames["reviews"]).select("_source", "_row", "product_id", "customer_id", "time")
        example = "a shop without orders: a review counts as an event, not as a purchase"
        ledger.note(str(rated["_source"][0]), "noted", "ratings taken as events", rated.height, example)
        empty = (
            "order_id",
            "title",
            "channel",
            "category",
            "brand",
            "image",
            *_PLACES,
            "address",
            "tracking",
            "status",
        )
        rated = rated.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in empty)
        rated = rated.with_columns(pl.lit(None, dtype=UTC).alias(name) for name in ("sent", "delivered"))
        rated = rated.with_columns(
            action=pl.lit("rate"), quantity=pl.lit(1.0), unit_price=pl.lit(None, dtype=pl.Float64)
        )
        return rated.with_columns(position=pl.lit(None, dtype=pl.Float64), _bad_unit_price=pl.lit(False))
    lines = pl.concat(frames["events"], how="diagonal")
    lines = known_status(lines, ledger) if lines["status"].null_count() < lines.height else lines
    gaps = [
        name
        for name in ("customer_id", "time", "status", "channel", "country", "city")
        if 0 < lines[name].null_count() < lines.height
    ]
    if not gaps or lines["order_id"].null_count() == lines.height:
        return lines
    # some exports give what belongs to the whole order on its first line only
    fill = [pl.col(name).fill_null(pl.col(name).drop_nulls().first().over("order_id")) for name in gaps]
    filled = lines.with_columns(
        pl.when(pl.col("order_id").is_not_null()).then(new).otherwise(pl.col(name)).alias(name)
        for name, new in zip(gaps, fill, strict=True)
    )
    mended = filled.filter(pl.col("_bad_time").fill_null(False) & pl.col("time").is_not_null())
    ledger.rows("changed", "time not readable: that of the other lines of its order is taken", mended, SHOW)
    return filled


def _tables(
    frames: Mapping[str, list[pl.DataFrame]],
    made: Lines,
    orders: pl.DataFrame,
    ledger: Ledger,
    attributes: Sequence[str],
) -> dict[str, pl.DataFrame]:
    ledger.keep(orders)
    of_lines = products_of_lines(made.sold, ledger)
    used = made.events.select(pl.col("product_id").drop_nulls().unique())
    products = merged_products(frames.get("products", []), of_lines.join(used, on="product_id", how="semi"), ledger)
    tables = {
        "events": made.events.select(list(EVENTS)),
        "products": products,
        "customers": _customers(frames, made, orders, ledger, attributes),
    }
    tables["orders"] = _orders_of(orders, made.sold)
    for name in ("reviews", "faq", "policies"):
        parts = frames.get(name, [])
        table = pl.concat(parts) if parts else empty_table(name)
        if name == "reviews" and parts:
            table = table.sort("time", "product_id", nulls_last=True, maintain_order=True)
        if parts and not (name == "reviews" and "events" not in frames):
            ledger.keep(table)
        tables[name] = table.select(list(TABLES[name]))
    return tables


def _unique(parts: list[pl.DataFrame], key: str, ledger: Ledger) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame(schema={"_source": pl.String, "_row": pl.Int64, key: pl.String})
    stacked = pl.concat(parts, how="diagonal")
    first = stacked.select(pl.col(key).is_first_distinct()).to_series()
    ledger.rows("dropped", f"a {key.removesuffix('_id')} that another file already has", stacked.filter(~first), (key,))
    return stacked.filter(first)


def _orders_of(orders: pl.DataFrame, sold: pl.DataFrame) -> pl.DataFrame:
    """Return the orders table: the shop's own, else what order lines say of a status or a delivery."""
    names = list(ORDERS)
    if not orders.is_empty():
        return orders.select(names).sort("placed", "order_id", nulls_last=True)
    facts = ("status", "sent", "delivered", "address", "tracking")
    told = sold.filter(pl.col("order_id").is_not_null() & pl.any_horizontal(pl.col(list(facts)).is_not_null()))
    if told.is_empty():
        return empty_table("orders")
    first = [pl.col(name).drop_nulls().first() for name in ("customer_id", *facts)]
    grouped = told.group_by("order_id").agg(*first, pl.col("time").min().alias("placed"))
    return grouped.select(pl.col(name).cast(kind) for name, kind in ORDERS.items()).sort(
        "placed", "order_id", nulls_last=True
    )


def _customers(
    frames: Mapping[str, list[pl.DataFrame]],
    made: Lines,
    orders: pl.DataFrame,
    ledger: Ledger,
    attributes: Sequence[str],
) -> pl.DataFrame:
    """Return all customers with their attributes, sorted: those of the customer tables and those of the events and orders."""
    own = _unique_customers(frames.get("customers", []), ledger)
    seen = made.events.select("customer_id")
    if "customer_id" in orders.columns:
        seen = pl.concat([seen, orders.select("customer_id")])
    everyone = pl.concat([own.select("customer_id"), seen]).drop_nulls().unique().sort("customer_id")
    table = everyone.join(own.drop("_source", "_row", strict=False), on="customer_id", how="left")
    for name in attributes:
        values = _latest(made.sold, name, ledger)
        if values is None:
            continue
        table = table.join(values, on="customer_id", how="left")
        if name in own.columns:
            table = table.with_columns(pl.coalesce(name, f"_{name}").alias(name)).drop(f"_{name}")
        else:
            table = table.rename({f"_{name}": name})
    return table.sort("customer_id")


def _unique_customers(parts: list[pl.DataFrame], ledger: Ledger) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame(schema={"customer_id": pl.String})
    own = _unique(parts, "customer_id", ledger)
    ledger.keep(own)
    return own


def _latest(sold: pl.DataFrame, name: str, ledger: Ledger) -> pl.DataFrame | None:
    """Return the latest value of an attribute for each customer of the order lines; None where they have none."""
    told = sold.filter(pl.col(name).is_not_null() & pl.col("customer_id").is_not_null())
    if told.is_empty():
        return None
    last = (
        told.sort("time", "_seq", nulls_last=False)
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col(name).last().alias(f"_{name}"))
    )
    other = told.join(last, on="customer_id").filter(pl.col(name) != pl.col(f"_{name}"))
    customers = other["customer_id"].n_unique() if other.height else 0
    ledger.rows(
        "changed",
        f"{customers} customers with more than one {name}: the latest is kept",
        other,
        ("customer_id", name, f"_{name}"),
    )
    return last


def _check_texts(plans: Sequence[TablePlan], made: Lines, frames: Mapping[str, list[pl.DataFrame]]) -> None:
    """Stop where no product has a text of any kind: there is nothing to find, recommend or write about it by."""
    texts = ("title", "category", "brand")
    if any(made.sold[name].null_count() < made.sold.height for name in texts):
        return
    for table in frames.get("products", []):
        if any(table[name].null_count() < table.height for name in (*texts, "description")):
            return
    found = "; ".join(f"{plan.table.source} ({', '.join(plan.table.frame.columns[:12])})" for plan in plans)
    raise ShopDataError(
        f"no text for any product: found {found}; expected a name, description, category or brand of each product. "
        "Add the product list to the folder, or name its columns in shop.toml."
    )


def _nothing_left(ledger: Ledger) -> ShopDataError:
    reasons = "; ".join(
        f"{note.reason} ({note.count} rows, {note.example})" for note in ledger.notes if note.kind == "dropped"
    )
    read = ", ".join(f"{name} with {rows} rows" for name, rows in ledger.read.items())
    return ShopDataError(
        f"no order line is left of {read}: {reasons or 'the files hold a header and no rows'}; expected at least one sale. "
        "Check the export, or name its columns in shop.toml."
    )


def lacks(tables: Mapping[str, pl.DataFrame], plans: Sequence[TablePlan]) -> dict[str, str]:
    """Return each missing column or table with what it disables."""
    events, products = tables["events"], tables["products"]
    absent = [
        name
        for name in ("time", "unit_price", "customer_id", "order_id", "channel")
        if events[name].null_count() == events.height
    ]
    if not any("quantity" in plan.fields for plan in plans if plan.kind == "events"):
        absent.append("quantity")
    absent += [
        name
        for name in ("title", "description", "category", "brand", "price", "stock")
        if products[name].null_count() == products.height
    ]
    absent += [name for name in ("orders", "reviews", "faq", "policies") if tables[name].is_empty()]
    return {name: what for name, what in LACKS.items() if name in absent}
