"""Servers and foreign chat models: what they say is taken without their thinking, and each way to fail is one clear error."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.llm import ModelError
from assistant.llm.adapters import LangchainLLM, server_llm
from assistant.llm.local import LocalLLM
from assistant.llm.models import load_llm


def reply(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


@pytest.fixture
def server() -> Iterator[Any]:
    """A server that says what `says` holds, with the status `status`; it keeps what it was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            body = says["body"].encode() if isinstance(says["body"], str) else json.dumps(says["body"]).encode()
            self.send_response(says["status"])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    asked: list[Any] = []
    says: dict[str, Any] = {"body": reply("2"), "status": 200}
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    says |= {"address": f"http://127.0.0.1:{made.server_port}/v1#tiny", "asked": asked}
    yield says
    made.shutdown()


def test_server_chooses_by_number_and_its_thinking_is_left_out(server: Any) -> None:
    server["body"] = reply("<think>1 or 3?</think>Number 2 reads best.")
    llm = server_llm(server["address"])
    assert llm.choose("Which?", ["Tea.", "Mugs!", "Lamps."]) == 1
    assert "2. Mugs!" in server["asked"][0]["messages"][0]["content"]
    server["body"] = reply("None of them.")
    assert llm.choose("Which?", ["Tea.", "Mugs!"]) is None
    server["body"] = reply("7")
    assert llm.choose("Which?", ["Tea.", "Mugs!"]) is None
    server["body"] = reply("")
    assert llm.generate(["Tea?"], max_new_tokens=5, seed=0) == [""]
    assert llm.draft(["Tea?"], stated=[], ordinary=[], max_new_tokens=5, seed=0) == [""]


@pytest.mark.parametrize(
    ("body", "status"),
    [("{", 200), ("<html>busy</html>", 200), ({"error": {"message": "no such model"}}, 404), ("", 401)],
)
def test_server_that_replies_nothing_of_use_is_an_error_with_its_name_and_a_mend(
    server: Any, body: Any, status: int
) -> None:
    server |= {"body": body, "status": status}
    with pytest.raises(ModelError, match=r"tiny at http://127.* gave no reply: .*Check that the server runs"):
        server_llm(server["address"]).generate(["Tea?"], max_new_tokens=5, seed=0)


def test_server_that_is_silent_is_given_up_after_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the call and never answers
        llm = server_llm(f"http://127.0.0.1:{silent.getsockname()[1]}/v1#tiny", timeout=0.2)
        started = time.monotonic()
        with pytest.raises(ModelError, match="gave no reply: Request timed out"):
            llm.generate(["Tea?"], max_new_tokens=5, seed=0)
    assert time.monotonic() - started < 20


def test_server_that_is_not_there_or_an_address_without_a_model_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ModelError, match="gave no reply"):
        server_llm(f"http://127.0.0.1:{port}/v1#tiny", timeout=1).choose("Which?", ["a", "b"])
    with pytest.raises(ModelError, match="names no model; write it behind a #"):
        load_llm("http://127.0.0.1:1/v1")


def test_chat_model_of_a_client_whose_errors_are_its_own_fails_with_ours(server: Any) -> None:
    """A langchain model given as an object, not by address: openai's errors are no subclass of Python's."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    server |= {"status": 404}
    chat = ChatOpenAI(model="m", base_url=server["address"].partition("#")[0], api_key=SecretStr("none"), max_retries=0)
    with pytest.raises(ModelError, match="language model m gave no reply"):
        LangchainLLM(chat).choose("Which?", ["a", "b"])


def test_adapter_without_its_base_is_refused_with_the_name_of_the_base(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "other/Model-7B", "peft_type": "LORA"}')
    (tmp_path / "adapter_model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ModelError, match=r"is an adapter of other/Model-7B.*Merge it into its base"):
        LocalLLM(str(tmp_path), local=True)
    (tmp_path / "adapter_config.json").write_text("{")
    with pytest.raises(ModelError, match="an adapter of a base it does not name"):
        LocalLLM(str(tmp_path), local=True)
