"""Who may call the HTTP API, from where and how often: keys, origins, a rate a key. It knows no route and no customer."""

from __future__ import annotations

import base64
import binascii
import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request

if TYPE_CHECKING:
    from assistant.desk.access import Kind
    from assistant.service import Service

_MOST_CALLERS = 10_000  # buckets kept; the oldest go


@dataclass
class Rate:
    """At most so many calls a minute for each caller, in bursts of a quarter of it."""

    a_minute: int
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, caller: str) -> float:
        """Count a call and return 0, or return in how many seconds one is allowed again."""
        most = max(self.a_minute / 4, 1.0)
        with self._lock:
            now = self.clock()
            left, before = self._buckets.pop(caller, (most, now))
            left = min(most, left + (now - before) * self.a_minute / 60)
            is_allowed = left >= 1
            self._buckets[caller] = (left - 1 if is_allowed else left, now)
            if len(self._buckets) > _MOST_CALLERS:
                self._buckets.pop(next(iter(self._buckets)))
        return 0.0 if is_allowed else (1 - left) * 60 / self.a_minute


class Guard:
    """Lets calls in by their key.

    Parameters
    ----------
    service : Service
        Its keys, origins and rate.
    password : str, optional
        The staff's; opens the OpenAPI page, as a server key does.
    """

    def __init__(self, service: Service, password: str | None) -> None:
        self._service = service
        self._password = password
        self._rate = Rate(service.settings.requests_a_minute)

    def site(self, request: Request) -> Kind:
        """Let in a call of the chat: a site key from a site named in the settings, or a server key."""
        return self._let_in(request, ("site", "server"))

    def server(self, request: Request) -> Kind:
        """Let in a call of the shop itself: a server key."""
        return self._let_in(request, ("server",))

    def people(self, request: Request) -> None:
        """Let in a person by HTTP Basic: the staff password, or a server key in its place."""
        given = _basic(request.headers.get("authorization", ""))
        is_right = self._password is not None and hmac.compare_digest(given.encode(), self._password.encode())
        if not is_right and (not given or self._service.keys.kind_of(given) != "server"):
            raise HTTPException(401, "Sign in to open this page.", {"WWW-Authenticate": 'Basic realm="Shopkeeper"'})

    def _let_in(self, request: Request, kinds: tuple[Kind, ...]) -> Kind:
        key = _bearer(request.headers.get("authorization", ""))
        kind = self._service.keys.kind_of(key) if key else None
        if kind is None:
            self._count(request, "nobody")
            raise HTTPException(401, "A key is needed: Authorization: Bearer KEY.", {"WWW-Authenticate": "Bearer"})
        if kind not in kinds:
            raise HTTPException(403, f"A {kind} key does not open this; it needs a {kinds[0]} key.")
        if kind == "site":
            self._check_origin(request)
        self._count(request, key)
        return kind

    def _check_origin(self, request: Request) -> None:
        origin = request.headers.get("origin", "").lower()
        own = f"{request.url.scheme}://{request.headers.get('host', '')}".lower()
        is_reading = request.method == "GET" and not origin  # a browser names no origin when a page reads from its own
        if not is_reading and origin != own and origin not in self._service.settings.origins:
            raise HTTPException(403, "This site may not embed the chat: name it under origins in desk.toml.")

    def _count(self, request: Request, key: str) -> None:
        client = request.client.host if request.client else ""
        wait = self._rate.wait_s(f"{key} {client}")
        if wait > 0:
            raise HTTPException(429, "Too many calls; wait a little.", {"Retry-After": str(int(wait) + 1)})


def _bearer(header: str) -> str:
    kind, _, key = header.partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _basic(header: str) -> str:
    kind, _, given = header.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
    except binascii.Error:
        return ""
