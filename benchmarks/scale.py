"""A large made-up shop from events to groups, predictions and everybody's recommendations: time, processor time and peak memory a stage.

    python benchmarks/scale.py --customers 1000000 --products 100000 --events 20000000 [--folder F] [--only STAGE] [--json] [--save]

The events are made once and kept in Parquet files; each stage is a process of its own, so that its peak memory is its own (the events
it has read counted in). scikit-learn is given what a first notebook would do with the same tables: StandardScaler on the profile's
numbers beside the vectors, then KMeans and MiniBatchKMeans with as many groups, all else at its defaults; it chooses no number of
groups, tests none for stability and puts no new customer anywhere. It says nothing of the quality of recommendations.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.form import RESULTS, ROOT, Figure, options, publish

PEAK_GIB = 6.0
TARGETS = {"profiles/profiles": 15.0, "segments/segments": 90.0}  # seconds, of a million customers with 20M events
SHARE = 80.0  # % of bare FAISS
PEERS = ("scikit-learn KMeans", "scikit-learn MiniBatchKMeans")
_LIMIT = 1_800  # seconds a stage may take

Stage = dict[str, Any]


def run(stage: str, folder: Path, told: argparse.Namespace) -> Stage:
    """Run a stage in a process of its own and return what it measured, or why it failed."""
    words = [sys.executable, "-m", "benchmarks.scale", "--stage", stage, "--folder", str(folder)]
    for name in ("customers", "products", "events", "dim"):
        words += [f"--{name}", str(getattr(told, name))]
    threads = {} if stage in PEERS else {"OMP_NUM_THREADS": "1"}
    env = os.environ | {"POLARS_MAX_THREADS": os.environ.get("POLARS_MAX_THREADS", "2"), **threads}
    try:
        ran = subprocess.run(words, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT, timeout=_LIMIT)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {_LIMIT} s"}
    if ran.returncode:
        return {"failed": f"ended with {ran.returncode}"}  # what it said stands on the terminal
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def figures(done: dict[str, Stage], *, whole: bool) -> list[Figure]:
    """Return the figures of all stages; `whole`: the shop is as large as the targets speak of."""
    found = []
    for stage, told in done.items():
        if stage == "make" or stage in PEERS or "failed" in told:
            continue
        for part, (seconds, spent) in told["parts"].items():
            name = f"{stage}/{part}"
            peers = _peers(done, "seconds") if name == "segments/segments" else {}
            target = TARGETS.get(name) if whole else None
            found.append(Figure(f"{name}/seconds", seconds, "s", "less", target, peers=peers))
            peers = _peers(done, "processor") if name == "segments/segments" else {}
            found.append(Figure(f"{name}/processor seconds", spent, "s", "less", peers=peers))
        peers = _peers(done, "peak") if stage == "segments" else {}
        target = PEAK_GIB if whole else None
        found.append(Figure(f"{stage}/peak memory", told["peak"] / 1024, "GiB", "less", target, peers=peers))
        found += _said(stage, told["found"], done)
    return found


def _peers(done: dict[str, Stage], what: str) -> dict[str, float]:
    ran = {name: done[name] for name in PEERS if name in done and "failed" not in done[name]}
    if what == "peak":
        return {name: told["peak"] / 1024 for name, told in ran.items()}
    if what == "agreement":
        return {name: told["found"]["adjusted Rand index"] for name, told in ran.items()}
    return {name: told["parts"]["segments"][what == "processor"] for name, told in ran.items()}


def _said(stage: str, found: dict[str, Any], done: dict[str, Stage]) -> list[Figure]:
    """Return the other figures of a stage."""
    if stage == "segments":
        agreement = found["adjusted Rand index"]
        return [Figure("segments/planted kinds found, adjusted Rand index", agreement, peers=_peers(done, "agreement"))]
    if stage == "churn":
        more = {"learnt from four times as many": found["AUC, learnt from four times as many"]}
        return [Figure("churn/AUC", found["AUC"], peers=more)]
    if stage == "value":
        last = {"same as the last period": found["the same of the last period"]}
        return [Figure("value/mean absolute error", found["mean absolute error"], "", "less", peers=last)]
    if stage != "recommendation":
        return []
    kinds = []
    for one in found["measured"]:
        name = f"{one['kind']} {one['effort']}{' (chosen)' if one['chosen'] else ''}"
        kinds.append(Figure(f"recommendation/{name}, recall of the 100 best", one["recall"]))
        kinds.append(Figure(f"recommendation/{name}, queries one by one", one["queries_per_second"], "1/s"))
    bare = {"bare FAISS": found["bare, 1/s"]}
    return [
        *kinds,
        Figure("recommendation/rows written", found["rows"]),
        Figure("recommendation/size of the file", found["MiB of the file"], "MiB", "less"),
        Figure("recommendation/same bytes after a stop", float(found["same bytes after a stop"]), target=1.0),
        Figure("recommendation/customers a second, everything included", found["ours, 1/s"], "1/s", peers=bare),
        Figure("recommendation/share of bare FAISS, search", found["share of bare FAISS, search"], "%", "more", SHARE),
        Figure(
            "recommendation/share of bare FAISS, everything",
            found["share of bare FAISS, everything"],
            "%",
            "more",
            SHARE,
        ),
    ]


def main() -> None:
    """Run the stages asked for, or one of them as a child."""
    parser = options(__doc__ or "")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument(
        "--dim", type=int, default=128, help="numbers of a product's vector in the recommendation index"
    )
    parser.add_argument(
        "--only",
        action="append",
        help="run only this stage on what lies in --folder; its figures take the place of their old ones",
    )
    parser.add_argument("--folder", type=Path, help="where the tables are kept between stages; by default thrown away")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.stage:
        _child(told)
        return
    from benchmarks.scale_stages import STAGES

    with tempfile.TemporaryDirectory() as thrown_away:
        folder = told.folder or Path(thrown_away)
        folder.mkdir(parents=True, exist_ok=True)
        done: dict[str, Stage] = {}
        for stage in told.only or STAGES:
            done[stage] = run(stage, folder, told)
            print(f"{stage}: {_line(done[stage])}", file=sys.stderr, flush=True)
    whole = told.customers >= 1_000_000 and told.events >= 20_000_000
    size = {name: getattr(told, name) for name in ("customers", "products", "events", "dim")}
    about = {name: one["found"] for name, one in done.items() if "failed" not in one}
    failed = {name: one["failed"] for name, one in done.items() if "failed" in one}
    measured = figures(done, whole=whole)
    if told.only:
        measured, about, failed = _beside_the_others(measured, about, failed, size)
    publish("scale", measured, told, size=size, about=about, failed=failed)


def _beside_the_others(
    measured: list[Figure], about: dict[str, Any], failed: dict[str, str], size: dict[str, int]
) -> tuple[list[Figure], dict[str, Any], dict[str, str]]:
    """Return the figures of some stages in the place of their old ones among those kept of a shop of the same size."""
    file = RESULTS / "scale.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if kept.get("size") != size:
        return measured, about, failed
    anew = {*about, *failed}
    names = [name for name in Figure.__dataclass_fields__]
    old = [Figure(**{name: one[name] for name in names}) for one in kept["figures"]]
    others = [one for one in old if one.figure.split("/")[0] not in anew]
    still = {name: why for name, why in kept["failed"].items() if name not in anew}
    return [*others, *measured], kept["about"] | about, still | failed


def _line(told: Stage) -> str:
    if "failed" in told:
        return f"FAILED: {told['failed']}"
    parts = ", ".join(f"{name} {seconds:.1f} s ({spent:.1f} CPU s)" for name, (seconds, spent) in told["parts"].items())
    return f"{parts}; peak {told['peak'] / 1024:.2f} GiB"


def _child(told: argparse.Namespace) -> None:
    from benchmarks.made_up import Size
    from benchmarks.scale_stages import STAGES, Clock, peak_mib

    clock = Clock()
    found = STAGES[told.stage](told.folder, Size(told.customers, told.products, told.events, told.dim), clock)
    print(json.dumps({"parts": clock.parts, "peak": peak_mib(), "found": found}))


if __name__ == "__main__":
    main()
