"""The form every benchmark's result takes, and how it is printed and kept. It measures nothing."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from shop.files import write_atomic

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its peers.

    `better` says whether more or less of it is good; `target` is the figure asked for, unchanged, or None.
    """

    figure: str
    value: float
    unit: str = ""
    better: str = "more"
    target: float | None = None
    interval: tuple[float, float] | None = None
    peers: Mapping[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Return whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "more" else self.value <= self.target


def machine() -> str:
    """Return what the figures were taken on: cores, processor, memory, Python."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        named = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = named[0] if named else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {model}, {memory:.0f} GiB, Python {platform.python_version()}"


def commit() -> str:
    """Return the short name of the commit that was measured, with a mark where the tree differs from it."""
    words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"]
    told = subprocess.run(words, capture_output=True, text=True)
    return told.stdout.strip() or "unknown"


def libraries_first() -> None:
    """Take this folder out of where modules are looked for: a script here may be called as a library is (`coverage`)."""
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [path for path in sys.path if path != here]


def options(description: str) -> argparse.ArgumentParser:
    """Return a parser with the two options every benchmark has."""
    libraries_first()
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--save", action="store_true", help="write the result into benchmarks/results")
    return parser


def publish(benchmark: str, figures: Sequence[Figure], told: argparse.Namespace, **about: object) -> None:
    """Print the figures, as JSON or as lines, and keep them where that was asked for."""
    result = {
        "benchmark": benchmark,
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        **about,
        "figures": [asdict(one) | {"met": one.met} for one in figures],
    }
    text = json.dumps(result, ensure_ascii=False, indent=1, default=_plain, allow_nan=False)
    if told.save:
        write_atomic(RESULTS / f"{benchmark}.json", text + "\n")
    print(text if told.json else "\n".join(_line(one) for one in figures))


def _plain(value: object) -> object:
    """Return what a number or array of numpy is in plain Python; anything else has no place in a result."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"a result holds {type(value).__name__} {value!r}; expected numbers, words, lists and tables")


def _line(one: Figure) -> str:
    target = "" if one.target is None else f"  target {one.target:g}: {'met' if one.met else 'MISSED'}"
    peers = "".join(f"  {name} {value:.4g}" for name, value in one.peers.items())
    return f"{one.figure:<52}{one.value:>12.4g} {one.unit:<5}{target}{peers}"
