"""Churn: calibrated, better than recency, and blind to what is only known later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from scoring import churn
from scoring.backtest import backtest
from scoring.classifier import fit_table
from scoring.errors import CannotPredictError
from shop import Shop
from shop.sample import sample_shop

HORIZON = 90


@pytest.fixture(scope="module")
def shop() -> Shop:
    return sample_shop(seed=11, customers=350)


def test_churn_beats_recency_and_its_chances_come_true(shop: Shop) -> None:
    """The sample shop plants lost customers, who also stop looking: recency alone cannot know the latter."""
    found = backtest(shop, churn.TASK, horizon_days=HORIZON, dates=[shop.as_of - timedelta(days=HORIZON)])
    value = {(row["model"], row["measure"]): row["value"] for row in found.filter(pl.col("as_of").is_null()).to_dicts()}
    assert value["Shopkeeper", "AUC"] > value["recency alone", "AUC"]
    assert value["Shopkeeper", "calibration error"] < 0.1


def test_churn_of_later_events_and_attributes_tells_nothing(shop: Shop) -> None:
    """A signal only known later is planted twice: events after as_of that tell who stays, and a column that says who is lost."""
    as_of = shop.as_of - timedelta(days=HORIZON)
    told = (
        shop.events.filter((pl.col("time") >= as_of) & (pl.col("action") == "buy"))["customer_id"].drop_nulls().unique()
    )
    stays = shop.customers["customer_id"].is_in(told.implode())
    planted = replace(
        shop,
        customers=shop.customers.with_columns(stays=stays.cast(pl.Int64), last_login=pl.lit("2026-10-31")),
        events=shop.events.filter((pl.col("time") < as_of) | (pl.col("action") == "buy")),
    )
    found = [churn.fit(one, as_of, HORIZON, rounds=2).predict(one, as_of) for one in (shop, planted)]
    assert found[0].equals(found[1])


def test_churn_with_too_short_a_history_is_refused(tiny_shop: Shop) -> None:
    with pytest.raises(CannotPredictError, match=r"50 days of purchases .* 135 are needed"):
        churn.fit(tiny_shop, tiny_shop.as_of, HORIZON)


def test_fit_table_finds_the_chances_it_was_made_of() -> None:
    """The chance is 0.8 where the word is "a" and 0.3 elsewhere; a number of noise changes nothing."""
    rng = np.random.default_rng(0)
    word = rng.choice(["a", "b", "c"], 3_000)
    truth = np.where(word == "a", 0.8, 0.3)
    table = pl.DataFrame({"word": word, "noise": rng.normal(size=3_000)})
    found = fit_table(table, (rng.random(3_000) < truth).tolist(), rounds=4).predict(
        pl.DataFrame({"word": ["a", "b"], "noise": [0.0, 0.0]})
    )
    assert found["probability"].to_list() == pytest.approx([0.8, 0.3], abs=0.05)
    assert (found["low"] < found["probability"]).all()


def test_fit_table_of_one_answer_is_refused() -> None:
    with pytest.raises(CannotPredictError, match="at least 10 of each"):
        fit_table(pl.DataFrame({"x": [1.0, 2.0] * 20}), [True] * 40)
