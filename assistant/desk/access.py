"""Keys of the HTTP API: made once, kept as hashes, two kinds. A key opens routes; it never says which customer is meant."""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal

from assistant.desk.store import Store
from assistant.errors import CallError

Kind = Literal["site", "server"]  # site: the chat alone, shown in the shop's pages; server: everything, kept secret


class Keys:
    """The keys of one shop."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(self, name: str, kind: Kind) -> str:
        """Return a new key; it is shown this once and kept as a hash.

        Raises
        ------
        CallError
            When the name is empty or taken, or the kind is not known.
        """
        from sqlalchemy.exc import IntegrityError

        from assistant.desk.tables import keys

        if kind not in ("site", "server") or not name.strip():
            raise CallError(f"key {name!r} of kind {kind!r}; expected a name, and site or server.")
        key = f"{kind}_{secrets.token_urlsafe(24)}"
        values = {"name": name.strip(), "kind": kind, "hash": _hash(key), "made": self._store.now()}
        try:
            with self._store.writing() as connection:
                connection.execute(keys.insert().values(**values))
        except IntegrityError as error:
            raise CallError(f"there is a key called {name!r} already; withdraw it, or take another name.") from error
        return key

    def kind_of(self, key: str) -> Kind | None:
        """Return the kind of a key, None where it is none of ours."""
        from sqlalchemy import select

        from assistant.desk.tables import keys

        with self._store.reading() as connection:
            found = connection.execute(select(keys.c.kind).where(keys.c.hash == _hash(key))).scalar_one_or_none()
        return found if found in ("site", "server") else None

    def names(self) -> list[tuple[str, str]]:
        """Return name and kind of each key, the oldest first."""
        from sqlalchemy import select

        from assistant.desk.tables import keys

        with self._store.reading() as connection:
            rows = connection.execute(select(keys.c.name, keys.c.kind).order_by(keys.c.id)).all()
        return [(row.name, row.kind) for row in rows]

    def withdraw(self, name: str) -> None:
        """Let a key open nothing any more.

        Raises
        ------
        CallError
            When there is none of that name.
        """
        from assistant.desk.tables import keys

        with self._store.writing() as connection:
            if not connection.execute(keys.delete().where(keys.c.name == name)).rowcount:
                raise CallError(f"no key is called {name!r}.")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()  # of 192 random bits: nothing to guess
