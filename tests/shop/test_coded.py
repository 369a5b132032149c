"""Customers counted some at a time: a made-up log against counts in plain Python, whatever the size of a block."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import pytest

from shop import coded
from shop.profiles import customer_profiles
from shop.shop import Shop
from shop.tables import EVENTS, PRODUCTS

START = datetime(2025, 1, 1, tzinfo=UTC)
ACTIONS = ("buy", "view", "cart", "search")


@pytest.fixture(scope="module")
def log() -> Shop:
    """90 customers, 12 products of 3 categories, 4,000 events in a muddled order; a third of the purchases have no order id."""
    rng = np.random.default_rng(5)
    rows = []
    for position in rng.permutation(4_000).tolist():
        action = ACTIONS[rng.integers(4)]
        row: dict[str, Any] = {name: None for name in EVENTS} | {"action": action, "position": position}
        row["customer_id"] = None if rng.random() < 0.05 else f"c{rng.integers(90):02}"
        row["product_id"] = None if action == "search" and rng.random() < 0.5 else f"p{rng.integers(12):02}"
        row["time"] = START + timedelta(minutes=int(rng.integers(200 * 1440)))
        row["quantity"] = float(rng.integers(1, 4))
        row["unit_price"] = None if rng.random() < 0.1 else float(rng.integers(1, 9))
        row["order_id"] = f"o{rng.integers(3)}" if action == "buy" and position % 3 else None
        row["channel"] = ("web", "app", None)[rng.integers(3)]
        rows.append(row)
    bought = [row for row in rows if row["action"] == "buy"]
    backs = [row | {"action": "return", "position": 4_000 + at, "quantity": 1.0} for at, row in enumerate(bought[::9])]
    events = pl.DataFrame(rows + backs, schema=dict(EVENTS), orient="row")
    products = pl.DataFrame(
        [{"product_id": f"p{at:02}", "category": (None, "red", "blue")[at % 3]} for at in range(12)],
        schema=dict(PRODUCTS),
    )
    return Shop(events, products, pl.DataFrame({"customer_id": [f"c{at:02}" for at in reversed(range(91))]}))


def counted(shop: Shop, customer: str) -> dict[str, Any]:
    """Return some columns of one customer's profile, counted in plain Python; units come off the line bought last."""
    events = sorted(shop.events.to_dicts(), key=lambda row: row["position"])
    own = [row for row in events if row["customer_id"] == customer]
    lines = [row for row in own if row["action"] == "buy"]
    for back in (row for row in own if row["action"] == "return"):
        left = back["quantity"]
        for line in reversed(lines):
            if (line["order_id"], line["product_id"]) == (back["order_id"], back["product_id"]):
                off = min(left, line["quantity"])
                line["quantity"] -= off
                left -= off
    lines = [line for line in lines if line["quantity"] > 0]
    orders, units, worth = defaultdict(list), Counter[str](), Counter[str | None]()
    category = dict(shop.products.select("product_id", "category").iter_rows())
    for line in lines:
        orders[line["order_id"] or line["time"].date()].append(line)
        units[line["product_id"]] += line["quantity"]
        worth[category[line["product_id"]]] += line["quantity"] * (line["unit_price"] or 0)
    firsts = [min(line["time"] for line in one) for one in orders.values()]
    hours = Counter(time.hour for time in firsts)
    days = sorted({time.date() for time in firsts})
    gaps = [(late - early).days for early, late in zip(days, days[1:], strict=False)]
    seen = [row for row in own if row["action"] == "view"]
    vain = [
        row
        for row in seen
        if not any(
            one["action"] == "buy" and one["product_id"] == row["product_id"] and one["time"] >= row["time"]
            for one in own
        )
    ]
    named = {name: much for name, much in worth.items() if name is not None and much > 0}
    return {
        "orders": len(orders),
        "units": float(sum(units.values())) if lines else None,
        "products": len(units) if lines else None,
        "top_product": min(units, key=lambda one: (-units[one], one), default=None),
        "top_category": min(named, key=lambda one: (-named[one], one), default=None),
        "top_category_share": max(named.values()) / sum(worth.values()) if named else None,
        "order_hour": min(hours, key=lambda one: (-hours[one], one), default=None),
        "interval_days": median(gaps) if gaps else None,
        "recency_days": (shop.as_of - max(firsts)) / timedelta(days=1) if firsts else None,
        "views": len(seen),
        "views_without_order": len(vain),
    }


@pytest.mark.parametrize("size", [400, 10**9])
def test_profiles_equal_a_count_in_plain_python_whatever_the_size_of_a_block(
    log: Shop, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coded, "BLOCK", size)
    table = customer_profiles(log)
    assert table["customer_id"].to_list() == log.customers["customer_id"].to_list()
    for row in (table.row(at, named=True) for at in (0, 1, 7, 30, 64, 89, 90)):
        expected = counted(log, row["customer_id"])
        assert {name: row[name] for name in expected} == pytest.approx(expected), row["customer_id"]


def test_no_two_blocks_share_a_customer_and_none_is_left_out(log: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coded, "BLOCK", 100)
    blocks = list(coded.Coded(log, None).blocks())
    assert len(blocks) > 10
    assert [row for span, _ in blocks for row in range(*span)] == list(range(91))
    known = log.events.filter(pl.col("customer_id").is_not_null())
    assert sum(events.height for _, events in blocks) == known.height


def test_events_in_pieces_are_counted_like_events_in_one(log: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coded, "BLOCK", 900)
    cut = pl.concat([log.events.slice(start, 700) for start in range(0, log.events.height, 700)], rechunk=False)
    assert cut.n_chunks() > 1
    assert customer_profiles(replace(log, events=cut)).equals(customer_profiles(log))


def test_shop_until_a_moment_after_its_last_event_is_itself_and_before_it_is_not(log: Shop) -> None:
    assert log.until(log.as_of) is log
    earlier = log.until(log.as_of - timedelta(microseconds=1))
    assert earlier.events.height < log.events.height
