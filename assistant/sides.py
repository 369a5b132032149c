"""Both sides of the split: what the customers the grouping saw show of each group, and what the held-out ones do.

It counts each side once. It makes no claim and judges none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from assistant.held_out import Evidence, facts_by_name, widening
from assistant.segment_facts import segment_facts

if TYPE_CHECKING:
    from assistant.making import Made
    from segmentation import Difference, Differences, Marks
    from shop import Shop


@dataclass(frozen=True)
class Sides:
    """What both sides of the split show, by group; nothing where nobody was held out.

    `differences` are counted on the customers the grouping saw.
    """

    evidence: Mapping[int, Evidence] = field(default_factory=dict)
    differences: Differences | None = None

    def of(self, segment: int) -> dict[str, Difference]:
        """Return the differences of one group by the name of the number."""
        found = {} if self.differences is None else self.differences.found
        return {name: one for (number, name), one in found.items() if number == segment}


def both_sides(shop: Shop, made: Made, marks: Marks, as_of: datetime | None, *, seed: int = 0) -> Sides:
    """Return what each side of the split shows of the groups both have customers of; not of those who never bought."""
    from segmentation import segment_differences, segment_rows

    if not made.held_out.any():
        return Sides()
    seen, unseen = np.flatnonzero(~made.held_out), np.flatnonzero(made.held_out)
    differences = segment_differences(shop, made.profiles[seen.tolist()], made.labels[seen], marks=marks, seed=seed)
    others = segment_rows(shop, made.profiles[unseen.tolist()], made.labels[unseen], marks)
    found = {}
    for segment in sorted(differences.whole.keys() & others.keys()):
        if made.segments.has_idle and segment == made.segments.k - 1:
            continue
        rows = (differences.whole[segment], others[segment])
        sides = [facts_by_name(segment_facts(row, shop, name="Segment", as_of=as_of)) for row in rows]
        counts = [int(row["customers"]) for row in rows]
        own = {name: error for (number, name), error in differences.errors.items() if number == segment}
        gaps = {}
        for (number, name), one in differences.found.items():
            if number == segment:
                own[name] = one.error
                there, baseline = others[segment][name], others[segment][f"{name}_baseline"]
                if there is not None and baseline is not None:
                    gaps[name] = (one.gap, there - baseline)
        found[segment] = Evidence(sides[0], sides[1], own, widening(*counts), counts[1], gaps)
    return Sides(found, differences)
