"""The map of customers for report and page: points, groups, axes and how the grouping was chosen. It names no group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.making import Made
    from assistant.writing.facts import Fact
    from assistant.writing.show import Printing


@dataclass(frozen=True)
class SegmentView:
    """Customers as points.

    `points` float (n, 2) of the customers who bought, `labels` int (n,) their groups; `axes` what the two directions
    mean; `reason` how the number of groups was chosen; `note` what a reader of the map should know.
    """

    points: NDArray[np.float64]
    labels: NDArray[np.int64]
    axes: tuple[str, str]
    reason: str
    note: str


def segment_view(made: Made) -> SegmentView:
    """Return the map of the customers who bought, in the plane of largest variance of what they were grouped by."""
    from segmentation import map_2d

    buys = (made.profiles["orders"] > 0).to_numpy()
    features = made.segments.features(made.profiles, made.customers)[buys]
    points, axes = map_2d(features, made.segments.scaling.names())
    traits = len(made.segments.scaling.names())
    held = int(made.held_out.sum())
    note = f"Near means alike in {traits} measured traits. {held:,} customers were left out of the grouping to test it."
    return SegmentView(points, made.labels[buys], axes, made.segments.reason, note)


def printed_shares(facts: Sequence[Fact], printing: Printing) -> list[tuple[str, float, str]]:
    """Return (name of the fact, share 0–1, as printed) of a persona's part of customers and of sales."""
    from assistant.writing import show

    return [
        (one.name, float(one.value), show(one, locale=printing.locale, currency=printing.currency))  # type: ignore[arg-type]
        for one in facts
        if one.name in ("share", "revenue_share")
    ]
