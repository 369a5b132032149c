"""The benchmark of recommendations: what is read, what peers see, and terms put on their scores, counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.recommend_data import read, windows
from benchmarks.recommend_peers import PEERS, Known, Terms, with_terms
from retrieval.log import Log
from retrieval.trend import TrendSettings
from retrieval.windows import Window, time_window
from tests.retrieval.test_evaluate import made_shop

LINES = [
    ("1", "10001A", 2, "2011-01-01 10:00:00", 1.0, 7.0),
    ("1", "10001A", 3, "2011-01-01 10:00:00", 1.0, 7.0),  # the same line again: one purchase of five
    ("C2", "10001A", -1, "2011-01-02 10:00:00", 1.0, 7.0),  # a cancellation
    ("3", "POST", 1, "2011-01-03 10:00:00", 9.0, 7.0),  # no product
    ("4", "10002", 1, "2011-01-04 10:00:00", 0.0, 7.0),  # free
    ("5", "10002", 1, "2011-01-05 10:00:00", 2.0, None),  # a stranger
    ("6", "10002", 1, "2011-01-06 10:00:00", 2.0, 8.0),
]


def test_invoices_are_filtered_as_published_figures_do(tmp_path: Path) -> None:
    names = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    lines = pl.DataFrame(LINES, schema=names, orient="row").with_columns(pl.lit("MUG ").alias("Description"))
    lines.write_parquet(tmp_path / "shop.parquet")
    data = read(tmp_path / "shop.parquet")
    assert data.shop.events.select("customer_id", "product_id", "quantity").rows() == [
        ("7", "10001A", 5.0),
        ("8", "10002", 1.0),
    ]
    assert data.texts == ["MUG", "MUG"]


def half() -> Window:
    window = time_window(Log.of(made_shop()), 0.5)
    assert window is not None
    return window


@pytest.mark.parametrize("name", [name for name, peer in PEERS.items() if not peer.is_random])
def test_peer_scores_no_event_after_the_moment(name: str) -> None:
    """Product p3 is sold only after the moment: nobody's history knows it, so it is nobody's best."""
    window, vectors = half(), np.eye(30, dtype=np.float32)
    for setting in PEERS[name].settings:
        scores = PEERS[name].fit(Known(window, vectors, 0), setting)(np.array([0, 1]), float(window.now[0]))
        assert scores.shape == (2, 30)
        assert np.isfinite(scores).all()
        assert (scores[:, 3] <= scores.max(axis=1)).all()
        assert 3 not in scores.argmax(axis=1)


def test_peers_have_six_settings_where_there_is_something_to_tune() -> None:
    assert {name for name, peer in PEERS.items() if len(peer.settings) < 6} == {"popularity"}


def test_terms_are_the_trend_as_a_factor_and_orders_added() -> None:
    """Ann bought p0 in two orders: with repeat 1 that adds log 3 to its score over her best, here 1 for all."""
    window = half()
    flat = with_terms(window, lambda rows, moment: np.ones((len(rows), 30), np.float32), Terms(repeat=1.0))
    assert flat(np.array([0]), 0.0)[0, :2] == pytest.approx([1 + np.log(3), 1])
    falling = with_terms(
        window, lambda rows, moment: np.ones((len(rows), 30), np.float32), Terms(trend=TrendSettings(1.0, 1.0))
    )
    found = falling(np.array([0]), float(window.now[0]))[0]
    assert found[2] > found[0]  # p2 sold last, p0 sold most
    assert found[5] == 1  # never sold


@pytest.mark.data
def test_published_split_holds_back_what_it_says(data_folder: Path) -> None:
    data = read(data_folder / "amazon_office")
    window = windows(data)["published split"]
    rows = pl.read_parquet(data_folder / "amazon_office" / "interactions.parquet")
    first = rows.filter(pl.col("split") == "test").sort("position").group_by("user_id").first()
    known = rows.filter(pl.col("split") != "test")["user_id"].unique()
    wanted = {(str(user), str(item)) for user, item in first.select("user_id", "item_id").iter_rows() if user in known}
    customers, products = data.shop.customers["customer_id"], data.shop.products["product_id"]
    found = window.targets.tocoo()
    assert {(customers[int(row)], products[int(col)]) for row, col in zip(found.row, found.col, strict=True)} == wanted
