"""Recorded for good and known at once: through the store, after a crash, with rules, chance and bad input."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assistant import CallError
from assistant.listing import Asked
from assistant.recommending import schedule_of
from assistant.serving import Serving
from assistant.telling import change_of, event_of
from retrieval import HashingEncoder, StoredIndexError
from retrieval.filters import Filter
from retrieval.recommend import Exclude
from retrieval.rules import Rules
from retrieval.scene import Schedule
from shop.recommending import Recommending
from shop.store import EventStore
from shop.store_tables import ProductChange
from tests.retrieval.live_shop import START, TITLES, event, made_model, made_shop

BEFORE = [event(number, f"c{number % 5}", f"p{number * 7 % 12}", float(number)) for number in range(20)]


def serving(address: str | Path | None, *, products: int = 12) -> Serving:
    encoder = HashingEncoder()
    store = None if address is None else EventStore(address)
    shop, model = (
        made_shop([one for one in BEFORE if int(one.product_id[1:]) < products], products=products),
        made_model(products=products),
    )
    return Serving(shop, model, encoder.encode(TITLES[:products]), encoder, store=store)


@pytest.fixture
def here(tmp_path: Path) -> Serving:
    return serving(tmp_path / "store.sqlite")


def ids(found) -> list[str]:
    return [one.product_id for one in found]


def test_what_is_recorded_is_in_the_next_answer_and_after_a_restart(database: str) -> None:
    first = serving(database)
    before = first.recommend(Asked("c1"))
    taken = before[0].product_id
    receipt = first.record([event(50, "c1", taken, 25.0)])
    assert (receipt.accepted, receipt.refused) == (1, ())
    after = first.recommend(Asked("c1"))
    assert taken not in ids(after)
    assert [one.score for one in after] != [one.score for one in before if one.product_id != taken]
    again = serving(database)
    assert again.recommend(Asked("c1")) == after
    assert again.live.state("c1").sums.tobytes() == first.live.state("c1").sums.tobytes()


def test_a_second_process_writing_in_between_is_taken_in_too(database: str) -> None:
    one, other = serving(database), serving(database)
    one.record([event(50, "c1", "p5", 25.0)])
    other.record([event(51, "c2", "p6", 26.0)])  # its own event is the second in the store
    assert other.live.event_position == 2
    assert one.follow() == 1
    assert one.recommend(Asked("c1")) == other.recommend(Asked("c1"))
    assert one.recommend(Asked("c2")) == other.recommend(Asked("c2"))


def test_an_event_that_is_in_the_export_too_counts_once(tmp_path: Path) -> None:
    """A purchase and a look of the tables, recorded once more with other event ids, change nothing; a new order does."""
    here, bare = serving(tmp_path / "store.sqlite"), serving(None)
    again = replace(BEFORE[1], event_id="sent again", time=BEFORE[1].time + timedelta(seconds=3))
    assert here.record([again]).accepted == 1
    assert here.recommend(Asked("c1")) == bare.recommend(Asked("c1"))
    here.record([replace(again, event_id="new", order_id="another")])
    assert here.live.history(here.live.state("c1")).baskets == bare.live.history(bare.live.state("c1")).baskets + 1


def test_terms_add_up_to_the_score_exactly(here: Serving) -> None:
    for one in here.recommend(Asked("c3", exclude=Exclude(owned="include"))):
        assert math.fsum(term.amount for term in one.terms) == one.score
        full = here.explain("c3", one.product_id)
        assert full.score == pytest.approx(one.score)
        assert len(full.terms) >= len(one.terms)


def test_reason_names_the_product_whose_events_gave_most(here: Serving) -> None:
    here.record(
        [
            event(60, "c3", "p11", 20.0, action="view", order_id=None),
            event(61, "c3", "p11", 20.1, action="view", order_id=None),
        ]
    )
    for one in here.recommend(Asked("c3", k=12)):
        totals: dict[str, float] = {}
        for term in here.explain("c3", one.product_id).terms:
            if term.kind == "event" and term.product_id != one.product_id:
                totals[term.product_id] = totals.get(term.product_id, 0.0) + term.amount
        best = max(totals, key=lambda product: totals[product])
        if totals[best] <= 0:
            assert all(reason.kind != "what you did" for reason in one.reasons)
            continue
        reason = one.reasons[0]
        assert (reason.kind, reason.product_id) == ("what you did", best)
        assert reason.action == ("view" if best == "p11" else "buy")
        assert 0 < reason.share <= 1


def test_events_that_cannot_be_are_set_aside_with_their_place(here: Serving) -> None:
    ahead = replace(event(52, "c1", "p1", 0.0), time=datetime.now(UTC) + timedelta(days=1))
    receipt = here.record(
        [event(50, "c1", "nope", 25.0), event(51, "c1", "p1", 25.0), ahead, event(51, "c1", "p1", 25.0)]
    )
    assert (receipt.accepted, receipt.duplicates) == (1, 1)
    assert [(at, "no product 'nope'" in why or "lies after now" in why) for at, why in receipt.refused] == [
        (0, True),
        (2, True),
    ]


def test_a_new_product_needs_a_title_and_is_then_found_at_once(here: Serving) -> None:
    receipt = here.change_products([ProductChange("new", START, price=3.0)])
    assert (receipt.accepted, [at for at, why in receipt.refused if "needs a title" in why]) == (0, [0])
    here.change_products([ProductChange("new", START, title="desk lamp", category="garden", price=3.0, stock=4)])
    assert ids(here.recommend(Asked("c1", filters=Filter(category="garden")))) == ["new"]
    assert here.record([event(60, "c1", "new", 26.0)]).accepted == 1
    assert here.recommend(Asked("c1", filters=Filter(category="garden"))) == []
    assert here.bought_together("new") == []


def test_a_replayed_store_knows_new_products_and_their_events(database: str) -> None:
    first = serving(database)
    first.change_products([ProductChange("new", START, title="desk lamp"), ProductChange("p3", START, stock=0)])
    first.record([event(60, "c1", "new", 26.0)])
    assert serving(database).recommend(Asked("c1")) == first.recommend(Asked("c1"))


def test_rules_and_filters_hold_together(here: Serving) -> None:
    found = here.recommend(Asked("c1", k=4, rules=Rules(pin=("p8",), bury=("p2",), most_per_category=2)))
    assert found[0].product_id == "p8" or 8 in here.live.state("c1").owned
    assert "p2" not in ids(found)


def test_lists_drawn_by_chance_are_logged_with_their_odds(here: Serving) -> None:
    lists = [here.recommend(Asked("c1", k=3, explore=0.5)) for _ in range(30)]
    logged = [one for _, one in here.store.shown()]
    assert len(logged) == sum(map(len, lists))
    assert [one.product_id for one in logged] == [one.product_id for found in lists for one in found]
    assert {one.explored for one in logged} == {True, False}
    assert all(0 < one.propensity <= 1 for one in logged)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("nobody"), "no customer 'nobody' among the 5 of this shop; an id looks like c0"),
        (Asked("c1", k=0), "k must be at least 1"),
        (Asked("c1", filters=Filter(category="toys")), "no product of the category 'toys'"),
        (Asked("c1", rules=Rules(pin=("nope",))), "pin: no product 'nope'"),
        (Asked("c1", explore=1.5), "between 0 and 1"),
    ],
)
def test_wrong_questions_are_refused_with_the_mend(here: Serving, asked: Asked, said: str) -> None:
    with pytest.raises(CallError, match=said):
        here.recommend(asked)


def test_unknown_products_are_refused_everywhere(here: Serving) -> None:
    for call in (here.audience, here.bought_together, lambda product: here.explain("c1", product)):
        with pytest.raises(CallError, match="no product 'nope'"):
            call("nope")


def test_without_a_store_nothing_is_recorded_and_recommending_works() -> None:
    bare = serving(None)
    with pytest.raises(CallError, match="nothing to keep events in"):
        bare.record([event(50, "c1", "p1", 25.0)])
    assert bare.recommend(Asked("c1"))


def test_new_customers_guests_and_nobody_get_an_answer(here: Serving) -> None:
    assert ids(here.recommend(Asked(None, k=2))) == ["p11", "p10"]  # what sells
    here.record(
        [event(70, "fresh", "p4", 25.0), event(71, None, "p4", 25.0, session="s1", action="view", order_id=None)]
    )
    assert "p4" not in ids(here.recommend(Asked("fresh", k=12)))
    guest = here.recommend(Asked(session="s1", k=12))
    assert {term.product_id for one in guest for term in one.terms if term.kind == "event"} == {"p4"}


def test_catalogue_of_three_products_and_a_list_longer_than_it(tmp_path: Path) -> None:
    small = serving(tmp_path / "store.sqlite", products=3)
    assert len(small.recommend(Asked(None, k=10))) == 3
    assert len(small.recommend(Asked(None, k=10, explore=0.9))) == 3


def test_products_for_a_segment_and_an_audience_are_ranked(here: Serving) -> None:
    found = here.products_for(["c0", "c1"], 5)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    with pytest.raises(CallError, match="none of these 1 customers has a history"):
        here.products_for(["c9"])
    people = here.audience("p4", 3, exclude_owners=False)
    assert [score for _, score in people] == sorted((score for _, score in people), reverse=True)
    assert {name for name, _ in here.customers_alike("c1", 4)} == {"c0", "c2", "c3", "c4"}


def test_events_told_as_json_are_read_and_checked() -> None:
    told = {
        "action": "buy",
        "product_id": "p1",
        "customer_id": "ann",
        "time": "2025-03-01T12:00:00+01:00",
        "quantity": "2",
    }
    made = event_of(told)
    assert (made.time, made.quantity) == (datetime(2025, 3, 1, 11, tzinfo=UTC), 2.0)
    assert change_of({"product_id": "p1", "price": 3, "time": "2025-03-01T12:00:00Z"}).price == 3.0
    for wrong, said in (
        ({**told, "colour": "red"}, "unknown field 'colour'"),
        ({**told, "time": "yesterday"}, "event: Invalid isoformat"),
        ({"product_id": "p1"}, "event: .*action"),
        ({**told, "quantity": "many"}, "event: could not convert"),
    ):
        with pytest.raises(CallError, match=said):
            event_of(wrong)


def test_a_model_made_with_another_encoder_is_refused() -> None:
    encoder, model = HashingEncoder(), replace(made_model(), encoder="all-MiniLM-L6-v2-384")
    with pytest.raises(
        StoredIndexError, match="made with the encoder 'all-MiniLM-L6-v2-384', asked with 'hashing-256'"
    ):
        Serving(made_shop(BEFORE), model, encoder.encode(TITLES), encoder)


def test_products_without_text_and_prices_that_are_no_number_are_answered_with() -> None:
    """p0 has no title and p1 a price of NaN: both are recommended, the one by its id; no price filter lets p1 through."""
    shop, encoder = made_shop(BEFORE), HashingEncoder()
    first, second = pl.col("product_id") == "p0", pl.col("product_id") == "p1"
    products = shop.products.with_columns(
        pl.when(first).then(None).otherwise(pl.col("title")).alias("title"),
        pl.when(second).then(float("nan")).otherwise(pl.col("price")).alias("price"),
    )
    here = Serving(replace(shop, products=products), made_model(), encoder.encode(TITLES), encoder)
    found = {one.product_id: one.title for one in here.recommend(Asked(None, k=12))}
    assert (found["p0"], found["p1"]) == ("p0", "blue mug")
    assert set(ids(here.recommend(Asked(None, k=12, filters=Filter(min_price=0.0))))) == set(found) - {"p1"}


def test_a_shop_says_how_often_its_trend_is_counted() -> None:
    assert schedule_of(Recommending()) == Schedule(1.0, 10_000)
    assert schedule_of(Recommending(refresh_days=7, refresh_events=500)) == Schedule(7, 500)
