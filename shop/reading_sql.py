"""The tables of a database read into raw tables through SQLAlchemy. It knows addresses and tables, not what a column means."""

from __future__ import annotations

import polars as pl

from shop.reading import RawTable, checked_frame
from shop.tables import ShopDataError


def read_sql(address: str) -> list[RawTable]:
    """Return every table of a database that holds rows, in the order of their names.

    Raises
    ------
    ShopDataError
        When the address is no SQL address, its driver is missing, or the database cannot be reached; the password is not shown.
    """
    from sqlalchemy import create_engine, inspect, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        url = make_url(address)
        shown = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite" and url.database and not _is_file(url.database):
            raise ShopDataError(f"{shown}: no such file. Give the path of an SQLite file that is there.")
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise ShopDataError(
            "this is no SQL address; write dialect://user:password@host/database, for example sqlite:///shop.db."
        ) from error
    except ModuleNotFoundError as error:
        raise ShopDataError(
            f"{address.split(':')[0]}: its driver {error.name!r} is not installed: pip install {error.name}."
        ) from error
    tables = []
    try:
        with engine.connect() as connection:
            for name in sorted(inspect(engine).get_table_names()):
                rows = connection.execute(text(f"SELECT * FROM {engine.dialect.identifier_preparer.quote(name)}"))  # noqa: S608 - quoted
                columns = list(rows.keys())
                values = [tuple(row) for row in rows]
                if values:
                    frame = pl.DataFrame(values, schema=columns, orient="row", infer_schema_length=None, strict=False)
                    tables.append(RawTable(name, name, checked_frame(frame, name), 1))
    except SQLAlchemyError as error:
        first = (str(getattr(error, "orig", None) or error).strip().splitlines() or [""])[0][:160]
        raise ShopDataError(
            f"{shown}: cannot be read ({first}). Check the address, and that the database runs."
        ) from error
    finally:
        engine.dispose()
    if not tables:
        raise ShopDataError(f"{shown}: holds no table with rows.")
    return tables


def _is_file(path: str) -> bool:
    from pathlib import Path

    return path == ":memory:" or Path(path).is_file()
