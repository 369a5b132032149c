"""Testing what is claimed of a group on customers the grouping never saw.

It compares counted values. It writes nothing and does not decide what to say instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.writing.facts import Fact
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Wording

if TYPE_CHECKING:
    import polars as pl

    from shop import Shop

SHARE = 0.3  # of the customers is held out of the grouping
_ROUNDS = 20
_Z = 1.96  # 95 % interval
COUNTED = frozenset({"customers", "share"})  # the size of the group, counted of all customers: nothing is generalised


@dataclass(frozen=True)
class Tested:
    """One claim of a persona and what became of it on held-out customers."""

    said: str
    held: bool
    why: str = ""  # why it did not hold


@dataclass(frozen=True)
class HeldOut:
    """The tests of one persona's claims, those that failed and were removed included."""

    customers: int  # held-out customers in the group
    tests: tuple[Tested, ...]

    @property
    def tested(self) -> int:
        """Return how many claims were tested."""
        return len(self.tests)

    @property
    def held(self) -> int:
        """Return how many held."""
        return sum(test.held for test in self.tests)


def is_held_out(customer_ids: Sequence[str], *, seed: int = 0) -> NDArray[np.bool_]:
    """Return which customers are left out of the grouping: about 30 %, by a hash of the id, so that nobody changes sides."""
    hashes = (hashlib.blake2b(f"{seed}:{customer}".encode(), digest_size=4).digest() for customer in customer_ids)
    return np.array([int.from_bytes(digest, "big") / 2**32 < SHARE for digest in hashes], dtype=bool)


def spreads(
    shop: Shop, profiles: pl.DataFrame, labels: NDArray[np.int64], *, words: Mapping[int, str], seed: int = 0
) -> dict[tuple[int, str], float]:
    """Return the standard error of each number of each group, by (segment, column).

    The spread of the value over 20 random halves of the customers around the value of all of them.

    Source: Shao & Wu (1989), "A General Theory for Jackknife Variance Estimation", Annals of Statistics 17(3); delete half.
    """
    from segmentation import describe_segments

    whole = describe_segments(shop, profiles, labels, words=words)
    numbers = [name for name, kind in whole.schema.items() if kind.is_numeric() and name != "segment"]
    rng = np.random.default_rng(seed)
    found: dict[tuple[int, str], list[float]] = {}
    for _ in range(_ROUNDS):
        half = np.sort(rng.permutation(profiles.height)[: profiles.height // 2])
        table = describe_segments(shop, profiles[half.tolist()], labels[half], words=words)
        joined = table.join(whole, on="segment", suffix="_all")
        for row in joined.to_dicts():
            for name in numbers:
                if row[name] is not None and row[f"{name}_all"] is not None:
                    found.setdefault((row["segment"], name), []).append(row[name] - row[f"{name}_all"])
    return {key: float(np.sqrt(np.mean(np.square(gaps)))) for key, gaps in found.items() if len(gaps) >= _ROUNDS // 2}


@dataclass(frozen=True)
class Evidence:
    """What is known of one group on both sides of the split.

    `seen` and `unseen` are the facts counted on customers the grouping saw and on the others; `spread` the standard
    errors of the numbers of the whole group by fact name; `widening` makes of a standard error of the whole one of the
    difference between the two sides.
    """

    seen: Mapping[str, Fact]
    unseen: Mapping[str, Fact]
    spread: Mapping[str, float]
    widening: float
    customers: int


def widening(seen: int, unseen: int) -> float:
    """Return sqrt(n/seen + n/unseen), n both together: from the standard error of the whole to that of the difference."""
    whole = seen + unseen
    return float(np.sqrt(whole / seen + whole / unseen)) if seen and unseen else float("inf")


def tested(said: str, wordings: Sequence[Wording], evidence: Evidence, *, printing: Printing) -> Tested:
    """Return whether what a sentence says holds on the held-out customers.

    It holds where its lines' conditions hold there, its names are the same there, and each of its numbers there lies in the 95 %
    interval around the number of the customers the grouping saw.
    """
    sheet = Sheet(list(evidence.unseen.values()), printing)
    for wording in wordings:
        names = [name for name in wording.facts if name not in COUNTED]
        unknown = [name for name in names if name not in evidence.unseen or name not in evidence.seen]
        if unknown:
            return Tested(said, False, f"too few held-out customers to test it ({evidence.customers})")
        for name in names:
            why = _differs(evidence.seen[name], evidence.unseen[name], evidence)
            if why:
                return Tested(said, False, why)
        if names and not sheet.fill(wording):
            return Tested(said, False, "its condition does not hold on them")
    return Tested(said, True)


def _differs(seen: Fact, unseen: Fact, evidence: Evidence) -> str:
    if isinstance(seen.value, str) or seen.unit in ("weekday", "hour", "month", "name", "text"):
        return "" if seen.value == unseen.value else "another one is first among them"
    spread = evidence.spread.get(seen.name)
    if spread is None:
        return f"too few customers to know how far it varies ({evidence.customers})"
    gap = abs(float(unseen.value) - float(seen.value))  # type: ignore[arg-type]
    allowed = _Z * evidence.widening * spread
    return "" if gap <= allowed + 1e-9 else "their value lies outside the interval"


def facts_by_name(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Return the facts of one subject by their name."""
    return {one.name: one for one in facts}
