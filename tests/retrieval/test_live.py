"""What is recorded is in the next answer: sums against a hand count, orders of arrival, guests, new and changed products."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from retrieval.filters import Filter, FilterError
from retrieval.live import Live
from retrieval.past import ACTIONS
from retrieval.recommend import Exclude
from retrieval.terms import event_shares
from shop.store_tables import Event, ProductChange
from tests.retrieval.live_shop import IDS, START, event, made_live, made_model

BEFORE = [
    event(1, "ann", "p0", 0.0, quantity=4.0),
    event(2, "ann", "p1", 10.0),
    event(3, "ann", "p0", 20.0, action="view", order_id=None),
    event(4, "bob", "p2", 5.0),
]
AFTER = [
    event(5, "ann", "p5", 30.0),
    event(6, "ann", "p1", 40.0, action="return", order_id="o2"),
    event(7, "ann", "p6", 35.0),  # told late
]


def rows(live: Live, customer: str, k: int = 12, asked: Filter = Filter(), exclude: Exclude = Exclude()) -> list[str]:  # noqa: B008
    state = live.state(customer)
    ranked = live.ranked(live.history(state), live.may_be_shown(state, exclude, asked), k)
    return [live.catalogue.ids[row] for row in ranked.rows]


def take(live: Live, events: list[Event]) -> None:
    for at, one in enumerate(events, live.event_position + 1):
        live.take(at, one)


def by_hand(model, events: list[Event], now: float) -> np.ndarray:
    """The definition in `retrieval.model`, event by event, in float64; what came back in full was not bought."""
    back = {(one.order_id, one.product_id) for one in events if one.action == "return"}
    events = [one for one in events if (one.order_id, one.product_id) not in back]
    sums = np.zeros((2, model.dim))
    for one in events:
        age = now - (one.time - START).total_seconds() / 86_400
        weight = {"buy": 1.0, "view": 0.2}[one.action] * math.sqrt(max(one.quantity, 1.0))
        for h, half_life in enumerate((30.0, math.inf)):
            sums[h] += weight * 0.5 ** (age / half_life) * model.inputs[IDS.index(one.product_id)]
    return sums


def test_sums_are_those_of_the_definition_before_and_after_recording() -> None:
    live, model = made_live(BEFORE), made_model()
    anns = [one for one in BEFORE if one.customer_id == "ann"]
    history = live.history(live.state("ann"), START + timedelta(days=25))
    np.testing.assert_allclose(history.sums, by_hand(model, anns, 25.0), rtol=1e-5, atol=1e-6)
    take(live, AFTER)
    history = live.history(live.state("ann"), START + timedelta(days=50))
    np.testing.assert_allclose(history.sums, by_hand(model, anns + AFTER, 50.0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(history.weights @ model.inputs[history.rows], history.sums, rtol=1e-4, atol=1e-5)


def test_history_counts_orders_ages_and_baskets() -> None:
    """Ann, day 50: p0 in one order (a look is none), p1 sent back, p5 and p6 in one each: 3 baskets, the last 15 days ago."""
    live = made_live(BEFORE)
    take(live, AFTER)
    history = live.history(live.state("ann"), START + timedelta(days=50))
    assert [IDS[row] for row in history.rows] == ["p0", "p5", "p6"]
    assert history.orders.tolist() == [1, 1, 1]
    np.testing.assert_allclose(history.first, [50, 20, 15], atol=1e-4)
    np.testing.assert_allclose(history.last, [30, 20, 15], atol=1e-4)
    assert (history.baskets, round(history.since, 4)) == (3.0, 15.0)


def test_recorded_one_by_one_is_the_same_as_loaded_at_once() -> None:
    apart, together = made_live([]), made_live([*BEFORE, *AFTER])
    take(apart, [*BEFORE, *AFTER])
    now = START + timedelta(days=60)
    one, other = (live.history(live.state("ann"), now) for live in (apart, together))
    for name in ("rows", "orders", "first", "last"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.baskets, one.since) == (other.baskets, other.since)
    np.testing.assert_allclose(one.sums, other.sums, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-5)
    assert apart.state("ann").owned == together.state("ann").owned
    assert apart.state("ann").returned == together.state("ann").returned


@pytest.mark.parametrize("split", range(6))
def test_returns_are_taken_off_their_purchase_whenever_they_are_told(split: int) -> None:
    """Of 4 mugs 3 came back, of the lamp all, and the look stays: wherever the tables end and the recording begins."""
    story = [
        event(1, "ann", "p0", 0.0, quantity=4.0),
        event(2, "ann", "p3", 1.0, order_id="o1"),
        event(3, "ann", "p3", 2.0, action="view", order_id=None),
        event(4, "ann", "p0", 8.0, action="return", quantity=3.0, order_id="o1"),
        event(5, "ann", "p3", 9.0, action="return", order_id="o1"),
    ]
    live = made_live(story[:split])
    take(live, story[split:])
    state, now = live.state("ann"), START + timedelta(days=30)
    history = live.history(state, now)
    aged = [0.5, 0.2 * 0.5 ** (28 / 30)]  # one mug left of weight 1, a look of weight .2
    np.testing.assert_allclose(history.weights[0], aged, rtol=1e-5)
    assert (history.rows.tolist(), history.orders.tolist(), history.baskets) == ([0, 3], [1, 0], 1.0)
    assert (state.owned, state.returned) == ({0}, {3})
    assert sorted(state.happened().units.tolist()) == [1.0, 1.0]


def test_a_return_told_before_its_purchase_waits_for_it() -> None:
    live = made_live([])
    take(live, [event(2, "ann", "p3", 9.0, action="return", order_id="o1"), event(1, "ann", "p3", 1.0, order_id="o1")])
    history = live.history(live.state("ann"))
    assert (history.rows.tolist(), history.baskets, live.state("ann").returned) == ([], 0.0, {3})
    np.testing.assert_allclose(history.sums, 0.0, atol=1e-6)


def test_replay_gives_the_same_bytes_whenever_a_customer_was_first_asked_for() -> None:
    first, second = made_live(BEFORE), made_live(BEFORE)
    first.state("ann")
    take(first, AFTER)
    take(second, AFTER)
    assert first.state("ann").sums.tobytes() == second.state("ann").sums.tobytes()
    assert first.history(first.state("ann")).weights.tobytes() == second.history(second.state("ann")).weights.tobytes()


def test_order_of_arrival_does_not_matter() -> None:
    straight, mixed = made_live([]), made_live([])
    take(straight, [*BEFORE, AFTER[0], AFTER[1], AFTER[2]])
    take(mixed, [AFTER[2], AFTER[1], *BEFORE[::-1], AFTER[0]])
    now = START + timedelta(days=60)
    one, other = (live.history(live.state("ann"), now) for live in (straight, mixed))
    np.testing.assert_allclose(one.sums, other.sums, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(one.first, other.first)


def test_a_position_that_is_not_the_next_is_refused() -> None:
    live = made_live([])
    with pytest.raises(ValueError, match="event 3 came after event 0"):
        live.take(3, BEFORE[0])


def test_owned_returned_sold_out_and_blocked_products_are_left_out_unless_asked_for() -> None:
    live = made_live(BEFORE)
    take(live, AFTER)
    live.take_change(1, ProductChange("p3", START, stock=0))
    live.take_change(2, ProductChange("p4", START, blocked=True))
    assert set(IDS) - set(rows(live, "ann")) == {"p0", "p1", "p3", "p4", "p5", "p6"}
    everything = Exclude(owned="include", returned=False, out_of_stock=False)
    assert set(IDS) - set(rows(live, "ann", exclude=everything)) == {"p4"}  # withdrawn is withdrawn
    live.take_change(3, ProductChange("p3", START, stock=2))
    live.take_change(4, ProductChange("p4", START, blocked=False))
    assert {"p3", "p4"} <= set(rows(live, "ann"))


def test_the_answer_is_in_the_order_of_the_models_scores() -> None:
    live = made_live(BEFORE)
    scores = live.model.scores(live.history(live.state("ann")))
    allowed = [row for row in range(12) if IDS[row] not in ("p0", "p1")]
    assert rows(live, "ann") == [IDS[row] for row in sorted(allowed, key=lambda row: -scores[row])]


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        (Filter(category="LIGHT"), {"p1", "p4", "p7", "p10"}),
        (Filter(brand="larch"), {"p0", "p2", "p4", "p6", "p8", "p10"}),
        (Filter(min_price=12.0, max_price=13.0), {"p2", "p3"}),
        (Filter(category="kitchen", max_price=10.0), {"p0"}),
        (Filter(channel="store"), {"p9"}),
    ],
)
def test_filters_are_exact(asked: Filter, there: set[str]) -> None:
    live = made_live([*BEFORE, event(8, "bob", "p9", 6.0, channel="store")])
    assert set(rows(live, "new", asked=asked)) == there


def test_a_price_or_stock_that_is_not_known_passes_no_filter_on_it() -> None:
    live = made_live(BEFORE)
    live.take_change(1, ProductChange("new", START, title="old mug"))
    assert "new" in rows(live, "bob", 13)
    assert "new" not in rows(live, "bob", 13, Filter(max_price=1e9))
    assert "new" not in rows(live, "bob", 13, Filter(in_stock=True))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Filter(category="toys"), "no product of the category 'toys'; there is: kitchen, light, living"),
        (Filter(channel="fax"), "nothing was sold in the channel 'fax'; there is: none"),
        (Filter(max_price=float("nan")), "nan bounds nothing"),
    ],
)
def test_a_filter_on_what_is_not_there_is_refused(asked: Filter, said: str) -> None:
    with pytest.raises(FilterError, match=said):
        rows(made_live(BEFORE), "ann", asked=asked)


def test_a_new_product_is_found_at_once_near_those_its_text_is_like() -> None:
    """A product with the very words of p3 scores (almost) as p3 does, less its trend; and it can be filtered at once."""
    live = made_live(BEFORE)
    live.take_change(1, ProductChange("new", START, title="desk lamp", category="garden", price=3.0, stock=1))
    assert rows(live, "bob", 13, Filter(category="garden")) == ["new"]
    assert live.search.search(live.model.query(live.state("bob").sums)[None], 13)[0].max() == 12
    scores = live.model.scores(live.history(live.state("bob")))
    assert np.isfinite(scores).all()
    assert live.model.ids[-1] == "new"
    take(live, [event(20, "bob", "new", 41.0)])
    assert "new" not in rows(live, "bob", 13)
    assert live.history(live.state("bob")).rows.tolist() == [2, 12]


def test_a_stranger_gets_what_sells_and_a_guest_what_the_session_shows() -> None:
    live = made_live(BEFORE)
    assert rows(live, "nobody", 3) == ["p11", "p10", "p9"]
    take(live, [event(9, None, "p4", 21.0, action="view", session="s1", order_id=None)])
    guest = live.guest("s1")
    ranked = live.ranked(live.history(guest), live.may_be_shown(guest, Exclude(), Filter()), 3)
    scores = live.model.scores(live.history(guest))
    assert ranked.rows.tolist() == np.argsort(-scores)[:3].tolist()


def test_a_guest_who_signs_in_keeps_what_they_did() -> None:
    live, known = made_live(BEFORE), made_live(BEFORE)
    seen = event(9, None, "p4", 21.0, action="view", session="s1", order_id=None)
    take(live, [seen, event(10, "ann", "p7", 22.0, session="s1")])
    take(known, [replace(seen, customer_id="ann"), event(10, "ann", "p7", 22.0)])
    now = START + timedelta(days=30)
    one, other = (one.history(one.state("ann"), now) for one in (live, known))
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_allclose(one.sums, other.sums, rtol=1e-5, atol=1e-6)
    assert live.guest("s1").place == {}


@pytest.mark.parametrize("neighbours", [True, False])
@pytest.mark.parametrize("clock", ["days", "events"])
def test_terms_add_up_and_deleting_the_event_moves_the_score_as_stated(neighbours: bool, clock: str) -> None:
    live = made_live(BEFORE, made_model(3, neighbours=neighbours, clock=clock))
    take(live, AFTER)
    state, model = live.state("ann"), live.model
    scores = model.scores(live.history(state))
    now = live.now_of(state)
    for row in range(12):
        terms = live.terms(state, row, most=None)
        assert math.fsum(one.amount for one in terms) == pytest.approx(float(scores[row]), abs=2e-5)
        shortened = live.terms(state, row, most=2)
        assert math.fsum(one.amount for one in shortened) == pytest.approx(math.fsum(one.amount for one in terms))
        for term in terms:
            if term.kind != "event" or clock == "events":
                continue
            assert term.place is not None
            left = live.fold.of(state.happened().without(term.place))
            moved = model.scores(live.fold.history(left, now))[row]
            assert float(scores[row]) - float(moved) == pytest.approx(term.amount, abs=2e-5)


def test_term_names_the_event_by_product_action_and_time() -> None:
    live = made_live(BEFORE)
    terms = live.terms(live.state("bob"), 3, most=None)
    only = [one for one in terms if one.kind == "event"]
    assert [(one.product_id, one.action, one.when) for one in only] == [("p2", "buy", BEFORE[3].time)]
    assert [one.kind for one in live.terms(live.state("nobody"), 3)] == ["popular"]


def test_one_customer_with_very_many_events_is_folded_at_once() -> None:
    """A hundred thousand looks at two products: the sums of the definition, in closed form."""
    from retrieval.past import Happened

    live, many = made_live([]), 100_000
    days = np.linspace(0, 100, many)
    looks = Happened(
        np.arange(many) % 2, days, np.full(many, ACTIONS.index("view"), np.int8), np.ones(many), np.arange(many)
    )
    state = live.fold.of(looks)
    weights = 0.2 * 0.5 ** ((100 - days) / 30)
    expected = weights[::2].sum() * live.model.inputs[0] + weights[1::2].sum() * live.model.inputs[1]
    np.testing.assert_allclose(state.sums[0], expected, rtol=1e-4)
    np.testing.assert_allclose(
        event_shares(live.fold, looks, 5, 100.0).sum(),
        live.model.scores(live.fold.history(state, 100.0))[5] - live.model.bias[5],
        rtol=1e-3,
    )


def test_catalogue_of_three_products_answers_with_what_there_is() -> None:
    live = made_live([event(1, "ann", "p0", 0.0)], made_model(products=3))
    assert set(rows(live, "ann", 10)) == {"p1", "p2"}
