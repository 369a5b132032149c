"""The customers to look at, on the tiny shop: ann bought 2 mugs (one came back) and a lamp until 1 March 2025; bob only looked."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from assistant import Assistant
from shop.shop import Shop
from tests.conftest import NOW


@pytest.fixture
def assistant(tiny_shop: Shop) -> Assistant:
    customers = pl.DataFrame(
        {
            "customer_id": ["ann", "bob", "cem"],
            "first_name": ["Ann", "Bob", None],
            "last_name": ["Berg", "Olsen", None],
            "email": ["ann@example.org", None, None],
            "consent": ["yes", "no", None],
        }
    )
    known = Shop(tiny_shop.events, tiny_shop.products, customers, settings=tiny_shop.settings).until(NOW)
    return Assistant(known, encoder="hashing", llm="none")


def test_find_everybody_is_by_sales_with_counts(assistant: Assistant) -> None:
    """ann keeps 1 mug at 5.00 and 1 lamp at 33.80: 38.80 in two orders, the last on 17 February."""
    rows, count = assistant.customers.find()
    assert count == 3
    assert [one.customer_id for one in rows] == ["ann", "bob", "cem"]
    assert (rows[0].name, rows[0].orders, rows[0].sales) == ("Ann Berg", 2, pytest.approx(38.80))
    assert rows[0].last_order == datetime(2025, 2, 17, tzinfo=UTC)
    assert (rows[1].orders, rows[2].name) == (0, "cem")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("berg", ["ann"]),
        ("ann b", ["ann"]),
        ("ANN@EXAMPLE", ["ann"]),
        ("o3", ["ann"]),
        ("ol", ["bob"]),
        ("zz", []),
        (".*", []),
    ],
)
def test_find_by_name_mail_id_or_order(assistant: Assistant, words: str, expected: list[str]) -> None:
    rows, count = assistant.customers.find(words)
    assert [one.customer_id for one in rows] == expected
    assert count == len(expected)


def test_detail_holds_orders_newest_first_net_of_returns(assistant: Assistant) -> None:
    one = assistant.customers.detail("ann")
    assert [(order.order_id, order.what, order.paid) for order in one.orders] == [
        ("o3", (("Blue desk lamp", 1.0),), pytest.approx(33.80)),
        ("o1", (("Red mug", 1.0),), pytest.approx(5.00)),
    ]
    assert one.attributes == (("consent", "yes"),)
    assert {fact.name: fact.value for fact in one.facts}["orders_placed"] == 2


def test_detail_of_a_stranger_is_refused(assistant: Assistant) -> None:
    with pytest.raises(KeyError, match="no customer 'zoe' among the 3"):
        assistant.customers.detail("zoe")


def test_money_is_printed_with_the_shops_currency(assistant: Assistant) -> None:
    assert (assistant.money(1234.5), assistant.money(None)) == ("€1,234.50", "")
