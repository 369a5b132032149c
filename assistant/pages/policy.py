"""The Content-Security-Policy of the page, as ASGI middleware: no other host is asked and no foreign script runs.

It knows HTTP messages, not the page's components.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


def script_hashes(page: bytes) -> str:
    """Return the CSP source of every inline script of `page`, so that these run and no other does.

    Examples
    --------
    >>> script_hashes(b"<script>1</script><script src='a.js'></script>")
    "'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    found = []
    for script in _INLINE_SCRIPT.findall(page):
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
        found.append(f"'sha256-{digest}'")
    return " ".join(found)


def policy(hashes: str = "") -> bytes:
    """Return the policy header for a page with the given inline scripts."""
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' {hashes}".strip(),
        "style-src": "'self' 'unsafe-inline'",  # the page, its theme and the plots write style elements
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items()).encode()


class ContentSecurityPolicy:
    """Put the policy on every answer of `app`; only HTML is held back to hash its scripts, streams pass as they come."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(_uncompressed(scope), receive, _Answer(send).pass_on)


def _uncompressed(scope: Message) -> Message:
    """Return the request asking for a plain page: a compressed one could not be hashed."""
    wants_page = any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
    if not wants_page:
        return scope
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}


class _Answer:
    """One answer on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._head: Message | None = None  # held back while the body of a page is gathered
        self._body = b""

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            if b"text/html" in kind:
                self._head = message
            else:
                await self._send(_with_headers(message, policy()))
            return
        if self._head is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        head, self._head = self._head, None
        await self._send(_with_headers(head, policy(script_hashes(self._body))))
        await self._send({"type": "http.response.body", "body": self._body})


def _with_headers(head: Message, policy_header: bytes) -> Message:
    return {**head, "headers": [*head["headers"], (b"content-security-policy", policy_header), *_ALWAYS]}
