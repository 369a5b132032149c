"""The stages of `benchmarks/scale.py`, each run in a process of its own on tables that an earlier one left in a folder.

A stage returns what it measured; it knows neither targets nor what is printed.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.made_up import Size, made_up
from benchmarks.scale_groups import made_shop, product_vectors
from retrieval import batch as batches
from retrieval.batch import Asked, Batch, recommend_all
from retrieval.customers import customer_vectors
from retrieval.encoder import HashingEncoder
from retrieval.item_search import ItemSearch
from retrieval.live import Live
from retrieval.model import ItemModel
from retrieval.recommend import Exclude
from scoring import churn, next_purchase, value
from segmentation import segment_customers
from shop.profiles import customer_profiles
from shop.shop import Settings, Shop

Found = dict[str, Any]
HORIZON = 90
ROUNDS = 5
CROWD = 8_192  # customers of one round of the comparison with bare FAISS
STOPPED = 5  # parts of the batch that is stopped and taken up again


class Clock:
    """Seconds on the wall and of the processor, part by part."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[float, float]] = {}

    def run(self, name: str, work: Callable[[], Any]) -> Any:
        """Run one part and return its result."""
        started, spent = time.perf_counter(), _spent()
        result = work()
        self.parts[name] = (time.perf_counter() - started, _spent() - spent)
        return result


def _spent() -> float:
    used = os.times()
    return used.user + used.system


def peak_mib() -> float:
    """Return the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make(folder: Path, size: Size, clock: Clock) -> Found:
    """Leave the events of both made-up shops in Parquet files."""
    shop, kind = clock.run(
        "a shop of six kinds", lambda: made_shop(size.customers, size.events / size.customers, size.products)
    )
    _keep(shop, folder / "kinds")
    np.save(folder / "kind.npy", kind)
    many = shop.events.height
    shop, _ = clock.run("a shop of many tastes", lambda: made_up(size))
    _keep(shop, folder / "tastes")
    return {"events of the shop of kinds": many, "events of the shop of tastes": shop.events.height}


def _keep(shop: Shop, folder: Path) -> None:
    folder.mkdir()
    for name in ("events", "products", "customers"):
        getattr(shop, name).write_parquet(folder / f"{name}.parquet", compression="lz4")


def _shop(folder: Path) -> Shop:
    tables = [pl.read_parquet(folder / f"{name}.parquet") for name in ("events", "products", "customers")]
    return Shop(tables[0], tables[1], tables[2], settings=Settings(name="Made up", currency="EUR"))


def profiles(folder: Path, size: Size, clock: Clock) -> Found:
    """Count every customer's profile."""
    shop = clock.run("reading the events", lambda: _shop(folder / "kinds"))
    table = clock.run("profiles", lambda: customer_profiles(shop))
    table.write_parquet(folder / "profiles.parquet")
    return {}


def vectors(folder: Path, size: Size, clock: Clock) -> Found:
    """Pool every customer's history over product vectors of 384 numbers."""
    shop, goods = _shop(folder / "kinds"), product_vectors(size.products)
    np.save(folder / "vectors.npy", clock.run("vectors", lambda: customer_vectors(shop, goods)))
    return {}


def segments(folder: Path, size: Size, clock: Clock) -> Found:
    """Choose the number of groups, group, and put a tenth of the customers to their groups anew."""
    from sklearn.metrics import adjusted_rand_score

    table, told = pl.read_parquet(folder / "profiles.parquet"), np.load(folder / "vectors.npy")
    made = clock.run("segments", lambda: segment_customers(table, told))
    tenth = len(told) // 10
    clock.run("assigning a tenth anew", lambda: made.assign(table[:tenth], told[:tenth]))
    kind, buys = np.load(folder / "kind.npy"), (table["orders"] > 0).to_numpy()
    agreement = float(adjusted_rand_score(kind[buys], made.labels[buys]))
    k = made.k - made.has_idle
    (folder / "k.json").write_text(json.dumps(k))
    return {"groups found": k, "adjusted Rand index": agreement, "reason": made.reason}


def kmeans(folder: Path, size: Size, clock: Clock) -> Found:
    """scikit-learn's KMeans at its defaults on the same tables."""
    from sklearn.cluster import KMeans

    return _bare(folder, clock, KMeans)


def minibatch(folder: Path, size: Size, clock: Clock) -> Found:
    """scikit-learn's MiniBatchKMeans at its defaults on the same tables."""
    from sklearn.cluster import MiniBatchKMeans

    return _bare(folder, clock, MiniBatchKMeans)


def _bare(folder: Path, clock: Clock, clusterer: Any) -> Found:
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import StandardScaler

    table, told = pl.read_parquet(folder / "profiles.parquet"), np.load(folder / "vectors.npy")
    k = json.loads((folder / "k.json").read_text())

    def run() -> Any:
        numbers = table.select(pl.selectors.numeric().cast(pl.Float64).fill_null(0.0)).to_numpy()
        return clusterer(n_clusters=k).fit_predict(np.hstack([StandardScaler().fit_transform(numbers), told]))

    found = clock.run("segments", run)
    return {"adjusted Rand index": float(adjusted_rand_score(np.load(folder / "kind.npy"), found))}


def predict_churn(folder: Path, size: Size, clock: Clock) -> Found:
    """Churn within 90 days of everybody, and how well it is ranked when learnt from few and from four times as many."""
    from sklearn.metrics import roc_auc_score

    shop = _shop(folder / "kinds")
    moment = shop.as_of - timedelta(days=HORIZON)
    fitted = clock.run("fit", lambda: churn.fit(shop, moment, HORIZON))
    found = clock.run("predict", lambda: fitted.predict(shop, moment))
    truth = churn.TASK.truth(shop, moment, HORIZON)
    told: Found = {"learnt from, rows": fitted.table.rows}

    def auc(table: pl.DataFrame) -> float:
        both = table.join(truth, on="customer_id")
        return float(roc_auc_score(both["actual"].to_numpy(), both["churn_probability"].to_numpy()))

    told["AUC"] = auc(found)
    churn._MOST_CUSTOMERS *= 4
    more = churn.fit(shop, moment, HORIZON, rounds=0)
    told |= {"AUC, learnt from four times as many": auc(more.predict(shop, moment)), "rows of these": more.table.rows}
    return told


def predict_value(folder: Path, size: Size, clock: Clock) -> Found:
    """Spend within 90 days of everybody, and how far off it is beside the last period."""
    shop = _shop(folder / "kinds")
    moment = shop.as_of - timedelta(days=HORIZON)
    fitted = clock.run("fit", lambda: value.fit(shop, moment, HORIZON))
    found = clock.run("predict", lambda: fitted.predict(shop, moment))
    truth = value.TASK.truth(shop, moment, HORIZON)

    def error(table: pl.DataFrame) -> float:
        both = table.join(truth, on="customer_id", how="left").with_columns(pl.col("actual").fill_null(0.0))
        return float((both["expected_spend"] - both["actual"]).abs().mean())  # type: ignore[arg-type]

    last = value.fit_last_period(shop, moment, HORIZON).predict(shop, moment)
    return {"mean absolute error": error(found), "the same of the last period": error(last)}


def predict_next(folder: Path, size: Size, clock: Clock) -> Found:
    """Whether and when everybody buys next."""
    shop = _shop(folder / "kinds")
    moment = shop.as_of - timedelta(days=HORIZON)
    fitted = clock.run("fit", lambda: next_purchase.fit(shop, moment, HORIZON))
    clock.run("predict", lambda: fitted.predict(shop, moment))
    return {}


def recommend(folder: Path, size: Size, clock: Clock) -> Found:
    """Everybody's recommendations into one Parquet file; a part of them stopped and taken up again; beside bare FAISS."""
    shop, model = _shop(folder / "tastes"), made_up(Size(20, size.products, 100, size.dim, size.seed))[1]
    texts = np.zeros((len(model.ids), 32), np.float32)
    texts[:, 0] = 1.0  # nothing new comes: nobody looks for neighbours by text
    asked = _asked_like(shop, model)
    search = clock.run("index over products, chosen", lambda: ItemSearch(model.index_vectors(), asked))
    encode = HashingEncoder(32).encode
    live = clock.run("events by customer", lambda: Live(shop, model, texts, encode, search=search))
    batch = clock.run("pooling weights", lambda: Batch(live, Asked(10, exclude=Exclude(out_of_stock=False))))
    file, customers = folder / "everybody.parquet", shop.customers["customer_id"].to_list()
    rows = clock.run("everybody into Parquet", lambda: recommend_all(batch, customers, file, key="scale", tick=_tick))
    told: Found = {"rows": rows, "MiB of the file": file.stat().st_size / 2**20, "search": live.search.kind}
    told["measured"] = [vars(one) for one in live.search.measured]
    told["same bytes after a stop"] = _stopped(batch, customers[: STOPPED * batches.PART], folder)
    return told | _side_by_side(live, batch)


def _tick(done: int, total: int) -> None:
    if done == total or done % (10 * batches.PART) == 0:
        print(f"  {done:,} of {total:,} customers", file=sys.stderr, flush=True)


class _Stop(Exception):
    pass


def _stopped(batch: Batch, customers: list[str], folder: Path) -> bool:
    """Return whether a run that is stopped half-way and taken up again leaves the bytes of one that was not."""

    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise _Stop

    once, twice = folder / "once.parquet", folder / "twice.parquet"
    recommend_all(batch, customers, once, key="a")
    try:
        recommend_all(batch, customers, twice, key="a", tick=stop)
    except _Stop:
        pass
    left = len(list((folder / "twice.parquet.parts").glob("*.parquet")))
    recommend_all(batch, customers, twice, key="a")
    digests = {hashlib.sha256(one.read_bytes()).hexdigest() for one in (once, twice)}
    return 0 < left < -(-len(customers) // batches.PART) and len(digests) == 1


def _asked_like(shop: Shop, model: ItemModel, many: int = 200) -> np.ndarray:
    """Return queries such as customers will ask, to choose the search on: sums of the last products of some of them."""
    some = shop.events.tail(many * 40).group_by("customer_id", maintain_order=True).agg("product_id").head(many)
    rows = [[model.row_of[one] for one in row] for row in some["product_id"].to_list()]
    sums = np.stack([model.inputs[row].sum(axis=0) for row in rows])
    return np.concatenate([sums, np.ones((len(sums), 1), np.float32)], axis=1).astype(np.float32)


def _side_by_side(live: Live, batch: Batch) -> Found:
    """Recommend to the same customers by ours and by bare FAISS, in turns: same vectors, index, chunks and number of neighbours."""
    many, k = min(CROWD, len(live.past.customers)), batches.looked_for(10)
    vectors = np.asarray(batch.weights(np.arange(many)) @ live.model.inputs, dtype=np.float32)
    queries = np.concatenate([vectors, np.ones((many, 1), np.float32)], axis=1)
    spent: dict[str, list[float]] = {"ours": [], "bare": [], "search": []}

    def bare() -> None:
        for start in range(0, many, batches.CHUNK):
            live.search.index.search(queries[start : start + batches.CHUNK], k)

    works = {"ours": lambda: batch.of(live.past.customers[:many]), "bare": bare}
    for _ in range(ROUNDS):
        for name, work in (works | {"search": lambda: live.search.search(queries, k)}).items():
            started = time.perf_counter()
            work()
            spent[name].append(time.perf_counter() - started)
    share = {
        name: 100 * statistics.median(a / o for a, o in zip(spent["bare"], spent[name], strict=True))
        for name in ("ours", "search")
    }
    rates = {f"{name}, 1/s": many / statistics.median(spent[name]) for name in spent}
    return {"share of bare FAISS, everything": share["ours"], "share of bare FAISS, search": share["search"], **rates}


STAGES: dict[str, Callable[[Path, Size, Clock], Found]] = {
    "make": make,
    "profiles": profiles,
    "vectors": vectors,
    "segments": segments,
    "scikit-learn KMeans": kmeans,
    "scikit-learn MiniBatchKMeans": minibatch,
    "churn": predict_churn,
    "value": predict_value,
    "next purchase": predict_next,
    "recommendation": recommend,
}
