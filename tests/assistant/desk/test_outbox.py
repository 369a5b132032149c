"""The outbox on a real SMTP line: a message that waits leaves with the next, and none is lost where nobody listens."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.desk.outbox import FileOutbox, Mail, SmtpOutbox, SmtpServer


class _Line(socketserver.StreamRequestHandler):
    """As much of SMTP as a client asks for."""

    def handle(self) -> None:
        taken: list[bytes] = self.server.taken  # type: ignore[attr-defined]
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                taken.append(body)
            if line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def server() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Line) as made:
        made.taken = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def outbox(folder: Path, port: int) -> SmtpOutbox:
    return SmtpOutbox(
        FileOutbox(folder, "shop@shop.example"), SmtpServer("127.0.0.1", port, uses_tls=False, timeout_s=2)
    )


def test_message_nobody_took_waits_and_leaves_with_the_next(tmp_path: Path, server: Any) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), _Line) as closed:
        port = closed.server_address[1]
    silent = outbox(tmp_path, port)
    silent.send(Mail("ann@shop.example", "Your code", "Your code is 123456."))
    assert len(silent.waiting()) == 1
    assert silent.failed.startswith(f"127.0.0.1:{port}: ")
    line = outbox(tmp_path, server.server_address[1])
    line.send(Mail("bob@shop.example", "Rechnung", "Grüße, 12,00 €"))
    assert line.waiting() == []
    assert line.failed == ""
    first, second = server.taken
    assert b"To: ann@shop.example" in first
    assert b"123456" in first
    assert b"To: bob@shop.example" in second
