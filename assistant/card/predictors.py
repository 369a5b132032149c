"""What the scorecard says of each predictor: how it did at earlier dates beside its simplest rivals. It fits nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.card.lines import Line, Section, Table, columns_of
from assistant.movement import labels_at

if TYPE_CHECKING:
    import polars as pl

    from assistant import Assistant
    from scoring.backtest import Fit, Labels, Task

HORIZONS = (90, 60, 30)  # days; the longest whose future is over often enough is taken


@dataclass(frozen=True)
class Predictor:
    """One section: the tasks of a module of `scoring` that are measured; `horizons` in days, tried in this order."""

    name: str
    module: str
    tasks: tuple[str, ...] = ("TASK",)
    horizons: tuple[int, ...] = HORIZONS


PREDICTORS = (
    Predictor("churn", "scoring.churn"),
    Predictor("next purchase", "scoring.next_purchase", ("TASK", "TASK_DAYS")),
    Predictor("customer value", "scoring.value"),
    Predictor("demand", "scoring.demand", ("TASK", "TASK_TOTAL"), horizons=(56, 28, 14)),
)
_EVERYBODY = "all"
_PROMISED = 0.9  # of what happens lies in an interval


def predictor_section(assistant: Assistant, predictor: Predictor) -> Section:
    """Return how a predictor did on this shop: each measure beside every rival, then by group.

    Raises
    ------
    CannotPredictError
        When the shop does not allow the prediction at all.
    """
    from scoring.errors import CannotPredictError

    refused, groups = "", cache(partial(groups_at, assistant))
    for horizon in predictor.horizons:
        try:
            return _at(assistant, predictor, horizon, groups)
        except CannotPredictError as error:
            refused = str(error)
    return Section(predictor.name, why_not=refused)


def _at(assistant: Assistant, predictor: Predictor, horizon: int, groups: Labels) -> Section:
    from scoring.backtest import backtest

    lines: list[Line] = []
    tables: list[Table] = []
    seen: dict[Any, Any] = {}
    for which in predictor.tasks:
        task: Task = getattr(import_module(predictor.module), which)
        task = replace(task, fits=fitted_once(task.fits, seen))
        known = groups if task.owner == "customer_id" else None
        table = backtest(assistant.shop, task, horizon_days=horizon, segments=known)
        part = backtest_section(predictor.name, table, next(iter(task.fits)), horizon, what=task.name)
        lines += part.lines
        tables += part.tables
    return Section(predictor.name, tuple(lines), tuple(tables))


def fitted_once(fits: Mapping[str, Fit], seen: dict[Any, Any]) -> dict[str, Fit]:
    """Return the same ways of fitting, each of which fits once a date and horizon; `seen` keeps what was fitted."""

    def once(fit: Fit) -> Fit:
        def found(shop: Any, as_of: Any, horizon_days: int) -> Any:
            key = (fit, as_of, horizon_days)
            if key not in seen:
                seen[key] = fit(shop, as_of, horizon_days)
            return seen[key]

        return found

    return {name: once(fit) for name, fit in fits.items()}


def groups_of(assistant: Assistant) -> pl.DataFrame:
    """Return (customer_id, segment), each group by the name of its persona."""
    return _named(assistant, assistant.shop.customers["customer_id"], assistant.made.labels)


def groups_at(assistant: Assistant, date: datetime) -> pl.DataFrame:
    """Return (customer_id, segment) of who had bought by `date`, by what was known of them then; no row where too few had."""
    found = labels_at(assistant.shop, assistant.made, date)
    ids = assistant.shop.customers["customer_id"]
    if found is None:
        return _named(assistant, ids[:0], assistant.made.labels[:0])
    labels, bought = found
    return _named(assistant, ids.gather(np.flatnonzero(bought)), labels[bought])


def group_titles(assistant: Assistant) -> list[str]:
    """Return what each group is called, by its number; where no persona can be written, in a language without a book, its number."""
    from assistant import known_errors

    try:
        titles = {one.segment: one.title for one in assistant.personas()}
    except known_errors():
        titles = {}
    return [titles.get(number, f"Segment {number + 1}") for number in range(assistant.made.segments.k)]


def _named(assistant: Assistant, ids: pl.Series, labels: NDArray[np.int64]) -> pl.DataFrame:
    import polars as pl

    titles = group_titles(assistant)
    segment = pl.Series("segment", [titles[one] for one in labels.tolist()], dtype=pl.String)
    return pl.DataFrame({"customer_id": ids, "segment": segment})


def backtest_section(name: str, table: pl.DataFrame, ours: str, horizon_days: int, *, what: str = "") -> Section:
    """Return the section of a table that `scoring.backtest.backtest` gave; `ours` is the model that is judged, `what` its number."""
    import polars as pl

    whole = table.filter(pl.col("as_of").is_null() & (pl.col("segment") == _EVERYBODY))
    of = "" if what in ("", name) else f" of {what}"
    lines, ahead = [], _ahead(whole.to_dicts(), ours)
    for measure in whole["measure"].unique(maintain_order=True):
        rows = whole.filter(pl.col("measure") == measure).to_dicts()
        own = next(row for row in rows if row["model"] == ours)
        rivals = [row for row in rows if row["model"] != ours]
        said = f"{measure}{of}, {horizon_days} days ahead"
        lines.append(_beside(name, said, own, rivals, ahead) if rivals else _inside(name, said, own))
    return Section(name, tuple(lines), (_by_date(table, what or name), _by_group(table, ours, what or name)))


def _ahead(rows: Sequence[Mapping[str, Any]], ours: str) -> list[str]:
    """Return the measures in which every rival is surely behind."""
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    rivals = {one: [row for row in rows if row["measure"] == one and row["model"] != ours] for one in measures}
    return [one for one, others in rivals.items() if others and all((row["gain_low"] or 0) > 0 for row in others)]


def _beside(
    name: str, said: str, own: Mapping[str, Any], rivals: Sequence[Mapping[str, Any]], ahead: Sequence[str]
) -> Line:
    """Return a measure beside the best of its rivals."""
    rival = (max if own["better"] == "more" else min)(rivals, key=lambda row: float(row["value"]))
    interval, note = (own["low"], own["high"]), f"{own['rows']:,} predictions"
    beside = (str(rival["model"]), float(rival["value"]))
    return Line(
        name, said, own["value"], interval, note, beside, own["better"], _behind(name, own["measure"], rival, ahead)
    )


def _inside(name: str, said: str, own: Mapping[str, Any]) -> Line:
    """Return how often the interval held what happened, beside what it promises."""
    short, note = "", f"{own['rows']:,} predictions"
    if own["high"] < _PROMISED:
        short = f"The intervals of {name} are too narrow: {own['value']:.0%} of what happened lies in them, not {_PROMISED:.0%}."
    elif own["low"] > _PROMISED:
        note += "; wider than need be"
    return Line(name, said, own["value"], (own["low"], own["high"]), note, ("promised", _PROMISED), short=short)


def _behind(name: str, measure: str, rival: Mapping[str, Any], ahead: Sequence[str]) -> str:
    """Return what to say where the best rival is not surely beaten; `ahead` are the measures in which all rivals surely are."""
    if rival["gain_low"] is not None and rival["gain_low"] > 0:
        return ""
    if rival["gain_high"] is not None and rival["gain_high"] < 0:
        if ahead:
            by = ", ".join(ahead)
            return f"By {measure}, “{rival['model']}” predicts {name} better here, by {by} it does not: choose by what you need."
        return f"By {measure}, “{rival['model']}” predicts {name} better here: use it instead."
    return f"By {measure}, the prediction of {name} is not surely better than “{rival['model']}” here."


def _by_date(table: pl.DataFrame, what: str) -> Table:
    """Return each measure at each date, a column a way: what is good on the whole may have failed at one of them."""
    import polars as pl

    dated = table.filter(pl.col("as_of").is_not_null() & (pl.col("segment") == _EVERYBODY))
    ways = dated["model"].unique(maintain_order=True).to_list()
    rows = []
    for (date, measure), part in dated.group_by("as_of", "measure", maintain_order=True):
        values = dict(part.select("model", "value").iter_rows())
        cells = (values.get(way, "–") for way in ways)
        rows.append((f"{date:%Y-%m-%d}", measure, *cells, f"{part['rows'][0]:,}"))
    return Table(f"By date: {what}", ("seen from", "measure", *ways, "predictions"), columns_of(rows))


def _by_group(table: pl.DataFrame, ours: str, what: str) -> Table:
    import polars as pl

    rows = table.filter(
        pl.col("as_of").is_null() & (pl.col("segment") != _EVERYBODY) & (pl.col("model") == ours)
    ).select("segment", "measure", "value", "low", "high", pl.col("rows").map_elements("{:,}".format, pl.String))
    head = ("group at that date", "measure", "value", "from", "to", "predictions")
    return Table(f"By group: {what}", head, columns_of(rows.rows()))
