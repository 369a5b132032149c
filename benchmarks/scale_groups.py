"""A million made-up customers through profiles, vectors and groups: time and peak memory a stage, beside scikit-learn's defaults.

    python benchmarks/scale_groups.py [--customers 1000000] [--events-each 20] [--products 20000] [--json] [--save]

The shop is made of six kinds of customers who differ in how often, how much and what they buy. Ours and the bare library run in
processes of their own, one after the other, on the same seed. scikit-learn is given what a first notebook would do with the same
tables: StandardScaler on the profile's numbers beside the vectors, then KMeans with as many groups, all else at its defaults; it
chooses no number of groups, tests none for stability and puts no new customer anywhere. It knows no real shop.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.flow import Measured, Watch
from benchmarks.form import Figure, options, publish
from shop.shop import Settings, Shop
from shop.tables import EVENTS, PRODUCTS

DIM = 384
SHARES = (0.3, 0.25, 0.2, 0.12, 0.08, 0.05)
PACE = (0.5, 0.8, 1.0, 1.4, 2.0, 3.0)  # events against the mean
PRICE = (1.0, 0.6, 1.8, 1.0, 2.5, 0.8)  # of a unit, against the mean
TARGETS = {"profiles": 15.0, "segments": 90.0}
PEAK_GIB = 6.0


def made_shop(customers: int, events_each: float, products: int, *, seed: int = 0) -> tuple[Shop, np.ndarray]:
    """Return the shop and the kind of each customer; equal arguments, equal shop."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(SHARES), size=customers, p=SHARES)
    pace = np.array(PACE)[kind] * rng.gamma(4.0, 0.25, customers)
    counts = rng.poisson(events_each * pace / pace.mean())
    who = np.repeat(np.arange(customers, dtype=np.int32), counts)
    n = len(who)
    own = rng.random(n) < 0.75  # from the range of the kind, else anything
    ranges = products // len(SHARES)
    what = np.where(own, kind[who] * ranges + rng.integers(0, ranges, n), rng.integers(0, products, n)).astype(np.int32)
    seconds = rng.integers(0, 365 * 86_400, n)
    price = np.round(20.0 * np.array(PRICE)[kind[who]] * rng.gamma(4.0, 0.25, n), 2)
    start = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    ids, goods = (
        pl.Series([f"{letter}{i:07}" for i in range(size)]) for letter, size in (("c", customers), ("p", products))
    )
    told = {
        "customer_id": ids.gather(who),
        "product_id": goods.gather(what),
        "action": pl.repeat("buy", n, eager=True),
        "time": pl.Series((start + seconds) * 1_000_000).cast(EVENTS["time"]),
        "position": pl.Series(np.arange(n)),
        "quantity": pl.Series(np.ones(n)),
        "unit_price": pl.Series(price),
    }
    columns = [
        told.get(name, pl.repeat(None, n, dtype=of, eager=True)).alias(name).cast(of) for name, of in EVENTS.items()
    ]
    table = {name: goods if name in ("product_id", "title") else [None] * products for name in PRODUCTS}
    shop = Shop(
        pl.DataFrame(columns),
        pl.DataFrame(table, schema=dict(PRODUCTS)),
        pl.DataFrame({"customer_id": ids}),
        settings=Settings(name="Made up", currency="EUR"),
    )
    return shop, kind


def product_vectors(products: int, *, seed: int = 1) -> np.ndarray:
    """Return unit rows float32 (products, 384): one direction a range, with noise."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(SHARES), DIM))
    of = np.minimum(np.arange(products) // (products // len(SHARES)), len(SHARES) - 1)
    rows = centres[of] + 1.5 * rng.normal(size=(products, DIM))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def ours(told: argparse.Namespace) -> dict[str, Any]:
    from sklearn.metrics import adjusted_rand_score

    from retrieval.customers import customer_vectors
    from segmentation import segment_customers
    from shop.profiles import customer_profiles

    shop, kind = made_shop(told.customers, told.events_each, told.products)
    goods = product_vectors(told.products)
    watch = Watch()
    profiles = watch.run("profiles", lambda: customer_profiles(shop))
    vectors = watch.run("vectors", lambda: customer_vectors(shop, goods))
    made = watch.run("segments", lambda: segment_customers(profiles, vectors))
    watch.run(
        "assign a tenth anew", lambda: made.assign(profiles[: told.customers // 10], vectors[: told.customers // 10])
    )
    buys = (profiles["orders"] > 0).to_numpy()
    ari = float(adjusted_rand_score(kind[buys][:50_000], made.labels[buys][:50_000]))
    return {"stages": watch.found, "k": made.k - made.has_idle, "ari": ari, "events": shop.events.height}


def theirs(told: argparse.Namespace) -> dict[str, Any]:
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import StandardScaler

    from retrieval.customers import customer_vectors
    from shop.profiles import customer_profiles

    shop, kind = made_shop(told.customers, told.events_each, told.products)
    profiles = customer_profiles(shop)
    vectors = customer_vectors(shop, product_vectors(told.products))
    del shop

    def run() -> Any:
        numbers = profiles.select(pl.selectors.numeric().cast(pl.Float64).fill_null(0.0)).to_numpy()
        rows = np.hstack([StandardScaler().fit_transform(numbers), vectors])
        return KMeans(n_clusters=told.k).fit_predict(rows)

    watch = Watch()
    found = watch.run("segments", run)
    return {"stages": watch.found, "ari": float(adjusted_rand_score(kind[:50_000], found[:50_000]))}


def in_a_process(side: str, told: argparse.Namespace, k: int) -> dict[str, Any]:
    words = [sys.executable, __file__, "--side", side, "--k", str(k)]
    for name in ("customers", "events_each", "products"):
        words += [f"--{name.replace('_', '-')}", str(getattr(told, name))]
    env = os.environ | {"POLARS_MAX_THREADS": os.environ.get("POLARS_MAX_THREADS", "2")}
    ran = subprocess.run(words, capture_output=True, text=True, env=env)
    if ran.returncode:
        return {"failed": ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else f"ended with {ran.returncode}"}
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def figures(mine: dict[str, Any], bare: dict[str, Any], told: argparse.Namespace) -> list[Figure]:
    stages: Measured = {name: (pair[0], pair[1]) for name, pair in mine["stages"].items()}
    peer: Measured = {name: (pair[0], pair[1]) for name, pair in bare.get("stages", {}).items()}
    whole = told.customers >= 1_000_000  # the targets are those of a million
    found = []
    for name, (seconds, mib) in stages.items():
        beside = {"scikit-learn defaults": peer[name][0]} if name in peer else {}
        found.append(
            Figure(f"scale/{name}/seconds", seconds, "s", "less", TARGETS.get(name) if whole else None, peers=beside)
        )
        beside = {"scikit-learn defaults": peer[name][1] / 1024} if name in peer else {}
        found.append(Figure(f"scale/{name}/peak", mib / 1024, "GiB", "less", PEAK_GIB if whole else None, peers=beside))
    beside = {"scikit-learn defaults": bare["ari"]} if "ari" in bare else {}
    return [*found, Figure("scale/planted kinds found, adjusted Rand index", mine["ari"], peers=beside)]


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--events-each", type=float, default=20.0)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--side", choices=["ours", "theirs"], default=None, help=argparse.SUPPRESS)
    parser.add_argument("--k", type=int, default=6, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.side:
        print(json.dumps(ours(told) if told.side == "ours" else theirs(told)))
        return
    mine = in_a_process("ours", told, 0)
    if "failed" in mine:
        sys.exit(f"our side failed: {mine['failed']}")
    bare = in_a_process("theirs", told, mine["k"])
    about = {
        "customers": told.customers,
        "events": mine["events"],
        "groups found": mine["k"],
        "peer failed": bare.get("failed"),
    }
    publish("scale_groups", figures(mine, bare, told), told, **about)


if __name__ == "__main__":
    main()
