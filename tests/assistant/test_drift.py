"""What is planted to move is found to have moved, since the right run; what did not move is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assistant import Assistant, making
from assistant.card.changes import drift_section, section_of
from assistant.drift import Run, Spread, by_chance, drift, stability_index
from assistant.runs import FOLDER, drift_of, keep_run, kept_runs, month_ago
from retrieval import HashingEncoder
from shop.shop import Shop

START = datetime(2024, 1, 1, tzinfo=UTC)


def numbers(mean: float, *, seed: int, size: int = 2000) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1.0, size)


def run(day: int, mean: float, labels: dict[str, int], *, seed: int = 0, ordered: int = 1) -> Run:
    spread = Spread.of(numbers(mean, seed=seed))
    assert spread is not None
    return Run(
        START + timedelta(days=day), f"data {day}", {"spend": spread}, {}, labels, dict.fromkeys(labels, ordered), 2
    )


def test_stability_index_equals_a_hand_count() -> None:
    """(.4 - .5) ln(.4/.5) + (.6 - .5) ln(.6/.5) = .0223 + .0182; an empty bin counts as one in ten thousand."""
    assert stability_index([0.5, 0.5], [0.4, 0.6]) == pytest.approx(0.022314 + 0.018232, abs=1e-5)
    assert stability_index([0.3, 0.7], [0.3, 0.7]) == 0.0
    assert stability_index([1.0, 0.0], [0.9, 0.1]) == pytest.approx(
        0.1 * np.log(1 / 0.9) + 0.0999 * np.log(1000), rel=1e-3
    )


def test_chance_bound_is_what_19_of_20_unchanged_pairs_stay_below() -> None:
    below = 0
    for seed in range(200):
        first = Spread.of(numbers(0.0, seed=seed, size=400))
        assert first is not None
        again = first.again(numbers(0.0, seed=1000 + seed, size=400))
        below += stability_index(first.shares, again.shares) <= by_chance(10, 400, 400)
    assert 0.9 <= below / 200 <= 0.99


def test_planted_change_is_dated_to_the_run_after_which_it_came() -> None:
    """Runs of days 0, 30 and 60; spend rose between the first two: unlike the first, like the second."""
    now = run(60, 1.0, {"a": 0}, seed=3)
    values = {"spend": numbers(1.0, seed=3)}
    told = drift(now, values, [run(0, 0.0, {"a": 0}, seed=1), run(30, 1.0, {"a": 0}, seed=2)])
    assert (told.moved[0].verdict, told.moved[0].since) == ("as it was", "2024-01-01")
    told = drift(now, values, [run(0, 0.0, {"a": 0}, seed=1)])
    assert (told.moved[0].verdict, told.moved[0].since) == ("moved far", "2024-01-01")
    assert drift(now, values, [run(30, 1.0, {"a": 0}, seed=2)]).moved[0].since == ""


def test_new_active_quiet_and_gone_customers_and_moves_are_counted() -> None:
    """a stays and orders again, b moves and orders again, c stays quiet, d is gone, e and f are new."""
    before = replace(run(0, 0.0, {"a": 0, "b": 0, "c": 1, "d": 1}), ordered={"a": 1, "b": 2, "c": 3, "d": 1})
    now = replace(
        run(30, 0.0, {"a": 0, "b": 1, "c": 1, "e": 0, "f": 1}), ordered={"a": 2, "b": 3, "c": 3, "e": 1, "f": 1}
    )
    told = drift(now, {}, [before])
    assert (told.new, told.active, told.quiet, told.gone) == (2, 2, 1, 1)
    assert told.matrix.tolist() == [[1, 1], [0, 1]]


def test_runs_are_kept_one_a_reading_of_the_data_and_compared(
    small_shop: Shop, small_assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six months later spend has tripled: units of all late lines are three times what they were."""
    model = small_assistant.made.model
    monkeypatch.setattr(making, "fitted", lambda *_, **__: model)  # nothing is recommended here
    early = small_shop.until(small_shop.as_of - timedelta(days=180))
    first = Assistant(early, encoder=HashingEncoder(), llm="none", state=tmp_path)
    told, beside = drift_of(first)
    assert "30 days before" in beside
    assert told is not None
    before = month_ago(first)
    assert before is not None
    assert told.new > 0
    assert before.profiles["orders"].known == len(before.labels)  # who came later was then no customer of no order
    keep_run(first)
    assert len(kept_runs(first)) == 1
    late = pl.col("time") >= early.as_of
    events = small_shop.events.with_columns(
        pl.when(late).then(pl.col("quantity") * 3).otherwise(pl.col("quantity")).alias("quantity")
    )
    second = Assistant(replace(small_shop, events=events), encoder=HashingEncoder(), llm="none", state=tmp_path)
    told, beside = drift_of(second)
    assert told is not None
    assert beside.endswith(f"{early.as_of:%Y-%m-%d}")
    moved = {one.name: one.index for one in told.moved}
    assert moved["average_unit_price"] < 0.1 < moved["monetary_value"]
    keep_run(second, scores={"chance": np.linspace(0, 1, small_shop.customers.height)})
    shown = {line.what for line in section_of(told, beside).lines}
    assert {"customers with their first order since", "profile: monetary value"} <= shown
    assert len(kept_runs(second)) == 2
    assert list(kept_runs(second)[1].scores) == ["chance"]
    (tmp_path / FOLDER / "000001.json").write_text("{", encoding="utf-8")
    assert len(kept_runs(second)) == 1  # a damaged run is passed over


def test_shop_without_a_state_and_a_month_says_there_is_nothing_to_compare(tiny_shop: Shop) -> None:
    section = drift_section(Assistant(tiny_shop, encoder="hashing", llm="none"))
    assert section.verdict == "not measured"
    assert "no earlier run is kept" in section.why_not
