"""Languages of the page: the address leads to the page of a language, and nothing else is touched."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistant.pages.languages import Languages


def asked(path: str, query: str) -> tuple[int, str]:
    """Return status and place a request is sent to; 200 where it passed."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "query_string": query.encode()}
    asyncio.run(Languages(app, ["zh"])(scope, None, send))  # type: ignore[arg-type]
    return sent[0]["status"], dict(sent[0]["headers"]).get(b"location", b"").decode()


@pytest.mark.parametrize(
    ("path", "query", "to"),
    [
        ("/", "lang=zh", (307, "/zh/")),
        ("/", "__theme=dark&lang=zh", (307, "/zh/?__theme=dark")),
        ("/", "lang=en", (200, "")),
        ("/", "lang=//evil.example", (200, "")),
        ("/", "", (200, "")),
        ("/api/answer", "lang=zh", (200, "")),
    ],
)
def test_address_leads_to_the_language_that_is_there(path: str, query: str, to: tuple[int, str]) -> None:
    assert asked(path, query) == to
