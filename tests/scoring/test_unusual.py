"""Unusual orders: the planted ones come first, with the reason they were planted for; too few orders are refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scoring import unusual
from scoring.errors import CannotPredictError
from scoring.measures import average_precision
from shop import Shop
from shop.sample import sample_shop, sample_truth


def test_unusual_orders_planted_in_the_sample_shop_come_first() -> None:
    """Few in a thousand are planted; ranked by spend or by amount they are found worse."""
    shop, truth = sample_shop(seed=9, customers=900), sample_truth(seed=9, customers=900)
    found = unusual.fit(shop, shop.as_of, 400).predict(shop, shop.as_of)
    planted = found["order_id"].is_in(list(truth.unusual_orders)).to_numpy().astype(np.float64)
    ranked = -np.arange(found.height, dtype=np.float64)
    rivals = unusual.order_features(shop, None).join(found.select("order_id"), on="order_id", how="semi")
    marked = rivals["order_id"].is_in(list(truth.unusual_orders)).to_numpy().astype(np.float64)
    precision = average_precision(planted, ranked)
    assert precision > 50 * planted.mean()
    for name in ("spend", "amount"):
        assert precision > average_precision(marked, rivals[name].to_numpy())
    kinds = {order: kind for order, kind in truth.unusual_orders.items() if kind == "many units"}
    said = found.filter(pl.col("order_id").is_in(list(kinds)))
    words = [" ".join(one or "" for one in row) for row in said.select(pl.col("^reason_.$")).rows()]
    assert all("units of one product" in one for one in words)


def test_unusual_orders_of_a_shop_with_few_orders_are_refused(tiny_shop: Shop) -> None:
    with pytest.raises(CannotPredictError, match="3 orders before .* at least 50"):
        unusual.fit(tiny_shop, tiny_shop.as_of, 1)
