"""Are the planted groups found, again and again, beside simpler ways; does each group come back; is a rerun the same to the byte.

    python benchmarks/segments.py [--data FOLDER ...] [--seeds 20] [--customers 5000] [--encoder NAME] [--json] [--save]

Sample shop: adjusted Rand index against the planted groups over shops of `--seeds` seeds, beside k-means on recency, orders and spend
and on the raw text vectors (both told the right number of groups, ours chooses it). Data (by default Online Retail and Complete
Journey, where the public data are): Jaccard overlap of each group over bootstrap samples, and whether a second run writes the same
bytes. Each data set is a result of its own. It knows the planted truth of the sample shop and no other.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.flow import data_folder
from benchmarks.form import Figure, options, publish
from retrieval import load_encoder
from retrieval.customers import customer_vectors
from segmentation import segment_customers
from shop import Shop
from shop.profiles import customer_profiles
from shop.sample import sample_shop, sample_truth
from shop.texts import product_texts

FOUND = 0.8
VALID = 0.75  # Hennig (2007): a group that overlaps less with those of other samples is not valid
SIMPLE = ("k-means on recency, orders, spend", "k-means on text vectors")


def planted(
    seed: int, customers: int, encoded: np.ndarray | None, encoder: Any
) -> tuple[dict[str, float], int, np.ndarray]:
    """Return the adjusted Rand index of each way on one sample shop, how many groups ours made, and the product vectors."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    shop = sample_shop(seed=seed, customers=customers)
    products = encoder.encode(product_texts(shop)) if encoded is None else encoded
    profiles = customer_profiles(shop)
    vectors = customer_vectors(shop, products)
    truth = profiles.join(sample_truth(seed, customers).customers, on="customer_id", how="left", maintain_order="left")
    bought = (profiles["orders"] > 0).to_numpy()
    kinds = truth["segment"].filter(pl.Series(bought)).to_list()
    many = len(set(kinds))
    made = segment_customers(profiles, vectors)
    rfm = segment_customers(profiles, method="rfm", k=many)
    text = KMeans(many, n_init=4, random_state=0).fit_predict(vectors[bought])
    found = {
        "ours": adjusted_rand_score(kinds, made.labels[bought]),
        SIMPLE[0]: adjusted_rand_score(kinds, rfm.labels[bought]),
        SIMPLE[1]: adjusted_rand_score(kinds, text),
    }
    return {name: float(value) for name, value in found.items()}, made.k - made.has_idle, products


def of_sample(told: argparse.Namespace, encoder: Any) -> tuple[list[Figure], dict[str, Any]]:
    runs, groups, encoded = [], [], None
    for seed in range(told.seeds):
        found, many, encoded = planted(seed, told.customers, encoded, encoder)
        runs.append(found)
        groups.append(many)
        print(f"sample shop {seed}: {found}, {many} groups", file=sys.stderr)
    means = {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}
    own = np.array([run["ours"] for run in runs])
    draws = np.random.default_rng(0).choice(own, size=(2000, len(own))).mean(axis=1)
    interval = tuple(float(one) for one in np.percentile(draws, [2.5, 97.5]))
    wins = float(np.mean([all(run["ours"] > run[name] for name in SIMPLE) for run in runs]))
    return [
        Figure("sample/planted groups found, adjusted Rand index", means["ours"], target=FOUND,
               interval=(interval[0], interval[1]), peers={name: means[name] for name in SIMPLE}),
        Figure("sample/worst of the shops", float(own.min()), peers={name: min(run[name] for run in runs) for name in SIMPLE}),
        Figure("sample/shops in which ours is above both", wins, target=1.0),
    ], {"groups": groups}  # fmt: skip


def written(profiles: pl.DataFrame, vectors: np.ndarray) -> tuple[str, Any]:
    made = segment_customers(profiles, vectors)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        made.save(Path(folder))
        for name in ("segments.json", "segments.npz"):
            digest.update((Path(folder) / name).read_bytes())
    return digest.hexdigest(), made


def of_data(name: str, shop: Shop, encoder: Any) -> tuple[list[Figure], dict[str, Any]]:
    """Only products that somebody bought are encoded: the others are in no customer's history."""
    bought = shop.products["product_id"].is_in(shop.events["product_id"].drop_nulls().unique().implode()).to_numpy()
    texts = np.array(product_texts(shop), dtype=object)
    some = encoder.encode(texts[bought].tolist())
    products = np.zeros((len(texts), some.shape[1]), dtype=np.float32)
    products[bought] = some
    profiles, vectors = customer_profiles(shop), customer_vectors(shop, products)
    (first, made), (second, _) = written(profiles, vectors), written(profiles, vectors)
    groups = made.k - made.has_idle
    fared = next((one for one in made.choice if one.k == groups), None)
    figures = [Figure(f"{name}/a second run writes the same bytes", float(first == second), target=1.0)]
    if fared is not None:
        figures += [
            Figure(f"{name}/weakest group, bootstrap Jaccard", min(fared.jaccards, default=0.0), target=VALID),
            Figure(f"{name}/bootstrap adjusted Rand index", fared.stability, target=VALID),
            Figure(f"{name}/silhouette", fared.silhouette),
        ]
    jaccards = [] if fared is None else list(fared.jaccards)
    return figures, {"groups": groups, "jaccard of each group": jaccards, "reason": made.reason}


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--data", nargs="*", default=None)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--encoder", default=None)
    told = parser.parse_args()
    encoder = load_encoder(told.encoder)
    named = told.data
    if named is None:
        figures, about = of_sample(told, encoder)
        publish("segments", figures, told, shops={"sample": about})
        named = [
            str(data_folder() / one) for one in ("online_retail", "complete_journey") if (data_folder() / one).is_dir()
        ]
    for one in named:
        name = Path(one).stem
        figures, about = of_data(name, Shop.load(one), encoder)
        publish(f"segments_{name}", figures, told, shops={name: about})


if __name__ == "__main__":
    main()
