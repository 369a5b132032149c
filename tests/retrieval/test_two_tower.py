"""Two towers: what a history is, counted by hand, and an order planted in made-up data."""

from __future__ import annotations

import numpy as np

from retrieval.log import Log
from retrieval.two_tower import Steps, TowerSettings, fit_towers


def made_log(sequences: list[list[int]], products: int) -> Log:
    """Return customers without a clock, one purchase an order."""
    customer = np.concatenate([np.full(len(one), row) for row, one in enumerate(sequences)])
    count = len(customer)
    time = np.concatenate([np.arange(len(one), dtype=float) for one in sequences])
    ones = np.ones(count)
    return Log(
        len(sequences),
        products,
        customer,
        np.concatenate([np.array(one) for one in sequences]),
        time,
        np.arange(count),
        ones.astype(np.float32),
        ones,
        np.full(count, np.nan),
        ones > 0,
        clock="events",
    )


def test_steps_hold_what_came_before_and_its_age() -> None:
    """Of 5, 6, 7: before 6 lies 5 (age 0), before 7 lie 5 (age 1) and 6 (age 0); the second customer has no history."""
    steps = Steps.of(made_log([[5, 6, 7], [8]], 9))
    assert steps.target.tolist() == [6, 7]
    products, ages, offsets = steps.bags(np.array([0, 1]))
    assert (products.tolist(), ages.tolist(), offsets.tolist()) == ([5, 5, 6], [0, 1, 0], [0, 1])


def test_towers_learn_what_follows_what_and_twice_the_same() -> None:
    """After product p always comes p + 1 of 20; texts say nothing. Chance finds it once in twenty."""
    rng = np.random.default_rng(0)
    sequences = [[(start + step) % 20 for step in range(6)] for start in rng.integers(0, 20, 300)]
    texts = rng.standard_normal((20, 8)).astype(np.float32)
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    log, settings = made_log(sequences, 20), TowerSettings(rounds=8, batch=256, others=20, rate=0.03)
    found = fit_towers(log, texts, settings)
    last = np.arange(20)
    scores = found.mix.sum() * found.inputs[last] @ found.items.T + found.bias
    assert (scores.argmax(axis=1) == (last + 1) % 20).mean() >= 0.9
    again = fit_towers(log, texts, settings)
    assert again.items.tobytes() == found.items.tobytes()
