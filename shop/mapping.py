"""What was understood of a shop's files: which column was read as what, and what became of every row.

Plain records that the command line and the page show; nothing here reads a file or prints.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnChoice:
    """One column of a file and what it was read as."""

    source: str  # "orders.csv"
    column: str  # as the file spells it
    example: str  # a value of it, as in the file
    table: str  # "events", "products", …; "" when left out
    field: str  # "unit_price", …; "" when left out
    why: str  # "header", "header and content", "content", "shop.toml"


@dataclass(frozen=True)
class Mapping:
    """The columns of all files, in file order."""

    choices: tuple[ColumnChoice, ...]


@dataclass(frozen=True)
class RowNote:
    """Rows that were dropped, changed, netted or kept with a remark, for one reason."""

    source: str  # the file
    kind: str  # "dropped", "changed", "netted" or "noted"
    reason: str  # in a shop owner's words
    count: int  # rows
    example: str  # one of them, with its row number


@dataclass(frozen=True)
class DataReport:
    """What became of every row: for each source `rows_read == rows_kept + dropped`."""

    rows_read: dict[str, int]  # per source
    rows_kept: dict[str, int]
    notes: tuple[RowNote, ...]
    lacks: dict[str, str]  # missing column → what it disables
