"""Facts refuse what they cannot mean; values are printed in one form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from assistant.writing import Fact, Source, Subject, fact, facts_from_json, prove, renamed, show
from assistant.writing.facts import clean, hidden_characters
from assistant.writing.known import KINDS, KNOWN, UNITS
from assistant.writing.offers import Offer, offer_facts
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing, article, printed
from assistant.writing.titles import definite
from tests.assistant.writing.examples import SOURCE, evening, facts_of, mug


def test_every_known_fact_has_a_kind_a_unit_and_a_meaning() -> None:
    for name, meaning in KNOWN.items():
        assert meaning.kind in KINDS, name
        assert meaning.unit in UNITS, name
        assert len(meaning.meaning) > 8, name


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("share", 28.0, "expected a number from 0 to 1"),
        ("share", -0.1, "expected a number from 0 to 1"),
        ("customers", 3.5, "expected a whole number"),
        ("customers", True, "expected a finite number"),
        ("customers", float("nan"), "expected a finite number"),
        ("customers", -1, "expected a number that is not negative"),
        ("hour", 24, "expected a number from 0 to 23"),
        ("weekday", 0, "expected a number from 1 to 7"),
        ("top_category", "  ", "at least one visible character"),
        ("top_category", "\u200b\u200f", "at least one visible character"),
        ("top_category", 3, "at least one visible character"),
    ],
)
def test_fact_with_an_impossible_value_is_refused(name: str, value: object, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        facts_of(evening(), **{name: value})


def test_fact_without_source_is_refused() -> None:
    with pytest.raises(ValueError, match="no source; give Source"):
        fact(evening(), "customers", 3, Source("  "))


def test_fact_of_the_wrong_kind_or_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="said of a product; expected a segment"):
        fact(mug(), "customers", 3, SOURCE)
    with pytest.raises(ValueError, match="unit 'share'; expected 'count'"):
        Fact(evening(), "customers", 3, "share", SOURCE)
    with pytest.raises(KeyError, match="no fact is called 'custmers'. Did you mean .*customers"):
        fact(evening(), "custmers", 3, SOURCE)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("customers", 1236, "1,236"),
        ("share", 0.28, "28%"),
        ("share", 0.045, "4.5%"),
        ("share", 0.06, "6%"),
        ("share", 0.0999, "10%"),
        ("share", 0.285, "29%"),
        ("share", 0.0004, "less than 0.1%"),
        ("share", 0.9999, "more than 99.9%"),
        ("share", 0.996, "99.6%"),
        ("share", 0.0, "0%"),
        ("share", 1.0, "100%"),
        ("average_order_value", 21.4, "£21.40"),
        ("average_order_value", 99.996, "£100"),
        ("average_order_value", 54.0, "£54"),
        ("average_order_value", 164.5, "£165"),
        ("spend_per_year", 4210.4, "£4,210"),
        ("orders_mean", 4.0, "4"),
        ("orders_mean", 4.06, "4.1"),
        ("interval_days", 31.2, "31"),
        ("recency_days", 1.44, "1.4"),
        ("category_lift", 3.44, "3.4"),
        ("hour", 9, "09:00"),
        ("weekday", 5, "Friday"),
        ("month", 11, "November"),
        ("top_category", " Toys\u200b &\nGames ", "Toys & Games"),
    ],
)
def test_show_prints_one_form(name: str, value: object, shown: str) -> None:
    assert show(facts_of(evening(), **{name: value})[0], currency="GBP") == shown


@pytest.mark.parametrize(
    ("locale", "currency", "shown"),
    [
        ("en_GB", None, "1,234.50"),
        ("en_US", "USD", "$1,234.50"),
        ("en_GB", "JPY", "JP¥1,234"),
        ("de_DE", "EUR", "1.234,50 €"),
    ],
)
def test_show_price_follows_locale_and_currency(locale: str, currency: str | None, shown: str) -> None:
    assert show(fact(mug(), "price", Decimal("1234.5"), SOURCE), locale=locale, currency=currency) == shown


def test_show_price_is_never_rounded_to_whole() -> None:
    assert show(fact(mug(), "price", 129.99, SOURCE), currency="GBP") == "£129.99"
    assert show(fact(mug(), "price", 130, SOURCE), currency="GBP") == "£130.00"


def test_show_date_and_percent_of_an_offer() -> None:
    ends, percent = (facts_of(Subject("offer", "o", "o"), **{name: value})[0] for name, value in
                     [("ends", date(2026, 11, 30)), ("percent_off", 12.5)])  # fmt: skip
    assert show(ends) == "30 November 2026"
    assert show(ends, locale="en_US") == "November 30, 2026"
    assert show(percent) == "12.5%"


def test_printed_is_what_show_prints_as_a_number() -> None:
    assert printed(facts_of(evening(), share=0.0004)[0]) == Decimal("0.001")
    assert printed(facts_of(evening(), average_order_value=164.5)[0]) == 165
    assert printed(facts_of(evening(), top_category="Tea")[0]) is None


@pytest.mark.parametrize(
    ("shown", "word"),
    [("8%", "an"), ("11%", "an"), ("18", "an"), ("180", "a"), ("110", "a"), ("11,000", "an"), ("£8.20", "an")],
)
def test_article_is_as_read_aloud(shown: str, word: str) -> None:
    assert article(shown) == word


@pytest.mark.parametrize(
    ("title", "verb"),
    [
        ("Packing cubes, four", "are"),
        ("Set of 3 tins", "is"),
        ("Nail scissors", "are"),
        ("Cut glass", "is"),
        ("Bus", "is"),
        ("Tumblers blown from old bottles", "are"),
        ("Wood stamp set best wishes", "is"),
        ("红色陶杯", "is"),
    ],
)
def test_verb_agrees_with_the_title(title: str, verb: str) -> None:
    facts = facts_of(Subject("product", "p", title), title=title, price=4.0)
    other = {"is": "are", "are": "is"}[verb]
    assert prove(f"{definite(title, 'The')} {verb} yours for 4.00.", facts).may_leave
    assert not prove(f"{definite(title, 'The')} {other} yours for 4.00.", facts).may_leave


def test_clean_takes_out_what_cannot_be_seen_and_hidden_characters_names_it() -> None:
    assert clean("Tea\u202e\u200d for\u00a0 two\r\n") == "Tea for two"
    assert hidden_characters("a\u200bb\nc") == ["ZERO WIDTH SPACE"]
    assert clean("שלום") == "שלום"


def test_source_line_says_how_to_count_again() -> None:
    source = Source("purchases", "segment = 3", datetime(2026, 11, 1, 9, 30), 1)
    assert source.line() == "purchases where segment = 3, before 2026-11-01 09:30, 1 row"


def test_sheet_with_contradicting_facts_is_refused() -> None:
    with pytest.raises(ValueError, match="two values of customers: 3, 4"):
        Sheet(facts_of(evening(), customers=3) + facts_of(evening(), customers=4), Printing())
    with pytest.raises(ValueError, match="has two names"):
        Sheet(facts_of(evening(), customers=3) + facts_of(Subject("segment", "1", "Owls"), share=0.3), Printing())


def test_renamed_facts_carry_the_new_name() -> None:
    assert {one.subject.name for one in renamed(facts_of(evening(), customers=3, share=0.5), "Owls")} == {"Owls"}
    with pytest.raises(ValueError, match="several subjects"):
        renamed(facts_of(evening(), customers=3) + facts_of(mug(), stock=1), "Owls")


def test_facts_from_json_reads_dates_and_names_a_wrong_entry() -> None:
    rows = [{"subject": {"kind": "offer", "id": "o", "name": "o"}, "name": "ends", "value": "2026-11-30"}]
    assert facts_from_json(rows, source="facts.json")[0].value == date(2026, 11, 30)
    assert facts_from_json(rows, source="facts.json")[0].source.table == "facts.json"
    with pytest.raises(ValueError, match=r"facts\.json, fact 2: lacks value"):
        facts_from_json([*rows, {"subject": {}, "name": "ends"}], source="facts.json")
    with pytest.raises(ValueError, match=r"facts\.json, fact 1: no fact is called 'x'"):
        facts_from_json([{**rows[0], "name": "x"}], source="facts.json")
    with pytest.raises(ValueError, match="dict; expected a list of facts"):
        facts_from_json({"a": 1}, source="f")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "give percent_off or amount_off"),
        ({"percent_off": 10, "amount_off": 5}, "exactly one"),
        ({"percent_off": 0}, "above 0, at most 100"),
        ({"percent_off": "10"}, "expected a number"),
        ({"amount_off": -3}, "above 0"),
        ({"percent_off": 10, "ends": "30.11.2026"}, "expected a day such as 2026-11-30"),
        ({"percent_off": 10, "code": "\u200b"}, "visible characters"),
        ({"percent_off": 10, "until": "2026-11-30"}, "unknown until"),
    ],
)
def test_offer_that_cannot_be_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Offer.from_mapping(values)


def test_offer_that_is_over_or_of_another_product_is_refused() -> None:
    with pytest.raises(ValueError, match="it ended on 2026-11-30, before 2026-12-01"):
        offer_facts(Offer(percent_off=10, ends="2026-11-30"), today=date(2026, 12, 1))
    with pytest.raises(ValueError, match="for product 'lamp', and the text is about product 'mug'"):
        offer_facts(Offer(percent_off=10, product="lamp"), product=mug())


def test_offer_of_one_product_is_never_said_of_everything() -> None:
    names = {one.name for one in offer_facts(Offer(percent_off=10, product="mug"), product=mug())}
    assert names == {"product_percent_off", "offer_product"}
