"""Price response: by how many percent demand changes when a price rises by one, per product and group, with an interval.

It compares times of different prices. It does not know why a price was changed, nor the prices of others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scoring.errors import CannotPredictError
from scoring.price_paths import Floats, Ints
from scoring.prices import PriceHistory, price_history
from scoring.twoway import Response, States, respond, sums

if TYPE_CHECKING:
    from shop import Shop

_Z = 1.6449  # 90 %
_SAME = 0.02  # prices within this share of each other are one
_LEAST_SALES = 10
_LEAST_PACE = 0.5 / 7  # sales a day: of what sells less, nobody sees when its price changes
_MOST_ERROR = 1.5  # standard error above which nothing is said
_TIERED = 0.5  # more of a price's variance within weeks than this: it goes with the order, not with time
KINDS = ("product", "category", "segment", "all")
SCHEMA = {
    "of": pl.String,  # product, category, segment or all
    "id": pl.String,
    "elasticity": pl.Float64,  # % of units for one % of price; null where it cannot be told
    "low": pl.Float64,  # 90 %
    "high": pl.Float64,
    "units": pl.Float64,  # sold, that the estimate rests on
    "prices": pl.Int64,  # different prices seen
    "refused": pl.String,  # why there is no estimate; null where there is one
}


@dataclass(frozen=True)
class Elasticity:
    """Fitted responses: `table` with the columns of `SCHEMA`."""

    table: pl.DataFrame
    as_of: datetime

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Return (product_id, elasticity, low, high, units, prices, refused) of each product with a sale."""
        return self.table.filter(pl.col("of") == "product").drop("of").rename({"id": "product_id"})


def fit(
    shop: Shop,
    as_of: datetime,
    horizon_days: int | None = None,
    *,
    segments: pl.DataFrame | None = None,
    of: Sequence[str] = KINDS,
) -> Elasticity:
    """Estimate how demand answers prices: of each product, each category, each segment handed in, and of all together.

    Parameters
    ----------
    horizon_days : how far back prices are looked at; None: as far as there are purchases
    segments : (customer_id, segment); guests are in none
    of : for what; the fewer, the quicker

    Raises
    ------
    CannotPredictError
        When there is no clock or no price, or no price of any product ever moved.
    """
    history = price_history(shop, as_of, horizon_days=horizon_days)
    moved = history.products["levels"].to_numpy() > 1
    if not moved.any():
        raise CannotPredictError(
            f"{history.products.height} products, and no price of any ever moved; how demand answers prices cannot be "
            "known. Change some prices for some weeks."
        )
    able = moved & np.array([one is None for one in _whys(history)])
    category = history.products["category"].fill_null("")
    names = [one for one in category.filter(pl.Series(able)).unique().sort().to_list() if one]
    tables = [pl.DataFrame(schema=SCHEMA)]
    if "product" in of:
        tables.append(_products(history, able))
    if "category" in of:
        tables.append(_groups(history, "category", names, lambda: _numbers(category, names, able), able))
    if "all" in of and able.any():
        tables.append(_groups(history, "all", ["all"], lambda: np.where(able, 0, -1), able))
    if "segment" in of and segments is not None:
        tables.append(_segments(history, segments, able))
    return Elasticity(pl.concat(tables), as_of)


def _numbers(values: pl.Series, names: list[str], able: np.ndarray) -> Ints:
    place = {name: number for number, name in enumerate(names)}
    return np.where(able, np.array([place.get(one, -1) for one in values.to_list()]), -1).astype(np.int64)


def _states(history: PriceHistory) -> States:
    """Return the prices as the model reads them: x the log of the price beside the product's usual one, groups the categories."""
    row = history.states["_row"].to_numpy().astype(np.int64)
    logs = np.log(history.states["price"].to_numpy())
    usual = (
        history.states.with_columns(_log=pl.Series(logs))
        .sort("_row", "lines")
        .group_by("_row", maintain_order=True)
        .last()
    )
    reference = usual.sort("_row")["_log"].to_numpy()
    category = history.products["category"].fill_null("").rank("dense").to_numpy().astype(np.int64) - 1
    return States(
        row,
        logs - reference[row],
        history.products["first"].to_numpy().astype(np.int64),
        history.products["last"].to_numpy().astype(np.int64),
        category,
        history.sales["_state"].to_numpy().astype(np.int64),
        history.sales["_day"].to_numpy().astype(np.int64),
        history.sales["quantity"].to_numpy().astype(np.float64),
        history.seen["_state"].to_numpy().astype(np.int64),
        history.seen["_day"].to_numpy().astype(np.int64),
    )


def _products(history: PriceHistory, able: np.ndarray) -> pl.DataFrame:
    about = history.products
    why = _whys(history)
    full = {name: np.full(about.height, np.nan) for name in ("estimate", "low", "high", "information", "units")}
    if able.any():  # where no product sells often enough, each is named with its reason and nothing is estimated
        asked = np.where(able, np.cumsum(able) - 1, -1).astype(np.int64)
        found = respond(_states(history), asked, int(able.sum()), z=_Z)
        for name, values in full.items():
            values[able] = getattr(found, name)
    whole = Response(**full)
    of_row = _sales_of_rows(history)
    return _table("product", about["product_id"].to_list(), whole, about["levels"].to_numpy(), (why, of_row))


def _whys(history: PriceHistory) -> list[str | None]:
    """Return why nothing can be told of each product; None where it may be tried."""
    about, sales = history.products, _sales_of_rows(history)
    pace = sales / np.maximum(about["last"].to_numpy() - about["first"].to_numpy(), 1)
    rows = zip(about["levels"].to_list(), about["within"].to_list(), pace.tolist(), strict=True)
    return [_why(*row) for row in rows]


def _why(levels: int, within: float, pace: float) -> str | None:
    if levels < 2:
        return "its price never moved"
    if within > _TIERED:
        return "its price goes with the order rather than with time, as discounts for quantity do"
    if pace < _LEAST_PACE:
        return "it sells too seldom to tell when its price changed"
    return None


def _groups(
    history: PriceHistory, of: str, names: list[str], asked: Callable[[], Ints], able: np.ndarray
) -> pl.DataFrame:
    if not names:
        return pl.DataFrame(schema=SCHEMA)
    number = asked()
    found = respond(_states(history), number, len(names), z=_Z)
    prices = np.bincount(number[able], history.products["levels"].to_numpy()[able], len(names)).astype(np.int64)
    of_row = _sales_of_rows(history)
    sales = sums(number[able], of_row[able], len(names))
    return _table(of, names, found, prices, ([None] * len(names), sales))


def _sales_of_rows(history: PriceHistory) -> Floats:
    row = history.sales["_row"].to_numpy().astype(np.int64)
    return sums(row, np.ones(row.size), history.products.height)


def _segments(history: PriceHistory, segments: pl.DataFrame, able: np.ndarray) -> pl.DataFrame:
    """Estimate a segment at a time, on the sales of its customers at the prices everybody's sales tell."""
    label = segments.select(
        pl.col(segments.columns[0]).alias("customer_id"), pl.col(segments.columns[1]).cast(pl.String).alias("_label")
    )
    sales = history.sales.join(label, on="customer_id", how="inner")
    tables = []
    for name in label["_label"].drop_nulls().unique().sort().to_list():
        own = PriceHistory(
            history.states, sales.filter(pl.col("_label") == name), history.seen, history.products, history.days
        )
        if own.sales.height:
            tables.append(_groups(own, "segment", [name], lambda: np.where(able, 0, -1), able))
    return pl.concat(tables) if tables else pl.DataFrame(schema=SCHEMA)


def _table(
    of: str, names: list[str], found: Response, prices: np.ndarray, about: tuple[list[str | None], Floats]
) -> pl.DataFrame:
    """Return the rows of `SCHEMA`; an estimate that rests on too little is refused with the reason."""
    why, sales = about
    rows = []
    for number, name in enumerate(names):
        estimate, low, high = (float(values[number]) for values in (found.estimate, found.low, found.high))
        reason = why[number] or _too_little(found, number, int(sales[number]))
        said = (None, None, None) if reason else (estimate, low, high)
        rows.append((of, name, *said, float(np.nan_to_num(found.units[number])), int(prices[number]), reason))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _too_little(found: Response, number: int, sales: int) -> str | None:
    if sales < _LEAST_SALES:
        return f"{sales} sales; {_LEAST_SALES} are needed"
    known = found.information[number]
    if not known * _MOST_ERROR**2 > 1 or not np.isfinite(found.low[number]) or not np.isfinite(found.high[number]):
        return "too few sales at another price"
    return None


def fit_table(table: pl.DataFrame, units: Sequence[float]) -> pl.DataFrame:
    """Estimate the price response of a finished table by least squares of logs, other columns held.

    Parameters
    ----------
    table : `price`, above 0, and columns to hold: numbers, and words, each a level of its own
    units : sold in each row, above 0

    Returns
    -------
    DataFrame (elasticity, low, high, rows), one row; 90 %, robust to unequal variance.

    Raises
    ------
    CannotPredictError
        When the price never moves.
    ValueError
        When a price or a number of units is not above 0: weeks without a sale need the shop's events, see `fit`.

    Source: White (1980), Econometrica 48(4), for the interval.
    """
    sold, price = np.asarray(units, dtype=np.float64), table["price"].cast(pl.Float64).to_numpy()
    if sold.size != price.size or not ((sold > 0) & (price > 0)).all():
        raise ValueError("units and price: expected one of each a row, all above 0; rows without a sale need `fit`.")
    if np.ptp(np.log(price)) < _SAME:
        raise CannotPredictError("price: it never moved; how demand answers it cannot be known.")
    columns = [np.ones(price.size), np.log(price)]
    for name in table.columns:
        if name != "price" and table.schema[name].is_numeric():
            columns.append(table[name].cast(pl.Float64).to_numpy())
        elif name != "price":
            levels = table[name].unique().sort().to_list()
            columns += [(table[name] == level).to_numpy().astype(np.float64) for level in levels[1:]]
    shape = np.column_stack(columns)
    inverse = np.linalg.pinv(shape.T @ shape)
    found = inverse @ shape.T @ np.log(sold)
    left = np.log(sold) - shape @ found
    spread = inverse @ (shape.T * left**2) @ shape @ inverse * sold.size / max(sold.size - shape.shape[1], 1)
    error = float(np.sqrt(spread[1, 1]))
    row = (float(found[1]), float(found[1] - _Z * error), float(found[1] + _Z * error), sold.size)
    return pl.DataFrame([row], schema=["elasticity", "low", "high", "rows"], orient="row")
