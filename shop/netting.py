"""Returns netted against the purchases they undo, last bought first. It knows quantities and order, not files or prices' meaning."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass
class _Open:
    seq: int
    units: float
    order: str | None


@dataclass(frozen=True)
class Netted:
    """`events`: one return row per order it nets against; `unmatched`: the return rows with `_left` units without a purchase."""

    events: pl.DataFrame
    unmatched: pl.DataFrame


def net_returns(buys: pl.DataFrame, returns: pl.DataFrame) -> Netted:
    """Match returned units to earlier purchases of the same product by the same customer, the latest purchase first.

    Parameters
    ----------
    buys, returns : DataFrames
        With customer_id, product_id, order_id, time, quantity (above 0), unit_price and `_seq` (unique, the order of rows
        where times are equal or missing). A return that names the order of an open purchase nets there first; a guest's return
        nets within its order only.

    Returns
    -------
    Netted
        Never more units than were bought; a return spread over several orders is several rows, all with its `_seq`, time and
        customer, and with the order_id and unit_price of the purchase.
    """
    columns = ["_key", "product_id", "time", "_seq", "quantity", "order_id", "_is_return"]
    guest = pl.concat_str(pl.lit("\x00order "), pl.col("order_id"))
    sold = buys.with_columns(_key=pl.coalesce("customer_id", guest), _is_return=pl.lit(False))
    back = returns.with_columns(_key=pl.coalesce("customer_id", guest), _is_return=pl.lit(True))
    sold = sold.join(back.select("_key", "product_id").unique(), on=["_key", "product_id"], how="semi")
    rows = pl.concat([sold.select(columns), back.select(columns)])
    rows = rows.sort("_key", "product_id", "time", "_is_return", "_seq", nulls_last=True)
    matches = _match(rows)
    pairs = pl.DataFrame(matches, schema={"_seq": pl.Int64, "_buy": pl.Int64, "_units": pl.Float64}, orient="row")
    bought = buys.select(
        pl.col("_seq").alias("_buy"), pl.col("order_id").alias("_order"), pl.col("unit_price").alias("_price")
    )
    events = returns.join(pairs, on="_seq").join(bought, on="_buy")
    events = events.with_columns(order_id="_order", unit_price="_price", quantity="_units")
    merged = events.sort("_seq", "_buy").select(returns.columns)
    used = pairs.group_by("_seq").agg(pl.col("_units").sum())
    left = returns.join(used, on="_seq", how="left").with_columns(
        _left=pl.col("quantity") - pl.col("_units").fill_null(0.0)
    )
    return Netted(merged, left.filter(pl.col("_left") > 1e-9).drop("_units"))


def _match(rows: pl.DataFrame) -> list[tuple[int, int, float]]:
    """Walk the purchases and returns of each customer and product in order; only those with a return are here."""
    matches: list[tuple[int, int, float]] = []
    open_lines: list[_Open] = []
    last: tuple[object, object] | None = None
    columns = ("_key", "product_id", "_seq", "quantity", "order_id", "_is_return")
    for key, product, seq, quantity, order, is_return in rows.select(columns).iter_rows():
        if (key, product) != last:
            open_lines, last = [], (key, product)
        if not is_return:
            open_lines.append(_Open(seq, quantity, order))
        elif key is not None:
            matches += _take(open_lines, seq, quantity, order)
    return matches


def _take(open_lines: list[_Open], seq: int, units: float, order: str | None) -> list[tuple[int, int, float]]:
    taken = []
    named = [line for line in open_lines if order is not None and line.order == order]
    others = [line for line in open_lines if order is None or line.order != order]
    for line in [*reversed(named), *reversed(others)]:
        if units <= 1e-9:
            break
        here = min(units, line.units)
        taken.append((seq, line.seq, here))
        line.units -= here
        units -= here
    open_lines[:] = [line for line in open_lines if line.units > 1e-9]
    return taken


def kept_lines(events: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return the purchases of events whose returns are netted already, returned units taken off, sorted by position.

    Parameters
    ----------
    events : with action, quantity and position
    keys : columns that name a customer's order and the product in it; the lines bought last are taken off first
    """
    buys, returns = (events.filter(pl.col("action") == action) for action in ("buy", "return"))
    if buys.height == events.height:  # nothing else happened: no copy is kept of 20 million rows
        buys = events
    if returns.is_empty():
        return buys if buys["position"].is_sorted() else buys.sort("position")
    taken = returns.group_by(keys).agg(pl.col("quantity").sum().alias("_returned"))
    touched = buys.join(taken, on=keys, how="inner", nulls_equal=True).sort("position", descending=True)
    later = pl.col("quantity").cum_sum().over(keys) - pl.col("quantity")  # units of later lines of the same product
    off = (pl.col("_returned") - later).clip(0.0, pl.col("quantity"))
    net = touched.with_columns(pl.col("quantity") - off).drop("_returned").select(buys.columns)
    whole = buys.join(taken, on=keys, how="anti", nulls_equal=True)
    return pl.concat([whole, net]).filter(pl.col("quantity") > 1e-9).sort("position")
