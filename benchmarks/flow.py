"""The whole flow, stage by stage: time and peak memory beside the bare libraries doing the same piece of work.

    python benchmarks/flow.py [--data FOLDER ...] [--rounds 3] [--json] [--save]

Without --data: the sample shop, and Online Retail where the public data are. Ours and the bare libraries run in processes of their
own, in turns; medians are given. It knows what the stages are, not how they work.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.form import ROOT, Figure, options, publish

Measured = dict[str, tuple[float, float]]  # stage → (seconds, MiB at most while it ran)


def data_folder() -> Path:
    """Return where the public data sets are looked for."""
    return Path(os.environ.get("SHOPKEEPER_DATA", ROOT.parent / "shared" / "data"))


class Watch:
    """Times stages and reads the peak of each: Linux lets a process set its high-water mark back."""

    def __init__(self) -> None:
        self.found: Measured = {}
        self._started = 0.0

    def start(self) -> None:
        """Begin a stage."""
        Path("/proc/self/clear_refs").write_text("5")
        self._started = time.perf_counter()

    def stop(self, name: str) -> None:
        """End the stage begun last."""
        seconds = time.perf_counter() - self._started
        status = Path("/proc/self/status").read_text()
        kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        self.found[name] = (seconds, kib / 1024)

    def run(self, name: str, work: Callable[[], Any]) -> Any:
        """Run a stage and return its result."""
        self.start()
        result = work()
        self.stop(name)
        return result


def ours(data: str) -> Measured:
    """Run every stage of ours, each alone, then the report on what is there."""
    from assistant import Assistant
    from assistant.stages import Stages
    from retrieval import FaissIndex, customer_vectors, load_encoder
    from segmentation import segment_customers
    from shop import Shop
    from shop.profiles import customer_profiles
    from shop.texts import product_texts

    watch = Watch()
    shop = watch.run("ingest", lambda: Shop.load(data))
    profiles = watch.run("profiles", lambda: customer_profiles(shop))
    encoder = load_encoder(None)
    texts = product_texts(shop)
    vectors = watch.run("vectors", lambda: encoder.encode(texts))
    ids = shop.products["product_id"].to_list()

    def index() -> Any:
        made = FaissIndex(ids, vectors, encoder.name)
        made.search_vectors(vectors[:1000], 10)
        return made

    watch.run("index", index)
    customers = watch.run("customer vectors", lambda: customer_vectors(shop, vectors))
    watch.run("segments", lambda: segment_customers(profiles, customers))
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        Assistant(shop, encoder=encoder, llm="none", state=state, source="bench").index()
        assistant = Assistant(shop, encoder=encoder, state=state, source="bench", stages=Stages())
        assert assistant.llm is not None  # loading the model is no part of writing the report
        watch.run("report", lambda: assistant.report(Path(folder) / "out"))
    return watch.found


def bare(data: str) -> Measured:
    """Do the same pieces of work with the bare libraries: no checks, no report of rows, no reasons."""
    import faiss
    import numpy as np
    import polars as pl
    from sentence_transformers import SentenceTransformer
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    from retrieval.encoder import embedded_folder
    from shop import Shop
    from shop.texts import product_texts

    watch = Watch()
    watch.run("ingest", lambda: [_bare_read(path) for path in _files(Path(data))])
    shop = Shop.load(data)
    lines = shop.purchases()
    worth = pl.col("quantity") * pl.col("unit_price")

    def profiles() -> pl.DataFrame:
        return lines.group_by("customer_id").agg(
            pl.col("time").max(), pl.col("order_id").n_unique(), worth.sum().alias("money"), pl.len()
        )

    rfm = watch.run("profiles", profiles)
    model = SentenceTransformer(str(embedded_folder(check=False)), device="cpu")
    texts = product_texts(shop)
    vectors = watch.run("vectors", lambda: model.encode(texts, normalize_embeddings=True, show_progress_bar=False))

    def index() -> None:
        made = faiss.IndexFlatIP(vectors.shape[1])
        made.add(vectors)
        made.search(vectors[:1000], 10)

    watch.run("index", index)

    def cluster() -> None:
        numbers = rfm.select("order_id", "money", "len").fill_null(0).to_numpy().astype(np.float64)
        scaled = StandardScaler().fit_transform(np.log1p(np.clip(numbers, 0, None)))
        for k in range(2, 11):
            KMeans(k, n_init=10, random_state=0).fit(scaled)

    watch.run("segments", cluster)
    return watch.found


def _files(data: Path) -> list[Path]:
    found = [data] if data.is_file() else sorted(data.iterdir())
    return [path for path in found if path.suffix in (".csv", ".parquet")]


def _bare_read(path: Path) -> Any:
    import polars as pl

    return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, try_parse_dates=True)


def child(kind: str, data: str) -> Measured:
    """Run one side in a process of its own."""
    words = [sys.executable, __file__, "--child", kind, "--data", data]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{kind} on {data} failed:\n{done.stderr[-3000:]}")
    return {name: (seconds, peak) for name, (seconds, peak) in json.loads(done.stdout.splitlines()[-1]).items()}


def import_seconds(rounds: int = 7) -> float:
    """Return the median wall time of a process that imports `assistant`, less that of one that imports nothing."""

    def once(code: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
        return time.perf_counter() - started

    with_it, without = zip(*((once("import assistant"), once("pass")) for _ in range(rounds)), strict=True)
    return statistics.median(with_it) - statistics.median(without)


def cold_answer(*, converted: bool) -> float:
    """Return the wall time of `shopkeeper ask` on the sample shop without a state; `converted`: the model lies in the cache."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["ask", "sample", "How do I return something?", "--state", f"{folder}/state"]
        settings = dict(os.environ) if converted else dict(os.environ) | {"XDG_CACHE_HOME": f"{folder}/cache"}
        started = time.perf_counter()
        command = [sys.executable, "-c", "from assistant.commands.app import main; main()", *words]
        subprocess.run(command, check=True, cwd=ROOT, env=settings, capture_output=True)
        return time.perf_counter() - started


def measure(name: str, data: str, rounds: int) -> list[Figure]:
    """Return the figures of one shop: ours and the bare libraries in turns."""
    runs = [(child("ours", data), child("bare", data)) for _ in range(rounds)]
    figures = []
    for stage in runs[0][0]:
        for at, unit in ((0, "s"), (1, "MiB")):
            own = statistics.median(mine[stage][at] for mine, _ in runs)
            peers = {}
            if stage in runs[0][1]:
                peers["bare libraries"] = statistics.median(theirs[stage][at] for _, theirs in runs)
            what = "seconds" if unit == "s" else "peak memory"
            figures.append(Figure(f"{name}/{stage}/{what}", own, unit, "less", peers=peers))
    stages = ("ingest", "profiles", "customer vectors", "segments")
    total = statistics.median(sum(mine[stage][0] for stage in stages) for mine, _ in runs)
    target = 60.0 if name == "online_retail" else None
    figures.append(Figure(f"{name}/ingest to segments without encoding/seconds", total, "s", "less", target))
    return figures


def main() -> None:
    """Measure what the command line asks for."""
    parser = options(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", action="append", help="a folder or file; may be given more than once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=("ours", "bare"), help="one side of one round, for the script itself")
    told = parser.parse_args()
    if told.child:
        print(json.dumps({"ours": ours, "bare": bare}[told.child](told.data[0])))
        return
    figures = [
        Figure("import assistant/seconds", import_seconds(), "s", "less", 0.5),
        Figure("first answer, cold/seconds", cold_answer(converted=True), "s", "less", 60.0),
        Figure("first answer, cold, model not converted yet/seconds", cold_answer(converted=False), "s", "less", 60.0),
    ]
    with tempfile.TemporaryDirectory() as folder:
        if told.data:
            sources = {Path(one).name: one for one in told.data}
        else:
            from shop.sample import write_sample

            write_sample(Path(folder))
            sources = {"sample": folder}
            if (retail := data_folder() / "online_retail").is_dir():
                sources["online_retail"] = str(retail)
        for name, data in sources.items():
            figures += measure(name, data, told.rounds)
    publish("flow", figures, told, rounds=told.rounds)


if __name__ == "__main__":
    main()
