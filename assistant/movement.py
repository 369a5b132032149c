"""How groups change over time without being made anew: sizes month by month, who moved where. It names no group.

The groups are those of today; earlier customers are put into them as they stood then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.making import Made, customers_at

if TYPE_CHECKING:
    from shop import Shop

MONTH = timedelta(days=30)
MONTHS = 6
_FEWEST = 40  # customers who had bought; before that a share says nothing


@dataclass(frozen=True)
class Movement:
    """Groups at several moments.

    `moments` UTC, the latest first; `sizes` int (moments, groups); `matrix` int (groups, groups): of those who had
    bought a month ago, how many were in the row's group then and are in the column's now.
    """

    moments: tuple[datetime, ...]
    sizes: NDArray[np.int64]
    matrix: NDArray[np.int64]

    @property
    def moved(self) -> float:
        """Return the part of the customers of a month ago who are in another group now, 0–1."""
        return 1.0 - float(np.trace(self.matrix)) / max(int(self.matrix.sum()), 1)

    def trend(self, segment: int) -> list[float]:
        """Return the share of a group among those who had bought, the latest first."""
        whole = np.maximum(self.sizes.sum(axis=1), 1)
        return [float(one) for one in self.sizes[:, segment] / whole]


def movement(shop: Shop, made: Made, *, months: int = MONTHS) -> Movement | None:
    """Return how today's groups were filled each month back; None in a shop without a clock or a month of history."""
    if not shop.has_clock:
        return None
    groups = len(made.segments.centres)
    buys = (made.profiles["orders"] > 0).to_numpy()
    moments, sizes = [shop.as_of], [np.bincount(made.labels[buys], minlength=groups)]
    matrix = np.zeros((groups, groups), dtype=np.int64)
    for number in range(1, months + 1):
        moment = shop.as_of - number * MONTH
        found = labels_at(shop, made, moment)
        if found is None:
            break
        labels, bought = found
        if number == 1:
            np.add.at(matrix, (labels[bought], made.labels[bought]), 1)
        moments.append(moment)
        sizes.append(np.bincount(labels[bought], minlength=groups))
    if len(moments) < 2:
        return None
    return Movement(tuple(moments), np.array(sizes, dtype=np.int64), matrix)


def labels_at(shop: Shop, made: Made, moment: datetime) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """Return the group of each customer as they stood at `moment`, and who had bought; None where too few had."""
    first = shop.purchases()["time"].min()
    if not isinstance(first, datetime) or first >= moment:
        return None
    profiles, vectors = customers_at(shop, made, moment)
    bought = (profiles["orders"] > 0).to_numpy()
    still = bought & (made.profiles["orders"] > 0).to_numpy()  # who sent everything back since is in no group now
    if int(still.sum()) < _FEWEST:
        return None
    return made.segments.assign(profiles, vectors), still
