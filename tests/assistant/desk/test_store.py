"""What the desk keeps, on SQLite and on a real PostgreSQL: it survives a restart, is written once, and nobody reads another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.desk.changes import action_log, changes_of, write_once
from assistant.desk.memory import erase_customer, forget, remember, remembered
from assistant.desk.store import Store, open_store
from assistant.errors import CallError
from tests.assistant.desk.conftest import START, Clock


def test_turns_are_there_after_a_restart_in_order_and_in_utc(store: Store, database: str, clock: Clock) -> None:
    talk = store.begin()
    store.add(talk, [("customer", "Hello", {}), ("shop", "Good day.", {"decision": "answer"})])
    clock.move(minutes=1)
    store.add(talk, [("customer", "Thanks", {})])
    again = open_store(database, now=clock)
    assert [(one.number, one.who, one.text) for one in again.turns(talk)] == [
        (1, "customer", "Hello"),
        (2, "shop", "Good day."),
        (3, "customer", "Thanks"),
    ]
    assert again.turns(talk)[0].time == START
    assert again.turns(talk)[1].about == {"decision": "answer"}
    assert [one.number for one in again.turns(talk, last=2)] == [2, 3]
    assert [one.number for one in again.turns(talk, after=2)] == [3]
    again.engine.dispose()


def test_forty_turns_said_at_once_get_forty_numbers(store: Store) -> None:
    talks = [store.begin() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: store.add(talks[at % 4], [("customer", f"{at % 4}", {})]), range(40)))
    for number, talk in enumerate(talks):
        said = store.turns(talk)
        assert [one.number for one in said] == list(range(1, 11))
        assert {one.text for one in said} == {str(number)}


def test_sign_in_ends_by_the_clock_and_never_changes_hands(store: Store, clock: Clock) -> None:
    talk = store.begin()
    assert store.talk(talk).customer_id is None
    store.sign_in(talk, "ann", minutes=30)
    assert store.talk(talk).customer_id == "ann"
    with pytest.raises(CallError, match="another customer"):
        store.sign_in(talk, "bob", minutes=30)
    clock.move(minutes=31)
    assert store.talk(talk).customer_id is None
    with pytest.raises(CallError, match="another customer"):
        store.sign_in(talk, "bob", minutes=30)


def test_pending_flow_is_kept_and_taken_back(store: Store) -> None:
    talk = store.begin()
    store.set_pending(talk, {"flow": "cancel", "needs": "yes"})
    assert store.talk(talk).pending == {"flow": "cancel", "needs": "yes"}
    store.set_pending(talk, None)
    assert store.talk(talk).pending is None


def test_conversation_nobody_began_is_refused(store: Store) -> None:
    with pytest.raises(CallError, match="no conversation"):
        store.talk("guess")


def test_same_confirmation_writes_once_even_when_sent_by_eight_at_once(store: Store) -> None:
    talk = store.begin()

    def confirm(_: int) -> bool:
        call = {"flow": "cancel", "customer_id": "ann", "conversation": talk, "order_id": "o1"}
        return write_once(store, "key-1", **call, fields={"status": "cancelled"})  # type: ignore[arg-type]

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(confirm, range(8))) == 1
    assert [(one.order_id, one.field, one.value) for one in changes_of(store, "ann")] == [("o1", "status", "cancelled")]
    assert [(one.flow, one.customer_id, one.order_id) for one in action_log(store)] == [("cancel", "ann", "o1")]
    assert changes_of(store, "bob") == []


def test_memory_is_the_customers_own_and_erased_by_them(store: Store) -> None:
    remember(store, "ann", "told", "I am allergic to  nuts")
    remember(store, "ann", "told", "I am allergic to nuts")
    remember(store, "bob", "told", "I have a dog")
    assert [one.value for one in remembered(store, "ann")] == ["I am allergic to nuts"]
    assert forget(store, "ann", id=remembered(store, "bob")[0].id) == 0
    assert forget(store, "ann") == 1
    assert [one.value for one in remembered(store, "bob")] == ["I have a dog"]


def test_memory_keeps_the_newest_fifty(store: Store) -> None:
    for at in range(53):
        remember(store, "ann", "told", f"thing {at}")
    assert [one.value for one in remembered(store, "ann")][0] == "thing 3"


def test_erasing_a_customer_takes_what_was_said_and_leaves_others_and_orders(store: Store) -> None:
    mine, here, other = store.begin(), store.begin(), store.begin()
    for talk, customer in ((mine, "ann"), (here, "ann"), (other, "bob")):
        store.sign_in(talk, customer, minutes=30)
        store.add(talk, [("customer", "Hello", {})])
    remember(store, "ann", "told", "I have a cat")
    write_once(
        store, "k", flow="cancel", customer_id="ann", conversation=mine, order_id="o1", fields={"status": "cancelled"}
    )
    gone = erase_customer(store, "ann", keep=here)
    assert gone == {"turns": 2, "memory": 1, "tickets": 0, "conversations": 1}
    assert store.turns(here) == []
    assert store.talk(here).customer_id == "ann"
    assert len(store.turns(other)) == 1
    assert len(changes_of(store, "ann")) == 1
    with pytest.raises(CallError):
        store.talk(mine)


def test_feedback_is_for_an_answer_of_that_conversation(store: Store) -> None:
    talk = store.begin()
    store.add(talk, [("customer", "Hello", {}), ("shop", "Good day.", {})])
    store.add_feedback(talk, 2, is_helpful=False, why="too short")
    store.add_feedback(talk, 2, is_helpful=True)
    with pytest.raises(CallError, match="turn 1 is no answer"):
        store.add_feedback(talk, 1, is_helpful=True)
    with pytest.raises(CallError, match="turn 7 is no answer"):
        store.add_feedback(talk, 7, is_helpful=True)


def test_tables_in_the_code_are_those_the_revisions_make(store: Store) -> None:
    from sqlalchemy import inspect

    from assistant.desk.tables import desk

    found = inspect(store.engine)
    for name, table in desk.tables.items():
        made = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        assert made == {column.name: column.nullable for column in table.columns}, name
        indexed = {index["name"] for index in found.get_indexes(name) if not index.get("duplicates_constraint")}
        assert indexed >= {index.name for index in table.indexes}, name
