"""Runs of a shop kept in its state, so that the next can be compared with them: spreads of numbers, groups, scores. It judges nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.drift import Drift, Run, Spread, drift
from assistant.movement import MONTH, labels_at
from shop.files import write_atomic
from shop.profile_columns import CUSTOMER_COLUMNS

if TYPE_CHECKING:
    import polars as pl

    from assistant import Assistant

FOLDER = "runs"
MOST = 12  # runs kept
_VERSION = 2  # from the second on numbers are of those who had bought
_NOT_COMPARED = ("frequency", "tenure_days")  # the first is orders again; the second grows by a day a day
Values = Mapping[str, NDArray[np.float64]]


def run_of(
    assistant: Assistant, *, scores: Values | None = None, titles: Mapping[int, str] | None = None
) -> tuple[Run, Values]:
    """Return the run of today and the numbers its spreads were made of.

    Parameters
    ----------
    scores : numbers by name, rows as in `shop.customers`, NaN where there is none
    titles : what the groups are called
    """
    made, shop = assistant.made, assistant.shop
    bought = (made.profiles["orders"] > 0).to_numpy()
    values = {**_numbers(made.profiles, bought), **(scores or {})}
    spreads = {name: one for name, column in values.items() if (one := Spread.of(column)) is not None}
    ids = shop.customers["customer_id"].to_list()
    orders = made.profiles["orders"].to_list()
    rows = np.flatnonzero(bought).tolist()
    run = Run(
        assistant.as_of,
        shop.fingerprint(),
        {name: one for name, one in spreads.items() if name not in (scores or {})},
        {name: one for name, one in spreads.items() if name in (scores or {})},
        {ids[row]: int(made.labels[row]) for row in rows},
        {ids[row]: int(orders[row]) for row in rows},
        max(len(made.segments.centres), 1),
        titles or {},
    )
    return run, values


def _numbers(profiles: pl.DataFrame, bought: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    """Return the numbers of the customers who had bought, NaN of the others: who had not come yet is no customer without orders."""
    return {
        name: np.where(bought, profiles[name].cast(float).fill_null(float("nan")).to_numpy(), np.nan)
        for name, column in CUSTOMER_COLUMNS.items()
        if name not in _NOT_COMPARED and profiles[name].dtype.is_numeric() and column.unit
    }


def month_ago(assistant: Assistant) -> Run | None:
    """Return the run as it would have been 30 days before the data end, in today's groups; None where that cannot be known."""
    from assistant.making import customers_at

    shop, made = assistant.shop, assistant.made
    if not shop.has_clock:
        return None
    moment = shop.as_of - MONTH
    found = labels_at(shop, made, moment)
    if found is None:
        return None
    labels, bought = found
    profiles, _ = customers_at(shop, made, moment)
    spreads = {
        name: one for name, column in _numbers(profiles, bought).items() if (one := Spread.of(column)) is not None
    }
    ids, orders = shop.customers["customer_id"].to_list(), profiles["orders"].to_list()
    rows = np.flatnonzero(bought).tolist()
    return Run(
        moment,
        "",
        spreads,
        {},
        {ids[row]: int(labels[row]) for row in rows},
        {ids[row]: int(orders[row]) for row in rows},
        max(len(made.segments.centres), 1),
    )


def drift_of(assistant: Assistant, *, scores: Values | None = None) -> tuple[Drift | None, str]:
    """Return what moved since the last run on other data, and what it was compared with; None where there is nothing to compare.

    Without an earlier run, the shop of 30 days ago is counted from the same events.
    """
    now, values = run_of(assistant, scores=scores)
    earlier = [run for run in kept_runs(assistant) if run.data != now.data]
    if earlier:
        return drift(now, values, earlier), f"the run on data to {earlier[-1].when}"
    before = month_ago(assistant)
    if before is None:
        return None, "no earlier run is kept, and the data hold no month to look back"
    return drift(now, values, [before]), "the same shop 30 days before, as no earlier run is kept"


def keep_run(assistant: Assistant, *, scores: Values | None = None) -> None:
    """Keep today's run in the state, in place of one on the same data; the oldest beyond twelve go. Without a state, nothing."""
    if assistant.state is None:
        return
    run, _ = run_of(assistant, scores=scores)
    folder = assistant.state.path(FOLDER)
    known = {path: one for path in _paths(folder) if (one := _read(path)) is not None}
    same = [path for path, one in known.items() if one.data == run.data]
    if same and not scores and known[same[-1]].scores:
        return  # the run that is there says more
    number = int(same[-1].stem) if same else max((int(path.stem) for path in known), default=0) + 1
    write_atomic(folder / f"{number:06}.json", json.dumps(_plain(run), ensure_ascii=False))
    for path in _paths(folder)[:-MOST]:
        path.unlink()


def kept_runs(assistant: Assistant) -> list[Run]:
    """Return the runs kept in the state, the oldest first; one that cannot be read is passed over, as it can only be missed."""
    if assistant.state is None:
        return []
    return [one for path in _paths(assistant.state.path(FOLDER)) if (one := _read(path)) is not None]


def _paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if path.stem.isdigit()) if folder.is_dir() else []


def _plain(run: Run) -> dict[str, Any]:
    about = asdict(run) | {"version": _VERSION, "as_of": None if run.as_of is None else run.as_of.isoformat()}
    return about | {"titles": {str(number): title for number, title in run.titles.items()}}


def _read(path: Path) -> Run | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.pop("version") != _VERSION:
            return None
        for part in ("profiles", "scores"):
            told[part] = {
                name: Spread(tuple(one["edges"]), tuple(one["shares"]), one["known"])
                for name, one in told[part].items()
            }
        told["titles"] = {int(number): title for number, title in told["titles"].items()}
        told["as_of"] = None if told["as_of"] is None else datetime.fromisoformat(told["as_of"]).astimezone(UTC)
        return Run(**told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def churn_scores(assistant: Assistant) -> dict[str, NDArray[np.float64]]:
    """Return the predicted chance that each customer stops buying, over the longest horizon the history allows; empty where none."""
    import polars as pl

    from assistant.card.predictors import HORIZONS
    from scoring.churn import fit
    from scoring.errors import CannotPredictError

    shop = assistant.shop
    for horizon in HORIZONS:
        try:
            told = fit(shop, shop.as_of, horizon, rounds=0).predict(shop, shop.as_of)
        except (CannotPredictError, ValueError):
            continue
        rows = shop.customers.select("customer_id").join(
            told.select("customer_id", pl.col("churn_probability").cast(pl.Float64)),
            on="customer_id",
            how="left",
            maintain_order="left",
        )
        chances = rows["churn_probability"].fill_null(float("nan")).to_numpy()
        return {f"chance of no order within {horizon} days": chances}
    return {}
