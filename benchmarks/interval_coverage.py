"""Whether planted truths lie inside the 90 % intervals as often as that says, over many simulated shops, small and large.

    python benchmarks/interval_coverage.py [--shops 400] [--minutes 60] [--save]

Each shop is the whole sample shop of another seed. Planted churn: how long the customers of each planted group stay before they
are lost. Planted price response: that of each category. An interval is right when the 95 % binomial interval of how often it
held contains 90 %; shops count as one trial an effect, refusals are counted apart.
"""

from __future__ import annotations

import time
from collections import defaultdict

import polars as pl

from benchmarks.form import Figure, options, publish
from scoring import elasticity, staying
from scoring.errors import CannotPredictError
from shop import Shop
from shop.sample import sample_shop, sample_truth
from shop.sample_truth import Truth

FIRST_SEED = 10_001
SIZES = {"small": 1_000, "large": 5_000}


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
    told = parser.parse_args()
    until = time.monotonic() + told.minutes * 60
    trials: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    refused: dict[str, int] = defaultdict(int)
    shops: dict[str, int] = defaultdict(int)
    for number in range(told.shops):
        for size, customers in SIZES.items():
            if time.monotonic() > until:
                break
            seed = FIRST_SEED + number
            shop, truth = sample_shop(seed, customers), sample_truth(seed, customers)
            shops[size] += 1
            for name, effects in (("churn", churn_effects), ("price response", price_effects)):
                _count(f"{name}/{size}", effects, (shop, truth), trials, refused)
    publish("interval_coverage", _figures(trials, refused, shops), told, first_seed=FIRST_SEED, customers=SIZES)


def _count(name, effects, about, trials, refused) -> None:  # type: ignore[no-untyped-def]
    try:
        rows = effects(*about)
    except CannotPredictError:
        refused[name] += 1
        return
    for row in rows.iter_rows(named=True):
        if row["low"] is None:
            refused[name] += 1
        else:
            trials[name].append((row["effect"], row["low"] <= row["true"] <= row["high"]))


def _figures(trials: dict[str, list[tuple[str, bool]]], refused: dict[str, int], shops: dict[str, int]) -> list[Figure]:
    figures = []
    for name, rows in trials.items():
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
