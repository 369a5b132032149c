"""The shop's own rules over a ranked list: pinned products first, buried ones last, so many a category, not all alike.

It reorders rows. It scores nothing and knows no customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retrieval.filters import Catalogue, Mask
    from retrieval.model import Floats
    from retrieval.ranked import Ranked


class RuleError(ValueError):
    """A rule cannot be followed; the message says which and the mend."""


@dataclass(frozen=True)
class Rules:
    """What the shop wants of every list.

    Parameters
    ----------
    pin : product ids, put first in this order wherever they may be shown
    bury : product ids, shown only when nothing else is left
    most_per_category : int at least 1, or a mapping of category to int, optional
        So many of one category at most; products without a category are not capped.
    diversity : float in [0, 1]
        0: by score alone. Above: each next product trades its score against being like those above it (MMR).

    Source of the diversity: Carbonell & Goldstein (1998), "The use of MMR", SIGIR.
    """

    pin: Sequence[str] = ()
    bury: Sequence[str] = ()
    most_per_category: int | Mapping[str, int] | None = None
    diversity: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.diversity <= 1:
            raise RuleError(f"diversity must be between 0 and 1, got {self.diversity}.")
        both = set(self.pin) & set(self.bury)
        if both:
            raise RuleError(f"{', '.join(sorted(both))}: pinned and buried at once; take it out of one of the two.")
        caps = self.most_per_category
        wrong = [
            one
            for one in (caps.values() if isinstance(caps, Mapping) else [caps] if caps is not None else [])
            if one < 0
        ]
        if wrong or caps == 0:
            raise RuleError(f"most_per_category must be at least {0 if isinstance(caps, Mapping) else 1}, got {caps}.")

    @property
    def are_plain(self) -> bool:
        """Whether the list stays as ranked."""
        return not (self.pin or self.bury or self.most_per_category is not None or self.diversity)


def followed(rules: Rules, ranked: Ranked, k: int, *, catalogue: Catalogue, items: Floats, allowed: Mask) -> list[int]:
    """Return up to `k` rows of a longer ranked list, in the order the rules give.

    Parameters
    ----------
    ranked : more than `k` rows, or all that are allowed
    items : float32 (n, d)
        By whose cosine two products are alike.
    allowed : bool (n,)
        A pinned product that may not be shown is not shown.

    Raises
    ------
    RuleError
        When a pinned or buried product is not in the catalogue.
    """
    pinned, buried = ([_row(catalogue, one, name) for one in getattr(rules, name)] for name in ("pin", "bury"))
    chosen = [row for row in pinned if allowed[row]][:k]
    scores = dict(zip(ranked.rows.tolist(), ranked.scores.tolist(), strict=True))
    last = set(buried)
    open_rows = [row for row in scores if row not in last and row not in set(chosen)]
    cap = _Cap(rules.most_per_category, catalogue)
    for row in chosen:
        cap.take(row)
    _fill(chosen, open_rows, scores, k=k, cap=cap, items=items, diversity=rules.diversity)
    _fill(chosen, [row for row in scores if row in last], scores, k=k, cap=cap, items=items, diversity=0.0)
    return chosen


def _fill(  # noqa: PLR0913 - the list and what it is filled by
    chosen: list[int],
    open_rows: list[int],
    scores: Mapping[int, float],
    *,
    k: int,
    cap: _Cap,
    items: Floats,
    diversity: float,
) -> None:
    if not diversity:
        for row in open_rows:
            if len(chosen) < k and cap.has_room(row):
                cap.take(row)
                chosen.append(row)
        return
    values = np.array([scores[row] for row in open_rows])
    spread = float(values.max() - values.min()) if len(values) else 0.0
    worth = (values - values.min()) / spread if spread else np.ones(len(values))  # on the scale of a cosine
    units = _units(items[open_rows])
    nearest = _nearest(units, _units(items[chosen]))
    left = np.array([cap.has_room(row) for row in open_rows], dtype=bool)
    while len(chosen) < k and left.any():
        gain = np.where(left, (1 - diversity) * worth - diversity * nearest, -np.inf)
        at = int(gain.argmax())
        chosen.append(open_rows[at])
        cap.take(open_rows[at])
        nearest = np.maximum(nearest, units @ units[at])
        left[at] = False
        left &= np.array([cap.has_room(row) for row in open_rows], dtype=bool)


class _Cap:
    def __init__(self, most: int | Mapping[str, int] | None, catalogue: Catalogue) -> None:
        self._most, self._catalogue, self._counts = most, catalogue, dict[str, int]()
        if isinstance(most, Mapping):
            self._most = {name.strip().casefold(): cap for name, cap in most.items()}

    def has_room(self, row: int) -> bool:
        if self._most is None or (category := self._catalogue.category(row)) is None:
            return True
        name = category.casefold()
        cap = self._most.get(name) if isinstance(self._most, Mapping) else self._most
        return cap is None or self._counts.get(name, 0) < cap

    def take(self, row: int) -> None:
        if (category := self._catalogue.category(row)) is not None:
            self._counts[category.casefold()] = self._counts.get(category.casefold(), 0) + 1


def _row(catalogue: Catalogue, product: str, rule: str) -> int:
    if product not in catalogue.row_of:
        raise RuleError(
            f"{rule}: no product {product!r} among the {len(catalogue)} of this shop; correct or leave it out."
        )
    return catalogue.row_of[product]


def _units(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-12)


def _nearest(units: Floats, chosen: Floats) -> Floats:
    if not len(chosen):
        return np.zeros(len(units), dtype=np.float32)
    return np.asarray((units @ chosen.T).max(axis=1, initial=-1.0))
