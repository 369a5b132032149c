"""The durable store of what happens: appended once each, in one order, read again from any position.

It knows rows and positions, not vectors and not what is recommended. `import shop` does not load it, nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import sqlalchemy as sa

from shop.database import UtcDateTime, make_engine, migrate, reading, writing
from shop.store_tables import Event, EventError, ProductChange, Shown, checked_change, checked_event
from shop.tables import EVENTS

_Row = TypeVar("_Row", Event, ProductChange, Shown)
_ONE_WRITER = 0x5EED1  # PostgreSQL: positions are given in the order in which they become visible
_CHUNK = 500  # rows a query: SQLite takes few variables in one statement
_TYPES: dict[str, Any] = {
    "time": UtcDateTime(),
    "quantity": sa.Double(),
    "unit_price": sa.Double(),
    "price": sa.Double(),
    "propensity": sa.Double(),
    "stock": sa.BigInteger(),
    "rank": sa.Integer(),
    "blocked": sa.Boolean(),
    "explored": sa.Boolean(),
}


def _table(name: str, form: type) -> sa.TableClause:
    columns = [sa.column(one.name, _TYPES.get(one.name, sa.String())) for one in fields(form)]
    return sa.table(name, sa.column("position", sa.BigInteger()), *columns)


_EVENTS = _table("events", Event)
_CHANGES = _table("product_changes", ProductChange)
_SHOWN = _table("shown", Shown)


@dataclass(frozen=True)
class Receipt:
    """What became of rows that were sent: `accepted` are written and will outlive a crash.

    `refused` holds (row number as sent, why); `first` is the position of the first accepted row, the others follow it.
    """

    accepted: int
    duplicates: int
    refused: tuple[tuple[int, str], ...]
    first: int


class EventStore:
    """The store of one shop, in a SQLite file or a PostgreSQL database; its tables are made or brought up to date.

    Parameters
    ----------
    address : as `shop.database.make_engine` takes it

    Raises
    ------
    StoreError
        When the database cannot be opened, or is of a newer version.
    """

    def __init__(self, address: str | Path) -> None:
        self._engine = make_engine(address)
        migrate(self._engine, Path(__file__).parent / "migrations", version_table="store_version")

    def append(self, events: Iterable[Event], *, now: datetime | None = None) -> Receipt:
        """Write events down, each once, in the order given; when this returns they outlive a crash.

        Events may be older than those before them. Those that cannot be (see `checked_event`) are set aside and counted.
        """
        receipt, _ = self.append_kept(events, now=now)
        return receipt

    def append_kept(
        self, events: Iterable[Event], *, now: datetime | None = None
    ) -> tuple[Receipt, list[tuple[int, Event]]]:
        """Write events as `append` does; return with the receipt what was accepted, each with its position."""
        good, refused = _sorted_out(events, lambda event: checked_event(event, now=now or datetime.now(UTC)))
        first, kept = self._write(_EVENTS, "event_id", good)
        accepted = [(first + at, event) for at, event in enumerate(kept)]
        return Receipt(len(kept), len(good) - len(kept), refused, first), accepted

    def change_products(self, changes: Iterable[ProductChange], *, now: datetime | None = None) -> Receipt:
        """Write product changes down, each once, in the order given; as `append`."""
        good, refused = _sorted_out(changes, lambda change: checked_change(change, now=now or datetime.now(UTC)))
        first, kept = self._write(_CHANGES, "change_id", good)
        return Receipt(len(kept), len(good) - len(kept), refused, first)

    def log_shown(self, shown: Sequence[Shown]) -> int:
        """Write down what a list showed, with the propensities; return the position of the first."""
        for one in shown:
            if not 0 < one.propensity <= 1:
                raise EventError(
                    f"list {one.list_id!r}, rank {one.rank}: propensity {one.propensity} is not in (0, 1]."
                )
        return self._write(_SHOWN, None, shown)[0]

    def events(self, *, after: int = 0, up_to: int | None = None) -> Iterator[tuple[int, Event]]:
        """Yield (position, event) of all events after a position, in the order they were written."""
        yield from self._rows(_EVENTS, Event, after, up_to)

    def product_changes(self, *, after: int = 0) -> Iterator[tuple[int, ProductChange]]:
        """Yield (position, change) of all product changes after a position, in the order they were written."""
        yield from self._rows(_CHANGES, ProductChange, after, None)

    def shown(self, *, after: int = 0) -> Iterator[tuple[int, Shown]]:
        """Yield (position, shown) after a position, in the order they were written."""
        yield from self._rows(_SHOWN, Shown, after, None)

    def position(self) -> int:
        """Return the position of the last event, 0 where there is none."""
        with reading(self._engine) as connection:
            return int(connection.execute(sa.select(sa.func.max(_EVENTS.c.position))).scalar() or 0)

    def frame(self, *, up_to: int | None = None) -> pl.DataFrame:
        """Return the events as the table `events` of a shop, sorted by time; `position` counts from 0."""
        rows = [asdict(event) for _, event in self.events(up_to=up_to)]
        named = [name for name in EVENTS if name != "position"]
        table = pl.DataFrame(
            [[row[name] for name in named] for row in rows],
            schema={name: EVENTS[name] for name in named},
            orient="row",
        )
        return (
            table.sort("time", maintain_order=True)
            .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("position"))
            .select(list(EVENTS))
        )

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _write(self, table: sa.TableClause, key: str | None, rows: Sequence[_Row]) -> tuple[int, list[_Row]]:
        if not rows:
            return self._last(table) + 1, []
        with writing(self._engine) as connection:
            if self._engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")
            new = list(rows) if key is None else _unseen(connection, table, key, rows)
            first = int(connection.execute(sa.select(sa.func.max(table.c.position))).scalar() or 0) + 1
            values = [{**_values(row), "position": first + at} for at, row in enumerate(new)]
            if values:
                connection.execute(sa.insert(table), values)
        return first, new

    def _last(self, table: sa.TableClause) -> int:
        with reading(self._engine) as connection:
            return int(connection.execute(sa.select(sa.func.max(table.c.position))).scalar() or 0)

    def _rows(
        self, table: sa.TableClause, form: type[_Row], after: int, up_to: int | None
    ) -> Iterator[tuple[int, _Row]]:
        columns = [table.c.position, *(table.c[one.name] for one in fields(form))]
        query: sa.Select[Any] = sa.select(*columns).order_by(table.c.position).limit(20 * _CHUNK)
        if up_to is not None:
            query = query.where(table.c.position <= up_to)
        while True:  # in pages: a reader of a million rows holds none of them for long
            with reading(self._engine) as connection:
                page = connection.execute(query.where(table.c.position > after)).all()
            for position, *row in page:
                yield int(position), form(*row)
            if len(page) < 20 * _CHUNK:
                return
            after = int(page[-1][0])


def _values(row: Event | ProductChange | Shown) -> dict[str, object]:
    return dict(vars(row))  # flat: a deep copy, as `asdict` makes one, costs more than the write


def _sorted_out(rows: Iterable[_Row], check: Callable[[_Row], _Row]) -> tuple[list[_Row], tuple[tuple[int, str], ...]]:
    good, refused = [], []
    for number, row in enumerate(rows):
        try:
            good.append(check(row))
        except EventError as error:
            refused.append((number, str(error)))
    return good, tuple(refused)


def _unseen(connection: sa.Connection, table: sa.TableClause, key: str, rows: Sequence[_Row]) -> list[_Row]:
    """Return the rows whose key is neither in the table nor in an earlier row, in the order given."""
    keys = [getattr(row, key) for row in rows]
    seen: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        query = sa.select(table.c[key]).where(table.c[key].in_(keys[start : start + _CHUNK]))
        seen |= set(connection.execute(query).scalars())
    new = []
    for name, row in zip(keys, rows, strict=True):
        if name not in seen:
            seen.add(name)
            new.append(row)
    return new
