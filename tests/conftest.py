"""Fixtures every room shares: a tiny shop to check by hand, and where the public data lie."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from shop.shop import Settings, Shop
from shop.tables import EVENTS, PRODUCTS

NOW = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def tiny_shop() -> Shop:
    """Ann bought 2 mugs at 5.00 (one came back) and a lamp at 33.80; Bob only looked; Cem has no events; a guest bought a mug."""
    rows = [
        ("ann", "mug", "buy", datetime(2025, 1, 10, 12, tzinfo=UTC), 2.0, 5.00, "o1", "web"),
        ("ann", "mug", "return", datetime(2025, 1, 20, 12, tzinfo=UTC), 1.0, 5.00, "o1", "web"),
        (None, "mug", "buy", datetime(2025, 2, 1, 9, tzinfo=UTC), 1.0, 5.00, "o2", "store"),
        ("ann", "lamp", "buy", datetime(2025, 2, 17, tzinfo=UTC), 1.0, 33.80, "o3", "web"),
        ("bob", "mug", "view", datetime(2025, 2, 20, 9, tzinfo=UTC), 1.0, 5.00, None, "web"),
        ("ann", "mug", "buy", datetime(2025, 3, 2, tzinfo=UTC), 9.0, 5.00, "o4", "web"),  # after NOW: must never count
    ]
    events = pl.DataFrame(
        [(c, p, a, t, i, q, u, o, ch) for i, (c, p, a, t, q, u, o, ch) in enumerate(rows)],
        schema=dict(EVENTS),
        orient="row",
    )
    products = pl.DataFrame(
        [
            ("mug", "Red mug", "A stoneware mug. Holds 300 ml.", "Kitchen", "Larch", 5.0, 12, None),
            ("lamp", "Blue desk lamp", "A lamp for the desk.", "Lighting", None, 39.0, 3, None),
        ],
        schema=dict(PRODUCTS),
        orient="row",
    )
    customers = pl.DataFrame({"customer_id": ["ann", "bob", "cem"], "country": ["Norway", "Norway", None]})
    return Shop(events, products, customers, settings=Settings(name="Tiny", currency="EUR"))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of public data sets; the test is skipped where there is none."""
    folder = Path(os.environ.get("SHOPKEEPER_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no public data in {folder}: set SHOPKEEPER_DATA to a folder that holds them")
    return folder
