"""Columns of one file turned into typed ones: ids, numbers, times. It stops where a column breaks off, and knows no table as a whole."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from shop.cleaning_ledger import Ledger
from shop.cleaning_text import clean_ids
from shop.numbers import parse_numbers
from shop.questions import row_number
from shop.recognise_facts import as_text
from shop.recognise_fields import TablePlan
from shop.settings import Instructions, check_currency
from shop.tables import UTC, ShopDataError
from shop.times import parse_times

_NOTHING = ("nan", "inf", "-inf", "infinity", "-infinity", "null", "none", "n/a", "#n/a", "-", "")
Currencies = dict[str, str]  # currency → where it was found


class ColumnReader:
    """Reads the columns of one plan and writes remarks into the ledger; `unreadable` marks rows by field."""

    def __init__(self, plan: TablePlan, instructions: Instructions, ledger: Ledger, currencies: Currencies) -> None:
        self.plan = plan
        self.ledger = ledger
        self.currencies = currencies
        self.zone = instructions.settings.time_zone
        self.forms: Mapping[str, str] = instructions.formats.get(plan.table.source, {})
        self.rows = plan.table.first_row if plan.table.lines is None else plan.table.lines
        self.unreadable: dict[str, pl.Series] = {}

    def index(self) -> pl.DataFrame:
        """Return `_source` and `_row`, the row number as a person counts, for each row."""
        table = self.plan.table
        rows = table.lines
        if rows is None:
            rows = pl.int_range(table.first_row, table.first_row + table.frame.height, eager=True, dtype=pl.Int64)
        rows = rows.cast(pl.Int64)
        return pl.DataFrame({"_row": rows}).with_columns(_source=pl.lit(table.source)).select("_source", "_row")

    def ids(self, field: str) -> pl.Series | None:
        """Return a column as ids, or None where the plan has none."""
        column = self.plan.column(field)
        if column is None:
            return None
        values, pointed = clean_ids(column)
        example = f"{column.name}: 17850.0 is read as 17850" if pointed else ""
        self.ledger.note(self.plan.table.source, "changed", "an id written with .0", pointed, example)
        return values.alias(field)

    def text(self, field: str) -> pl.Series | None:
        """Return a column as trimmed text, or None where the plan has none."""
        column = self.plan.column(field)
        return None if column is None else as_text(column).alias(field)

    def numbers(self, field: str) -> pl.Series | None:
        """Return a column as Float64, or None where the plan has none.

        Raises
        ------
        ShopDataError
            When the column mixes forms or currencies, or breaks off.
        """
        column = self.plan.column(field)
        if column is None:
            return None
        table = self.plan.table
        read = parse_numbers(column, source=table.source, rows=self.rows, form=self.forms.get(column.name, ""))
        if read.currency:
            self.currencies.setdefault(read.currency, f"{table.source}, column {column.name!r}")
        self._check(field, column, read.values, "numbers")
        return read.values.alias(field)

    def times(self, field: str) -> pl.Series | None:
        """Return a column as UTC times, or None where the plan has none.

        Raises
        ------
        ShopDataError
            When the column mixes formats that cannot be told apart, or breaks off.
        """
        column = self.plan.column(field)
        if column is None:
            return None
        table = self.plan.table
        clock = self.plan.column("clock") if field == "time" else None
        if clock is not None and not column.dtype.is_temporal():
            joined = pl.DataFrame({"d": as_text(column), "c": as_text(clock)})
            column = joined.select(
                pl.concat_str("d", "c", separator=" ").fill_null(pl.col("d")).alias(column.name)
            ).to_series()
        form = self.forms.get(column.name, "")
        read = parse_times(column, source=table.source, rows=self.rows, time_zone=self.zone, form=form)
        for reason, count in read.remarks:
            self.ledger.note(table.source, "noted", f"column {column.name!r}: {reason}", count)
        self._check(field, column, read.values, "dates")
        return read.values.cast(UTC).alias(field)

    def currency(self) -> None:
        """Note the currency a currency column names.

        Raises
        ------
        ShopDataError
            When it names one that does not exist, or two.
        """
        column = self.plan.column("currency")
        if column is None:
            return
        source = self.plan.table.source
        for code in as_text(column).drop_nulls().str.to_uppercase().unique().sort().to_list():
            check_currency(code, f"{source}, column {column.name!r}")
            self.currencies.setdefault(code, f"{source}, column {column.name!r}")

    def _check(self, field: str, column: pl.Series, read: pl.Series, what: str) -> None:
        """Remember unreadable values; stop where they are many or run to the end, as after a shift of columns."""
        if column.dtype.is_numeric() or column.dtype.is_temporal():
            self.unreadable[field] = pl.repeat(False, column.len(), eager=True, dtype=pl.Boolean)
            return
        text = as_text(column)
        bad = (text.is_not_null() & read.is_null() & ~text.str.to_lowercase().is_in(list(_NOTHING))).fill_null(False)
        self.unreadable[field] = bad
        count = int(bad.sum())
        if not count:
            return
        first = int(bad.arg_max() or 0)
        table = self.plan.table
        good = int(text.is_not_null().sum()) - count
        to_the_end = count >= 5 and bool(bad[first:].all())
        if to_the_end or count > good / 4 and count >= 3:
            where = (
                f"from row {row_number(first, self.rows)} on"
                if to_the_end
                else f"row {row_number(first, self.rows)} and {count - 1} more"
            )
            raise ShopDataError(
                f"{table.source}, column {column.name!r}: {where} the values are no {what} ({text[first]!r}), as if columns were shifted or "
                f"a second table began there; expected {what} in every row. Mend these rows or split the file."
            )


def only_currency(currencies: Currencies, said: str | None) -> str | None:
    """Return the one currency found in all files; what `shop.toml` says goes before it.

    Raises
    ------
    ShopDataError
        When two are found and `shop.toml` says none.
    """
    if said or not currencies:
        return said
    if len(currencies) > 1:
        (one, there), (two, here) = list(currencies.items())[:2]
        raise ShopDataError(
            f"{there} is in {one} and {here} in {two}; expected one currency in a shop. Convert the amounts to one currency, "
            f'or load the files apart; where it is one after all, say so in shop.toml: [shop] currency = "{one}".'
        )
    return next(iter(currencies))
