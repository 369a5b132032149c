"""Evidence between columns: which one decides another, whether a product of two makes a third. It knows no headers."""

from __future__ import annotations

import polars as pl

from shop.numbers import parse_numbers
from shop.recognise_facts import SAMPLE_ROWS, as_text
from shop.tables import ShopDataError


def decides(frame: pl.DataFrame, key: str, value: str) -> float | None:
    """Return the share of the repeated values of `key` that stand beside one value of `value` only.

    Returns
    -------
    float in [0, 1]; None where fewer than five values of `key` repeat, which proves nothing.
    """
    pair = pl.DataFrame({"k": as_text(frame[key].head(SAMPLE_ROWS)), "v": as_text(frame[value].head(SAMPLE_ROWS))})
    groups = pair.drop_nulls().group_by("k").agg(pl.len().alias("n"), pl.col("v").n_unique().alias("values"))
    groups = groups.filter(pl.col("n") > 1)
    if groups.height < 5:
        return None
    return float((groups["values"] == 1).sum()) / groups.height


def numbers_of(frame: pl.DataFrame, column: str) -> pl.Series | None:
    """Return a sample of a column as numbers, or None where it cannot be read as such."""
    try:
        return parse_numbers(frame[column].head(SAMPLE_ROWS), source="").values
    except ShopDataError:
        return None


def is_product(frame: pl.DataFrame, quantity: str, price: str, total: str) -> bool:
    """Return whether `quantity` times `price` is `total` on nearly all rows, with enough rows where that says anything."""
    columns = [numbers_of(frame, name) for name in (quantity, price, total)]
    if any(column is None for column in columns):
        return False
    table = pl.DataFrame(dict(zip("qpt", columns, strict=True))).drop_nulls()
    off = (pl.col("q") * pl.col("p") - pl.col("t")).abs() <= 0.011 * pl.col("q").abs().clip(1.0)
    telling = table.filter((pl.col("q").abs() != 1) & (pl.col("t") != 0))
    return telling.height >= 3 and float(telling.select(off.sum()).item()) >= 0.9 * telling.height


def price_or_total(frame: pl.DataFrame, product: str, quantity: str, money: str) -> str:
    """Tell a unit price from a line's total: of one product, the truer of the two moves less between quantities.

    Returns
    -------
    "unit_price", "line_total", or "" where the rows do not tell.
    """
    q, x = numbers_of(frame, quantity), numbers_of(frame, money)
    if q is None or x is None:
        return ""
    table = pl.DataFrame({"p": as_text(frame[product].head(SAMPLE_ROWS)), "q": q, "x": x}).drop_nulls()
    table = table.filter((pl.col("q") > 0) & (pl.col("x") > 0)).with_columns(u=pl.col("x") / pl.col("q"))
    spread = [(pl.col(c).log().std()).alias(f"s{c}") for c in ("x", "u")]
    groups = table.group_by("p").agg(pl.col("q").n_unique().alias("n"), *spread).filter(pl.col("n") > 1)
    if groups.height < 5:
        return _by_multiples(table)
    steady_price = int((groups["sx"] + 1e-6 < groups["su"]).sum())
    steady_total = int((groups["su"] + 1e-6 < groups["sx"]).sum())
    if steady_price > 3 * steady_total:
        return "unit_price"
    return "line_total" if steady_total > 3 * steady_price else ""


def _by_multiples(table: pl.DataFrame) -> str:
    """Without repeated products: cents that cannot be divided by the quantity cannot be a total."""
    telling = table.filter((pl.col("q") > 1) & (pl.col("q") == pl.col("q").floor()))
    if telling.height < 5 or telling["x"].max() == telling["x"].min():
        return ""
    cents = (telling["x"] * 100).round(0)
    whole = float(((cents % telling["q"]).round(6) == 0).sum()) / telling.height
    return "unit_price" if whole < 0.7 else ""


def overlap(keys: pl.Series, among: pl.Series) -> float:
    """Return the share of the distinct values of `keys` that stand in `among`, both as text."""
    values = as_text(keys).drop_nulls().unique()
    if values.is_empty():
        return 0.0
    return float(values.is_in(as_text(among).drop_nulls().unique().implode()).sum()) / values.len()
