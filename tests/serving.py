"""The page served to a browser for tests: one assistant, a free port of this machine, stopped at the end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant import Assistant


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    """Yield the address the page of an assistant is served at."""
    import uvicorn

    from ui import application, build

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = uvicorn.Config(application(build(assistant)), host="127.0.0.1", port=port, log_level="error", ws="none")  # type: ignore[arg-type]
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
