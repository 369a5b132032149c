"""Times as exports write them, read to UTC. The format is decided by the whole column; it does not know what the time is of."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from shop.questions import Candidate, ShopQuestion, format_answer, row_number
from shop.tables import UTC, ShopDataError

_CLOCK = r"(?:[T ,]+(?P<h>\d{1,2})[:.h](?P<mi>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<ap>[AaPp]\.?[Mm]\.?)?)?"
_ZONE = r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
_WEEKDAY = r"(?:[A-Za-z]{2,4},? )?"
_YEAR = r"(?P<y>\d{4}|\d{2})"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORDS = {
    **{word: number for number, word in enumerate(_MONTHS, 1)},
    "mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12, "fév": 2, "fev": 2, "avr": 4, "jui": 7, "aoû": 8, "aou": 8, "déc": 12,
    "ene": 1, "abr": 4, "ago": 8, "dic": 12,
}  # fmt: skip
# name of the form → pattern; y, m, d, t (month in words), a and b (day or month) are its parts
FORMS = {
    "year first": rf"^(?P<y>\d{{4}})[-/.年](?P<m>\d{{1,2}})[-/.月](?P<d>\d{{1,2}})日?{_CLOCK}{_ZONE}$",
    "parts": rf"^(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>\d{{4}}|\d{{2}}){_CLOCK}{_ZONE}$",
    "day, month in words": rf"^{_WEEKDAY}(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[- /](?P<t>\p{{L}}{{3,10}})\.?,?[- /]{_YEAR}{_CLOCK}{_ZONE}$",
    "month in words, day": rf"^{_WEEKDAY}(?P<t>\p{{L}}{{3,10}})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}}){_CLOCK}{_ZONE}$",
    "month and day in figures, year": r"^(?P<m>\d{1,2}) (?P<d>\d{1,2}), (?P<y>\d{4})$",
    "figures": r"^(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])(?P<h>\d{2})?(?P<mi>\d{2})?(?P<s>\d{2})?$",
}
EPOCH = r"^1\d{9}(?:\d{3})?(?:\.\d+)?$"
_PARTS = ("y", "m", "d", "a", "b", "t", "h", "mi", "s", "f", "ap", "z")


@dataclass(frozen=True)
class Times:
    """A column read as times: `values` in UTC (null where unreadable) and remarks (text, rows) for the data report."""

    values: pl.Series
    remarks: tuple[tuple[str, int], ...]


def looks_like_time(text: pl.Series) -> float:
    """Return the share of the non-null values of a text column that are written like a date."""
    values = text.drop_nulls()
    if values.is_empty():
        return 0.0
    form = "|".join(f"(?:{pattern})" for pattern in (_unnamed(pattern) for pattern in FORMS.values()))
    return float(values.str.strip_chars().str.contains(form).sum()) / values.len()


def parse_times(
    column: pl.Series, *, source: str, rows: int | pl.Series = 2, time_zone: str = "UTC", form: str = ""
) -> Times:
    """Read a column of dates or times to UTC; times without a zone are read in `time_zone`.

    Parameters
    ----------
    column : Series
        Text, or a date, datetime or epoch column of a typed source.
    source : str
        The file, for messages.
    rows : int or Series
        Row number in the file of the first value, or of each value, for messages.
    time_zone : str
        IANA name, as in `shop.toml`.
    form : str
        "day first" or "month first" where the shop said it; "" to decide by the values.

    Raises
    ------
    ShopQuestion
        When no value tells day from month.
    ShopDataError
        When a column mixes day first and month first, or the two cannot be told apart beside another format.

    Examples
    --------
    >>> parse_times(pl.Series("Date", ["31/12/2024 18:00", "01/02/2025"]), source="x.csv").values.dt.date().to_list()
    [datetime.date(2024, 12, 31), datetime.date(2025, 2, 1)]
    """
    if column.dtype.is_temporal():
        return _typed_times(column, time_zone)
    if column.dtype.is_float():
        column = column.cast(pl.Int64, strict=False)
    text = column.cast(pl.String, strict=False).str.strip_chars()
    unique = text.drop_nulls().unique(maintain_order=True)
    table = _split(unique)
    table = _order_parts(table, text, source, rows, form)
    read, remarks = _to_utc(table, time_zone)
    joined = pl.DataFrame({"text": text}).join(read, on="text", how="left", maintain_order="left")
    counted = [(reason, joined[mark].fill_null(False).sum()) for reason, mark in remarks]
    return Times(joined["value"].alias(column.name), tuple((reason, int(n)) for reason, n in counted if n))


def _unnamed(pattern: str) -> str:
    import re

    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def _typed_times(column: pl.Series, time_zone: str) -> Times:
    stamps = column.cast(pl.Datetime("us", getattr(column.dtype, "time_zone", None)))
    if getattr(column.dtype, "time_zone", None) is not None:
        return Times(stamps.dt.convert_time_zone("UTC").cast(UTC), ())
    return Times(_localised(stamps, time_zone), ())


def _localised(stamps: pl.Series, time_zone: str) -> pl.Series:
    """Read clock times in a zone; of an hour that comes twice the first is taken, one that is skipped is an hour later."""
    local = stamps.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    later = stamps.dt.offset_by("1h").dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return local.fill_null(later).dt.convert_time_zone("UTC").cast(UTC)


def _split(unique: pl.Series) -> pl.DataFrame:
    """Return a row per text with its form and its parts as text."""
    pieces = []
    rest = pl.DataFrame({"text": unique})
    for form, pattern in FORMS.items():
        hit = rest.filter(pl.col("text").str.contains(pattern))
        rest = rest.filter(~pl.col("text").str.contains(pattern))
        if hit.is_empty():
            continue
        parts = hit.select(
            "text", pl.lit(form).alias("form"), pl.col("text").str.extract_groups(pattern).alias("p")
        ).unnest("p")
        pieces.append(parts)
    epoch = rest.filter(pl.col("text").str.contains(EPOCH)).with_columns(form=pl.lit("epoch"))
    pieces.append(epoch)
    schema = {"text": pl.String, "form": pl.String, **dict.fromkeys(_PARTS, pl.String)}
    return pl.concat([pl.DataFrame(schema=schema), *pieces], how="diagonal")


def _row_of(value: str, text: pl.Series, rows: int | pl.Series) -> str:
    row = int((text == value).fill_null(False).arg_max() or 0)
    return f"row {row_number(row, rows)} ({value!r})"


def _order_parts(table: pl.DataFrame, text: pl.Series, source: str, rows: int | pl.Series, form: str) -> pl.DataFrame:
    """Decide by the values which of two parts is the day, and give every row its y, m, d."""
    open_rows = table.filter(pl.col("form") == "parts")
    if open_rows.is_empty():
        return table
    a, b = pl.col("a").cast(pl.Int64), pl.col("b").cast(pl.Int64)
    day_first = open_rows.filter(a > 12)
    month_first = open_rows.filter(b > 12)
    if not form and day_first.height and month_first.height:
        one, two = (_row_of(part["text"][0], text, rows) for part in (day_first, month_first))
        raise ShopDataError(
            f"{source}, column {text.name!r}: {one} has the day first and {two} the month first; "
            "expected one format in a column. Export the dates as 2025-03-31, or mend the rows written the other way."
        )
    dotted = bool(
        open_rows["text"].str.contains(r"^\d{1,2}\.\d{1,2}\.").all()
    )  # 1.2.2025 is written day first everywhere
    if form in ("day first", "month first"):
        is_day_first = form == "day first"
    elif day_first.height or month_first.height or dotted:
        is_day_first = not month_first.height
    else:
        _refuse_order(table, open_rows, text, source, rows)
    first, second = (pl.col("a"), pl.col("b")) if is_day_first else (pl.col("b"), pl.col("a"))
    mixed = pl.col("form") == "parts"
    return table.with_columns(
        d=pl.when(mixed).then(first).otherwise(pl.col("d")), m=pl.when(mixed).then(second).otherwise(pl.col("m"))
    )


def _refuse_order(
    table: pl.DataFrame, open_rows: pl.DataFrame, text: pl.Series, source: str, rows: int | pl.Series
) -> None:
    other = table.filter(pl.col("form") != "parts")
    if other.height:
        one, two = (_row_of(part["text"][0], text, rows) for part in (other, open_rows))
        raise ShopDataError(
            f"{source}, column {text.name!r}: two date formats, {one} and {two}, and nothing tells day from month in the second; "
            "expected one format in a column. Export the dates as 2025-03-31."
        )
    examples = tuple(open_rows["text"].head(3).to_list())
    raise ShopQuestion(
        source,
        f"column {text.name!r}: no date has a day above 12, so day and month cannot be told apart.",
        [
            Candidate(text.name, examples, format_answer(source, text.name, form))
            for form in ("day first", "month first")
        ],
    )


def _stamped(table: pl.DataFrame) -> pl.DataFrame:
    """Return the parts with `_stamp`, the moment as written, null where there is no such day or hour."""
    number = {part: pl.col(part).cast(pl.Int64, strict=False) for part in ("y", "m", "d", "h", "mi", "s")}
    words = (
        pl.col("t").str.to_lowercase().str.slice(0, 3).replace_strict(_MONTH_WORDS, default=None, return_dtype=pl.Int64)
    )
    century = pl.when(number["y"] < 70).then(2000).otherwise(1900)
    year = pl.when(number["y"] < 100).then(number["y"] + century).otherwise(number["y"])
    after_noon = pl.col("ap").str.to_lowercase().str.starts_with("p").cast(pl.Int64)
    hour = pl.when(pl.col("ap").is_not_null()).then(number["h"] % 12 + after_noon * 12).otherwise(number["h"])
    parts = table.with_columns(
        y=year,
        m=pl.coalesce(number["m"], words),
        d=number["d"],
        h=hour.fill_null(0),
        mi=number["mi"].fill_null(0),
        s=number["s"].fill_null(0),
        f=pl.col("f").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0),
    )
    two = [pl.col(name).cast(pl.String).str.zfill(2) for name in ("m", "d")]
    day = pl.format("{}-{}-{}", "y", *two).str.to_date("%Y-%m-%d", strict=False)
    clock = pl.duration(hours="h", minutes="mi", seconds="s", microseconds="f")
    real = (pl.col("h") < 24) & (pl.col("mi") < 60) & (pl.col("s") < 60)
    seconds = pl.col("text").cast(pl.Float64, strict=False)
    micros = pl.when(seconds > 1e11).then(seconds * 1000).otherwise(seconds * 1_000_000).cast(pl.Int64)
    written = pl.when(real).then(day.cast(pl.Datetime("us")) + clock)
    return parts.with_columns(
        _stamp=pl.when(pl.col("form") == "epoch").then(pl.from_epoch(micros, time_unit="us")).otherwise(written)
    )


def _to_utc(table: pl.DataFrame, time_zone: str) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    parts = _stamped(table)
    digits = pl.col("z").str.replace_all(r"[^\d]", "").str.pad_end(4, "0")
    minutes = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60 + digits.str.slice(2, 2).cast(
        pl.Int64, strict=False
    )
    away = pl.when(pl.col("z").str.starts_with("-")).then(-minutes).otherwise(minutes).fill_null(0)
    away = pl.when(pl.col("z").is_in(["Z", "UTC", "GMT"])).then(0).otherwise(away)
    zoned = pl.col("z").is_not_null() | (pl.col("form") == "epoch")
    exact = (pl.col("_stamp") - pl.duration(minutes=away)).dt.replace_time_zone("UTC")
    local = _localised(parts["_stamp"], time_zone)
    read = parts.with_columns(_local=local).with_columns(
        value=pl.when(zoned).then(exact).otherwise(pl.col("_local")).cast(UTC)
    )
    return _remarks(read, time_zone)


def _remarks(read: pl.DataFrame, time_zone: str) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    zones = read["z"].drop_nulls().unique()
    naive = read["z"].is_null() & (read["form"] != "epoch")
    remarks: list[tuple[str, str]] = []
    forms = read["form"].unique(maintain_order=True).to_list()
    read = read.with_columns(
        _zoned=pl.col("z").is_not_null(), _naive=naive, _other=pl.col("form") != (forms[0] if forms else "")
    )
    if zones.len() > 1 or (zones.len() and naive.any()):
        remarks.append(("times in more than one time zone, all turned to UTC", "_zoned"))
        remarks.append((f"times without a time zone beside others with one, read in {time_zone}", "_naive"))
    if len(forms) > 1:
        remarks.append((f"dates in more than one format ({', '.join(map(str, forms))}), each unambiguous", "_other"))
    return read.select("text", "value", "_zoned", "_naive", "_other"), remarks
