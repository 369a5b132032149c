"""The predictors' part of a scorecard: what the backtest measured, each figure beside its rivals. It measures nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.scorecard import Line
from scoring.errors import CannotPredictError

if TYPE_CHECKING:
    import polars as pl

    from shop import Shop

NAMES = {
    "churn": "churn",
    "next-purchase": "next purchase",
    "value": "customer value",
    "demand": "demand",
    "elasticity": "price response",
    "unusual": "unusual orders",
}


def prediction_lines(shop: Shop, *, segments: pl.DataFrame | None = None) -> tuple[list[Line], dict[str, str]]:
    """Return the lines of every predictor, and why each of the others could not be measured.

    Parameters
    ----------
    segments : (customer_id, segment)
    """
    from assistant.predictions import HORIZONS

    lines: list[Line] = []
    left_out: dict[str, str] = {}
    for what, section in NAMES.items():
        try:
            lines += backtest_lines(shop, what, HORIZONS[what], segments)
        except CannotPredictError as error:
            left_out[section] = str(error)
    return lines, left_out


def backtest_lines(shop: Shop, what: str, horizon_days: int, segments: pl.DataFrame | None) -> list[Line]:
    """Return the lines of one predictor.

    Raises
    ------
    CannotPredictError
        When it cannot be measured on this shop.
    """
    if what == "unusual":
        raise CannotPredictError(
            "no order is marked as one that was rightly stopped; without labels nobody can count how many were found."
        )
    if what == "elasticity":
        return _response_lines(shop, segments)
    from scoring import churn, demand, next_purchase, value
    from scoring.backtest import backtest

    tasks = {
        "churn": [churn.TASK],
        "next-purchase": [next_purchase.TASK, next_purchase.TASK_DAYS],
        "value": [value.TASK],
        "demand": [demand.TASK],
    }
    lines = []
    for task in tasks[what]:
        own = segments if task.owner == "customer_id" else None
        table = backtest(shop, task, horizon_days=horizon_days, segments=own)
        lines += [_line(row, NAMES[what], horizon_days) for row in table.iter_rows(named=True)]
    return lines


def _line(row: dict[str, object], section: str, horizon_days: int) -> Line:
    when = "all dates" if row["as_of"] is None else f"from {row['as_of']:%Y-%m-%d}"
    where = "" if row["segment"] == "all" else f", segment {row['segment']}"
    note = f"{row['rows']:,} rows, {when}, {horizon_days} days ahead{where}; {row['better']} is better"
    if row["gain"] is not None:
        verdict = "better than it" if float(row["gain_low"]) > 0 else "not surely better than it"  # type: ignore[arg-type]
        note += f"; ours is {verdict}, by {row['gain']:.4g} ({row['gain_low']:.4g} to {row['gain_high']:.4g})"
    interval = (float(row["low"]), float(row["high"]))  # type: ignore[arg-type]
    return Line(section, f"{row['measure']}, {row['model']}", float(row["value"]), interval, note)  # type: ignore[arg-type]


def _response_lines(shop: Shop, segments: pl.DataFrame | None) -> list[Line]:
    import polars as pl

    from scoring import elasticity

    table = elasticity.fit(shop, shop.as_of, segments=segments).table
    products = table.filter(pl.col("of") == "product")
    told = products["elasticity"].count()
    lines = [
        Line(
            NAMES["elasticity"],
            "products whose price response can be told",
            told / max(products.height, 1),
            note=f"{told} of {products.height}",
        )
    ]
    for row in table.filter((pl.col("of") != "product") & pl.col("elasticity").is_not_null()).iter_rows(named=True):
        name = "all products" if row["of"] == "all" else f"{row['of']} {row['id']}"
        lines.append(
            Line(
                NAMES["elasticity"],
                f"% of units for 1 % of price, {name}",
                row["elasticity"],
                (row["low"], row["high"]),
                f"{row['units']:,.0f} units; interval 90 %",
            )
        )
    return lines
