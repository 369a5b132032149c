"""Spreadsheets read into raw tables, one a sheet. It knows sheets and rows, not what a column means."""

from __future__ import annotations

import io

import polars as pl

from shop.reading import RawTable
from shop.reading_text import read_text
from shop.tables import ShopDataError


def read_sheets(name: str, source: str, content: bytes) -> list[RawTable]:
    """Return each sheet that holds rows, every cell as text, checked as a text file is.

    Raises
    ------
    ShopDataError
        When the file is no spreadsheet, or no sheet holds rows.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(content)
        names = book.sheet_names
        frames = {sheet: book.load_sheet(sheet, header_row=None, dtypes="string").to_polars() for sheet in names}
    except (fastexcel.FastExcelError, ValueError) as error:
        raise ShopDataError(
            f"{source}: is no whole spreadsheet ({str(error)[:160]}). Save it again as .xlsx or export CSV."
        ) from error
    tables = []
    for sheet, frame in frames.items():
        if frame.height < 2:
            continue
        text = io.StringIO()
        frame.select(pl.all().cast(pl.String)).write_csv(text, include_header=False)
        title = f"{name}/{sheet}" if len(frames) > 1 else name
        tables.append(read_text(title, f"{source}, sheet {sheet!r}", text.getvalue().encode()))
    if not tables:
        raise ShopDataError(
            f"{source}: no sheet holds a header and rows; found {', '.join(map(repr, names)) or 'no sheet'}."
        )
    return tables
