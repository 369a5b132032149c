"""Events and product changes as other programs tell of them: JSON fields to checked values. It records nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from assistant.errors import CallError
from shop.store_tables import Event, ProductChange


def event_of(told: Mapping[str, Any]) -> Event:
    """Return the event a mapping tells of; times are ISO texts or datetimes.

    Raises
    ------
    CallError
        When a field is missing, unknown, or of the wrong kind.
    """
    return _of(Event, told, "event")


def change_of(told: Mapping[str, Any]) -> ProductChange:
    """Return the product change a mapping tells of; raises as `event_of`."""
    return _of(ProductChange, told, "product change")


def _of(form: Any, told: Mapping[str, Any], what: str) -> Any:
    known = form.__dataclass_fields__
    strange = sorted(set(told) - set(known))
    if strange:
        raise CallError(f"{what}: unknown field {strange[0]!r}; expected some of {', '.join(known)}.")
    values = dict(told)
    try:
        if isinstance(values.get("time"), str):
            values["time"] = datetime.fromisoformat(values["time"])
        values.setdefault("time", datetime.now(UTC))
        for name in ("quantity", "unit_price", "price"):
            if values.get(name) is not None:
                values[name] = float(values[name])
        return form(**values)
    except (TypeError, ValueError) as error:
        raise CallError(f"{what}: {error}; expected fields as in {', '.join(known)}.") from error
