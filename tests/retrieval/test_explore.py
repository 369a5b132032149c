"""Lists drawn by chance with known odds, and what another policy would bring judged from the log, against a simulated truth."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from retrieval.explore import drawn_list, estimate_clicks
from retrieval.explore_log import logged_lists
from shop.store import EventStore
from shop.store_tables import Event, Shown


def test_propensities_are_the_frequencies_with_which_products_are_shown() -> None:
    """20,000 draws of 2 places, best 0 then 1, pool 0 to 4, share .3: place 0 holds 0 with .7 + .06, each other with .06."""
    draws = [drawn_list([0, 1], range(5), 2, share=0.3, seed=seed) for seed in range(20_000)]
    for place, usual in enumerate((0, 1)):
        counts = Counter(one.rows[place] for one in draws)
        stated = {one.rows[place]: one.propensities[place] for one in draws}
        for row in range(5):
            expected = 0.7 * (row == usual) + 0.06
            assert stated[row] == pytest.approx(expected)
            assert counts[row] / len(draws) == pytest.approx(expected, abs=0.012)  # 3.4 standard errors
    assert np.mean([one.explored for one in draws]) == pytest.approx(0.3, abs=0.012)


def test_without_a_share_the_best_list_is_certain() -> None:
    drawn = drawn_list([7, 3, 5], [], 2, share=0.0, seed=1)
    assert (drawn.rows, drawn.propensities, drawn.explored) == ((7, 3), (1.0, 1.0), False)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_share_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        drawn_list([1], [1], 1, share=share, seed=0)


def test_pool_smaller_than_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="widen the pool"):
        drawn_list([1, 2, 3], [1, 2], 3, share=0.1, seed=0)


def simulated(seed: int, lists: int = 3000) -> tuple[float, float, float]:
    """Return (estimate, truth, lower and upper hit) of a policy that shows the best 3 backwards.

    6 products are clicked with chances .05 to .30, times .9 for each place further down; the log shows 0, 1, 2 in 70 %.
    """
    rng = np.random.default_rng(seed)
    chance, fading, other = np.linspace(0.05, 0.30, 6), 0.9 ** np.arange(3), [5, 4, 3]
    shown, clicks = {}, {}
    for number in range(lists):
        drawn = drawn_list([0, 1, 2], range(6), 3, share=0.3, seed=seed * 1_000_003 + number)
        name = str(number)
        shown[name] = [(str(row), odds) for row, odds in zip(drawn.rows, drawn.propensities, strict=True)]
        hit = rng.random(3) < chance[list(drawn.rows)] * fading
        clicks[name] = {str(row) for row, one in zip(drawn.rows, hit, strict=True) if one}
    found = estimate_clicks(shown, clicks, {name: [str(one) for one in other] for name in shown})
    truth = float((chance[other] * fading).sum())
    return found.value, truth, float(found.interval[0] <= truth <= found.interval[1])


def test_estimate_of_another_policy_is_unbiased_and_its_interval_holds() -> None:
    """40 simulated logs: the mean of the estimates is the truth within 3 standard errors; 95 % intervals hold in 34 or more."""
    found = np.array([simulated(seed, 600) for seed in range(40)])
    error = found[:, 0].std(ddof=1) / np.sqrt(len(found))
    assert abs(found[:, 0].mean() - found[0, 1]) < 3 * error
    assert found[:, 2].sum() >= 34
    naive = 0.05 + 0.09 + 0.081  # what the logged lists bring is far from it
    assert found[0, 1] > 2 * naive


def test_support_says_when_the_log_could_not_have_shown_it() -> None:
    shown = {"a": [("x", 1.0), ("y", 1.0)], "b": [("x", 1.0), ("y", 1.0)]}
    same = estimate_clicks(shown, {"a": {"x"}}, {"a": ["x", "y"], "b": ["x", "y"]})
    assert (same.value, same.support, same.matches, same.lists) == (0.5, 1.0, 4, 2)
    other = estimate_clicks(shown, {"a": {"x"}}, {"a": ["z", "w"]})
    assert (other.value, other.support, other.lists) == (0.0, 0.0, 1)


def test_policy_of_other_lists_is_refused() -> None:
    with pytest.raises(ValueError, match="no logged list"):
        estimate_clicks({"a": [("x", 1.0)]}, {}, {"b": ["x"]})


def test_what_came_of_a_list_is_read_from_the_store(tmp_path: Path) -> None:
    """Two lists an hour apart show x to ann: her look at x counts for the later, her purchase of y for the one that showed it.

    Bob's look, a look before, a look two days later and a return count for none.
    """
    store, noon = EventStore(tmp_path / "store.sqlite"), datetime(2025, 3, 1, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    for name, products, time in (("l1", "xy", noon), ("l2", "xz", noon + hour)):
        store.log_shown([Shown(name, at, one, 0.5, time, "ann") for at, one in enumerate(products)])
    acts = [
        ("view", "x", "ann", noon + 2 * hour),
        ("buy", "y", "ann", noon + 3 * hour),
        ("view", "x", "bob", noon + 2 * hour),
        ("view", "y", "ann", noon - hour),
        ("view", "z", "ann", noon + 49 * hour),
        ("return", "z", "ann", noon + 2 * hour),
    ]
    store.append([Event(action, time, product, customer) for action, product, customer, time in acts])
    found = logged_lists(store)
    assert found.shown == {"l1": [("x", 0.5), ("y", 0.5)], "l2": [("x", 0.5), ("z", 0.5)]}
    assert found.clicks == {"l2": {"x"}, "l1": {"y"}}
    assert found.asked["l2"] == (("customer", "ann"), noon + hour)
    assert estimate_clicks(found.shown, found.clicks, {"l1": ["x", "y"], "l2": ["z", "x"]}).value == 1.0
