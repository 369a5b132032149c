"""Testing what is claimed of a group on customers the grouping never saw.

It compares counted values. It writes nothing and does not decide what to say instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.claims import NAMING
from assistant.writing.facts import Fact
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Wording

SHARE = 0.3  # of the customers is held out of the grouping
FEWEST_HELD_OUT = 15  # customers of a group; fewer can refute nothing, so nothing is claimed
_Z = 1.96  # 95 % interval
_LEFT = 0.5  # of a difference to the other customers must be there on the held-out ones
# the size of the group, counted of all customers, and what was not found: nothing is generalised
COUNTED = frozenset({"customers", "share", "kept_purchases", "held_differences"})


@dataclass(frozen=True)
class Tested:
    """One claim of a persona and what became of it on held-out customers."""

    __test__ = False  # no test, though its name begins like one

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


@dataclass(frozen=True)
class Evidence:
    """What is known of one group on both sides of the split.

    `seen` and `unseen` are the facts counted on customers the grouping saw and on the others; `spread` the standard
    errors of the seen numbers by fact name; `widening` makes of such a standard error that of the difference between the
    two sides; `gaps` how far numbers lie from those of all customers, seen and unseen; `customers` those held out.
    """

    seen: Mapping[str, Fact]
    unseen: Mapping[str, Fact]
    spread: Mapping[str, float]
    widening: float
    customers: int
    gaps: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def interval(self, name: str) -> float | None:
        """Return how far the held-out number may lie from the seen one: half the width of the 95 % interval."""
        spread = self.spread.get(name)
        return None if spread is None else _Z * self.widening * spread


def widening(seen: int, unseen: int) -> float:
    """Return sqrt(1 + seen/unseen): from the standard error of the seen number to that of its difference to the unseen."""
    return float(np.sqrt(1 + seen / unseen)) if seen and unseen else float("inf")


def check_claim(
    said: str,
    wordings: Sequence[Wording],
    evidence: Evidence,
    *,
    printing: Printing,
    telling: Sequence[str] = (),
) -> Tested:
    """Return whether what a sentence says holds on the held-out customers.

    It holds where its lines' conditions hold there, its names are the same there, and each number it states lies there in
    the 95 % interval around the number of the customers the grouping saw; and where at least half of what sets the group apart
    in the `telling` numbers is there too.
    """
    sheet = Sheet(list(evidence.unseen.values()), printing)
    for wording in wordings:
        names = [name for name in wording.facts if name not in COUNTED]
        unknown = [name for name in names if name not in evidence.unseen or name not in evidence.seen]
        if unknown:
            return Tested(said, False, f"too few held-out customers to test it ({evidence.customers})")
        for name in names:
            if name not in wording.covers:
                continue  # no number is stated, so no interval: the condition is what is claimed
            why = _differs(evidence.seen[name], evidence.unseen[name], evidence)
            if why:
                return Tested(said, False, why)
        if names and not sheet.fill(wording):
            return Tested(said, False, "its condition does not hold on them")
    if not all(_stays_apart(evidence.gaps.get(name)) for name in telling):
        return Tested(said, False, "they do not differ so from the other customers")
    return Tested(said, True)


def _stays_apart(gaps: tuple[float, float] | None) -> bool:
    return gaps is not None and gaps[0] * gaps[1] > 0 and abs(gaps[1]) >= _LEFT * abs(gaps[0])


def _differs(seen: Fact, unseen: Fact, evidence: Evidence) -> str:
    if isinstance(seen.value, str) or seen.unit in NAMING:
        return "" if seen.value == unseen.value else "another one is first among them"
    allowed = evidence.interval(seen.name)
    if allowed is None:
        return f"too few customers to know how far it varies ({evidence.customers})"
    gap = abs(float(unseen.value) - float(seen.value))  # type: ignore[arg-type]
    return "" if gap <= allowed + 1e-9 else "their value lies outside the interval"


def facts_by_name(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Return the facts of one subject by their name."""
    return {one.name: one for one in facts}
