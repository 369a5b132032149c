"""How fast a language model is here, and with how many threads: measured, and the best number kept for this machine.

It knows clocks, threads and one small file, not what is written.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.llm.protocol import LLM, ModelError
from shop.files import write_atomic

if TYPE_CHECKING:
    from assistant.llm.local import LocalLLM

THREADS = "SHOPKEEPER_THREADS"  # the environment's word for it, before what was measured
_FILE = "threads.json"
_BATCH = 16
_TOKENS = 48


@dataclass(frozen=True)
class Speed:
    """How fast a language model writes here, with the number of threads that was fastest.

    `by_threads` is tokens a second of sixteen texts at once for each number of threads that was tried.
    """

    tokens_per_second: float  # one text
    tokens_per_second_batch: float  # sixteen texts at once
    choose_seconds: float  # eight options of about 40 tokens
    threads: int
    by_threads: Mapping[int, float] = field(default_factory=dict)

    def __str__(self) -> str:
        tried = ", ".join(f"{number}: {rate:.0f}" for number, rate in self.by_threads.items())
        return (
            f"{self.tokens_per_second:.0f} tokens/s one text, {self.tokens_per_second_batch:.0f} tokens/s sixteen at once, "
            f"{self.choose_seconds:.2f} s to choose among eight\n"
            f"threads: {self.threads} (tokens/s sixteen at once by threads: {tried}); kept for this machine, {THREADS} "
            "takes another number"
        )


def threads_here(folder: Path) -> int | None:
    """Return how many threads a model should use: SHOPKEEPER_THREADS, else what was measured here, else None (torch's own).

    Parameters
    ----------
    folder : Path
        Where `keep_threads` keeps what was measured. A number measured on another number of cores is not taken.

    Raises
    ------
    ModelError
        When SHOPKEEPER_THREADS is no number of at least 1.
    """
    told = os.environ.get(THREADS, "").strip()
    if told:
        if not told.isdecimal() or int(told) < 1:
            raise ModelError(f"{THREADS}={told}: is no number of threads; expected 1 to {os.cpu_count() or 1}.")
        return int(told)
    try:
        kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return int(kept["threads"]) if kept["cores"] == os.cpu_count() and int(kept["threads"]) >= 1 else None
    except (OSError, ValueError, KeyError, TypeError):  # never measured, or cut off
        return None


def keep_threads(folder: Path, threads: int) -> None:
    """Keep a number of threads for this machine.

    Raises
    ------
    ModelError
        When it is below 1, or the folder cannot be written.
    """
    if threads < 1:
        raise ModelError(f"{threads} threads; expected 1 to {os.cpu_count() or 1}.")
    try:
        write_atomic(folder / _FILE, json.dumps({"threads": threads, "cores": os.cpu_count()}) + "\n")
    except OSError as error:
        raise ModelError(f"{folder / _FILE}: cannot be written ({error.strerror or error}).") from error


def measure_speed(llm: LLM, *, tokens: int = _TOKENS) -> Speed | None:
    """Return how fast a local model writes and chooses here, leaving it on its best number of threads; None for one elsewhere."""
    import torch

    from assistant.llm.local import LocalLLM

    if not isinstance(llm, LocalLLM):
        return None
    prompt = "Describe a small shop that sells tea, in a few sentences."
    cores = os.cpu_count() or 1
    by_threads = {}
    for threads in sorted({1, max(1, cores // 2), cores}):
        torch.set_num_threads(threads)
        by_threads[threads] = _rate(llm, [prompt] * _BATCH, tokens)
    best = max(by_threads, key=lambda threads: (by_threads[threads], -threads))
    torch.set_num_threads(best)
    one = _rate(llm, [prompt], tokens)
    options = [
        f"The {number} customers of the first group order often and spend well, and they like green tea most."
        for number in range(8)
    ]
    started = time.perf_counter()
    llm.choose(prompt, options)
    return Speed(one, by_threads[best], time.perf_counter() - started, best, by_threads)


def _rate(llm: LocalLLM, prompts: list[str], tokens: int) -> float:
    started = time.perf_counter()
    texts = llm.generate(prompts, max_new_tokens=tokens, seed=0)
    written = sum(llm.count_tokens(text) for text in texts)
    return written / (time.perf_counter() - started)
