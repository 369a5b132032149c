"""Amounts and dates as a page prints them, in the shop's locale and currency. It computes no number."""

from __future__ import annotations

from datetime import datetime

from assistant.writing import Printing


def money(amount: float | None, printing: Printing) -> str:
    """Return an amount with the shop's currency, where it has one; "" for None."""
    from babel.numbers import format_currency, format_decimal

    if amount is None:
        return ""
    if printing.currency is None:
        return str(format_decimal(round(amount, 2), format="#,##0.00", locale=printing.locale))
    return str(format_currency(amount, printing.currency, locale=printing.locale))


def as_of_words(as_of: datetime | None, printing: Printing) -> str:
    """Return the moment the data reach to."""
    from babel.dates import format_date

    if as_of is None:
        return "data without dates"
    return f"data as of {format_date(as_of.date(), 'long', locale=printing.locale)}"
