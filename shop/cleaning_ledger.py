"""The book of what became of every row while a shop is loaded. It counts and shows examples; it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from shop.mapping import DataReport, RowNote


class Ledger:
    """Rows read and kept of each source, and a note for every reason rows were dropped, changed, netted or remarked on."""

    def __init__(self) -> None:
        self.read: dict[str, int] = {}
        self.kept: dict[str, int] = {}
        self.notes: list[RowNote] = []

    def note(self, source: str, kind: str, reason: str, count: int, example: str = "") -> None:
        """Write one reason down; nothing where it holds for no row."""
        if count:
            self.notes.append(RowNote(source, kind, reason, int(count), example))

    def rows(self, kind: str, reason: str, frame: pl.DataFrame, show: Sequence[str]) -> None:
        """Write down the rows of `frame`, by their `_source`, with the first one as example.

        Parameters
        ----------
        kind, reason : str
            As in `RowNote`.
        frame : DataFrame
            With columns `_source` and `_row`; one row of a file may stand in it more than once.
        show : names of columns
            What the example shows.
        """
        if frame.is_empty():
            return
        for (source,), part in frame.unique(["_source", "_row"], keep="first", maintain_order=True).group_by(
            "_source", maintain_order=True
        ):
            self.note(str(source), kind, reason, part.height, example_of(part, show))

    def keep(self, frame: pl.DataFrame) -> None:
        """Count the rows of files that are in a finished table, by their `_source` and `_row`."""
        counts = frame.select("_source", "_row").drop_nulls().unique().group_by("_source").len()
        for source, count in counts.iter_rows():
            self.kept[source] = self.kept.get(source, 0) + count

    def report(self, lacks: dict[str, str]) -> DataReport:
        """Return the finished report."""
        kept = {source: self.kept.get(source, 0) for source in self.read}
        return DataReport(dict(self.read), kept, tuple(self.notes), dict(lacks))


def example_of(frame: pl.DataFrame, show: Sequence[str]) -> str:
    """Return the first row of a frame as "row 17: order_id C536379, quantity -1"."""
    first = frame.row(0, named=True)
    values = ", ".join(
        f"{name} {_short(first[name])}" for name in show if name in frame.columns and first[name] is not None
    )
    return f"row {first['_row']}: {values}" if values else f"row {first['_row']}"


def _short(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
