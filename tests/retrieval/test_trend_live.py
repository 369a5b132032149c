"""The trend moves while the shop is open: against a fit of everything at once, the same bytes after a replay, returns taken off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from retrieval import HashingEncoder
from retrieval.fitting import POPULAR, STRENGTH, TREND, refreshed
from retrieval.item_search import ItemSearch, Kind
from retrieval.live import Live
from retrieval.log import Log
from retrieval.model import ItemModel
from retrieval.ranker import FEATURES
from retrieval.ranker_fit import ranker_of
from retrieval.scene import Mark, Schedule
from retrieval.sold import sold_until
from retrieval.standing import STANDING, standing
from shop.store_tables import Event, ProductChange
from tests.retrieval.live_shop import IDS, START, TITLES, event, made_model, made_shop

BEFORE = [event(at, f"c{at % 6}", f"p{at % 12}", float(at)) for at in range(24)]
LATER = [event(30 + at, f"c{at % 4}", "p3" if at % 2 else "p7", 24.2 + 0.3 * at) for at in range(10)]
BACK = event(50, "c1", "p3", 27.5, action="return", order_id="o31")


def moving_model() -> ItemModel:
    model = replace(made_model(), settings={TREND: 5.0, STRENGTH: 1.0, POPULAR: 7.0})
    shop = made_shop(BEFORE)
    log = Log.of(shop)
    flat = replace(model, trend=np.ones(12, np.float32))
    return refreshed(flat, log, log.end)


def live_of(schedule: Schedule | None = None, model: ItemModel | None = None) -> Live:
    encoder = HashingEncoder()
    return Live(made_shop(BEFORE), model or moving_model(), encoder.encode(TITLES), encoder.encode, schedule=schedule)


def take(live: Live, events: list[Event], *, refreshes: bool = True) -> None:
    for at, one in enumerate(events, live.event_position + 1):
        live.take(at, one)
        if refreshes:
            live.refresh()


def test_trend_after_events_is_that_of_a_shop_that_had_them_in_its_tables() -> None:
    """The same purchases as tables and as recorded events, one sent back: trend and popularity are the same."""
    live = live_of(Schedule(events=1))
    take(live, [*LATER, BACK])
    whole = Log.of(made_shop([*BEFORE, *LATER, BACK]))
    moment = live.scene.mark.moment - (START.timestamp() / 86_400)  # of the log, whose days begin with its first event
    expected = refreshed(moving_model(), whole, moment)
    np.testing.assert_allclose(live.model.trend, expected.trend, rtol=1e-4)
    np.testing.assert_allclose(live.model.items, expected.items, rtol=1e-4)
    np.testing.assert_array_equal(live.model.popular, expected.popular)
    assert live.model.trend[7] > live.model.trend[5]


def test_what_is_searched_has_moved_with_the_trend() -> None:
    live = live_of(Schedule(events=1))
    take(live, LATER)
    query = live.model.query(live.history(live.state("c1")).sums)
    rows, found = live.search.search(query[None], 12)
    np.testing.assert_allclose(found[0], (live.model.index_vectors() @ query)[rows[0]], rtol=1e-5, atol=1e-6)


def test_replay_gives_the_same_bytes_however_often_it_was_counted_and_when_a_product_came() -> None:
    """Once refreshed at every event with a product in between; once all taken in at the end, as after a crash."""
    schedule, new = Schedule(days=1.0, events=4), ProductChange("new", START, title="desk lamp")
    often, once = live_of(schedule), live_of(schedule)
    take(often, LATER[:5])
    often.take_change(1, new)
    take(often, [*LATER[5:], BACK, event(60, "c2", "new", 28.0)])
    once.take_change(1, new)
    take(once, [*LATER, BACK, event(60, "c2", "new", 28.0)], refreshes=False)
    assert once.is_due
    once.refresh()
    for name in ("inputs", "items", "trend", "popular", "bias"):
        assert getattr(often.model, name).tobytes() == getattr(once.model, name).tobytes(), name
    assert (often.model.neighbours != once.model.neighbours).nnz == 0
    assert often.state("c2").sums.tobytes() == once.state("c2").sums.tobytes()
    assert (often.scene.mark, often.is_due, once.is_due) == (once.scene.mark, False, False)


def test_trend_is_counted_at_the_first_event_of_another_day_and_after_so_many_events() -> None:
    """Events at days 24.2, 24.5, 24.8 | 25.1, 25.4, 25.7 | 26.0 …; with 2 events at most between, also at 24.8, 25.7 and 26.6."""
    marks = []
    for schedule in (Schedule(days=1.0, events=100), Schedule(days=1.0, events=2)):
        live = live_of(schedule)
        found: list[int] = []
        for at, one in enumerate(LATER, 1):
            before = live.scene.mark
            live.take(at, one)
            if live.scene.mark != before:
                found.append(at)
        marks.append(found)
    assert marks == [[1, 4, 7], [1, 3, 4, 6, 7, 9]]  # the last of the tables is of day 23


def test_returns_are_taken_off_the_latest_purchase_of_their_order() -> None:
    """c1 bought p3 in o31, o33 … of 1 unit each; one comes back by its order, 2 more without: three purchases are gone."""
    live = live_of()
    mine = [one for one in LATER if one.customer_id == "c1" and one.product_id == "p3"]
    loose = replace(BACK, order_id=None, event_id="loose", quantity=1.0)
    take(live, [*LATER, BACK, loose], refreshes=False)
    columns = live.scene.recorded.columns()
    log = sold_until(live.scene, columns, 12)
    left = [time for time, row, who in zip(log.time, log.product, log.customer, strict=True) if row == 3]
    bought = [one for one in [*BEFORE, *LATER] if one.product_id == "p3"]
    assert len(left) == len(bought) - 2
    latest = max(mine, key=lambda one: one.time)
    assert latest.time.timestamp() / 86_400 not in left
    assert mine[0].time.timestamp() / 86_400 not in left  # that of o31


def with_ranker() -> ItemModel:
    from sklearn.ensemble import HistGradientBoostingClassifier

    log = Log.of(made_shop(BEFORE))
    table = np.random.default_rng(0).normal(size=(60, len(FEATURES) + 2)).astype(np.float32)
    trees = HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=5).fit(table, table[:, 3] > 0)
    return replace(moving_model(), ranker=ranker_of(trees, standing(log, log.end), fresh=False))


def test_a_ranker_reads_how_products_stand_now() -> None:
    live = live_of(Schedule(events=1), with_ranker())
    take(live, LATER)
    sales = STANDING.index("sales")
    read = live.model.ranker
    assert read is not None
    np.testing.assert_allclose(np.expm1(read.products[[3, 7, 0], sales]), [7, 7, 2], rtol=1e-5)


def test_nothing_is_counted_before_the_schedule_says_so() -> None:
    live = live_of(Schedule(days=1000.0, events=1000))
    take(live, LATER)
    assert live.model.trend.tobytes() == moving_model().trend.tobytes()
    assert live.scene.mark == Mark(0, live._opened, 0)


@pytest.mark.parametrize("clock", ["days", "events"])
def test_somebody_who_looks_at_a_product_now_is_answered_by_it_and_nothing_is_kept(clock: str) -> None:
    live = live_of(model=made_model(clock=clock))
    state = live.state("c1")
    before = live.history(state).sums.tobytes()
    looking = live.looking_at(state, ["p5"])
    recorded = live_of(model=made_model(clock=clock))
    recorded.take(1, event(70, "c1", "p5", 23.0 + 1e-9, action="view", order_id=None))
    one, other = live.history(looking), recorded.history(recorded.state("c1"))
    np.testing.assert_allclose(one.sums, other.sums, rtol=1e-4, atol=1e-5)
    assert live.history(live.state("c1")).sums.tobytes() == before
    assert len(live.scene.recorded) == 0


def test_a_stranger_in_a_channel_gets_what_sells_there() -> None:
    shop = [event(at, f"c{at}", f"p{at % 3}", 20.0 + at * 0.1, channel="store" if at % 3 else "web") for at in range(9)]
    encoder = HashingEncoder()
    live = Live(made_shop(shop), made_model(), encoder.encode(TITLES), encoder.encode)
    live.take(1, event(40, None, "p9", 21.0, channel="store"))
    live.take(2, event(41, "c1", "p9", 21.0 + timedelta(hours=1) / timedelta(days=1), channel="store"))
    everything = np.ones(12, dtype=bool)
    nobody = live.history(live.guest("x"))
    assert [IDS[row] for row in live.ranked(nobody, everything, 3, channel="store").rows] == ["p2", "p1", "p9"]
    assert [IDS[row] for row in live.ranked(nobody, everything, 2, channel="web").rows] == ["p0", "p11"]


@pytest.mark.parametrize("kind", ["hnsw", "ivf"])
def test_above_the_limit_of_exact_search_the_trend_moves_the_quick_search_too(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same events into an exact search and into a quick one, as of a long catalogue: same kind and effort after, same answers."""
    monkeypatch.setattr("retrieval.newcomers._MOST_FOR_ALIKE", 5)
    exact, quick = live_of(Schedule(events=1)), live_of(Schedule(events=1))
    quick.search = ItemSearch(quick.model.index_vectors(), kind=kind)
    measured = quick.search.measured
    for live in (exact, quick):
        take(live, LATER[:5])
        live.take_change(1, ProductChange("new", START, title="red mug"))
        take(live, LATER[5:])
    assert (quick.search.kind, quick.search.measured, len(quick.search)) == (kind, measured, 13)
    everything = np.ones(13, dtype=bool)
    for customer in ("c0", "c1", "c2", "c3"):
        found = [one.ranked(one.history(one.state(customer)), everything, 3) for one in (exact, quick)]
        assert found[0].rows.tolist() == found[1].rows.tolist()
        np.testing.assert_allclose(found[0].scores, found[1].scores, rtol=1e-5)


def test_above_the_limit_a_ranker_is_refreshed_without_what_reads_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """No product is compared with every other: what the ranker reads of products alike is not known there, all else is as below it."""
    below, above = live_of(Schedule(events=1), with_ranker()), live_of(Schedule(events=1), with_ranker())
    take(below, LATER)
    monkeypatch.setattr("retrieval.newcomers._MOST_FOR_ALIKE", 5)
    take(above, LATER)
    known, other = below.model.ranker, above.model.ranker
    assert known is not None
    assert other is not None
    same = np.isclose(known.products, other.products, equal_nan=True).all(axis=0)
    assert [STANDING[at] for at in np.flatnonzero(~same)] == ["sales of products alike"]
