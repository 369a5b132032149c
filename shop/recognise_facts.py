"""What the values of a column look like: dates, prices, codes, texts. It counts; it does not decide what a column is."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from shop.numbers import NUMBER
from shop.times import EPOCH, looks_like_time

SAMPLE_ROWS = 20_000  # from the top of the file: ids that repeat in runs stay together
_EMAIL = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_COUNTRIES = """united kingdom|germany|france|eire|ireland|spain|netherlands|belgium|switzerland|portugal|australia|norway|italy|finland
|denmark|sweden|austria|japan|poland|usa|united states|united states of america|canada|china|india|brazil|mexico|greece|czech republic|czechia
|hungary|romania|turkey|russia|israel|singapore|hong kong|south korea|new zealand|south africa|deutschland|frankreich|österreich|schweiz|españa
|italia|suisse|belgique|allemagne|royaume-uni|iceland|cyprus|malta|luxembourg|lithuania|latvia|estonia|slovakia|slovenia|croatia|bulgaria|ukraine
|uk|gb|us|de|fr|es|it|nl|be|ch|at|pt|se|no|dk|fi|ie|pl|ca|au|nz|jp|cn|in|br|mx|cz|hu|ro|gr|tr|中国|美国|日本|德国|法国|英国"""
COUNTRIES = frozenset(name.strip() for name in _COUNTRIES.replace("\n", "").split("|"))


@dataclass(frozen=True)
class ColumnFacts:
    """Shares (0 to 1) over the filled values of a sample of one column; a column without values has `filled` 0."""

    name: str
    filled: float  # share of rows with a value
    unique: float  # distinct values among the filled
    number: float
    whole: float  # numbers without a fraction, among the numbers
    negative: float  # among the numbers
    time: float
    clock: float  # "18:05", a time of day
    email: float
    country: float
    letters: float  # values with three letters in a row
    words: float  # mean words a value
    length: float  # mean characters a value
    runs: float  # rows that repeat the row above
    distinct: int
    examples: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the column holds no value at all."""
        return self.filled == 0.0

    @property
    def is_text(self) -> bool:
        """Whether it reads like words, not like codes, numbers or dates."""
        return self.number < 0.5 and self.time < 0.5 and self.email < 0.5 and self.letters > 0.6

    @property
    def is_code(self) -> bool:
        """Whether it could be the key of something: short, no fractions, no dates."""
        fractions = self.number > 0.5 and self.whole < 0.9
        return not self.is_empty and self.time < 0.5 and not fractions and self.words <= 2.0 and self.length <= 64


def as_text(column: pl.Series) -> pl.Series:
    """Return a column as trimmed text, null where blank; whole floats lose their ".0", lists become their text."""
    if column.dtype == pl.Null:
        return column.cast(pl.String)
    if column.dtype.is_nested() or column.dtype == pl.Object:
        return pl.Series(
            column.name, [None if value is None else str(value) for value in column.to_list()], dtype=pl.String
        )
    if column.dtype.is_float():
        finite = column.drop_nulls()
        if bool((finite == finite.floor()).fill_null(True).all()) and bool(finite.is_finite().all()):
            column = column.cast(pl.Int64, strict=False)
    text = column.cast(pl.String).str.strip_chars()
    return text.replace("", None)


def column_facts(column: pl.Series) -> ColumnFacts:
    """Count what the values of a column look like."""
    text = as_text(column.head(SAMPLE_ROWS))
    values = text.drop_nulls()
    n = max(values.len(), 1)
    numeric = column.dtype.is_numeric()
    numbers = values if numeric else values.filter(values.str.contains(NUMBER))
    m = max(numbers.len(), 1)
    typed_time = column.dtype.is_temporal()
    dates = 0.0 if numeric else looks_like_time(values)
    epoch = float(numbers.str.contains(EPOCH).sum()) / n
    return ColumnFacts(
        name=column.name,
        filled=values.len() / max(text.len(), 1),
        unique=values.n_unique() / n if values.len() else 0.0,
        number=numbers.len() / n,
        whole=float(numbers.str.contains(r"^[^.,]*(?:[.,]0+)?[^\d.,]*$").sum()) / m,
        negative=float(numbers.str.contains(r"^-|^\(").sum()) / m,
        time=float(values.len() > 0) if typed_time else max(dates, epoch),
        clock=float(values.str.contains(r"^\d{1,2}:\d{2}(:\d{2})?(\s*[AaPp][Mm])?$").sum()) / n,
        email=float(values.str.contains(_EMAIL).sum()) / n,
        country=float(values.str.to_lowercase().is_in(list(COUNTRIES)).sum()) / n,
        letters=float(values.str.contains(r"\p{L}{3}|\p{Han}{2}").sum()) / n,
        words=float(values.str.count_matches(r"\S+").sum()) / n,
        length=float(values.str.len_chars().sum()) / n,
        runs=float((text == text.shift(1)).fill_null(False).sum()) / max(text.len(), 1),
        distinct=values.n_unique(),
        examples=tuple(value[:60] for value in values.unique(maintain_order=True).head(3).to_list()),
    )


_NUMERIC = frozenset("quantity unit_price money price sale_price rating".split())
_KEYS = frozenset("order_id customer_id product_id group".split())
_WORDS = frozenset("title question answer".split())


def fits(field: str, facts: ColumnFacts) -> bool:
    """Return whether the values of a column can be those of `field`, whatever its header says."""
    if field in ("time", "placed"):
        return facts.time >= 0.3
    if field in _NUMERIC:
        return facts.number >= 0.3 and facts.clock == 0
    if field in _KEYS:
        fractions = facts.number > 0.5 and facts.whole < 0.5
        return facts.time < 0.5 and not fractions and facts.length <= 80 and facts.country < 0.8
    if field in _WORDS:
        return facts.number < 0.5 and facts.time < 0.5 and facts.email < 0.5 and facts.country < 0.8
    if field in ("country", "city"):
        return facts.number < 0.5 and facts.email < 0.5 and facts.time < 0.5
    if field == "clock":
        return facts.clock >= 0.8
    if field == "email":
        return facts.email >= 0.5
    if field in ("action", "status", "channel"):
        return facts.distinct <= 60 and facts.time < 0.5
    if field == "position":
        return facts.number >= 0.95 and facts.whole >= 0.95
    return True
