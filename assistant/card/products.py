"""What the scorecard says of stock, prices and unusual orders: what was tried on the shop's own past, beside a simple rival.

It knows thresholds, not how a figure comes about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.card.lines import Line, Section, Table, columns_of, wilson
from assistant.card.predictors import backtest_section, groups_of

if TYPE_CHECKING:
    import polars as pl

    from assistant import Assistant

Floats = NDArray[np.float64]
_STOCK_DAYS = (28, 14)
_SERVICE = 0.95
_FEWEST_STOCKED = 30  # products
_UNUSUAL_DAYS = 30
_LEAST_TOLD = 0.5
_LEAST_FOUND = 0.5  # PR-AUC
_SHOWN = 30  # rows of a table


def stock_section(assistant: Assistant) -> Section:
    """Return how often the stock advised at earlier dates would have lasted, and what would have been left over.

    Raises
    ------
    CannotPredictError
        When the history is too short for each horizon.
    """
    from scoring.errors import CannotPredictError
    from scoring.stock import stock_check

    name = "stock to reorder"
    refused = ""
    for days in _STOCK_DAYS:
        try:
            table = stock_check(assistant.shop, horizon_days=days, service_level=_SERVICE)
        except CannotPredictError as error:
            refused = str(error)
            continue
        products = table["product_id"].n_unique()
        if products >= _FEWEST_STOCKED:
            return stock_of(table, days)
        refused = (
            f"{products} products sold in the weeks before; at least {_FEWEST_STOCKED} are needed to tell good from bad"
        )
    return Section(name, why_not=refused)


def stock_of(table: pl.DataFrame, days: int) -> Section:
    """Return the section of a table that `scoring.stock.stock_check` gave."""
    name = "stock to reorder"
    actual, advised, again = (table[column].to_numpy() for column in ("actual", "advised", "again"))
    owner = np.unique(table["product_id"].to_numpy(), return_inverse=True)[1]
    lasted = {way: (units >= actual).astype(float) for way, units in (("ours", advised), ("again", again))}
    left = {way: np.maximum(units - actual, 0.0) for way, units in (("ours", advised), ("again", again))}
    share, between = float(lasted["ours"].mean()), _drawn(lasted["ours"], np.ones(actual.size), owner)
    over, of_over = float(left["ours"].sum() / max(actual.sum(), 1e-9)), _drawn(left["ours"], actual, owner)
    rival = "ordering what sold the time before"
    short = "" if between[1] >= _SERVICE else (
        f"Stock ordered to last with a chance of {_SERVICE:.0%} lasted for {share:.0%} of the products: order more."
    )  # fmt: skip
    note = f"{actual.size:,} products and dates, asked to last with a chance of {_SERVICE:.0%}"
    lines = (
        Line(name, f"products whose stock lasts {days} days", share, between, note,
             (rival, float(lasted["again"].mean())), short=short),
        Line(name, "units left over, for each unit sold", over, of_over, "the price of lasting",
             (rival, float(left["again"].sum() / max(actual.sum(), 1e-9))), "less"),
    )  # fmt: skip
    return Section(name, lines)


def _drawn(part: Floats, whole: Floats, owner: NDArray[np.int64]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a ratio of sums; products are drawn, all dates of one together."""
    of_part, of_whole = (np.bincount(owner, one) for one in (part, whole))
    rng = np.random.default_rng(0)
    draws = [
        of_part[some].sum() / max(of_whole[some].sum(), 1e-9)
        for some in (rng.integers(0, of_part.size, of_part.size) for _ in range(300))
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def prices_section(assistant: Assistant) -> Section:
    """Return of how many products and categories the price response can be told, and how large it is.

    Raises
    ------
    CannotPredictError
        When there is no price, or none ever moved.
    """
    import polars as pl

    from scoring import elasticity

    name = "price response"
    table = elasticity.fit(assistant.shop, assistant.shop.as_of, segments=groups_of(assistant)).table
    if not table["elasticity"].count():
        why = table.group_by("refused").len().drop_nulls().sort("len", "refused", descending=[True, False])
        return Section(
            name, why_not=f"nowhere can it be told; of most, {why['refused'][0] if why.height else 'nothing is sold'}"
        )
    lines = []
    whole = table.filter((pl.col("of") == "all") & pl.col("elasticity").is_not_null())
    lines += [_response(row) for row in whole.iter_rows(named=True)]
    for of, words in (("product", "products"), ("category", "categories")):
        rows = table.filter(pl.col("of") == of)
        told, surely = rows["elasticity"].count(), rows.filter(pl.col("high") < 0).height
        if not rows.height:
            continue
        short = f"For most {words} the price response cannot be told: do not set their prices by it."
        lines.append(
            Line(
                name, f"{words} whose response can be told", told / rows.height, wilson(told, rows.height),
                f"{told:,} of {rows.height:,}; surely fewer units at a higher price: {surely:,}",
                ("asked for", _LEAST_TOLD), short=short if told < _LEAST_TOLD * rows.height else "",
            )
        )  # fmt: skip
    return Section(name, tuple(lines), _price_tables(table))


def _response(row: Mapping[str, Any]) -> Line:
    name, what = "price response", "% of units for 1 % of price, all products together"
    beside = ("no response", 0.0)
    value, low, high = (row[column] for column in ("elasticity", "low", "high"))
    short = ""
    if low <= 0 <= high:
        short = "Whether fewer are sold at a higher price cannot be told from these data: the interval holds no response too."
    elif low > 0:
        short = "More seems to be sold at higher prices, so something else moved with them: do not set prices by it."
    return Line(name, what, value, (low, high), "interval of 90 %", beside, "less", short)


def _price_tables(table: pl.DataFrame) -> tuple[Table, ...]:
    import polars as pl

    head = ("of", "% of units for 1 % of price", "from", "to (90 %)", "units", "why not")
    tables = []
    for of, words in (("category", "By category"), ("segment", "By group")):
        rows = table.filter(pl.col("of") == of).sort("units", descending=True).head(_SHOWN)
        cells = [
            (row["id"], *("–" if row[one] is None else row[one] for one in ("elasticity", "low", "high")),
             f"{row['units']:,.0f}", row["refused"] or "")
            for row in rows.iter_rows(named=True)
        ]  # fmt: skip
        tables.append(Table(f"Price response. {words}", head, columns_of(cells)))
    return tuple(tables)


def unusual_section(assistant: Assistant) -> Section:
    """Return how well orders made unusual on purpose are found among the last ones, beside simple rankings, and today's first.

    Raises
    ------
    CannotPredictError
        When there are too few orders.
    """
    from scoring import unusual
    from scoring.planted import OURS, planted_check

    name = "unusual orders"
    shop = assistant.shop
    part = backtest_section(name, planted_check(shop, horizon_days=_UNUSUAL_DAYS), OURS, _UNUSUAL_DAYS)
    lines = [
        Line(
            name, f"{line.what.split(',')[0]}, orders made unusual on purpose", line.value, line.interval,
            line.note.replace("predictions", "orders"), line.baseline, line.better,
            line.short or _seldom_found(line),
        )
        for line in part.lines
    ]  # fmt: skip
    found = unusual.fit(shop, shop.as_of, _UNUSUAL_DAYS).predict(shop, shop.as_of).head(10)
    rows = [
        (row["order_id"] or "–", row["customer_id"] or "–", f"{row['time']:%Y-%m-%d %H:%M}", row["unusualness"],
         "; ".join(row[f"reason_{one}"] for one in (1, 2, 3) if row[f"reason_{one}"]))
        for row in found.iter_rows(named=True)
    ]  # fmt: skip
    caption = f"The most unusual orders of the last {_UNUSUAL_DAYS} days. Unusual is not wrong: look before you act"
    head = ("order", "customer", "time", "unusualness", "what stands out")
    return Section(name, tuple(lines), (Table(caption, head, columns_of(rows)),))


def _seldom_found(line: Line) -> str:
    if not line.what.startswith("PR-AUC") or line.value >= _LEAST_FOUND:
        return ""
    return (
        "Most orders at the top of the list are usual ones of large customers: the list is for looking, not for acting."
    )
