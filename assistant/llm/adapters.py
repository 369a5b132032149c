"""Any langchain chat model, and any server that speaks OpenAI's protocol, as an `LLM`. It proves nothing of what they say."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.llm.protocol import ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

TIMEOUT_SECONDS = 60
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


class LangchainLLM:
    """A langchain chat model as an `LLM`.

    Parameters
    ----------
    model : BaseChatModel
    name : str, optional
        By default what the model calls itself.
    mend : str
        What to do when it gives no reply, said behind the error.
    """

    def __init__(self, model: BaseChatModel, *, name: str | None = None, mend: str = "") -> None:
        self._model = model
        self._mend = mend
        self.name = name or str(
            getattr(model, "model_name", None) or getattr(model, "model", None) or type(model).__name__
        )

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        """Ask for the number of the best option; None where the reply names none of them."""
        listed = "\n".join(f"{number}. {option}" for number, option in enumerate(options, 1))
        asked = f"{prompt}\n\nWhich of these texts reads best? Reply with its number only.\n{listed}"
        reply = self._ask([asked])[0]
        found = re.search(r"\d+", reply)
        return int(found[0]) - 1 if found and 1 <= int(found[0]) <= len(options) else None

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        """See `LLM.generate`; the words of `only` are asked for in the prompt and held by the proof afterwards."""
        limit = (
            "" if only is None else "\nUse only common words. No number, name, price or promise. One short sentence."
        )
        return self._ask([prompt + limit for prompt in prompts], max_tokens=max_new_tokens)

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        """See `LLM.draft`; the prompt says what may be stated, and the proof reads the draft afterwards."""
        return self._ask(prompts, max_tokens=max_new_tokens)

    def _ask(self, prompts: Sequence[str], **settings: Any) -> list[str]:
        try:
            replies = self._model.batch(list(prompts), **settings)
        except _failures() as error:
            raise ModelError(f"language model {self.name} gave no reply: {_short(error)}.{self._mend}") from error
        return [_THINKING.sub("", str(reply.text)).strip() for reply in replies]


def server_llm(address: str, *, timeout: float = TIMEOUT_SECONDS) -> LangchainLLM:
    """Return a model on a server that speaks OpenAI's protocol, written `http://HOST:PORT/v1#MODEL`.

    The key is read from OPENAI_API_KEY where the server wants one. A server that is silent for `timeout` seconds is asked once
    more, then given up.

    Raises
    ------
    ModelError
        When the address names no model, or langchain-openai is not installed.
    """
    url, _, model = address.partition("#")
    if not model:
        raise ModelError(f"{address}: names no model; write it behind a #, for example {url}#qwen3-1.7b.")
    try:
        from langchain_openai import ChatOpenAI
    except ModuleNotFoundError as error:
        raise ModelError("langchain-openai is not installed: pip install langchain-openai") from error
    from pydantic import SecretStr

    chat = ChatOpenAI(
        model=model,
        base_url=url,
        api_key=SecretStr(os.environ.get("OPENAI_API_KEY") or "none"),
        timeout=timeout,
        max_retries=1,
    )
    return LangchainLLM(chat, name=f"{model} at {url}", mend=" Check that the server runs and serves this model.")


def _failures() -> tuple[type[Exception], ...]:
    """Return what a client may raise: Python's own errors, and those of the client libraries that are loaded."""
    own = [
        getattr(sys.modules[library], name)
        for library, name in (("openai", "OpenAIError"), ("httpx", "HTTPError"), ("requests", "RequestException"))
        if library in sys.modules
    ]
    return (OSError, ValueError, RuntimeError, TypeError, KeyError, IndexError, *own)


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
