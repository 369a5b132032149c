"""Customer value: the published fits, another implementation, and customers made of known parameters."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scoring import value
from scoring.bgnbd import BgNbd, fit_bgnbd
from scoring.errors import CannotPredictError
from scoring.gamma_gamma import GammaGamma, fit_gamma_gamma
from shop import Shop
from shop.sample import sample_shop


@pytest.fixture(scope="module")
def cdnow() -> pl.DataFrame:
    """The CDNOW sample of Fader, Hardie & Lee, weeks; shipped with `lifetimes`."""
    lifetimes = pytest.importorskip("lifetimes")
    folder = Path(lifetimes.__path__[0]) / "datasets"
    counts = pl.read_csv(folder / "cdnow_customers_summary.csv")
    worth = pl.read_csv(folder / "cdnow_customers_summary_with_transactions.csv")
    return counts.select("frequency", "recency", age="T").with_columns(worth["zbar"].alias("monetary_value"))


def test_bgnbd_equals_the_published_fit(cdnow: pl.DataFrame) -> None:
    """Fader, Hardie & Lee (2005), table 2: r .243, α 4.414, a .793, b 2.426."""
    found = fit_bgnbd(*(cdnow[name].to_numpy() for name in ("frequency", "recency", "age")))
    assert [round(one, 3) for one in (found.r, found.alpha, found.a, found.b)] == [0.243, 4.414, 0.793, 2.426]


def test_bgnbd_expects_what_another_implementation_does(cdnow: pl.DataFrame) -> None:
    lifetimes = pytest.importorskip("lifetimes")
    columns = [cdnow[name].to_numpy() for name in ("frequency", "recency", "age")]
    other = lifetimes.BetaGeoFitter()
    other.fit(*columns)
    found = fit_bgnbd(*columns)
    theirs = np.asarray(other.conditional_expected_number_of_purchases_up_to_time(39, *columns))
    assert found.expected_orders(39, *columns) == pytest.approx(theirs, abs=1e-3)
    assert found.alive(*columns) == pytest.approx(np.asarray(other.conditional_probability_alive(*columns)), abs=1e-4)


def test_gamma_gamma_equals_the_published_fit(cdnow: pl.DataFrame) -> None:
    """Fader & Hardie (2013), section 5: p 6.25, q 3.74, v 15.44."""
    back = cdnow.filter(pl.col("frequency") > 0)
    found = fit_gamma_gamma(back["frequency"].to_numpy(), back["monetary_value"].to_numpy())
    assert (found.p, found.q, found.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    lifetimes = pytest.importorskip("lifetimes")
    other = lifetimes.GammaGammaFitter()
    other.fit(back["frequency"].to_numpy(), back["monetary_value"].to_numpy())
    assert (found.p, found.q, found.v) == pytest.approx(tuple(other.params_[name] for name in "pqv"), rel=1e-3)


def test_value_intervals_hold_what_customers_of_known_parameters_spend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers drawn from the two models: nine in ten spends lie in the 90 % interval, and the sum is near the expected one."""
    monkeypatch.setattr(value, "_DRAWS", 100)
    rng = np.random.default_rng(5)
    size, age, ahead = 1_500, 300.0, 90.0
    rate, stop, worth = rng.gamma(1.2, 1 / 60, size), rng.beta(1.0, 4.0, size), rng.gamma(4.0, 1 / 90, size)
    rows, spent = [], np.zeros(size)
    for one in range(size):
        times, now = [0.0], 0.0
        while rng.random() >= stop[one] or len(times) == 1:
            now += rng.exponential(1 / rate[one])
            if now > age + ahead:
                break
            times.append(now)
        past = [time for time in times if time <= age]
        values = rng.gamma(3.0, 1 / worth[one], len(times))
        spent[one] = values[len(past) :].sum()
        rows.append((len(past) - 1.0, past[-1], age, float(len(past)), values[: len(past)].mean()))
    table = pl.DataFrame(rows, schema=["frequency", "recency", "age", "orders", "monetary_value"], orient="row")
    orders, of_one = value.fit_table(table)
    found = value.predict_table(orders, of_one, table, ahead)
    inside = ((spent >= found["low"].to_numpy()) & (spent <= found["high"].to_numpy())).mean()
    assert 0.88 <= inside <= 0.97  # many spend nothing, and 0 is the lower bound of most
    assert found["expected_spend"].sum() == pytest.approx(spent.sum(), rel=0.15)


def test_value_of_the_sample_shop_is_nearer_than_the_last_period() -> None:
    shop = sample_shop(seed=3, customers=500)
    as_of = shop.as_of - timedelta(days=90)
    found = value.fit(shop, as_of).predict(shop, as_of)
    rival = value.fit_last_period(shop, as_of, 90).predict(shop, as_of)
    later = shop.purchases().filter(pl.col("time").is_between(as_of, as_of + timedelta(days=90), closed="left"))
    spent = later.group_by("customer_id").agg((pl.col("quantity") * pl.col("unit_price")).sum().alias("spent"))
    whole = found.join(rival.rename({"expected_spend": "rival"}), on="customer_id").join(
        spent, on="customer_id", how="left"
    )
    whole = whole.with_columns(pl.col("spent").fill_null(0.0))
    errors = [float((whole[name] - whole["spent"]).abs().mean()) for name in ("expected_spend", "rival")]  # type: ignore[arg-type]
    assert errors[0] < errors[1]


def test_value_of_customers_who_never_came_back_is_refused(tiny_shop: Shop) -> None:
    with pytest.raises(CannotPredictError, match="1 customers ordered more than once; at least 20"):
        value.fit(tiny_shop, tiny_shop.as_of, 30)


def test_parameters_left_open_by_the_data_are_drawn_around_the_fit() -> None:
    fitted = BgNbd(1.0, 10.0, 2.0, 3.0, np.diag([0.01, 0.01, 0.04, 0.04]))
    drawn = np.log(fitted.draws(4_000, np.random.default_rng(0)))
    assert drawn.mean(axis=0) == pytest.approx(fitted.logs, abs=0.02)
    assert drawn.std(axis=0) == pytest.approx([0.1, 0.1, 0.2, 0.2], rel=0.1)
    assert GammaGamma(6.0, 4.0, 16.0, np.eye(3)).expected_value(np.array([0.0]), np.array([0.0])) == pytest.approx(
        [32.0]
    )
