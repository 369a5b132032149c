"""Finished tables checked before they become a `Shop`: types, keys, known products. It knows tables, not files or headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from shop.shop import Settings, Shop
from shop.tables import ACTIONS, STATUSES, TABLES, ShopDataError, empty_table

_NEEDED = {
    "events": ("product_id",),
    "products": ("product_id",),
    "customers": ("customer_id",),
    "orders": ("order_id",),
}
_UNIQUE = {"events": "position", "products": "product_id", "customers": "customer_id", "orders": "order_id"}
# check of pandera → what was expected, in our words
_EXPECTED = {
    "not_nullable": "a value in every row",
    "field_uniqueness": "each value once",
    "greater_than(0": "above 0",
    "greater_than_or_equal_to(0": "0 or more (shop currency per unit)",
    "is_finite": "a finite number",
    "isin": "one of {allowed}",
}


def checked_shop(events: Any, products: Any, *, settings: Settings, **tables: Any) -> Shop:
    """Return the shop made of finished tables, each checked and put in order; see `Shop.from_frames`.

    Parameters
    ----------
    events, products : DataFrame
        Polars or pandas. `action` is "buy", `quantity` 1 and `position` the order of time (else of rows) where not given.
    **tables : DataFrame
        Any of customers, orders, reviews, faq, policies.

    Returns
    -------
    Shop
        `events` by position, `products` and `customers` by id; columns not given are null.

    Raises
    ------
    ShopDataError
        When a column is missing, unknown, of a wrong type or value, a key repeats, or an event names an unknown product.
    """
    unknown = sorted(set(tables) - set(TABLES))
    if unknown:
        raise ShopDataError(f"Shop.from_frames: no table {unknown[0]!r}; expected any of {', '.join(TABLES)}.")
    given = {"events": _with_defaults(_polars("events", events)), "products": _polars("products", products)}
    given |= {name: _polars(name, table) for name, table in tables.items()}
    typed = {name: _typed(name, table) for name, table in given.items()}
    for name, table in typed.items():
        _check_values(name, table)
    if "customers" not in typed:
        typed["customers"] = typed["events"].select(pl.col("customer_id").drop_nulls().unique())
    _check_products(typed["events"], typed["products"])
    _check_customers(typed["events"], typed["customers"])
    complete = {name: typed.get(name, empty_table(name)) for name in TABLES}
    complete["events"] = complete["events"].sort("position")
    for name, key in (("products", "product_id"), ("customers", "customer_id")):
        complete[name] = complete[name].sort(key)
    from shop.cleaning import lacks

    return Shop(
        complete["events"],
        complete["products"],
        complete["customers"],
        complete["orders"],
        complete["reviews"],
        complete["faq"],
        complete["policies"],
        settings=settings,
        lacks=lacks(complete, ()),
    )


def _polars(name: str, table: Any) -> pl.DataFrame:
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if type(table).__module__.split(".")[0] == "pandas":
        return pl.from_pandas(table)
    raise ShopDataError(f"{name}: found a {type(table).__name__}; expected a polars or pandas DataFrame.")


def _with_defaults(events: pl.DataFrame) -> pl.DataFrame:
    if "action" not in events.columns:
        events = events.with_columns(action=pl.lit("buy"))
    if "quantity" not in events.columns:
        events = events.with_columns(quantity=pl.lit(1.0))
    if "position" not in events.columns:
        if "time" in events.columns:
            events = events.sort("time", maintain_order=True, nulls_last=True)
        events = events.with_columns(position=pl.int_range(pl.len(), dtype=pl.Int64))
    return events


def _typed(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """Return a table with the columns of its schema in their types; customers keep their attributes."""
    schema = TABLES[name]
    for column in _NEEDED.get(name, ()):
        if column not in table.columns:
            raise ShopDataError(
                f"{name}: no column {column!r}; found {', '.join(table.columns)}. Add it or rename the one that holds it."
            )
    extra = [column for column in table.columns if column not in schema]
    if extra and name != "customers":
        raise ShopDataError(
            f"{name}: unknown column {extra[0]!r}; expected any of {', '.join(schema)}. Rename or drop it."
        )
    columns = [_cast(name, table, column, kind) for column, kind in schema.items()]
    return pl.DataFrame(columns).with_columns(table.select(extra)) if extra else pl.DataFrame(columns)


def _cast(name: str, table: pl.DataFrame, column: str, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    if column not in table.columns:
        return pl.Series(column, [None] * table.height, dtype=kind)
    values = table[column]
    if kind == pl.Datetime("us", "UTC") and values.dtype.is_temporal():
        if getattr(values.dtype, "time_zone", None) is None:
            values = values.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        return values.dt.convert_time_zone("UTC").cast(kind)
    if kind == pl.String and values.dtype.is_float():
        raise ShopDataError(
            f"{name}, column {column!r}: found {values.dtype}, such as {values.drop_nulls().head(1).to_list()}; expected text. "
            "Ids are texts: cast the column."
        )
    wrong_way = kind != pl.String and values.dtype == pl.String
    if wrong_way and values.null_count() < values.len():
        raise ShopDataError(
            f"{name}, column {column!r}: found text, such as {values.drop_nulls()[0]!r}; expected {kind}. Parse the column first."
        )
    return values.cast(kind)


def _check_values(name: str, table: pl.DataFrame) -> None:
    """Check values with pandera and say the first failure in our words."""
    import pandera.polars as pa
    from pandera.errors import SchemaErrors

    above, least = pa.Check.gt(0), pa.Check.ge(0)
    finite = pa.Check(
        lambda data: data.lazyframe.select(pl.col(data.key).is_finite()), name="is_finite", element_wise=False
    )
    columns: dict[str, Any] = {}
    if name == "events":
        columns["action"] = pa.Column(pl.String, pa.Check.isin(ACTIONS))
        columns["quantity"] = pa.Column(pl.Float64, [above, finite])
        columns["unit_price"] = pa.Column(pl.Float64, [least, finite], nullable=True)
    if name == "orders":
        columns["status"] = pa.Column(pl.String, pa.Check.isin(STATUSES), nullable=True)
    if name == "products":
        columns["price"] = pa.Column(pl.Float64, [least, finite], nullable=True)
    if name in _UNIQUE:
        columns[_UNIQUE[name]] = pa.Column(TABLES[name][_UNIQUE[name]], unique=True)
    try:
        pa.DataFrameSchema(columns).validate(table, lazy=True)
    except SchemaErrors as errors:
        raise _in_our_words(name, table, errors.failure_cases) from None


def _in_our_words(name: str, table: pl.DataFrame, failures: pl.DataFrame) -> ShopDataError:
    first = failures.row(0, named=True)
    column, check = first["column"], str(first["check"])
    expected = next((text for start, text in _EXPECTED.items() if check.startswith(start)), check)
    allowed: Mapping[str, tuple[str, ...]] = {"action": ACTIONS, "status": STATUSES}
    expected = expected.format(allowed=", ".join(allowed.get(column, ())))
    alike = failures.filter((pl.col("column") == column) & (pl.col("check") == first["check"]))
    rows = sorted(row for row in alike["index"].to_list() if row is not None)
    where = f", row {rows[0]} (counted from 0)" if rows else ""
    found = repr(table[column][rows[0]]) if rows else first["failure_case"]
    more = f" ({len(rows) - 1} more rows alike.)" if len(rows) > 1 else ""
    return ShopDataError(
        f"{name}, column {column!r}{where}: found {found}; expected {expected}. Correct or leave out these rows.{more}"
    )


def _check_products(events: pl.DataFrame, products: pl.DataFrame) -> None:
    lone = events.filter(pl.col("product_id").is_null() & (pl.col("action") != "search"))
    if lone.height:
        raise ShopDataError(
            f"events, column 'product_id': position {lone['position'][0]} has none; expected one for every action but a search. ({lone.height} rows.)"
        )
    strange = events.filter(pl.col("product_id").is_not_null()).join(products, on="product_id", how="anti")
    if strange.height:
        raise ShopDataError(
            f"events, column 'product_id': {strange['product_id'][0]!r} is no product of the shop ({strange.height} events alike); "
            "expected a product_id of products. Add the product, or leave these events out."
        )


def _check_customers(events: pl.DataFrame, customers: pl.DataFrame) -> None:
    strange = events.filter(pl.col("customer_id").is_not_null()).join(customers, on="customer_id", how="anti")
    if strange.height:
        raise ShopDataError(
            f"events, column 'customer_id': {strange['customer_id'][0]!r} is no customer of the shop ({strange.height} events alike); "
            "expected a customer_id of customers. Add the customer, or leave customers out to take those of the events."
        )
