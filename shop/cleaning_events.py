"""The events of a shop from the lines of all its files: joined to orders, set aside, netted, put in order. It reads no columns."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from shop.cleaning_ledger import Ledger
from shop.cleaning_lines import mark_returns, not_products, reasons
from shop.cleaning_text import clean_texts, merged_case, staff_notes
from shop.netting import net_returns
from shop.settings import Instructions
from shop.tables import EVENTS

SHOW = ("order_id", "product_id", "title", "quantity", "unit_price")


@dataclass(frozen=True)
class Lines:
    """`events` in their final form, and `sold`: the kept lines with the texts and attributes of their products and customers."""

    events: pl.DataFrame
    sold: pl.DataFrame
    has_clock: bool


def make_events(
    lines: pl.DataFrame,
    orders: pl.DataFrame,
    known_products: pl.Series | None,
    instructions: Instructions,
    ledger: Ledger,
) -> Lines:
    """Return the events of all lines.

    Parameters
    ----------
    lines : DataFrame
        As `read_lines` returns them, of all files, one below the other.
    orders : DataFrame
        The orders of the shop's own order table, with order_id, customer_id, placed, status, channel; may be empty.
    known_products : Series or None
        The codes of the product table, where there is one.
    """
    _note_duplicates(lines, ledger)
    lines = _join_orders(lines, orders)
    lines = lines.with_columns(title=clean_texts(lines["title"]))
    lines = _one_case(_coded(lines, ledger), known_products, ledger)
    has_clock = lines["time"].null_count() < lines.height
    lines = mark_returns(lines).with_columns(_seq=pl.int_range(pl.len(), dtype=pl.Int64))
    odd = not_products(lines, instructions)
    lines = reasons(lines, odd, has_clock=has_clock, has_quantity=True)
    for reason in lines["_why"].drop_nulls().unique(maintain_order=True).sort().to_list():
        ledger.rows("dropped", reason, lines.filter(pl.col("_why") == reason), SHOW)
    kept = lines.filter(pl.col("_why").is_null()).drop("_why")
    kept = kept.with_columns(
        action=pl.when("_is_return").then(pl.lit("return")).otherwise("action"), quantity=pl.col("quantity").abs()
    )
    kept = _drop_idle(kept, ledger)
    notes = staff_notes(lines["title"])
    ledger.rows(
        "noted",
        "a note of the staff instead of a product name: not used as a name",
        lines.filter(notes),
        ("product_id", "title"),
    )
    events = _netted(kept, ledger)
    guests = events.filter(pl.col("customer_id").is_null() & (pl.col("action") == "buy"))
    ledger.rows("noted", "no customer: kept as a guest order", guests, SHOW)
    return Lines(_ordered(events, has_clock), kept, has_clock)


def _note_duplicates(lines: pl.DataFrame, ledger: Ledger) -> None:
    columns = [name for name in lines.columns if name != "_row"]
    again = ~lines.select(pl.struct(columns).is_first_distinct()).to_series()
    ledger.rows(
        "noted",
        "the same as an earlier row in every column that is read: kept, a line may repeat",
        lines.filter(again),
        SHOW,
    )


def _join_orders(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Fill what the lines lack (customer, time, status, channel) from the order they belong to."""
    if orders.is_empty():
        return lines
    heads = orders.unique("order_id", keep="first").select(
        "order_id",
        *(
            pl.col(name).alias(f"_o_{name}")
            for name in ("customer_id", "placed", "status", "channel", "country", "city")
        ),
    )
    joined = lines.join(heads, on="order_id", how="left", maintain_order="left")
    pairs = (
        ("customer_id", "customer_id"),
        ("time", "placed"),
        ("status", "status"),
        ("channel", "channel"),
        ("country", "country"),
        ("city", "city"),
    )
    filled = [pl.coalesce(own, f"_o_{other}").alias(own) for own, other in pairs]
    return joined.with_columns(filled).drop([name for name in joined.columns if name.startswith("_o_")])


def _one_case(lines: pl.DataFrame, known: pl.Series | None, ledger: Ledger) -> pl.DataFrame:
    merged = merged_case(lines["product_id"], known)
    changed = (merged != lines["product_id"]).fill_null(False)
    ledger.rows(
        "changed", "product codes that differ only in capitals made one", lines.filter(changed), ("product_id",)
    )
    return lines.with_columns(product_id=merged)


def _coded(lines: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Take the name as the code where a line has none, as in shops that sell without codes."""
    bare = lines.filter(pl.col("product_id").is_null() & pl.col("title").is_not_null())
    ledger.rows("changed", "no product code: the name is taken as the code", bare, SHOW)
    return lines.with_columns(product_id=pl.coalesce("product_id", "title")) if bare.height else lines


def _drop_idle(kept: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Set aside views and the like that nobody did: without a customer they say nothing but popularity, and stay; nothing else."""
    lonely = pl.col("customer_id").is_null() & pl.col("order_id").is_null() & pl.col("action").is_in(["return"])
    ledger.rows("dropped", "return without a purchase in the data", kept.filter(lonely), SHOW)
    return kept.filter(~lonely)


def _netted(kept: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    returns = kept.filter(pl.col("action") == "return")
    others = kept.filter(pl.col("action") != "return")
    if returns.is_empty():
        return others
    netted = net_returns(others.filter(pl.col("action") == "buy"), returns)
    whole = netted.unmatched.filter(pl.col("_left") >= pl.col("quantity") - 1e-9)
    part = netted.unmatched.filter(pl.col("_left") < pl.col("quantity") - 1e-9)
    matched = returns.join(netted.events.select("_seq").unique(), on="_seq", how="semi")
    ledger.rows("netted", "return taken off the customer's latest earlier purchase of the product", matched, SHOW)
    ledger.rows("dropped", "return without a purchase in the data", whole, SHOW)
    ledger.rows(
        "noted", "more units returned than bought in the data: only the bought ones count", part, (*SHOW, "_left")
    )
    return pl.concat([others, netted.events.select(others.columns)])


def _ordered(events: pl.DataFrame, has_clock: bool) -> pl.DataFrame:
    """Return the events in order of time, else of the file's own order column, else of its rows."""
    if has_clock:
        keys = ["time", "_is_return", "_seq", "order_id"]
    elif events["position"].null_count() < events.height:
        keys = ["position", "customer_id", "_seq"]
    else:
        keys = ["_seq", "order_id"]
    events = events.sort(keys, nulls_last=True, maintain_order=True)
    events = events.with_columns(position=pl.int_range(pl.len(), dtype=pl.Int64))
    return events.select("_source", "_row", *(pl.col(name).cast(kind) for name, kind in EVENTS.items()))
