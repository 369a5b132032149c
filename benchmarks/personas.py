"""How many claims of personas hold on customers the grouping never saw, and how many survive where there is nothing.

    python benchmarks/personas.py [--data FOLDER ...] [--seeds 5] [--encoder NAME] [--json] [--save]

For each shop the customers are split anew `--seeds` times, grouped, and described; counted are the claims made *before* any is
dropped and those that hold on the held-out customers. Then the same twice over where nothing can hold: with the groups
shuffled among all customers (there should be next to nothing to claim), and with the claims as they are tested on held-out
customers shuffled among the groups (they should fail). Without --data: the sample shop, and Online Retail and Complete
Journey where the public data are. It writes no text with a language model and knows no shop's secrets.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.making import Made, make
from assistant.personas import Persona, Writing, write_personas
from assistant.stages import Stages
from assistant.state import State
from assistant.writing import Printing, load_book
from benchmarks.flow import data_folder
from benchmarks.form import Figure, options, publish
from retrieval import load_encoder
from shop import Shop
from shop.sample import sample_shop

HOLD, SURVIVE, CLAIMS = 0.95, 0.05, 6.0


def shops(named: list[str]) -> dict[str, Shop]:
    if named:
        return {Path(one).name: Shop.load(one) for one in named}
    found = {"sample": sample_shop()}
    for name in ("online_retail", "complete_journey"):
        if (data_folder() / name).is_dir():
            found[name] = Shop.load(data_folder() / name)
    return found


def personas(shop: Shop, made: Made) -> list[Persona]:
    writing = Writing(load_book(), Printing(shop.settings.locale, shop.settings.currency), None)
    told = write_personas(
        shop, made, writing, as_of=shop.as_of if shop.has_clock else None, tick=lambda done, total: None
    )
    idle = made.segments.k - 1 if made.segments.has_idle else -1
    return [one for one in told if one.segment != idle]


def counted(told: list[Persona]) -> tuple[int, int, list[int]]:
    """Return claims that held, claims made, and claims made a group."""
    return (
        sum(one.held_out.held for one in told),
        sum(one.held_out.tested for one in told),
        [one.held_out.tested for one in told],
    )


def shuffled(made: Made, rows: Any, seed: int) -> Made:
    """Return the same with the groups of some customers who bought shuffled among them."""
    buys = (made.profiles["orders"] > 0).to_numpy()
    some = np.flatnonzero(buys & rows)
    labels = made.labels.copy()
    labels[some] = np.random.default_rng(seed).permutation(labels[some])
    return replace(made, labels=labels)


def wilson(k: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share. Source: Wilson (1927), JASA 22(158)."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return float((middle - half) / (1 + z * z / n)), float((middle + half) / (1 + z * z / n))


def measure(name: str, shop: Shop, told: Any) -> tuple[list[Figure], dict[str, Any]]:
    state = None if told.state is None else State(Path(told.state) / name)
    held = tested = made_of_noise = noise_held = refutable = survived = 0
    claims: list[int] = []
    failed: Counter[str] = Counter()
    for seed in range(told.seeds):
        started = time.perf_counter()
        made = make(shop, load_encoder(told.encoder), state=state, source=name, stages=Stages(), seed=seed)
        own = personas(shop, made)
        good, all_made, each = counted(own)
        held, tested, claims = held + good, tested + all_made, claims + each
        failed.update(f"{test.said} | {test.why}" for one in own for test in one.held_out.tests if not test.held)
        nothing = counted(personas(shop, shuffled(made, np.ones(len(made.labels), dtype=bool), seed)))
        noise_held, made_of_noise = noise_held + nothing[0], made_of_noise + nothing[1]
        wrong = counted(personas(shop, shuffled(made, made.held_out, seed)))
        survived, refutable = survived + wrong[0], refutable + wrong[1]
        print(
            f"{name} seed {seed}: {good}/{all_made} held, a group {each}; groups shuffled {nothing[:2]}, "
            f"held-out shuffled {wrong[:2]}; {time.perf_counter() - started:.0f} s",
            file=sys.stderr,
        )
    figures = [
        Figure(f"{name}/claims that hold, before dropping", held / max(tested, 1), target=HOLD, interval=wilson(held, tested)),
        Figure(f"{name}/claims a group, mean", float(np.mean(claims)), target=CLAIMS),
        Figure(f"{name}/claims a group, fewest", float(min(claims)), target=CLAIMS),
        Figure(
            f"{name}/claims that survive, groups shuffled, of those of the true groups",
            noise_held / max(tested, 1),
            better="less",
            target=SURVIVE,
            interval=wilson(noise_held, tested),
        ),
        Figure(
            f"{name}/claims that survive, held-out customers shuffled",
            survived / max(refutable, 1),
            better="less",
            target=SURVIVE,
            interval=wilson(survived, refutable),
        ),
    ]  # fmt: skip
    return figures, {"claims": tested, "made of shuffled groups": made_of_noise, "failed": dict(failed)}


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--data", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--encoder", default=None)
    parser.add_argument("--state", default=None, help="a folder to keep encoded texts in")
    told = parser.parse_args()
    figures: list[Figure] = []
    about: dict[str, Any] = {}
    for name, shop in shops(told.data).items():
        more, notes = measure(name, shop, told)
        figures += more
        about[name] = notes
    publish("personas", figures, told, shops=about)


if __name__ == "__main__":
    main()
