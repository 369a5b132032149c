"""The policy and the door, spoken to as a server would: every answer carries the policy, and nobody slips by the password."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import pytest

from assistant.pages.door import Door
from assistant.pages.policy import App, ContentSecurityPolicy, Message

PAGE = b"<html><script>let a = 1</script><script src='/x.js'></script></html>"


def answering(kind: bytes, *parts: bytes) -> App:
    async def app(scope: Message, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        for number, part in enumerate(parts, 1):
            await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})

    return app


def ask(app: App, *headers: tuple[bytes, bytes], kind: str = "http") -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(app({"type": kind, "path": "/", "headers": list(headers)}, receive, send))  # type: ignore[arg-type]
    return sent


def policy_of(sent: list[Message]) -> str:
    return dict(sent[0]["headers"])[b"content-security-policy"].decode()


def test_page_in_two_parts_gets_the_hash_of_its_own_script_only() -> None:
    sent = ask(ContentSecurityPolicy(answering(b"text/html; charset=utf-8", PAGE[:20], PAGE[20:])))
    digest = base64.b64encode(hashlib.sha256(b"let a = 1").digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy_of(sent)
    assert "unsafe-eval" not in policy_of(sent)
    assert sent[1]["body"] == PAGE


def test_stream_passes_as_it_comes_with_the_policy() -> None:
    sent = ask(ContentSecurityPolicy(answering(b"text/event-stream", b"one", b"two")))
    assert [message.get("body") for message in sent[1:]] == [b"one", b"two"]
    assert "script-src 'self';" in policy_of(sent)
    assert dict(sent[0]["headers"])[b"x-content-type-options"] == b"nosniff"


def basic(password: str) -> tuple[bytes, bytes]:
    return (b"authorization", b"Basic " + base64.b64encode(f"staff:{password}".encode()))


HOST = (b"host", b"127.0.0.1:7860")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([HOST, basic("right:word")], 200),
        ([HOST], 401),
        ([HOST, basic("wrong")], 401),
        ([HOST, (b"authorization", b"Basic ???")], 401),
        ([HOST, (b"authorization", b"Bearer right:word")], 401),
        ([(b"host", b"evil.example"), basic("right:word")], 421),
        ([basic("right:word")], 421),
    ],
)
def test_door_lets_in_only_the_right_host_and_password(headers: list[tuple[bytes, bytes]], status: int) -> None:
    app = Door(answering(b"text/plain", b"in"), hosts=("127.0.0.1",), password="right:word")
    assert ask(app, *headers)[0]["status"] == status


def test_door_without_password_still_checks_the_host() -> None:
    app = Door(answering(b"text/plain", b"in"), hosts=("127.0.0.1", "::1"), password=None)
    assert ask(app, HOST)[0]["status"] == 200
    assert ask(app, (b"host", b"[::1]:80"))[0]["status"] == 200
    assert ask(app, (b"host", b"rebound.example"))[0]["status"] == 421


def test_door_closes_a_websocket_without_password() -> None:
    app = Door(answering(b"text/plain", b"in"), hosts=(), password="x")
    assert ask(app, HOST, kind="websocket") == [{"type": "websocket.close", "code": 1008}]
