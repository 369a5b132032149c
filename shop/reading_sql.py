"""The tables of a database through SQLAlchemy, read only. It knows addresses and drivers, not what a column means."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from shop.raw import RawTable, ReadNote, wrong
from shop.reading_records import typed_series
from shop.reading_typed import typed_table

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

_PARTS = 50_000  # rows fetched at once


def sql_tables(url: str) -> list[RawTable]:
    """Return every table of a database as the driver gives it; empty ones are left out with a note.

    Raises
    ------
    ShopDataError
        When the address, driver or connection fails, or no table has rows; a password never stands in the message.
    """
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    address = _address(url)
    engine = _engine(address)
    shown = address.render_as_string(hide_password=True)
    label = Path(address.database or shown).name
    try:
        with engine.connect() as connection:
            names = sorted(inspect(connection).get_table_names())
            tables, empty = [], []
            for name in names:
                columns = [column["name"] for column in inspect(connection).get_columns(name)]
                frame = _all_rows(connection, name, columns)
                if not frame.height:
                    empty.append(name)
                    continue
                tables.append(typed_table(frame, f"{label}, table {name!r}", name))
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise wrong(
            _relative(shown),
            f"no answer ({_masked(cause, address)})",
            "a database that lets us read",
            "Check the address, user, password, and that the server runs.",
        ) from None
    finally:
        engine.dispose()
    if not tables:
        raise wrong(
            _relative(shown),
            f"{len(names)} tables, none with rows",
            "tables with the shop's rows",
            "Check the name of the database.",
        )
    note = (ReadNote("noted", "tables without rows left out", len(empty), ", ".join(empty[:3])),) if empty else ()
    first = tables[0]
    return [RawTable(first.name, first.source, first.frame, 1, (*first.notes, *note)), *tables[1:]]


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def masked_url(url: str) -> str:
    """Return an address with its password hidden.

    Examples
    --------
    >>> masked_url("postgresql://ann:se:cr@et@db/shop")
    'postgresql://ann:***@db/shop'
    """
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)


def _masked(text: str, address: URL) -> str:
    return text.replace(str(address.password), "***") if address.password else text


def _relative(shown: str) -> str:
    """Return an address without the folders of a SQLite file."""
    return f"sqlite:///{Path(shown[10:]).name}" if shown.startswith("sqlite:///") else shown


def _address(url: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise wrong(
            masked_url(url), "no address of a database", "one like postgresql+psycopg://user:password@host/shop", _SIGNS
        ) from None
    if address.drivername in ("http", "https", "ftp", "s3", "gs", "file"):
        raise wrong(masked_url(url), "an address of a file", "a path or a database", "Download it and give its path.")
    if address.drivername in ("postgresql", "postgres"):  # the driver that the extra installs
        address = address.set(drivername="postgresql+psycopg")
    return address


_SIGNS = "Signs such as @ or / in the password are written %40, %2F."


def _engine(address: URL) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError

    shown = address.render_as_string(hide_password=True)
    try:
        if address.get_backend_name() == "sqlite":
            return create_engine("sqlite://", creator=_sqlite_reader(address))
        return create_engine(address)
    except NoSuchModuleError:
        raise wrong(
            shown,
            f"no database called {address.drivername!r}",
            "sqlite, postgresql+psycopg or another of SQLAlchemy",
            "Check the part before ://.",
        ) from None
    except ModuleNotFoundError as error:
        extra = "'shopkeeper[postgresql]'" if error.name == "psycopg" else str(error.name)
        raise wrong(
            shown,
            f"no driver {error.name!r}",
            "it to be installed",
            f"Run: pip install {extra}; or export the tables as CSV.",
        ) from None


def _sqlite_reader(address: URL) -> Callable[[], sqlite3.Connection]:
    """Return what opens a SQLite file for reading only; a missing one is an error, not made."""
    path = Path(address.database or "")
    if not path.is_file():
        raise wrong(path.name or "sqlite://", "no such file", "a SQLite database", "Check the path.")
    return lambda: sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def _all_rows(connection: Any, name: str, columns: list[str]) -> pl.DataFrame:
    """Return all rows of a table in parts, values as the driver gives them."""
    preparer = connection.dialect.identifier_preparer
    fields = ", ".join(preparer.quote(column) for column in columns)
    rows = connection.exec_driver_sql(f"SELECT {fields} FROM {preparer.quote(name)}")
    values: list[list[Any]] = [[] for _ in columns]
    while part := rows.fetchmany(_PARTS):
        for held, more in zip(values, zip(*part, strict=True), strict=True):
            held.extend(more)
    series = [
        pl.Series(column, held, dtype=pl.Binary)
        if any(isinstance(value, (bytes, memoryview)) for value in held)
        else typed_series(column, held)
        for column, held in zip(columns, values, strict=True)
    ]
    return pl.DataFrame(series)
