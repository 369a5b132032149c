"""The second reader: traceable texts give nothing, each planted stranger is named. It knows no proof."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.writing import Fact, Source, Subject, fact
from benchmarks.reader import untraceable
from benchmarks.reader_report import lines_of

TABLE = Source("products")
PAGE = "Standard delivery costs £3.95 and is free on orders of £45 or more."


def facts(*, offer: bool = True) -> list[Fact]:
    mug = Subject("product", "P1", "Blue mug")
    known = [fact(mug, "title", "Blue mug", TABLE), fact(mug, "price", 12.5, TABLE), fact(mug, "buyers", 1381, TABLE)]
    if offer:
        ten = Subject("offer", "TEN", "TEN")
        known += [fact(ten, "percent_off", 10, TABLE), fact(ten, "ends", date(2026, 11, 30), TABLE)]
    return known


def said(text: str, *, offer: bool = True) -> list[tuple[str, str]]:
    return [(item.kind, item.said) for item in untraceable(text, facts(offer=offer), [PAGE])]


def test_read_a_text_of_known_values_leaves_nothing() -> None:
    assert said(f"Blue mug costs £12.50. 1,381 customers bought it. Take 10% off until 30 November 2026. {PAGE}") == []


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Blue mug costs £12.60.", ("amount", "£12.60")),
        ("Blue mug costs $12.50.", ("amount", "$12.50")),
        ("Take 20% off.", ("percentage", "20%")),
        ("1,382 customers bought it.", ("number", "1,382")),
        ("Twelve customers bought it.", ("number word", "Twelve")),
        ("Take 10% off until 29 November 2026.", ("date", "29 November 2026")),
        ("Blue mug comes from Amazon.", ("name", "Amazon")),
        ("“It changed my life.”", ("quoted", "“It changed my life.”")),
        ("We guarantee it.", ("promise", "guarantee")),
        ("It is better than all others.", ("comparison", "better")),
        ("Blue\u200b mug costs £12.50.", ("hidden character", "'\\u200b'")),
    ],
)
def test_read_a_stranger_is_named(text: str, item: tuple[str, str]) -> None:
    assert item in said(text)


def test_read_a_discount_word_without_an_offer_is_named() -> None:
    assert ("discount", "off") in said("Something off for you.", offer=False)
    assert said("Something off for you.") == []


def group(share: float = 0.82) -> list[Fact]:
    """A group whose first channel takes 82% of the orders, 2.3 orders each, the last one 70 days ago."""
    them = Subject("segment", "1", "Regulars")
    values = {"top_channel_share": share, "orders_mean": 2.3, "recency_days": 70}
    return [fact(them, name, value, TABLE) for name, value in values.items()]


@pytest.mark.parametrize(
    "text",
    [
        "At least four in five of their orders come from there.",
        "Each of them has placed at least two orders, at most three orders.",
        "It was at most three months ago, at least two months ago.",
        "At least three quarters, more than half of them.",
    ],
)
def test_read_a_floor_with_a_number_behind_it_is_traced(text: str) -> None:
    assert untraceable(text, group()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("At least nine in ten of their orders come from there.", "At least nine in ten"),
        ("At most two thirds of their orders come from there.", "At most two thirds"),
        ("At most fifty days pass between two of them.", "At most fifty days"),
        ("Each of them has placed at least ten orders.", "at least ten"),
    ],
)
def test_read_a_floor_no_number_lies_behind_is_named(text: str, said: str) -> None:
    assert ("number word", said) in [(item.kind, item.said) for item in untraceable(text, group())]


def test_read_more_than_half_stands_where_the_counts_follow() -> None:
    mug = [
        fact(Subject("reason", "P1", "Blue mug"), name, value, TABLE)
        for name, value in (("also_bought_n", 42), ("also_bought_of", 80))
    ]
    assert untraceable("More than half of those also bought it: 42 of 80.", mug) == []
    assert untraceable("More than half of those also bought it.", mug) != []


def test_read_an_amount_stands_in_the_currency_of_the_shop_alone() -> None:
    price = [fact(Subject("product", "P1", "Blue mug"), "price", 12.5, TABLE)]
    assert untraceable("It costs US$12.50.", price, currency="USD") == []
    assert untraceable("It costs CHF 12.50.", price, currency="CHF") == []
    assert untraceable("It costs 12.50.", price, currency="") == []
    for text, currency in (("It costs £12.50.", "USD"), ("It costs US$12.50.", "GBP"), ("It costs 12.50.", "USD")):
        assert untraceable(text, price, currency=currency) != []


def test_read_short_names_and_signs_stand_only_where_a_fact_holds_them() -> None:
    ink = Subject("product", "P1", 'Scotch® tape, 1" core')
    known = [fact(ink, "title", ink.name, TABLE), fact(ink, "brand", "HP", TABLE)]
    assert untraceable('Scotch® tape, 1" core is from HP.', known) == []
    assert [one.kind for one in untraceable("It® is from LG.", known)] == ["hidden character", "name"]


def test_read_a_title_may_be_cut_where_it_breaks_and_said_without_shouting() -> None:
    tins = Subject("product", "P1", "SET OF 3 CAKE TINS, PANTRY DESIGN")
    known = [fact(tins, "title", tins.name, TABLE)]
    assert untraceable("Here is the Set of 3 Cake Tins.", known) == []
    assert untraceable("Here is the Set of 3 Cake.", known) != []


def test_read_a_month_stands_where_a_day_in_it_is_known() -> None:
    assert said("In November 2026 it ends.") == []
    assert ("date", "November 2027") in said("In November 2027 it ends.")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Cafetière, eight cups", "the Cafetière"),
        ("SOMBRERO", "the Sombrero"),
        ("Zebra G-301 Gel 9 Pack w/ 6 Refills", "the Zebra G-301 Gel 9 Pack"),
    ],
)
def test_read_a_title_as_a_text_shortens_it(title: str, said: str) -> None:
    product = Subject("product", "P1", title)
    known = [fact(product, "title", title, TABLE)]
    assert untraceable(f"Have a look at {said}.", known) == []
    assert untraceable(f"Have a look at {said} Deluxe.", known) != []


def test_read_a_negation_stands_where_what_it_denies_was_counted_as_none() -> None:
    group = Subject("segment", "1", "Quiet Buyers")
    none, some = (Fact(group, "kept_purchases", count, "count", Source("customers")) for count in (0, 3))
    same = Fact(group, "held_differences", 0, "count", Source("tests"))
    said = "No purchase of theirs was kept so far."
    assert untraceable(said, [none]) == []
    assert [item.said for item in untraceable(said, [some])] == ["No"]
    assert [item.said for item in untraceable(said, [same])] == ["No"]
    assert untraceable("Counting them all, no clear difference was found.", [same]) == []
    assert [item.said for item in untraceable("No difference was found. No delivery costs.", [same])] == ["No"]


def test_lines_of_a_page_are_its_blocks_and_tables_are_silent() -> None:
    page = (
        "<h1>Who</h1><p>They are <b>28%</b> of all.</p><table><tr><td>9</td></tr></table><script>x=1</script><p>End</p>"
    )
    assert lines_of(page) == ["Who", "They are 28% of all.", "End"]
