"""What the scorecard says of each predictor: how it did at earlier dates beside its simplest rivals. It fits nothing itself."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from assistant.card.lines import Line, Section, Table, columns_of

if TYPE_CHECKING:
    import polars as pl

    from assistant import Assistant

# section, module and name of its task; each is asked of the days the shop's history allows
PREDICTORS = (
    ("churn", "scoring.churn", "TASK"),
    ("customer value", "scoring.value", "TASK"),
)
HORIZONS = (90, 60, 30)  # days; the longest whose future is over often enough is taken
_EVERYBODY = "all"


def predictor_section(assistant: Assistant, name: str, module: str, task: str) -> Section:
    """Return how a predictor did on this shop: each measure beside every rival, then by group.

    Raises
    ------
    CannotPredictError
        When the shop does not allow the prediction at all.
    """
    import polars as pl

    from scoring.backtest import backtest
    from scoring.errors import CannotPredictError

    made, told = assistant.made, getattr(import_module(module), task)
    titles = {one.segment: one.title for one in assistant.personas()}
    groups = pl.DataFrame(
        {
            "customer_id": assistant.shop.customers["customer_id"],
            "segment": [titles.get(int(one), f"Segment {one + 1}") for one in made.labels],
        }
    )
    refused = ""
    for horizon in HORIZONS:
        try:
            table = backtest(assistant.shop, told, horizon_days=horizon, segments=groups)
        except CannotPredictError as error:
            refused = str(error)
            continue
        return backtest_section(name, table, next(iter(told.fits)), horizon)
    return Section(name, why_not=refused)


def backtest_section(name: str, table: pl.DataFrame, ours: str, horizon_days: int) -> Section:
    """Return the section of a table that `scoring.backtest.backtest` gave; `ours` is the model that is judged."""
    import polars as pl

    whole = table.filter(pl.col("as_of").is_null() & (pl.col("segment") == _EVERYBODY))
    lines = []
    for measure in whole["measure"].unique(maintain_order=True):
        rows = whole.filter(pl.col("measure") == measure).to_dicts()
        own = next(row for row in rows if row["model"] == ours)
        rivals = [row for row in rows if row["model"] != ours]
        rival = (max if own["better"] == "more" else min)(rivals, key=lambda row: row["value"], default=None)
        lines.append(
            Line(
                name,
                f"{measure}, {horizon_days} days ahead",
                own["value"],
                (own["low"], own["high"]),
                f"{own['rows']:,} predictions",
                None if rival is None else (rival["model"], rival["value"]),
                own["better"],
                "" if rival is None else _behind(name, measure, rival),
            )
        )
    return Section(name, tuple(lines), (_by_group(table, ours),))


def _behind(name: str, measure: str, rival: dict[str, float]) -> str:
    if rival["gain_low"] is not None and rival["gain_low"] > 0:
        return ""
    if rival["gain_high"] is not None and rival["gain_high"] < 0:
        return f"By {measure}, “{rival['model']}” predicts {name} better here: use it instead."
    return f"By {measure}, the prediction of {name} is not surely better than “{rival['model']}” here."


def _by_group(table: pl.DataFrame, ours: str) -> Table:
    import polars as pl

    rows = table.filter(
        pl.col("as_of").is_null() & (pl.col("segment") != _EVERYBODY) & (pl.col("model") == ours)
    ).select("segment", "measure", "value", "low", "high", "rows")
    return Table("By group", ("group", "measure", "value", "from", "to", "predictions"), columns_of(rows.rows()))
