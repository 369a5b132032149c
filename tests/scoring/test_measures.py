"""Measures against scikit-learn and by hand; the backtest on a shop small enough to count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from scoring.backtest import Task, backtest
from scoring.measures import AMOUNTS, BY_NAME, auc, average_precision, calibration_error, total_error, wape
from shop import Shop


def test_auc_and_average_precision_equal_scikit_learn_ties_included() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    rng = np.random.default_rng(1)
    actual = (rng.random(500) < 0.2).astype(np.float64)
    predicted = np.round(rng.random(500) + 0.3 * actual, 1)
    assert auc(actual, predicted) == pytest.approx(roc_auc_score(actual, predicted))
    assert average_precision(actual, predicted) == pytest.approx(average_precision_score(actual, predicted))


def test_errors_by_hand() -> None:
    """10, 0 against 8, 1: distances 2 and 1 of 10 in all; totals 9 and 10. Chances .2 and .9, both of two groups of one."""
    actual, predicted = np.array([10.0, 0.0]), np.array([8.0, 1.0])
    assert wape(actual, predicted) == pytest.approx(0.3)
    assert total_error(actual, predicted) == pytest.approx(0.1)
    assert calibration_error(np.array([0.0, 1.0]), np.array([0.2, 0.9])) == pytest.approx(0.15)


class Undated:
    """A shop that is handed on and never looked into."""

    def until(self, as_of: datetime) -> Undated:
        return self


@dataclass(frozen=True)
class Always:
    number: float

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        assert shop.events["time"].max() < as_of  # type: ignore[operator]
        return pl.DataFrame({"customer_id": ["ann", "bob"], "orders": [self.number] * 2})


def test_backtest_compares_with_what_happened_and_with_the_rival(tiny_shop: Shop, now: datetime) -> None:
    """Ann ordered once after NOW, Bob did not: always 1 errs by 0 and 1, always 3 by 2 and 3; the gain is 2."""

    def truth(shop: Shop, as_of: datetime, days: int) -> pl.DataFrame:
        return pl.DataFrame({"customer_id": ["ann"], "actual": [1]})

    task = Task("orders", {"one": lambda *_: Always(1), "three": lambda *_: Always(3)}, "orders", truth, AMOUNTS[:1])
    found = backtest(tiny_shop, task, horizon_days=10, dates=[now])
    assert found.filter(pl.col("as_of").is_null())["value"].to_list() == [0.5, 2.5]
    assert found["gain"].to_list() == [None, 2.0, None, 2.0]
    assert found["rows"].to_list() == [2] * 4


def test_backtest_puts_each_prediction_to_the_group_of_its_own_date() -> None:
    """Of each of 40 customers 1 order is expected at two dates and 1, then 3 come: errors 0 and 2. All change their group between."""
    people, first, second = (
        [f"c{one}" for one in range(40)],
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 2, 1, tzinfo=UTC),
    )

    class Ones:
        def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
            return pl.DataFrame({"customer_id": people, "orders": [1.0] * 40})

    def truth(shop: Shop, as_of: datetime, days: int) -> pl.DataFrame:
        return pl.DataFrame({"customer_id": people, "actual": [1 if as_of == first else 3] * 40})

    def groups(date: datetime) -> pl.DataFrame:
        return pl.DataFrame({"id": people, "group": ["early" if date == first else "late"] * 40})

    task = Task("orders", {"one": lambda *_: Ones()}, "orders", truth, AMOUNTS[:1])
    found = backtest(Undated(), task, horizon_days=10, dates=[first, second], segments=groups)  # type: ignore[arg-type]
    assert dict(found.filter(pl.col("as_of").is_null()).select("segment", "value").iter_rows()) == {
        "all": 1.0,
        "early": 0.0,
        "late": 2.0,
    }


def test_total_error_of_two_dates_is_their_mean_and_does_not_cancel() -> None:
    """At one date 12 are expected and 10 come, at the other 8 and 10: 20 % off at each, 0 % off in the sum of both."""
    actual, predicted, dates = np.array([10.0, 10.0]), np.array([12.0, 8.0]), np.array([0, 1])
    measure = BY_NAME["error of the total"]
    assert measure.value(actual, predicted) == 0.0
    assert measure.value(actual, predicted, dates) == pytest.approx(0.2)
