"""Customers as vectors, against sums made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from retrieval.customers import customer_vectors, event_weights
from shop import coded
from shop.shop import Shop

VECTORS = np.array([[3.0, 0.0], [0.0, 4.0]], dtype=np.float32)  # mug, lamp


def test_customer_vector_is_the_weighted_mean_of_what_was_done(tiny_shop: Shop, now: datetime) -> None:
    """Ann, 1 March: 2 mugs bought 49.5 days ago and one sent back after 10 days, a lamp 12 days ago; half after 60 days."""
    mug = 2**0.5 * 0.5 ** (49.5 / 60) - 0.5 ** (39.5 / 60)
    lamp = 0.5 ** (12 / 60)
    expected = np.array([3 * mug, 4 * lamp]) / np.hypot(3 * mug, 4 * lamp)
    found = customer_vectors(tiny_shop, VECTORS, as_of=now)
    assert found[0] == pytest.approx(expected, abs=1e-6)
    assert found[1:].tolist() == [[1.0, 0.0], [0.0, 0.0]]  # Bob only looked at the mug, Cem did nothing
    table = event_weights(tiny_shop, as_of=now)
    assert table.select("customer_id", "product_id").rows() == [("ann", "lamp"), ("ann", "mug"), ("bob", "mug")]
    assert table["weight"].to_list() == pytest.approx([lamp, mug, 0.1 * 0.5 ** ((8 + 15 / 24) / 60)])


def test_customer_vectors_are_the_same_in_blocks_and_in_another_order_of_products(
    tiny_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = replace(tiny_shop, products=tiny_shop.products.sort("product_id"), customers=tiny_shop.customers.reverse())
    monkeypatch.setattr(coded, "BLOCK", 1)
    again = customer_vectors(turned, VECTORS[::-1].copy())
    assert np.array_equal(again[::-1], customer_vectors(tiny_shop, VECTORS))


def test_without_a_clock_an_event_ages_by_the_later_events_of_its_customer(tiny_shop: Shop) -> None:
    """Ann's four events but the last are 3, 2 and 1 old: mugs sqrt(2) and 3, one back; half after 20 events."""
    ageless = tiny_shop.events.with_columns(pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("time"))
    weights = event_weights(replace(tiny_shop, events=ageless)).filter(pl.col("customer_id") == "ann")
    mug = 2**0.5 * 0.5 ** (3 / 20) - 0.5 ** (2 / 20) + 3.0
    assert weights["weight"].to_list() == pytest.approx([0.5 ** (1 / 20), mug])


def test_vectors_of_another_number_of_products_are_refused(tiny_shop: Shop) -> None:
    with pytest.raises(ValueError, match="2 products need as many vectors, got 1"):
        customer_vectors(tiny_shop, VECTORS[:1], as_of=datetime(2025, 1, 1, tzinfo=UTC))
