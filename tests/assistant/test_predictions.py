"""Predictions at the door: tables by name, facts with the meaning their names have, refusals that say why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from assistant import CallError
from assistant.commands import predicting  # noqa: F401 - adds the command
from assistant.commands.app import app
from assistant.predictions import Predictions, _term_words
from assistant.writing import prove
from scoring.errors import CannotPredictError
from shop import Shop
from shop.sample import sample_shop, write_sample


class Given:
    """A fitted prediction that says what it is told."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.told = table

    def predict(self, *_: object) -> pl.DataFrame:
        return self.told

    def totals(self) -> pl.DataFrame:
        return self.told


@pytest.fixture
def given(tiny_shop: Shop) -> Predictions:
    """As of 2 March 2025: an even chance of Ann's next order lies halfway between bound and median where the chance is .9…"""
    found = Predictions(tiny_shop)
    one = {"low": [5.0], "high": [40.0]}
    found._fitted = {
        ("churn", 90): Given(pl.DataFrame({"customer_id": ["ann"], "churn_probability": [0.2], **one})),
        ("next-purchase", 90): Given(
            pl.DataFrame(
                {
                    "customer_id": ["ann"],
                    "purchase_probability": [0.8],
                    "days": [20.0],
                    "days_low": [2.0],
                    "days_high": [80.0],
                }
            )
        ),
        ("value", 90): Given(
            pl.DataFrame({"customer_id": ["ann"], "expected_orders": [1.5], "expected_spend": [30.0], **one})
        ),
        ("elasticity", 0): Given(
            pl.DataFrame(
                {"product_id": ["mug", "lamp"], "elasticity": [-2.0, -1.0], "low": [-3.0, -2.0], "high": [-1.0, 0.5]}
            )
        ),
        ("demand", 56): Given(pl.DataFrame({"product_id": ["mug"], "units": [12.0], **one})),
    }
    return found


def test_customer_facts_have_the_meaning_of_their_names(given: Predictions) -> None:
    """Chance .8: half is reached at the .625 quantile, (.625 - .5) / .45 of the way from the median 20 to 80: day 36.7."""
    facts = {one.name: one.value for one in given.customer_facts("ann", name="Ann")}
    assert facts["churn_probability"] == 0.2
    assert facts["customer_value"] == 30.0
    assert facts["next_order_on"] == date(2025, 4, 7)
    assert facts["next_order_from"] == date(2025, 3, 4)
    assert facts["next_order_level"] == 0.72
    assert given.customer_facts("bob") == []


def test_product_facts_say_how_many_fewer_only_where_the_interval_says_fewer(given: Predictions) -> None:
    """A response of -2 at a price 10 % higher: 1 - 1.1 ** -2 = .174 fewer; the lamp's interval holds 0."""
    facts = {one.name: one.value for one in given.product_facts("mug", title="Red mug")}
    assert facts["units_lost"] == pytest.approx(0.1736, abs=1e-4)
    assert facts["units_lost_low"] == pytest.approx(1 - 1 / 1.1)
    assert facts["demand_units"] == 12.0
    assert given.product_facts("lamp") == []


def test_predicted_chance_is_said_in_proven_words_and_another_chance_is_not(given: Predictions) -> None:
    facts = given.customer_facts("ann", name="Ann")
    said = "The estimated chance that Ann places no order in the next 90 days is {}."
    labels = [prove(said.format(one), facts).sentences[0].label for one in ("20%", "30%")]
    assert labels == ["proven", "unproven"]


def test_terms_of_a_score_are_facts_in_proven_words_and_turned_round_for_the_next_purchase(
    given: Predictions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long silence raises the chance of churn, many orders lower it, small terms are not told; for the next purchase the other way round."""
    rows = {
        "customer_id": ["ann"] * 4,
        "feature": ["odd", "recency_days", "orders", "views"],
        "effect": [2.0, 1.0, -0.5, -0.01],
        "raises": [True, True, False, False],
    }
    monkeypatch.setattr("scoring.explain.explain_churn", lambda *_, **__: pl.DataFrame(rows))
    facts = given.reason_facts("ann", name="Ann")
    assert {one.name: one.value for one in facts} == {
        "churn_raised_by": "the time since the last order",
        "churn_lowered_by": "the number of orders so far",
        "churn_days": 90,
    }
    assert {one.name for one in given.churn_facts("ann", name="Ann")} == {
        "churn_probability",
        *(one.name for one in facts),
    }
    assert given.churn_facts("bob") == []
    said = "For Ann, the model counts {} against a next order."
    labels = [prove(said.format(one), facts).sentences[0].label for one in (facts[0].value, facts[1].value)]
    assert labels == ["proven", "unproven"]
    given._fitted["next-purchase", 90].churn = None  # type: ignore[attr-defined]
    assert given.explain("ann", what="next-purchase")["raises"].to_list() == [False, False, True, True]
    with pytest.raises(CallError, match="'value' has no terms"):
        given.explain("ann", what="value")


def test_every_feature_of_a_score_has_words_in_both_languages() -> None:
    from scoring.features import _KEPT, _LATELY, _RATIOS

    names = {*_KEPT, *_RATIOS, *(f"{one}_lately" for one in _LATELY)}
    assert set(_term_words("en")) == set(_term_words("zh")) == names


def test_prediction_of_an_unknown_name_and_of_too_little_data_is_refused(tiny_shop: Shop) -> None:
    predictions = Predictions(tiny_shop)
    with pytest.raises(CallError, match="no prediction is called 'fraud'; there are churn"):
        predictions.table("fraud")
    with pytest.raises(CannotPredictError, match="50 days of purchases"):
        predictions.table("churn")
    assert predictions.customer_facts("ann") == []


def test_predict_command_writes_all_rows_and_refuses_other_names(tmp_path: Path) -> None:
    write_sample(tmp_path / "shop", seed=2, customers=120)
    out = tmp_path / "prices.csv"
    told = CliRunner().invoke(app, ["predict", str(tmp_path / "shop"), "elasticity", "-o", str(out)])
    assert told.exit_code == 0, told.output
    assert pl.read_csv(out).columns == ["product_id", "elasticity", "low", "high", "units", "prices", "refused"]
    assert CliRunner().invoke(app, ["predict", str(tmp_path / "shop"), "luck"]).exit_code == 2
    assert sample_shop(2, 120).products.height >= pl.read_csv(out).height
