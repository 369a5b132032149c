"""A file as read, before anyone asks what it means: frame, row numbers, and what reading changed. No column has a meaning here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shop.tables import ShopDataError


@dataclass(frozen=True)
class ReadNote:
    """Something reading changed or left out, for one reason; rows of "dropped" notes are no rows of the frame."""

    kind: str  # "dropped", "changed" or "noted"
    reason: str
    count: int  # lines, rows, files or columns, as the reason says
    example: str


@dataclass(frozen=True)
class RawTable:
    """One table of the source with the header names of the file."""

    name: str  # file stem, sheet or SQL table: "orders", "orders/Sheet1"
    source: str  # for messages: "orders.csv", "orders.xlsx, sheet 'Sheet1'"
    frame: pl.DataFrame  # text files and sheets: every column String, null for empty; other sources keep types
    first_row: int = 2  # row number in the file of frame's row 0, as a person counts (header = row 1 → 2)
    notes: tuple[ReadNote, ...] = ()
    lines: pl.Series | None = (
        None  # line of each row where left-out or many-line rows make it differ from first_row + i
    )


@dataclass(frozen=True)
class Grid:
    """Cells of a text file or a sheet before a header is found in them."""

    source: str
    frame: pl.DataFrame  # String columns "0", "1", …; null for empty
    lines: NDArray[np.int64]  # (rows,) line of the file, first is 1
    after_blank: NDArray[np.bool_]  # (rows,) a blank line stands before
    notes: tuple[ReadNote, ...] = ()
    is_under_lines: bool = False  # lines that are no part of it stood above and are left out


def wrong(where: str, found: str, expected: str, mend: str) -> ShopDataError:
    """Return the error of a file that cannot be used, in the form where · found · expected · mend.

    Examples
    --------
    >>> str(wrong("orders.csv, line 17", "9 fields", "8 as in the header", "Remove the line."))
    'orders.csv, line 17: found 9 fields; expected 8 as in the header. Remove the line.'
    """
    return ShopDataError(f"{where}: found {found}; expected {expected}. {mend}")


def shown(value: object, width: int = 60) -> str:
    """Return a value for a message, on one line and not longer than `width`."""
    text = " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"
