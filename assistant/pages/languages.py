"""Which language of the page a visitor sees: `/?lang=zh` leads to `/zh/`, where that page is mounted. It knows HTTP, not what a page says."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qs

from assistant.pages.policy import App, Message, Receive, Send


class Languages:
    """Send who asks for a language in the address to its page; every other request passes.

    Parameters
    ----------
    others : languages mounted under their own name; any other is the page at "/"
    """

    def __init__(self, app: App, others: Collection[str]) -> None:
        self._app = app
        self._others = frozenset(others)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        wanted = _language(scope) if scope["type"] == "http" and scope["path"] == "/" else ""
        if wanted not in self._others:
            await self._app(scope, receive, send)
            return
        where = f"/{wanted}/{_rest(scope)}".encode("latin-1")
        await send({"type": "http.response.start", "status": 307, "headers": [(b"location", where)]})
        await send({"type": "http.response.body", "body": b""})


def _language(scope: Message) -> str:
    told = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return told.get("lang", [""])[-1]


def _rest(scope: Message) -> str:
    """Return the rest of the query, such as the theme asked for."""
    pairs = scope.get("query_string", b"").decode("latin-1").split("&")
    kept = [pair for pair in pairs if pair and not pair.startswith("lang=")]
    return "?" + "&".join(kept) if kept else ""
