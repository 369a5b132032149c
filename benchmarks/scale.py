"""A large shop from events to everybody's recommendations: time and peak memory a stage, queries a second beside bare FAISS.

    python benchmarks/scale.py --customers 1000000 --products 100000 --events 20000000

The shop is made up (`benchmarks/made_up.py`). Bare FAISS is given the same query vectors, the same index and the same number of
neighbours, in the same chunks, in turns; what ours does besides is pooling, leaving out what is owned, ordering and writing Parquet.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.flow import Watch  # noqa: E402
from benchmarks.form import Figure, options, publish  # noqa: E402
from benchmarks.made_up import Size, made_up  # noqa: E402
from retrieval import HashingEncoder  # noqa: E402
from retrieval import batch as batches  # noqa: E402
from retrieval.batch import Asked, Batch, recommend_all  # noqa: E402
from retrieval.item_search import ItemSearch  # noqa: E402
from retrieval.live import Live  # noqa: E402
from retrieval.model import ItemModel  # noqa: E402
from retrieval.recommend import Exclude  # noqa: E402
from shop import Shop  # noqa: E402

ROUNDS = 5
CROWD = 8_192  # customers of one round of the comparison


def queries_of(live: Live, batch: Batch, many: int) -> np.ndarray:
    """Return the query vectors of some customers, as the batch makes them."""
    mixed = batch.weights(np.arange(min(many, len(live.past.customers))))
    vectors = np.asarray(mixed @ live.model.inputs, dtype=np.float32)
    return np.concatenate([vectors, np.ones((len(vectors), 1), np.float32)], axis=1)


def bare(search: ItemSearch, queries: np.ndarray, k: int) -> float:
    """Return the seconds FAISS alone takes, in the chunks ours uses."""
    started = time.perf_counter()
    for start in range(0, len(queries), batches.CHUNK):
        search.index.search(queries[start : start + batches.CHUNK], k)
    return time.perf_counter() - started


def side_by_side(live: Live, batch: Batch) -> list[Figure]:
    """Recommend to the same customers by ours and by bare FAISS, in turns; return queries a second and the share of it."""
    queries = queries_of(live, batch, CROWD)
    names = live.past.customers[: len(queries)]
    ours, alone, search_only = [], [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        batch.of(names)
        ours.append(time.perf_counter() - started)
        alone.append(bare(live.search, queries, batches.looked_for(10)))
        started = time.perf_counter()
        live.search.search(queries, batches.looked_for(10))
        search_only.append(time.perf_counter() - started)
    rate = len(names) / statistics.median(ours)
    faiss = len(names) / statistics.median(alone)
    share = 100 * statistics.median(a / o for a, o in zip(alone, ours, strict=True))
    searched = 100 * statistics.median(a / o for a, o in zip(alone, search_only, strict=True))
    return [
        Figure("recommended to, everything included", rate, "1/s", peers={"bare FAISS": faiss}),
        Figure("ours of bare FAISS on the same vectors, search", searched, "%", target=80.0),
        Figure("ours of bare FAISS, everything included", share, "%", target=80.0),
    ]


def stages(shop: Shop, model: ItemModel, watch: Watch) -> tuple[Live, Batch]:
    """Run the stages up to the batch."""
    encoder = HashingEncoder(32)
    texts = np.zeros((len(model.ids), 32), np.float32)
    texts[:, 0] = 1.0  # nothing new comes: nobody looks for neighbours by text
    search = watch.run("search over products", lambda: ItemSearch(model.index_vectors(), asked_like(shop, model)))
    live = watch.run("events by customer", lambda: Live(shop, model, texts, encoder.encode, search=search))
    asked = Asked(10, exclude=Exclude(out_of_stock=False))
    return live, watch.run("pooling weights", lambda: Batch(live, asked))


def asked_like(shop: Shop, model: ItemModel, many: int = 200) -> np.ndarray:
    """Return queries such as customers will ask, to choose the search on: sums of the last products of some of them."""
    some = shop.events.tail(many * 40).group_by("customer_id", maintain_order=True).agg("product_id").head(many)
    sums = np.stack(
        [model.inputs[[model.row_of[one] for one in row]].sum(axis=0) for row in some["product_id"].to_list()]
    )
    return np.concatenate([sums, np.ones((len(sums), 1), np.float32)], axis=1).astype(np.float32)


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--dim", type=int, default=128)
    told = parser.parse_args()
    size = Size(told.customers, told.products, told.events, told.dim)
    shop, model = made_up(size)
    watch = Watch()
    live, batch = stages(shop, model, watch)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "everybody.parquet"
        customers = shop.customers["customer_id"].to_list()
        rows = watch.run("everybody into Parquet", lambda: recommend_all(batch, customers, file, key="scale"))
        megabytes = file.stat().st_size / 2**20
    figures = []
    for name, (seconds, mib) in watch.found.items():
        figures += [Figure(f"{name}, time", seconds, "s", "less"), Figure(f"{name}, peak memory", mib, "MiB", "less")]
    figures += [Figure("rows written", rows), Figure("size of the file", megabytes, "MiB")]
    for one in live.search.measured:
        mark = " (chosen)" if one.chosen else ""
        figures.append(Figure(f"{one.kind} {one.effort}{mark}, recall of the 100 best", one.recall))
        figures.append(Figure(f"{one.kind} {one.effort}{mark}, queries one by one", one.queries_per_second, "1/s"))
    publish("scale", [*figures, *side_by_side(live, batch)], told, size=vars(size), search=live.search.kind)


if __name__ == "__main__":
    main()
