"""Numbers and times as people write them; expected values written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from shop.numbers import is_iso_currency, parse_numbers
from shop.questions import ShopQuestion
from shop.tables import ShopDataError
from shop.times import parse_times


@pytest.mark.parametrize(
    ("texts", "values", "currency"),
    [
        (["$1,234.50", "(3.00)", "x", None], [1234.5, -3.0, None, None], "USD"),
        (["1.234,50 €", "3,99 €", "12,- €"], [1234.5, 3.99, 12.0], "EUR"),
        (["1 234,50", "0,5"], [1234.5, 0.5], None),
        (["1'234.50", "2-"], [1234.5, -2.0], None),
        (["1,234,567", "12"], [1234567.0, 12.0], None),
        (["0.125", "1.125"], [0.125, 1.125], None),
        (["GBP 3.50", "GBP 4"], [3.5, 4.0], "GBP"),
    ],
)
def test_numbers_are_read_by_the_evidence_of_the_column(
    texts: list[str | None], values: list[float | None], currency: str | None
) -> None:
    read = parse_numbers(pl.Series("Price", texts), source="x.csv")
    assert read.values.to_list() == values
    assert read.currency == currency


def test_number_that_could_be_thousands_or_decimals_is_asked() -> None:
    with pytest.raises(ShopQuestion, match=r"does '1\.234' have a decimal sign or a thousands separator"):
        parse_numbers(pl.Series("Price", ["1.234", "5"]), source="x.csv")
    assert parse_numbers(pl.Series("Price", ["1.234", "5"]), source="x.csv", form="decimal comma").values.to_list() == [
        1234.0,
        5.0,
    ]


@pytest.mark.parametrize(
    ("code", "known"), [("EUR", True), ("CNY", True), ("EURO", False), ("eur", False), ("XQZ", False)]
)
def test_currency_codes_are_those_of_the_standard(code: str, known: bool) -> None:
    assert is_iso_currency(code) is known


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["2024-01-02T03:04:05Z"], datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (["2024-01-02 03:04:05+02:00"], datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
        (["3/1/2024 1:05 PM", "3/31/2024 1:05 PM"], datetime(2024, 3, 1, 13, 5, tzinfo=UTC)),
        (["1/3/2024 00:05", "31/3/2024 1:05"], datetime(2024, 3, 1, 0, 5, tzinfo=UTC)),
        (["1.3.2024"], datetime(2024, 3, 1, tzinfo=UTC)),
        (["1-Apr-12"], datetime(2012, 4, 1, tzinfo=UTC)),
        (["March 5, 2024"], datetime(2024, 3, 5, tzinfo=UTC)),
        (["5. Dez 2024"], datetime(2024, 12, 5, tzinfo=UTC)),
        (["20240131"], datetime(2024, 1, 31, tzinfo=UTC)),
        (["1700000000"], datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (["2024年1月5日"], datetime(2024, 1, 5, tzinfo=UTC)),
    ],
)
def test_times_are_read_by_the_evidence_of_the_column(texts: list[str], first: datetime) -> None:
    assert parse_times(pl.Series("Date", texts), source="x.csv").values[0] == first


def test_naive_times_are_read_in_the_shops_zone() -> None:
    """Berlin is UTC+2 in July and UTC+1 in January; 02:30 on 31 March 2024 does not exist there and is read as 03:30."""
    column = pl.Series("Date", ["2024-07-01 12:00", "2024-01-01 12:00", "2024-03-31 02:30"])
    read = parse_times(column, source="x.csv", time_zone="Europe/Berlin").values.to_list()
    assert [(t.hour, t.minute) for t in read] == [(10, 0), (11, 0), (1, 30)]


def test_dates_that_do_not_exist_are_unreadable() -> None:
    assert parse_times(pl.Series("Date", ["30/02/2024", "28/02/2024"]), source="x.csv").values.null_count() == 1


def test_zone_less_times_beside_zoned_ones_are_remarked() -> None:
    read = parse_times(pl.Series("Date", ["2024-01-01T00:00:00Z", "2024-01-01 10:00:00"]), source="x.csv")
    assert ("times without a time zone beside others with one, read in UTC", 1) in read.remarks


def test_two_currencies_in_a_column_stop() -> None:
    with pytest.raises(ShopDataError, match="two currencies, £ in row 2 .'£3'. and € in row 3"):
        parse_numbers(pl.Series("Price", ["£3", "€4"]), source="x.csv")
