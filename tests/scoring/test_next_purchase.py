"""The next purchase: agrees with churn, its days hold nine in ten purchases of customers never seen, better than the pace so far."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from scoring import next_purchase
from shop.sample import sample_shop


def test_next_purchase_agrees_with_churn_and_its_days_come_true() -> None:
    shop = sample_shop(seed=5, customers=500)
    as_of = shop.as_of - timedelta(days=90)
    fitted = next_purchase.fit(shop, as_of, rounds=0)
    found, lost = fitted.predict(shop, as_of), fitted.churn.predict(shop, as_of)
    assert (found["purchase_probability"] + lost["churn_probability"]).to_list() == pytest.approx([1.0] * found.height)
    later = shop.purchases().filter(pl.col("time").is_between(as_of, as_of + timedelta(days=90), closed="left"))
    came = later.group_by("customer_id").agg(((pl.col("time").min() - as_of).dt.total_seconds() / 86_400).alias("came"))
    both = found.join(came, on="customer_id")
    inside = both.filter(pl.col("came").is_between("days_low", "days_high")).height / both.height
    assert 0.83 <= inside <= 0.97
    rival = next_purchase.fit_pace(shop, as_of, 90).predict(shop, as_of).select("customer_id", pace="days")
    ours, pace = ((both.join(rival, on="customer_id")[name] - both["came"]).abs().mean() for name in ("days", "pace"))
    assert ours < pace  # type: ignore[operator]
