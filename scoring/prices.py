"""For how long each product was sold at which price, and how much of it, as far as its sales tell. It estimates no response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scoring.errors import CannotPredictError
from scoring.windows import first_order

if TYPE_CHECKING:
    from shop import Shop

_SOLD_LATELY = 84  # days: what sold in these is still offered
_SAME = 0.02  # prices within this share of each other are one price


@dataclass(frozen=True)
class Spells:
    """Times of one price, in the order of product and time; days count from the first purchase of the shop.

    `table`: _row (of `products`), price, begins (the first day with a sale at the price), ends (the day after the last one),
    lines; between the end of one and the beginning of the next the price changed, nobody saw when.
    `sales`: _row, _spell (row of `table`), _day, position, quantity; those of a product's first day are left out, for a
    product is known from then on.
    `products`: product_id, category, first, last (days it is offered from, and to), levels (different prices), within (how
    much of the variance of its prices lies within weeks, 0–1).
    """

    table: pl.DataFrame
    sales: pl.DataFrame
    products: pl.DataFrame
    days: int


def price_spells(shop: Shop, as_of: datetime, *, horizon_days: int | None = None) -> Spells:
    """Return the times of one price of each product before `as_of`, guests' purchases included.

    Parameters
    ----------
    horizon_days : how far back is looked; None: as far as there are purchases

    Raises
    ------
    CannotPredictError
        When there is no clock or no price.
    """
    seen = shop.until(as_of)
    first_order(seen)
    zone = seen.settings.time_zone
    local = pl.col("time").dt.convert_time_zone(zone).dt.date()
    today = pl.lit(as_of).dt.convert_time_zone(zone).dt.date()
    lines = seen.purchases().filter(pl.col("unit_price") > 0).with_columns(local.alias("_date"), today.alias("_today"))
    if horizon_days is not None:
        lines = lines.filter((pl.col("_today") - pl.col("_date")).dt.total_days() <= horizon_days)
    if lines.is_empty():
        raise CannotPredictError("events: no purchase with a price; how demand answers prices cannot be known.")
    lines = lines.with_columns((pl.col("_date") - pl.col("_date").min()).dt.total_days().alias("_day"))
    days = int(lines["_day"].max()) + 1  # type: ignore[arg-type]
    names = seen.products.select("product_id", "category").sort("product_id")
    names = names.join(lines.select("product_id").unique(), on="product_id", how="semi", maintain_order="left")
    lines = lines.join(names.select("product_id").with_row_index("_row"), on="product_id", how="inner")
    daily = _daily(lines)
    table = daily.group_by("_row", "_spell").agg(
        pl.col("_price").median().alias("price"),
        pl.col("_day").min().alias("begins"),
        (pl.col("_day").max() + 1).alias("ends"),
        pl.col("_lines").sum().alias("lines"),
    )
    table = table.sort("_spell")
    sales = lines.join(daily.select("_row", "_day", "_spell"), on=["_row", "_day"])
    return Spells(table, _sales(sales), _products(names, table, lines, days), days)


def _daily(lines: pl.DataFrame) -> pl.DataFrame:
    """Return a row a product and day with a sale: the price most lines were sold at (the higher of two), and its spell."""
    counts = lines.group_by("_row", "_day", "unit_price").agg(pl.len().alias("_lines"))
    counts = counts.sort(["_row", "_day", "_lines", "unit_price"], descending=[False, False, True, True])
    daily = counts.group_by("_row", "_day", maintain_order=True).agg(
        pl.col("unit_price").first().alias("_price"), pl.col("_lines").sum()
    )
    moved = (pl.col("_price").log().diff().abs() > _SAME) | (pl.col("_row").diff() != 0)
    return daily.with_columns((moved.fill_null(True).cum_sum() - 1).cast(pl.Int64).alias("_spell"))


def _sales(lines: pl.DataFrame) -> pl.DataFrame:
    kept = lines.filter(pl.col("_day") > pl.col("_day").min().over("_row"))
    return kept.select("_row", "_spell", "_day", "position", "customer_id", "quantity").sort("_spell", "position")


def _products(names: pl.DataFrame, table: pl.DataFrame, lines: pl.DataFrame, days: int) -> pl.DataFrame:
    logs = pl.col("unit_price").log()
    week = (pl.col("_day") // 7).alias("_week")
    about = lines.group_by("_row").agg(
        logs.var(ddof=0).alias("_all"), pl.col("_day").min().alias("first"), pl.col("_day").max()
    )
    inside = lines.group_by("_row", week).agg((logs.var(ddof=0) * pl.len()).alias("_sum"), pl.len().alias("_n"))
    inside = inside.group_by("_row").agg((pl.col("_sum").sum() / pl.col("_n").sum()).alias("_inside"))
    found = about.join(inside, on="_row").join(_levels(table), on="_row").sort("_row")
    return names.with_columns(
        found["first"] + 1,
        last=np.where(found["_day"].to_numpy() >= days - _SOLD_LATELY, days, found["_day"].to_numpy() + 1),
        levels=found["levels"],
        within=(found["_inside"] / pl.Series(np.maximum(found["_all"].to_numpy(), 1e-9))).clip(0.0, 1.0),
    )


def _levels(table: pl.DataFrame) -> pl.DataFrame:
    """Return how many different prices each product had, those within 2 % of each other counted once."""
    steps = table.sort("_row", "price").with_columns(
        pl.col("price").log().diff().over("_row").fill_null(1.0).alias("_step")
    )
    return steps.group_by("_row").agg((pl.col("_step") > _SAME).sum().alias("levels"))
