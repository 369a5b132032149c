"""Who may come in: the right host name and, where one is set, the password, for every path of the page alike.

It knows HTTP messages, not tabs, files or customers.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from assistant.pages.policy import App, Message, Receive, Send

LOCAL = ("127.0.0.1", "localhost", "::1")
_REALM = b'Basic realm="Shopkeeper", charset="UTF-8"'


class Door:
    """Refuse what does not come by one of `hosts`, and what lacks `password`; page, queue, files and docs alike.

    Parameters
    ----------
    app : ASGI application
    hosts : tuple of str
        Host names asked for, without port; empty lets every name in. A foreign name in front of a local address is how
        another site's script would reach it (DNS rebinding).
    password : str, optional
        Asked for with HTTP Basic; the user name is free.
    keyed : tuple of str
        Paths, and folders ending in "/", that ask for no password: each asks for a key of its own, or holds nothing of the shop.
    """

    def __init__(self, app: App, *, hosts: tuple[str, ...], password: str | None, keyed: tuple[str, ...] = ()) -> None:
        self._app = app
        self._hosts = hosts
        self._password = password
        self._keyed = keyed

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if self._hosts and _host(headers.get(b"host", b"")) not in self._hosts:
            await _refuse(scope, send, 421, b"This page is served under another name.")
        elif self._needs_password(scope) and not _is_right(headers.get(b"authorization", b""), self._password or ""):
            await _refuse(scope, send, 401, b"Sign in to open this page.", (b"www-authenticate", _REALM))
        else:
            await self._app(scope, receive, send)

    def _needs_password(self, scope: Message) -> bool:
        if self._password is None:
            return False
        path = str(scope.get("path", ""))
        return not any(path.startswith(one) if one.endswith("/") else path == one for one in self._keyed)


def _host(value: bytes) -> str:
    name = value.decode("latin-1").strip().lower()
    if name.startswith("["):  # an IPv6 address carries colons of its own
        return name[1:].partition("]")[0]
    return name.partition(":")[0]


def _is_right(header: bytes, password: str) -> bool:
    kind, _, given = header.partition(b" ")
    if kind.lower() != b"basic":
        return False
    try:
        _, _, said = base64.b64decode(given.strip(), validate=True).partition(b":")
    except binascii.Error:
        return False
    return hmac.compare_digest(said, password.encode())


async def _refuse(scope: Message, send: Send, status: int, words: bytes, *more: tuple[bytes, bytes]) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})
