"""Units of each product week by week, and the same weeks as a model of many series reads them. It forecasts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.errors import CannotPredictError
from scoring.windows import first_order

if TYPE_CHECKING:
    from shop import Shop

Floats = NDArray[np.float64]
WEEK_DAYS = 7
YEAR = 52
LEAST_WEEKS = 8


@dataclass(frozen=True)
class Weekly:
    """Products × weeks, the last column the last week before now: `units`, `price` (NaN where never known), `first` week sold."""

    products: tuple[str, ...]
    units: Floats
    price: Floats
    first: NDArray[np.int64]

    @property
    def weeks(self) -> int:
        """How many weeks there are."""
        return int(self.units.shape[1])

    def until(self, week: int) -> Weekly:
        """Return the first `week` weeks, of the products sold in them."""
        kept = self.first < week
        names = tuple(name for name, one in zip(self.products, kept, strict=True) if one)
        return Weekly(names, self.units[kept, :week], self.price[kept, :week], self.first[kept])


def weekly_sales(shop: Shop, as_of: datetime) -> Weekly:
    """Return the weeks of a shop before `as_of`, guests' purchases included; a week of the first days that is not whole is left out.

    Raises
    ------
    CannotPredictError
        When there is no clock, or fewer than eight weeks of purchases.
    """
    seen = shop.until(as_of)
    start = first_order(seen)
    span = (as_of - start).days // WEEK_DAYS
    ago = ((pl.lit(as_of) - pl.col("time")).dt.total_microseconds() // (WEEK_DAYS * 86_400_000_000)).cast(pl.Int64)
    lines = seen.purchases().with_columns((span - 1 - ago).alias("week")).filter(pl.col("week") >= 0)
    return weekly_table(lines.select("product_id", "week", units="quantity", price="unit_price"), weeks=span)


def weekly_table(table: pl.DataFrame, *, weeks: int | None = None) -> Weekly:
    """Return the weeks of a finished table.

    Parameters
    ----------
    table : product_id, week (whole numbers from 0), units and optionally price; a week of which no product has a row is unknown
        and filled from the weeks around it, a product without a row in another week sold nothing

    Raises
    ------
    CannotPredictError
        When there are fewer than eight weeks.
    """
    span = weeks or (int(table["week"].max()) + 1 if table.height else 0)  # type: ignore[arg-type]
    if span < LEAST_WEEKS:
        raise CannotPredictError(
            f"{span} weeks of purchases; at least {LEAST_WEEKS} are needed to say what will be sold. Take a longer history."
        )
    names = table["product_id"].cast(pl.String).unique().sort()
    place = pl.DataFrame({"product_id": names}).with_row_index("_row")
    rows = table.with_columns(pl.col("product_id").cast(pl.String)).join(place, on="product_id")
    at = (rows["_row"].to_numpy(), rows["week"].to_numpy())
    units = np.zeros((names.len(), span))
    np.add.at(units, at, rows["units"].cast(pl.Float64).to_numpy())
    price = np.full(units.shape, np.nan)
    if "price" in rows.columns:
        known = rows.filter(pl.col("price") > 0).group_by("_row", "week").agg(pl.col("price").median())
        price[known["_row"].to_numpy(), known["week"].to_numpy()] = known["price"].to_numpy()
    first = np.argmax(units > 0, axis=1)
    return Weekly(tuple(names), _without_gaps(units), _carried(price), np.where(units.any(axis=1), first, span))


def _without_gaps(units: Floats) -> Floats:
    gone: NDArray[np.bool_] = np.asarray(~units.any(axis=0))
    gone[: int(np.argmax(~gone))] = False
    if not gone.any() or gone.all():
        return units
    weeks = np.arange(units.shape[1])
    filled = units.copy()
    for row in filled:
        row[gone] = np.interp(weeks[gone], weeks[~gone], row[~gone])
    return filled


def _carried(price: Floats) -> Floats:
    """Return the prices with each gap filled by the last known one."""
    place = np.maximum.accumulate(np.where(np.isnan(price), 0, np.arange(price.shape[1])), axis=1)
    return np.take_along_axis(price, place, axis=1)


def series_features(sales: Weekly, at: int, ahead: int) -> tuple[Floats, Floats]:
    """Return what is known of each product before week `at` for a forecast of week `at + ahead - 1`, and its scale.

    Returns
    -------
    (rows, features) in units of the scale, which is the mean of the last 26 weeks and one; features of the week ahead come
    from the same week a year before.
    """
    past, market = sales.units[:, :at], sales.units.sum(axis=0)
    scale = past[:, -26:].mean(axis=1) + 1.0
    rows = past.shape[0]
    columns = [past[:, -lag] / scale if lag <= at else np.full(rows, np.nan) for lag in range(1, 9)]
    columns += [past[:, -span:].mean(axis=1) / scale for span in (4, 8, 13, YEAR)]
    columns += [past[:, -8:].max(axis=1) / scale, past[:, -13:].std(axis=1) / scale, (past[:, -8:] <= 0).mean(axis=1)]
    year = at + ahead - 1 - YEAR
    known = year >= 1
    columns.append(sales.units[:, year] / scale if known else np.full(rows, np.nan))
    columns.append(sales.units[:, year - 1 : year + 2].mean(axis=1) / scale if known else np.full(rows, np.nan))
    base = market[max(year - ahead - 25, 0) : max(year - ahead + 1, 1)].mean() if known else 0.0
    columns.append(np.full(rows, market[year] / base if base > 0 else np.nan))
    level = max(float(market[max(at - 26, 0) : at].mean()), 1e-9)
    columns += [np.full(rows, market[at - 4 : at].mean() / level), np.full(rows, market[at - 1] / level)]
    usual = np.nan_to_num(np.median(sales.price[:, max(at - 13, 0) : at], axis=1), nan=1.0)
    for lag in (1, 2):
        columns.append(np.log(np.nan_to_num(sales.price[:, at - lag], nan=1.0) / np.maximum(usual, 1e-9)))
    columns += [np.log(scale), np.full(rows, float(ahead)), np.minimum(at - sales.first, 150).astype(np.float64)]
    columns.append(np.full(rows, (at + ahead - 1) % 52.18))
    return np.column_stack(columns), scale


def naive(sales: Weekly, weeks: int, lag: int) -> Floats:
    """Return the last week again (lag 1), or the same weeks `lag` weeks before where the product was sold then."""
    last = np.repeat(sales.units[:, -1:], weeks, axis=1)
    if lag == 1 or sales.weeks < lag:
        return last
    start = sales.weeks - lag
    before = sales.units[:, start : start + weeks]
    return np.where(sales.first[:, None] <= start, before, last)
