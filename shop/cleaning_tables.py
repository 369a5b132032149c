"""Customers, orders, reviews, FAQ and policies of one file each. It knows their columns, nothing of order lines."""

from __future__ import annotations

import polars as pl

from shop.cleaning_columns import ColumnReader
from shop.cleaning_ledger import Ledger
from shop.cleaning_products import one_row_each
from shop.cleaning_text import clean_texts
from shop.columns import PLACE
from shop.recognise_facts import as_text
from shop.tables import FAQ, ORDERS, POLICIES, REVIEWS, STATUSES

_STATUS_WORDS = {
    "placed": "placed pending pending_payment new open created received awaiting_payment on_hold neu offen en_attente pendiente 待付款 待支付",
    "paid": "paid processing authorized partially_paid approved confirmed invoiced bezahlt payee paye pagado 已付款 已支付 待发货",
    "packed": "packed ready ready_to_ship picking in_fulfillment verpackt prepare preparado 配货中 partially_fulfilled",
    "sent": "sent shipped in_transit dispatched fulfilled shipping versendet versandt expedie expediee enviado 已发货 待收货 unshipped_partially",
    "delivered": "delivered complete completed done closed zugestellt geliefert abgeschlossen livre livree entregado 已完成 已签收 交易成功",
    "cancelled": "cancelled canceled voided void failed expired unavailable storniert annule annulee cancelado 已取消 交易关闭",
    "returned": "returned refunded chargeback retourniert erstattet rembourse retourne devuelto reembolsado 已退款 已退货",
}
STATUS_OF = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}


def status_of(column: pl.Expr) -> pl.Expr:
    """Return a status in the words of the shop table, null where it is not known."""
    key = column.str.to_lowercase().str.strip_chars().str.replace(r"^wc[-_]", "").str.replace_all(r"[\s\-]+", "_")
    plain = key.str.replace_all("é", "e").str.split("_-_").list.first()
    return plain.replace_strict(STATUS_OF, default=None, return_dtype=pl.String)


def read_customers(reader: ColumnReader, ledger: Ledger) -> pl.DataFrame:
    """Return the customers of one file, a row each, every further column an attribute as text.

    Raises
    ------
    ShopDataError
        When two rows of one customer differ and no column says which is newer.
    """
    plan = reader.plan
    key = reader.ids("customer_id")
    assert key is not None
    columns = {
        name: as_text(plan.table.frame[column]) for name, column in plan.attributes.items() if name != "customer_id"
    }
    for name in ("email", "consent"):
        text = reader.text(name)
        if text is not None:
            columns[name] = text
    frame = reader.index().with_columns(key.alias("customer_id"), **columns)
    updated = reader.times("updated")
    if updated is not None:
        frame = frame.with_columns(updated)
    ledger.rows("dropped", "no customer number", frame.filter(pl.col("customer_id").is_null()), list(columns))
    frame = one_row_each(frame.filter(pl.col("customer_id").is_not_null()), "customer_id", plan.table.source, ledger)
    return frame.drop("updated", strict=False)


def read_orders(reader: ColumnReader, ledger: Ledger) -> pl.DataFrame:
    """Return the orders of one file with the columns of the table, and channel, country and city where it has them."""
    key = reader.ids("order_id")
    assert key is not None
    reader.currency()
    read = [key, reader.ids("customer_id"), *(reader.times(name) for name in ("placed", "sent", "delivered"))]
    read += [reader.text(name) for name in ("status", "address", "tracking", "channel", *PLACE)]
    frame = reader.index().with_columns([column for column in read if column is not None])
    wanted = {**ORDERS, **dict.fromkeys(("channel", *PLACE), pl.String)}
    frame = frame.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in wanted.items() if name not in frame.columns
    )
    ledger.rows("dropped", "no order number", frame.filter(pl.col("order_id").is_null()), ("customer_id",))
    frame = known_status(frame.filter(pl.col("order_id").is_not_null()), ledger)
    return one_row_each(frame.select("_source", "_row", *wanted), "order_id", reader.plan.table.source, ledger)


def known_status(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Return a frame with its status column in the shop's words; a status that is not known is noted and left empty."""
    frame = frame.with_columns(_status=status_of(pl.col("status")))
    unknown = frame.filter(pl.col("status").is_not_null() & pl.col("_status").is_null())
    ledger.rows(
        "changed",
        f"a status that is not known, read as none (known: {', '.join(STATUSES)})",
        unknown,
        ("order_id", "status"),
    )
    return frame.with_columns(status="_status").drop("_status")


def read_reviews(reader: ColumnReader, ledger: Ledger) -> pl.DataFrame:
    """Return the reviews of one file with the columns of the table."""
    read = [reader.ids("product_id"), reader.ids("customer_id"), reader.numbers("rating"), reader.times("time")]
    text = reader.plan.column("text")
    frame = reader.index().with_columns([column for column in read if column is not None])
    if text is not None:
        frame = frame.with_columns(text=clean_texts(text))
    frame = frame.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in REVIEWS.items() if name not in frame.columns
    )
    frame = frame.with_columns(rating=pl.when(pl.col("rating").is_finite()).then("rating"))
    empty = pl.col("product_id").is_null() | (pl.col("rating").is_null() & pl.col("text").is_null())
    ledger.rows(
        "dropped", "a review without a product, or without rating and text", frame.filter(empty), ("product_id", "text")
    )
    return frame.filter(~empty).select("_source", "_row", *(pl.col(name).cast(kind) for name, kind in REVIEWS.items()))


def read_texts(reader: ColumnReader, ledger: Ledger) -> pl.DataFrame:
    """Return the FAQ or the policies of one file; a row without both its texts is set aside."""
    kind = reader.plan.kind
    schema, needed = (FAQ, ("question", "answer")) if kind == "faq" else (POLICIES, ("title", "text"))
    columns = {
        name: clean_texts(reader.plan.table.frame[reader.plan.fields[name]])
        for name in schema
        if name in reader.plan.fields
    }
    frame = reader.index().with_columns(**columns)
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in schema if name not in columns)
    empty = pl.any_horizontal(pl.col(list(needed)).is_null())
    ledger.rows("dropped", f"no {needed[0]} or no {needed[1]}", frame.filter(empty), needed)
    frame = frame.filter(~empty)
    again = ~frame.select(pl.struct(list(schema)).is_first_distinct()).to_series()
    ledger.rows("dropped", "the same text again: merged", frame.filter(again), needed)
    return frame.filter(~again).select("_source", "_row", *schema)
