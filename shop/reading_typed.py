"""Tables whose columns have types of their own, such as Parquet's. It keeps the types and knows nothing of what columns mean."""

from __future__ import annotations

import io

import polars as pl

from shop.raw import RawTable, ReadNote, wrong
from shop.reading_records import flat_table


def parquet_table(data: bytes, source: str, name: str) -> RawTable:
    """Return a Parquet file as a table; nested columns are made flat as those of JSON.

    Raises
    ------
    ShopDataError
        When it is broken or has no rows.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise wrong(
            source, f"a broken Parquet file ({str(error).splitlines()[0]})", "a whole one", "Copy or export it again."
        ) from None
    return typed_table(frame, source, name)


def typed_table(frame: pl.DataFrame, source: str, name: str) -> RawTable:
    """Return a frame with types as a table: names trimmed, nested columns flat, bytes and index columns left out."""
    if not frame.height or not frame.width:
        raise wrong(source, "columns without rows", "rows", "Export it with its rows, or remove it.")
    notes = []
    out = [
        column
        for column, kind in frame.schema.items()
        if kind in (pl.Binary, pl.Object) or column.startswith("__index_level_")
    ]
    if out:
        notes.append(ReadNote("noted", "columns of bytes or row numbers left out", len(out), ", ".join(out[:3])))
    frame = frame.drop(out).rename(lambda column: column.strip("\ufeff \t\r\n"))
    if any(kind.is_nested() for kind in frame.dtypes):
        frame, more = flat_table(frame.to_dicts(), source)
        notes += more
    casts = {pl.Categorical: pl.String, pl.Enum: pl.String, pl.Null: pl.String, pl.Decimal: pl.Float64}
    frame = frame.with_columns(
        pl.col(column).cast(casts[kind.base_type()])
        for column, kind in frame.schema.items()
        if kind.base_type() in casts
    )
    return RawTable(name, source, frame, 1, tuple(notes))
