"""Workbooks as grids, a table for each sheet that is not empty or hidden. It knows sheets, not headers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from shop.raw import Grid, RawTable, ReadNote, wrong
from shop.structure import table_of_grid


def sheet_tables(data: bytes, source: str, name: str) -> list[RawTable]:
    """Return a table for each visible sheet of a workbook; every cell as text, dates as YYYY-MM-DD HH:MM:SS.

    Raises
    ------
    ShopDataError
        When the workbook cannot be opened, is all empty, or a sheet is no single table.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        sheets = [book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string") for sheet in book.sheet_names]
    except fastexcel.FastExcelError as error:
        raise wrong(
            source,
            f"a workbook that cannot be opened ({str(error).splitlines()[0]})",
            "an Excel workbook without password",
            "Open it in a spreadsheet program and save it again as .xlsx.",
        ) from None
    tables, notes = [], []
    for sheet in sheets:
        if sheet.visible != "visible":
            notes.append(ReadNote("noted", "hidden sheets left out", 1, repr(sheet.name)))
            continue
        frame = sheet.to_polars() if sheet.width else pl.DataFrame()
        frame = frame.rename({old: str(index) for index, old in enumerate(frame.columns)}).cast(pl.String)
        if not frame.height:
            notes.append(ReadNote("noted", "empty sheets left out", 1, repr(sheet.name)))
            continue
        where = f"{source}, sheet {sheet.name!r}"
        rows = np.arange(1, frame.height + 1, dtype=np.int64)
        grid = Grid(where, frame, rows, np.zeros(frame.height, dtype=bool))
        tables.append(table_of_grid(grid, f"{name}/{sheet.name}"))
    if not tables:
        raise wrong(source, "no visible sheet with cells", "a sheet with a header and rows", "Export it again.")
    return [replace(tables[0], notes=(*tables[0].notes, *notes)), *tables[1:]]
