"""Public sets and any others as a log with texts, and the windows they are judged on. No set has settings of its own; only its file is read.

An invoice file as Online Retail's is filtered as published figures do (customer known, no cancellations, quantities and prices above 0,
products alone, lines of one customer, invoice and product together); a file with a published split keeps it; all others go through the
shop's own loader.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from retrieval.log import Log
from retrieval.windows import Window, last_window, time_window, window_of
from shop import Shop
from shop.texts import product_texts

_INVOICE = {"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"}


@dataclass(frozen=True)
class Data:
    """A set by its name: the log, the products' texts, the shop, and which events a published split holds back."""

    name: str
    shop: Shop
    log: Log
    texts: list[str]
    held: np.ndarray | None = None  # bool (events of the shop by position,)


def read(path: Path) -> Data:
    """Return one set from a folder or a file."""
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    for file in files:
        columns = set(pl.scan_parquet(file).collect_schema()) if file.suffix == ".parquet" else set()
        if columns >= _INVOICE:
            shop = _invoices(pl.read_parquet(file))
            return Data(path.stem, shop, Log.of(shop), product_texts(shop))
        if "split" in columns:
            return _with_split(path, pl.read_parquet(file))
    shop = Shop.load(path)
    return Data(path.stem, shop, Log.of(shop), product_texts(shop))


def _invoices(lines: pl.DataFrame) -> Shop:
    is_sale = (
        pl.col("CustomerID").is_not_null()
        & ~pl.col("InvoiceNo").str.starts_with("C")
        & (pl.col("Quantity") > 0)
        & (pl.col("UnitPrice") > 0)
        & pl.col("StockCode").str.contains(r"^\d{5}")
    )
    time = pl.col("InvoiceDate").cast(pl.String).str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S")
    merged = (
        lines.filter(is_sale)
        .group_by("CustomerID", "InvoiceNo", "StockCode")
        .agg(time.min().alias("time"), pl.col("Quantity").sum(), pl.col("UnitPrice").first())
        .sort("time", "InvoiceNo", "StockCode")
    )
    events = merged.select(
        customer_id=pl.col("CustomerID").cast(pl.Int64).cast(pl.String),
        product_id="StockCode",
        action=pl.lit("buy"),
        time=pl.col("time").dt.replace_time_zone("UTC"),
        position=pl.int_range(pl.len()).cast(pl.Int64),
        quantity=pl.col("Quantity").cast(pl.Float64),
        unit_price="UnitPrice",
        order_id="InvoiceNo",
    )
    titles = (
        lines.filter(is_sale).group_by("StockCode").agg(pl.col("Description").str.strip_chars().mode().sort().first())
    )
    return Shop.from_frames(
        events, titles.sort("StockCode").rename({"StockCode": "product_id", "Description": "title"})
    )


def _with_split(path: Path, rows: pl.DataFrame) -> Data:
    """Return a set whose rows say what a published split holds back, user by user, in their order."""
    shop = Shop.load(path)
    log = Log.of(shop)
    ordered = rows.sort("user_id", "position")
    place = {customer: row for row, customer in enumerate(shop.customers["customer_id"])}
    customer = np.array([place[str(one)] for one in ordered["user_id"]])
    order = np.argsort(customer, kind="stable")
    held = (ordered["split"] == "test").to_numpy()[order]
    by_customer = np.lexsort((log.time, log.customer))
    found = np.zeros(len(log), bool)
    found[by_customer] = held
    return Data(path.stem, shop, log, product_texts(shop), found)


def windows(data: Data) -> dict[str, Window]:
    """Return the windows a set is judged on, by name: global time split, last order, published split."""
    found: dict[str, Window | None] = {}
    if data.held is not None:
        found["published split"] = _published(data.log, data.held)
    elif data.log.clock == "days":
        found["gts"] = time_window(data.log, 0.8)
        found["llo"] = last_window(data.log)
    else:
        found["last event"] = last_window(data.log)
    return {name: window for name, window in found.items() if window is not None}


def _published(log: Log, held: np.ndarray) -> Window | None:
    """Return the window whose target is each customer's first held-back event; what comes after it is left out."""
    first = np.full(log.customers, np.inf)
    np.minimum.at(first, log.customer[held], log.time[held])
    after = log.where(held & (log.time == first[log.customer]))
    return window_of(log.before(first), after, first)
