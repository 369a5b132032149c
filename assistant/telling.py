"""Events and product changes as other programs tell of them: JSON fields to checked values. It records nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assistant.errors import CallError
from shop.store_tables import Event, ProductChange

if TYPE_CHECKING:
    from shop.store import Receipt


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


def record_lines(
    change: Callable[[list[ProductChange]], Receipt], record: Callable[[list[Event]], Receipt], told: Sequence[Any]
) -> tuple[Receipt, Receipt]:
    """Record rows of a file, changes of products first; return (changes, events), refused rows by their number in the file.

    A row with an action is an event, without one a product change; one that cannot be read is set aside with the reason.
    """
    rows: dict[str, list[tuple[int, Any]]] = {"change": [], "event": []}
    wrong: dict[str, list[tuple[int, str]]] = {"change": [], "event": []}
    for at, one in enumerate(told):
        kind = "event" if not isinstance(one, Mapping) or "action" in one else "change"
        try:
            if not isinstance(one, Mapping):
                raise CallError(f"found {str(one)[:40]!r}, expected the fields of an event.")
            rows[kind].append((at, event_of(one) if kind == "event" else change_of(one)))
        except CallError as error:
            wrong[kind].append((at, str(error)))
    receipts = [
        _renumbered(how([one for _, one in rows[kind]]), rows[kind], wrong[kind])
        for kind, how in (("change", change), ("event", record))
    ]
    return receipts[0], receipts[1]


def _renumbered(receipt: Receipt, rows: Sequence[tuple[int, Any]], wrong: Sequence[tuple[int, str]]) -> Receipt:
    refused = [(rows[at][0], why) for at, why in receipt.refused]
    return replace(receipt, refused=tuple(sorted([*refused, *wrong])))


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
