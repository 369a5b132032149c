"""Numbers as people write them: currency signs, thousands separators, decimal comma. It knows one column at a time, not what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from shop.questions import Candidate, ShopQuestion, format_answer, row_number
from shop.tables import ShopDataError

SIGNS = {
    "£": "GBP",
    "€": "EUR",
    "$": "USD",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₺": "TRY",
    "zł": "PLN",
    "元": "CNY",
    "￥": "CNY",
}
SIGN = r"[£€$¥₹₩₺￥元]|zł|\b[A-Z]{3}\b"
NUMBER = rf"^\(?\s*[-+]?\s*(?:{SIGN})?\s*[-+]?(?:\d[\d.,'’\s\u00a0\u202f]*|[.,]\d+)(?:[eE][-+]?\d+)?\s*-?\s*(?:{SIGN}|%)?\s*-?\)?$"


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers: `values` Float64 (null where unreadable), the sign found, and how decimals are written."""

    values: pl.Series
    currency: str | None
    decimal: str  # "." or ","


def parse_numbers(column: pl.Series, *, source: str, rows: int | pl.Series = 2, form: str = "") -> Numbers:
    """Read a column of numbers, deciding by the whole column whether "," or "." is the decimal sign.

    Parameters
    ----------
    column : Series
        Text as in the file, or a numeric column (taken as it is).
    source : str
        The file, for messages.
    rows : int or Series
        Row number in the file of the first value, or of each value, for messages.
    form : str
        "decimal comma" or "decimal point" where the shop said it; "" to decide by the values.

    Raises
    ------
    ShopQuestion
        When every separator could be either ("1.234").
    ShopDataError
        When some values need a comma and others a point, or two currencies stand in one column.

    Examples
    --------
    >>> parse_numbers(pl.Series("Preis", ["1.234,50 €", "3,99 €"]), source="x.csv").values.to_list()
    [1234.5, 3.99]
    """
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return Numbers(column.cast(pl.Float64), None, ".")
    text = column.cast(pl.String, strict=False).str.strip_chars()
    plain = text.cast(pl.Float64, strict=False)
    if plain.null_count() == text.null_count() and not form and not _is_undecided(text):
        return Numbers(plain, None, ".")
    unique = text.drop_nulls().unique(maintain_order=True)
    readable = unique.filter(unique.str.contains(NUMBER))
    currency = _only_currency(readable, text, source, rows)
    bare = readable.str.replace_all(SIGN, "").str.replace_all(r"[\s\u00a0\u202f'’%]", "").str.replace(r"[,.]-$", "")
    decimal = {"decimal comma": ",", "decimal point": "."}.get(form) or _decimal_sign(
        bare, readable, text, source, rows
    )
    other = "." if decimal == "," else ","
    figures = bare.str.replace_all(other, "", literal=True).str.replace_all(decimal, ".", literal=True)
    negative = figures.str.contains(r"^\(.*\)$|-$")
    values = figures.str.replace_all(r"[()]|-$", "").cast(pl.Float64, strict=False)
    signed = pl.select(pl.when(negative).then(-values).otherwise(values)).to_series()
    specials = unique.filter(unique.str.to_lowercase().is_in(["nan", "inf", "-inf", "infinity", "-infinity"]))
    table = pl.DataFrame({"text": readable, "value": signed})
    table = table.vstack(pl.DataFrame({"text": specials, "value": specials.cast(pl.Float64, strict=False)}))
    read = pl.DataFrame({"text": text}).join(table, on="text", how="left", maintain_order="left")["value"]
    return Numbers(read.alias(column.name), currency, decimal)


def _is_undecided(text: pl.Series) -> bool:
    """Whether every separator stands before exactly three figures, as in "1.234"."""
    with_sign = text.filter(text.str.contains(".", literal=True).fill_null(False))
    return with_sign.len() > 0 and bool(with_sign.str.contains(r"^-?[1-9]\d{0,2}\.\d{3}$").all())


def _where(pattern: pl.Series, text: pl.Series, rows: int | pl.Series) -> str:
    row = int((text == pattern[0]).fill_null(False).arg_max() or 0)
    return f"row {row_number(row, rows)} ({pattern[0]!r})"


def _only_currency(readable: pl.Series, text: pl.Series, source: str, rows: int | pl.Series) -> str | None:
    signs = readable.str.extract(rf"({SIGN})")
    kinds = signs.drop_nulls().unique().sort().to_list()
    if len(kinds) > 1:
        first, second = (_where(readable.filter((signs == kind).fill_null(False)), text, rows) for kind in kinds[:2])
        raise ShopDataError(
            f"{source}, column {text.name!r}: two currencies, {kinds[0]} in {first} and {kinds[1]} in {second}; expected one. "
            "Convert the amounts to one currency, or load the files apart."
        )
    return SIGNS.get(kinds[0], kinds[0]) if kinds else None


def _decimal_sign(bare: pl.Series, readable: pl.Series, text: pl.Series, source: str, rows: int | pl.Series) -> str:
    comma = bare.str.contains(r"^[^,]*,(\d{1,2}|\d{4,})\)?-?$|\..*,\d*\)?-?$|\.\d{3}\.|^\(?[-+]?0,")
    point = bare.str.contains(r"^[^.]*\.(\d{1,2}|\d{4,})\)?-?$|,.*\.\d*\)?-?$|,\d{3},|^\(?[-+]?0\.|[eE]")
    if comma.any() and point.any():
        one, two = (_where(readable.filter(mask), text, rows) for mask in (comma, point))
        raise ShopDataError(
            f"{source}, column {text.name!r}: {one} has a decimal comma and {two} a decimal point; expected one of them in a column. "
            "Mend the rows written the other way."
        )
    if comma.any() or point.any():
        return "," if comma.any() else "."
    open_values = readable.filter(bare.str.contains(r"[.,]"))
    if open_values.is_empty():
        return "."
    examples = tuple(open_values.head(3).to_list())
    answers = [
        Candidate(text.name, examples, format_answer(source, text.name, form))
        for form in ("decimal comma", "decimal point")
    ]
    raise ShopQuestion(
        source, f"column {text.name!r}: does {examples[0]!r} have a decimal sign or a thousands separator?", answers
    )


def is_iso_currency(code: str) -> bool:
    """Return whether `code` is a currency code of ISO 4217 that is known here."""
    from babel import numbers

    return bool(re.fullmatch(r"[A-Z]{3}", code)) and code in numbers.list_currencies()
