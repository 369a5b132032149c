"""What a shop decides about its recommendations: how often new products are shown and how often what sells is counted anew.

It reads and checks the section `[recommendations]` of `shop.toml`. It recommends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from shop.tables import ShopDataError

SECTION = "recommendations"
MOST_SHOWN = 10.0
MOST_DAYS, MOST_EVENTS = 366.0, 10_000_000


@dataclass(frozen=True)
class Recommending:
    """`new_products`: how often a product nobody has bought yet is shown, 1 as often as one that sells, 0 never in a list by history.

    None leaves it to the shop's own past: the most that costs nothing that can be measured. `refresh_days` and `refresh_events`:
    trend and popularity are counted anew at the first event of another such span, and after so many events.
    """

    new_products: float | None = None
    refresh_days: float = 1.0
    refresh_events: int = 10_000


_EXPECTED = {
    "new_products": f"a number from 0 (never) to {MOST_SHOWN:g}; 1 shows a new product as often as the others",
    "refresh_days": f"a number of days above 0, at most {MOST_DAYS:g}",
    "refresh_events": f"a whole number of events from 1 to {MOST_EVENTS}",
}


def read_recommending(told: object, where: str) -> Recommending:
    """Return the checked section, defaults where it says nothing.

    Raises
    ------
    ShopDataError
        When it is no section, or holds a key that is not known or a value out of its range.
    """
    if not isinstance(told, Mapping):
        raise ShopDataError(f"{where}, {SECTION}: {told!r} is no section; expected lines under [{SECTION}].")
    for key, value in told.items():
        if key not in _EXPECTED:
            raise ShopDataError(
                f"{where}, [{SECTION}]: unknown key {key!r}; expected one of {', '.join(_EXPECTED)}. Correct or delete it."
            )
        if not _is_right(key, value):
            raise ShopDataError(
                f"{where}, [{SECTION}], {key}: {value!r} found; expected {_EXPECTED[key]}. Correct it, or delete the line for the "
                "default."
            )
    return Recommending(**told)


def recommending_lines(chosen: Recommending) -> list[str]:
    """Return the lines of the section, what is not said as a comment."""
    lines = [f"[{SECTION}]"]
    for entry in fields(Recommending):
        value = getattr(chosen, entry.name)
        lines += [f"# {_EXPECTED[entry.name]}", f"# {entry.name} =" if value is None else f"{entry.name} = {value!r}"]
    return lines


def _is_right(key: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if key == "new_products":
        return 0 <= value <= MOST_SHOWN
    if key == "refresh_days":
        return 0 < value <= MOST_DAYS
    return isinstance(value, int) and 1 <= value <= MOST_EVENTS
