"""The event store: once each, in one order, across crashes, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shop.store import EventStore
from shop.store_tables import Event, EventError, ProductChange, Shown
from shop.tables import EVENTS

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
VIEW = Event("view", NOW - timedelta(hours=1), "mug", "ann", event_id="e1")


def test_events_come_back_as_they_went_in_in_the_order_sent(database: str) -> None:
    store = EventStore(database)
    late = Event("buy", NOW - timedelta(days=9, microseconds=1), "lamp", "bob", None, 2.5, 9.99, "o1", "web", "e2")
    guest = Event("search", NOW, session="s1", event_id="e3")
    receipt = store.append([VIEW, late, guest], now=NOW)
    assert (receipt.accepted, receipt.duplicates, receipt.refused, receipt.first) == (3, 0, (), 1)
    assert list(EventStore(database).events()) == [(1, VIEW), (2, late), (3, guest)]
    assert list(store.events(after=1, up_to=2)) == [(2, late)]
    assert store.position() == 3


def test_an_event_sent_again_counts_once(database: str) -> None:
    """Sent twice in one call, then again later: one row, and three of the four sendings counted as duplicates."""
    store = EventStore(database)
    assert store.append([VIEW, VIEW], now=NOW).duplicates == 1
    again = store.append([VIEW, replace(VIEW, product_id="lamp")], now=NOW)  # the id says it is the same event
    assert (again.accepted, again.duplicates) == (0, 2)
    assert store.position() == 1


def test_an_event_without_an_id_is_known_by_its_content(database: str) -> None:
    store = EventStore(database)
    bare = replace(VIEW, event_id="")
    assert store.append([bare, bare, replace(bare, quantity=2.0)], now=NOW).accepted == 2
    assert store.append([bare], now=NOW).duplicates == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(VIEW, time=NOW + timedelta(hours=1)), "lies after now"),
        (replace(VIEW, time=datetime(2025, 3, 1)), "no time zone"),
        (replace(VIEW, action="steal"), "unknown action 'steal'"),
        (replace(VIEW, product_id=None), "no product_id"),
        (replace(VIEW, quantity=-1.0), "quantity -1.0 is not above 0"),
        (replace(VIEW, quantity=float("nan")), "quantity nan"),
        (replace(VIEW, unit_price=float("nan")), "unit_price nan is no price"),
        (replace(VIEW, customer_id="x" * 501), "customer_id is no id"),
    ],
)
def test_events_that_cannot_be_are_set_aside_with_the_reason(tmp_path, wrong: Event, said: str) -> None:
    store = EventStore(tmp_path / "store.sqlite")
    receipt = store.append([replace(wrong, event_id="w"), VIEW], now=NOW)
    assert receipt.accepted == 1
    assert [row for row, _ in receipt.refused] == [0]
    assert said in receipt.refused[0][1]


def test_clocks_that_differ_by_minutes_are_forgiven(tmp_path) -> None:
    store = EventStore(tmp_path / "store.sqlite")
    assert store.append([replace(VIEW, time=NOW + timedelta(minutes=4))], now=NOW).accepted == 1


def test_product_changes_are_kept_in_order_and_checked(database: str) -> None:
    store = EventStore(database)
    cheaper = ProductChange("mug", NOW, price=4.5, stock=0, change_id="c1")
    new = ProductChange("bowl", NOW, title="Blue bowl", blocked=False, change_id="c2")
    receipt = store.change_products([cheaper, new, cheaper, ProductChange("mug", NOW, price=float("nan"))], now=NOW)
    assert (receipt.accepted, receipt.duplicates, len(receipt.refused)) == (2, 1, 1)
    assert list(store.product_changes()) == [(1, cheaper), (2, new)]


def test_what_was_shown_is_kept_with_its_propensity(database: str) -> None:
    store = EventStore(database)
    shown = Shown("l1", 0, "mug", 0.25, NOW, "ann", None, True, "explore 10 %")
    assert store.log_shown([shown]) == 1
    assert list(store.shown()) == [(1, shown)]
    with pytest.raises(EventError, match="propensity 0"):
        store.log_shown([replace(shown, propensity=0.0)])


def test_two_writers_leave_no_gap_and_lose_nothing(database: str) -> None:
    """Two stores of one database, 2 threads with 30 events each: positions 1 to 60, each event once."""
    stores = [EventStore(database), EventStore(database)]

    def write(number: int) -> None:
        for at in range(30):
            stores[number].append([replace(VIEW, event_id=f"{number}-{at}")], now=NOW)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list(stores[0].events())
    assert [position for position, _ in found] == list(range(1, 61))
    assert {event.event_id for _, event in found} == {f"{number}-{at}" for number in range(2) for at in range(30)}


def test_more_rows_than_a_page_are_read_whole(tmp_path) -> None:
    store = EventStore(tmp_path / "store.sqlite")
    store.append([replace(VIEW, event_id=f"e{at}") for at in range(10_001)], now=NOW)
    assert [position for position, _ in store.events()] == list(range(1, 10_002))


def test_frame_is_the_events_table_of_a_shop_by_time(database: str) -> None:
    store = EventStore(database)
    early = replace(VIEW, time=NOW - timedelta(days=2), event_id="e0")
    store.append([VIEW, early], now=NOW)
    table = store.frame()
    assert dict(table.schema) == dict(EVENTS)
    assert table["time"].to_list() == [early.time, VIEW.time]
    assert table["position"].to_list() == [0, 1]
    assert EventStore(database).frame(up_to=0).height == 0
