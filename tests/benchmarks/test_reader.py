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


def test_lines_of_a_page_are_its_blocks_and_tables_are_silent() -> None:
    page = (
        "<h1>Who</h1><p>They are <b>28%</b> of all.</p><table><tr><td>9</td></tr></table><script>x=1</script><p>End</p>"
    )
    assert lines_of(page) == ["Who", "They are 28% of all.", "End"]
