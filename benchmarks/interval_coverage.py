"""Whether planted truths lie inside the 90 % intervals as often as that says, over many simulated shops, small and large.

    python benchmarks/interval_coverage.py [--shops 400] [--minutes 9 --kept FILE] [--save]

Each shop is the whole sample shop of another seed. Planted churn: how long the customers of each planted group stay before they
are lost. Planted price response: that of each category. An interval is right when the 95 % binomial interval of how often it
held contains 90 %; shops count as one trial an effect, refusals are counted apart.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.form import Figure, options, publish
from benchmarks.kept import Kept
from scoring import elasticity, staying
from scoring.errors import CannotPredictError
from shop import Shop
from shop.sample import sample_shop, sample_truth
from shop.sample_truth import Truth

FIRST_SEED = 10_001
SIZES = {"small": 1_000, "large": 5_000}
Judged = dict[str, list[list[Any]]]


def churn_effects(shop: Shop, truth: Truth) -> pl.DataFrame:
    """Return (effect, low, high, true) of each planted group, low null where refused."""
    labels = truth.customers.select("customer_id", "segment")
    found = staying.fit(shop, shop.as_of, segments=labels).table
    planted = {segment.name: segment.alive_days for segment in truth.segments}
    return found.select(
        pl.col("segment").alias("effect"),
        "low",
        "high",
        pl.col("segment").replace_strict(planted, return_dtype=pl.Float64).alias("true"),
    )


def price_effects(shop: Shop, truth: Truth) -> pl.DataFrame:
    """Return (effect, low, high, true) of each category with a product whose price moved."""
    found = elasticity.fit(shop, shop.as_of, of=("category",)).table
    planted = dict(truth.elasticity)
    return found.select(
        pl.col("id").alias("effect"),
        "low",
        "high",
        pl.col("id").replace_strict(planted, return_dtype=pl.Float64).alias("true"),
    )


def binomial_interval(held: int, trials: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a share. Source: Clopper & Pearson (1934), Biometrika 26(4)."""
    from scipy.stats import beta

    low = 0.0 if held == 0 else float(beta.ppf(0.025, held, trials - held + 1))
    high = 1.0 if held == trials else float(beta.ppf(0.975, held + 1, trials - held))
    return low, high


def main() -> None:
    parser = options("Whether planted truths lie inside the 90 % intervals.")
    parser.add_argument("--shops", type=int, default=400, help="how many shops of each size")
    parser.add_argument(
        "--minutes", type=float, default=240.0, help="stop after so long; the figures say how many shops there were"
    )
    parser.add_argument("--kept", type=Path, help="a file of the shops judged so far; it is gone on from and added to")
    told = parser.parse_args()
    until = time.monotonic() + told.minutes * 60
    kept, judged = Kept(told.kept), {}
    for number in range(told.shops):
        for size, customers in SIZES.items():
            seed = FIRST_SEED + number
            key = f"{seed} {size}"
            if key not in kept.found and time.monotonic() > until:
                continue
            judged[seed, size] = kept.get(key, lambda seed=seed, customers=customers: judge(seed, customers))
    publish("interval_coverage", _figures(judged), told, first_seed=FIRST_SEED, customers=SIZES)


def judge(seed: int, customers: int) -> Judged:
    """Return of each kind of effect in one shop the rows [effect, is inside]; None instead of a bool where it was refused."""
    shop, truth = sample_shop(seed, customers), sample_truth(seed, customers)
    found: Judged = {}
    for name, effects in (("churn", churn_effects), ("price response", price_effects)):
        try:
            rows = effects(shop, truth)
        except CannotPredictError:
            found[name] = [["all", None]]
            continue
        found[name] = [
            [row["effect"], None if row["low"] is None else row["low"] <= row["true"] <= row["high"]]
            for row in rows.iter_rows(named=True)
        ]
    return found


def _figures(judged: Mapping[tuple[int, str], Judged]) -> list[Figure]:
    shops = Counter(size for _, size in judged)
    trials: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    refused: Counter[str] = Counter()
    for (_, size), found in judged.items():
        for name, rows in found.items():
            refused[f"{name}/{size}"] += sum(held is None for _, held in rows)
            trials[f"{name}/{size}"] += [(str(effect), held) for effect, held in rows if held is not None]
    figures = []
    for name, rows in sorted(trials.items()):
        if not rows:
            continue
        held = sum(one for _, one in rows)
        interval = binomial_interval(held, len(rows))
        figures.append(
            Figure(f"{name}/share of truths inside", held / len(rows), interval=interval, peers={"nominal": 0.9})
        )
        figures.append(
            Figure(f"{name}/its interval contains 90 %", float(interval[0] <= 0.9 <= interval[1]), target=1.0)
        )
        figures.append(
            Figure(
                f"{name}/told",
                float(len(rows)),
                peers={"refused": float(refused[name]), "shops": float(shops[name.split("/")[1]])},
            )
        )
        for effect in sorted({one for one, _ in rows}):
            own = [is_in for one, is_in in rows if one == effect]
            between = binomial_interval(sum(own), len(own))
            figures.append(
                Figure(f"{name}/{effect}", sum(own) / len(own), interval=between, peers={"told": float(len(own))})
            )
    return figures


if __name__ == "__main__":
    main()
