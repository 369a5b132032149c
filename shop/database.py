"""One engine a database, SQLite by path or PostgreSQL by URL: connections, UTC times, transactions, migrations.

It knows no table: each owner brings its own and their migrations. `import shop` does not load it, nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.types import DateTime, TypeDecorator

from shop.tables import StoreError

BUSY_MS = 10_000  # how long a writer of SQLite waits for another before it says so
_LOCK = 0x5EED  # PostgreSQL: two processes never migrate at once


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: only times with a zone go in, and they come out in UTC, from SQLite too, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """See `TypeDecorator`; raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value:%Y-%m-%d %H:%M} has no time zone; give one, for example datetime(…, tzinfo=UTC).")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """See `TypeDecorator`."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(address: str | Path) -> Engine:
    """Return an engine; nothing is opened yet.

    Parameters
    ----------
    address : Path of a SQLite file, or a URL
        `postgresql+psycopg://user:password@host/name` (`postgresql://` is taken for it) or `sqlite:///path`. The folder of a
        SQLite file is made where it is missing.

    Raises
    ------
    StoreError
        When the URL is none, or its driver is not installed.
    """
    url = _url(address)
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"{url.render_as_string(hide_password=True)}: cannot be opened ({error}). Expected the path of a SQLite file or "
            'postgresql+psycopg://user:password@host/name, the latter with: pip install "shopkeeper[postgresql]".'
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _url(address: str | Path) -> URL:
    if isinstance(address, Path) or "://" not in address:
        path = Path(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        return URL.create("sqlite", database=str(path))
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError(
            f"the database address is no URL ({error}); expected postgresql+psycopg://user:password@host/name."
        ) from error
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy begins and ends; sqlite3 would begin too late
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # what is acknowledged outlives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # a reader that turns writer half way is refused at once in WAL: writers say so from the start, and wait
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open one transaction that writes: committed at the end, rolled back whole on any error.

    Raises
    ------
    StoreError
        When the database cannot be reached, is locked, full or read only.
    """
    with _said(engine), engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one transaction that only reads, and sees the database as it was at its first read; raises as `writing`."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with _said(engine), engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def _said(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if error.orig is None or type(error).__name__ not in ("OperationalError", "InternalError", "DatabaseError"):
            raise  # a fault of the call (integrity, types), not of the database
        where = engine.url.render_as_string(hide_password=True)
        found = str(error.orig).strip().splitlines()[0]
        raise StoreError(
            f"{where}: {found}; expected a database that can be reached and written. Check that it runs, that its disk has "
            "room and that no other program holds it, and try again."
        ) from error


def migrate(engine: Engine, scripts: Path, *, version_table: str) -> None:
    """Bring the tables of one owner to what this version of the code expects; a second run changes nothing.

    Parameters
    ----------
    scripts : Path
        A folder of alembic scripts whose `env.py` calls `run_migrations`.
    version_table : str
        Where the owner's revision is noted; owners that share a database have one each.

    Raises
    ------
    StoreError
        When the database was made by a newer version, or cannot be written.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config.attributes.update(connection=connection, version_table=version_table)
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            where = engine.url.render_as_string(hide_password=True)
            raise StoreError(
                f"{where}: its tables were made by another version of Shopkeeper ({error}). Use that version, or a newer one."
            ) from error


def run_migrations() -> None:
    """Run the scripts of the migration under way on the connection it was given; called by an owner's `env.py` only."""
    from alembic import context

    given = context.config.attributes
    context.configure(
        connection=given["connection"],
        version_table=given["version_table"],
        render_as_batch=True,  # SQLite changes a column by making the table anew
        transaction_per_migration=False,
    )
    context.run_migrations()
