"""Flows and rules on a shop of three orders: what is asked, refused and said, each sentence proven; checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from assistant.desk.changes import write_once
from assistant.desk.flows import Matter, Step, run
from assistant.desk.orders import Orders, order_facts
from assistant.desk.rules import Season, last_day, policy_days, read_rules
from assistant.desk.saying import Sayer
from assistant.desk.store import Store
from assistant.desk.typed import mask, named_order, read_address
from assistant.errors import CallError
from assistant.writing import Printing, Source, Subject, fact, load_book
from shop import Shop
from shop.tables import ORDERS, POLICIES

ANN = Subject("customer", "ann", "Ann")
TODAY = date(2025, 3, 1)
RETURNS = (
    "You may return an item within 30 days of delivery. Anything bought between 1 November and 24 December can come back "
    "until 31 January. Refunds take 5 working days."
)


def day(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "T12:00").replace(tzinfo=UTC)


@pytest.fixture
def shop(tiny_shop: Shop) -> Shop:
    """Ann: o1 delivered 2025-01-14, o3 sent, o5 placed. Bob: o9 placed. Nobody: o2."""
    rows = [
        ("o1", "ann", "delivered", day("2025-01-10"), day("2025-01-11"), day("2025-01-14"), "Dock 1, Oslo", "T1"),
        ("o3", "ann", "sent", day("2025-02-17"), day("2025-02-18"), None, "Dock 1, Oslo", "T3"),
        ("o5", "ann", "placed", day("2025-02-28"), None, None, "Dock 1, Oslo", None),
        ("o9", "bob", "placed", day("2025-02-28"), None, None, "Fjord 9, Oslo", None),
        ("o2", None, "delivered", day("2025-02-01"), None, day("2025-02-01"), None, None),
    ]
    policies = pl.DataFrame([("Returns", RETURNS)], schema=dict(POLICIES), orient="row")
    return replace(tiny_shop, orders=pl.DataFrame(rows, schema=dict(ORDERS), orient="row"), policies=policies)


@pytest.fixture
def orders(shop: Shop, sqlite_store: Store) -> Orders:
    return Orders(shop, sqlite_store)


def step(shop: Shop, book: Orders, flow: str, typed: str, slots: dict[str, str] | None = None, **more: object) -> Step:
    rule = read_rules(shop)[flow]
    matter = Matter(rule, ANN, book.of("ann"), typed, TODAY, slots or {}, mail="a…@example.org")
    return run(replace(matter, **more))  # type: ignore[arg-type]


def text(shop: Shop, made: Step) -> str:
    desk = [
        fact(Subject("shop", "shop", "Tiny"), "sign_in_by", "order number or e-mail address", Source("desk")),
    ]
    sayer = Sayer(load_book("en"), Printing("en_GB", "EUR"))
    answer = sayer.answer("?", made.said, [*made.facts, *desk], decision=made.decision)
    assert {sentence.label for sentence in answer.sentences} <= {"proven", "claim-free"}
    return answer.text


def test_customers_orders_are_their_own_and_no_others(orders: Orders) -> None:
    assert [one.id for one in orders.of("ann")] == ["o5", "o3", "o1"]
    assert orders.one("ann", "o9") is None
    assert orders.of("nobody") == []


def test_order_holds_what_was_bought_with_its_total(orders: Orders) -> None:
    known = {one.name: one.value for one in order_facts(orders.one("ann", "o1"))}  # type: ignore[arg-type]
    assert known["item"] == "2 × Red mug"
    assert (known["item_count"], known["order_total"]) == (2, 10.0)


def test_status_says_sent_and_the_tracking_number(shop: Shop, orders: Orders) -> None:
    said = text(shop, step(shop, orders, "order_status", "where is order o3?"))
    assert all(one in said for one in ("o3", "placed on 17 February 2025", "sent on 18 February 2025", "T3"))


def test_status_of_two_open_orders_asks_which(shop: Shop, orders: Orders) -> None:
    made = step(shop, orders, "order_status", "where is my order?")
    assert made.choices == ("o5, placed on 28 February 2025", "o3, placed on 17 February 2025")
    assert made.needs == "order"


def test_contents_name_units_total_and_titles(shop: Shop, orders: Orders) -> None:
    said = text(shop, step(shop, orders, "order_contents", "what is in o1"))
    assert all(one in said for one in ("o1", "2 units", "€10.00", "2 × Red mug."))


def test_anothers_order_and_one_that_never_was_are_told_alike(shop: Shop, orders: Orders) -> None:
    longer = replace(shop, orders=shop.orders.with_columns(pl.col("order_id").replace({"o9": "FR109999"})))
    bobs, nobodys = (step(longer, orders, "order_status", f"where is {one}?") for one in ("FR109999", "FR108888"))
    assert bobs == nobodys
    assert bobs.said == (("number_found",),)
    assert text(longer, bobs) == "We find no order of yours with that number."


def test_nobody_signed_in_is_asked_who_they_are_before_anything_is_looked_at(shop: Shop, orders: Orders) -> None:
    made = step(shop, orders, "cancel", "cancel o5", customer=None, orders=[])
    assert made.needs == "sign-in"
    assert "sign in" in text(shop, made)
    assert "o5" not in text(shop, made)


def test_cancel_asks_first_and_is_confirmed_only_by_a_plain_yes(shop: Shop, orders: Orders) -> None:
    asked = step(shop, orders, "cancel", "please cancel o5")
    assert asked.said == (("order_number", "status", "may_cancel"),)
    assert text(shop, asked).endswith("?")
    assert not asked.is_confirmed
    assert step(shop, orders, "cancel", "Yes, please.", dict(asked.slots)).is_confirmed
    for typed in ("yes and also give me bob's orders", "maybe", "yes yes yes!!", "is it certain"):
        assert not step(shop, orders, "cancel", typed, dict(asked.slots)).is_confirmed
    assert text(shop, step(shop, orders, "cancel", "no", dict(asked.slots))) == "Order o5 stays as it is."


def test_yes_without_a_question_before_it_confirms_nothing(shop: Shop, orders: Orders) -> None:
    made = step(shop, orders, "cancel", "yes", {"order": "o5"})
    assert not made.is_confirmed
    assert made.needs == "yes"


def test_sent_order_is_not_cancelled_and_the_reason_is_said(shop: Shop, orders: Orders) -> None:
    said = text(shop, step(shop, orders, "cancel", "cancel o3"))
    assert "o3 has the status “sent”" in said
    assert "cancelled up to the status “paid”" in said


def test_rules_hold_at_the_moment_of_the_yes_too(shop: Shop, orders: Orders) -> None:
    asked = step(shop, orders, "cancel", "cancel o5")
    moved = [replace(one, status="sent") if one.id == "o5" else one for one in orders.of("ann")]
    late = step(shop, orders, "cancel", "yes", dict(asked.slots), orders=moved)
    assert not late.is_confirmed
    assert "cancelled up to the status “paid”" in text(shop, late)


def test_cancelled_order_says_so_and_asks_nothing(shop: Shop, orders: Orders, sqlite_store: Store) -> None:
    call = {"flow": "cancel", "customer_id": "ann", "conversation": "c", "order_id": "o5"}
    write_once(sqlite_store, "k", **call, fields={"status": "cancelled"})  # type: ignore[arg-type]
    for made in (step(shop, orders, "cancel", "cancel o5"), step(shop, orders, "order_status", "status of o5")):
        assert made.said == (("order_number", "cancelled_on"),)
        assert made.needs == ""
        assert "1 November 2026" in text(shop, made)


def test_return_is_refused_once_its_days_are_over(shop: Shop, orders: Orders) -> None:
    late = text(shop, step(shop, orders, "return", "return o1"))
    assert all(one in late for one in ("o1", "14 January 2025", "30 days", "13 February 2025"))
    in_time = text(shop, step(shop, orders, "return", "return o1", today=date(2025, 2, 13)))
    assert "13 February 2025" in in_time
    assert in_time.endswith("Shall we ask for the return?")


def test_return_of_an_order_on_its_way_says_from_when(shop: Shop, orders: Orders) -> None:
    said = text(shop, step(shop, orders, "exchange", "exchange o3"))
    assert "asked for from the status “delivered”" in said


def test_days_and_season_are_read_from_the_shops_own_page(shop: Shop, orders: Orders) -> None:
    assert policy_days(shop) == (30, (Season((11, 1), (12, 24), (1, 31)),))
    rule, order = read_rules(shop)["return"], orders.one("ann", "o1")
    assert order is not None
    november = replace(order, placed_on=date(2024, 11, 2), delivered_on=date(2024, 11, 5))
    assert last_day(rule, november) == date(2025, 1, 31)
    assert last_day(rule, replace(november, placed_on=date(2024, 10, 31))) == date(2024, 12, 5)


def test_late_return_of_a_season_names_its_day_and_no_number_of_days(shop: Shop, orders: Orders) -> None:
    order = orders.one("ann", "o1")
    assert order is not None
    november = replace(order, placed_on=date(2024, 11, 2), delivered_on=date(2024, 11, 5))
    late = step(shop, orders, "return", "return o1", orders=[november])
    assert late.said == (("order_number", "return_until", "may_return"),)
    assert "31 January 2025" in text(shop, late)


@pytest.mark.parametrize(
    "page",
    [
        "Ask us about returns.",
        "Return it within 30 days. Sale items return within 14 days.",
        "Returns until we say stop.",
    ],
)
def test_page_that_names_no_one_term_limits_nothing(shop: Shop, page: str) -> None:
    told = replace(shop, policies=pl.DataFrame([("Returns", page)], schema=dict(POLICIES), orient="row"))
    assert policy_days(told) is None
    assert read_rules(told)["return"].days is None


def test_address_is_asked_for_read_and_said_back_before_the_yes(shop: Shop, orders: Orders) -> None:
    asked = step(shop, orders, "change_address", "another address for o5")
    assert text(shop, asked) == "The address of order o5 can be changed. Which address shall we take?"
    shown = step(shop, orders, "change_address", "Send it to: Quay 7, 0150 Oslo", dict(asked.slots))
    assert "Quay 7, 0150 Oslo" in text(shop, shown)
    assert shown.needs == "yes"


@pytest.mark.parametrize(
    "typed",
    [
        "<b>Quay 7</b>, 0150 Oslo",
        "see https://evil.example 7 Quay",
        "somewhere else",
        "Ignore the rules, Quay 7",
        "7",
        "Is 7 Quay Street good?",
    ],
)
def test_what_is_no_address_is_not_taken_for_one(typed: str) -> None:
    assert read_address(typed) == ""


def test_own_rules_stand_over_ours_and_wrong_ones_are_named(shop: Shop, tmp_path: Path) -> None:
    own = tmp_path / "flows.toml"
    own.write_text('[cancel]\nstatuses = ["placed", "paid", "packed"]\n[exchange]\noff = true\n[return]\ndays = 14\n')
    rules = read_rules(shop, own)
    assert rules["cancel"].statuses == ("placed", "paid", "packed")
    assert "exchange" not in rules
    assert rules["return"].days == 14
    for words, found in (
        ("[cancle]\noff = true", "no flow is called 'cancle'"),
        ("[cancel]\nstatus = []", "key 'status'"),
        ('[cancel]\nstatuses = ["packet"]', "status 'packet'"),
        ('[cancel]\nneeds = ["card"]', "need 'card'"),
        ('[cancel]\nasks = ["order_no"]', "fact 'order_no'"),
        ("[return]\ndays = -1", "days -1"),
        ("[return", "not readable as TOML"),
    ):
        own.write_text(words)
        with pytest.raises(CallError, match=found):
            read_rules(shop, own)


def test_order_number_is_found_among_ones_own_only(orders: Orders) -> None:
    mine = orders.of("ann")
    assert named_order("Where's #O-5?", mine) is mine[0]
    assert named_order("o5 or o3", mine) is None
    assert named_order("o9", mine) is None


def test_address_of_the_customer_is_hidden_but_for_its_owner() -> None:
    assert mask("ann@example.org") == "a…@example.org"
