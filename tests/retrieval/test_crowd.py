"""All customers at once against one customer at a time."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.crowd import Crowd
from retrieval.live import Live
from tests.retrieval.live_shop import event, made_live, made_model

BEFORE = [
    event(number, f"c{number % 5}", f"p{number * 7 % 12}", float(number), action="buy" if number % 3 else "view")
    for number in range(20)
]
AFTER = [event(30, "c1", "p9", 33.0), event(31, "new", "p2", 34.0)]


def recorded(clock: str = "days") -> Live:
    live = made_live(BEFORE, made_model(5, clock=clock))
    crowd = Crowd(live)
    crowd.alike("c0", 1)  # counted before the recording
    for at, one in enumerate(AFTER, 1):
        live.take(at, one)
    live.crowd = crowd  # type: ignore[attr-defined]
    return live


@pytest.mark.parametrize("clock", ["days", "events"])
def test_audience_has_the_scores_that_each_customer_has_alone(clock: str) -> None:
    live = recorded(clock)
    alone = {
        name: float(live.model.scores(live.history(live.state(name)))[4])
        for name in ("c0", "c1", "c2", "c3", "c4", "new")
    }
    found = live.crowd.audience(4, 10, exclude_owners=False)  # type: ignore[attr-defined]
    assert [name for name, _ in found] == sorted(alone, key=lambda name: -alone[name])
    np.testing.assert_allclose(
        [score for _, score in found], sorted(alone.values(), reverse=True), rtol=1e-4, atol=1e-5
    )


def test_audience_leaves_owners_out() -> None:
    live = recorded()
    owners = {name for name in ("c0", "c1", "c2", "c3", "c4", "new") if 9 in live.state(name).owned}
    assert "c1" in owners
    assert {name for name, _ in live.crowd.audience(9, 10, exclude_owners=True)} == {
        "c0",
        "c1",
        "c2",
        "c3",
        "c4",
        "new",
    } - owners  # type: ignore[attr-defined]


def test_products_for_a_group_are_ranked_by_the_mean_of_its_members() -> None:
    live = recorded()
    members = ["c1", "c3", "new", "nobody"]
    mean = np.mean([live.model.scores(live.history(live.state(name))) for name in members[:3]], axis=0)
    found = live.crowd.for_customers(members, np.ones(12, bool), 12)  # type: ignore[attr-defined]
    np.testing.assert_allclose(found.scores, np.sort(mean)[::-1], rtol=1e-4, atol=1e-5)
    assert found.rows.tolist() == np.argsort(-mean).tolist()
    assert not len(live.crowd.for_customers(["nobody"], np.ones(12, bool), 3).rows)  # type: ignore[attr-defined]


def test_customers_alike_are_those_of_the_largest_cosine() -> None:
    live = made_live(BEFORE, made_model(5))
    vectors = {
        name: live.model.query(live.history(live.state(name)).sums)[:-1] for name in ("c0", "c1", "c2", "c3", "c4")
    }
    units = {name: one / np.linalg.norm(one) for name, one in vectors.items()}
    expected = sorted(((float(units["c0"] @ units[name]), name) for name in units if name != "c0"), reverse=True)
    found = Crowd(live).alike("c0", 4)
    assert [name for name, _ in found] == [name for _, name in expected]
    np.testing.assert_allclose([cosine for _, cosine in found], [cosine for cosine, _ in expected], atol=1e-5)
    assert Crowd(live).alike("nobody", 3) == []
