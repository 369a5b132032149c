"""Engines, UTC times, transactions and migrations, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from shop.database import UtcDateTime, make_engine, migrate, reading, writing
from shop.tables import StoreError

TABLE = Table("moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime, nullable=False))
SCRIPT = """
revision = "{revision}"
down_revision = {before!r}
branch_labels = None
depends_on = None

from alembic import op


def upgrade():
    op.execute("{statement}")
"""


def test_time_comes_back_in_utc_whatever_zone_it_had(database: str) -> None:
    engine = make_engine(database)
    TABLE.metadata.create_all(engine)
    noon_in_oslo = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with writing(engine) as connection:
        connection.execute(insert(TABLE).values(id=1, at=noon_in_oslo))
    with reading(engine) as connection:
        found = connection.execute(select(TABLE.c.at)).scalar_one()
    assert found == datetime(2025, 3, 1, 11, 0, 0, 123456, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


def test_time_without_a_zone_is_refused(database: str) -> None:
    engine = make_engine(database)
    TABLE.metadata.create_all(engine)
    with pytest.raises(Exception, match="no time zone"), writing(engine) as connection:
        connection.execute(insert(TABLE).values(id=1, at=datetime(2025, 3, 1)))


def test_an_error_half_way_leaves_nothing(database: str) -> None:
    engine = make_engine(database)
    TABLE.metadata.create_all(engine)

    def write_the_same_twice() -> None:
        with writing(engine) as connection:
            for _ in range(2):
                connection.execute(insert(TABLE).values(id=1, at=datetime(2025, 3, 1, tzinfo=UTC)))

    with pytest.raises(IntegrityError):
        write_the_same_twice()
    with reading(engine) as connection:
        assert connection.execute(select(TABLE)).all() == []


def test_two_writers_that_read_first_both_get_through(database: str) -> None:
    """Each of 2 threads adds 20 times 1 to what it has read: 40, and no writer is told that the database is locked."""
    engine = make_engine(database)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def add() -> None:
        for _ in range(20):
            with writing(engine) as connection:
                lock = " FOR UPDATE" if engine.dialect.name == "postgresql" else ""
                n = connection.execute(text(f"SELECT n FROM counter{lock}")).scalar_one()
                connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == 40


def test_sqlite_connections_wait_keep_a_log_and_check_keys(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "new folder" / "store.sqlite")
    with reading(engine) as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000, "synchronous": 2}


def scripts(folder: Path, *statements: str) -> Path:
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "env.py").write_text("from shop.database import run_migrations\nrun_migrations()\n")
    for number, statement in enumerate(statements):
        body = SCRIPT.format(revision=f"r{number}", before=f"r{number - 1}" if number else None, statement=statement)
        (folder / "versions" / f"r{number}.py").write_text(body)
    return folder


def test_migrations_run_once_and_go_on_where_they_were(database: str, tmp_path: Path) -> None:
    engine = make_engine(database)
    first = scripts(tmp_path / "first", "CREATE TABLE one (id INTEGER)")
    both = scripts(tmp_path / "both", "CREATE TABLE one (id INTEGER)", "CREATE TABLE two (id INTEGER)")
    migrate(engine, first, version_table="ours")
    migrate(engine, first, version_table="ours")
    assert set(inspect(engine).get_table_names()) == {"ours", "one"}
    migrate(engine, both, version_table="ours")
    assert set(inspect(engine).get_table_names()) == {"ours", "one", "two"}


def test_migration_of_a_newer_database_is_refused(database: str, tmp_path: Path) -> None:
    engine = make_engine(database)
    newer = scripts(tmp_path / "newer", "CREATE TABLE one (id INTEGER)", "CREATE TABLE two (id INTEGER)")
    older = scripts(tmp_path / "older", "CREATE TABLE one (id INTEGER)")
    migrate(engine, newer, version_table="ours")
    with pytest.raises(StoreError, match="another version of Shopkeeper"):
        migrate(engine, older, version_table="ours")


def test_migration_that_fails_leaves_no_table(database: str, tmp_path: Path) -> None:
    engine = make_engine(database)
    broken = scripts(tmp_path / "broken", "CREATE TABLE one (id INTEGER)", "CREATE nonsense")
    with pytest.raises(Exception, match="syntax error"):
        migrate(engine, broken, version_table="ours")
    assert "one" not in inspect(engine).get_table_names()


def test_unreachable_database_is_named_without_its_password() -> None:
    engine = make_engine("postgresql://ann:secret@127.0.0.1:1/none?connect_timeout=2")
    with pytest.raises(StoreError, match=r"ann:\*\*\*@127.0.0.1") as told, reading(engine):
        pass
    assert "secret" not in str(told.value)


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text("this is a letter, not a database, and it is long enough to be read as a page " * 20)
    with pytest.raises(StoreError, match="not a database"), reading(make_engine(path)) as connection:
        connection.execute(text("SELECT 1 FROM sqlite_master"))


@pytest.mark.parametrize("address", ["nonsense://x/y", "mysql+nonsense://x/y"])
def test_address_of_an_unknown_database_is_refused(address: str) -> None:
    with pytest.raises(StoreError, match=r"postgresql\+psycopg"):
        make_engine(address)
