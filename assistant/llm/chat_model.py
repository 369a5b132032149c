"""Our local model as a langchain chat model, for use in anybody's chain. It proves nothing of what it says."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

from assistant.llm.local import LocalLLM
from assistant.llm.protocol import ModelError

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class ShopkeeperChatModel(BaseChatModel):
    """A transformers chat model on this machine: invoke, stream, stop, batch, async, cancel.

    Its raw output in a chain of your own lies outside Shopkeeper's promise: nothing here proves a sentence. For texts
    that may be shown to customers use `Assistant`.

    Parameters
    ----------
    model : str, optional
        A folder or hub id; left out, the embedded model.
    max_tokens : int
        The longest reply.
    seed : int
        0 takes the likeliest token, other seeds sample.
    stop : list of str, optional
        Texts that end a reply; they are not part of it.
    temperature : float, optional
        0 takes the likeliest token, more samples with `seed`; left out, the seed decides.
    timeout : float, optional
        Seconds after which a reply that is still being written is given up with a `ModelError`.

    Examples
    --------
    >>> ShopkeeperChatModel(max_tokens=8)._llm_type
    'shopkeeper'
    """

    model: str | None = None
    max_tokens: int = Field(default=256, ge=1)
    seed: int = Field(default=0, ge=0)
    temperature: float | None = Field(default=None, ge=0)
    stop: list[str] | None = None
    timeout: float | None = Field(default=None, gt=0)
    max_retries: int | None = None  # langchain's standard name; a model on this machine has nothing to retry
    _local: LocalLLM | None = PrivateAttr(default=None)
    _loading: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "shopkeeper"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "max_tokens": self.max_tokens, "seed": self.seed}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        params = super()._get_ls_params(stop=stop, **kwargs)
        return {**params, "ls_provider": "shopkeeper", "ls_model_name": self.model or "embedded"}

    @classmethod
    def over(cls, local: LocalLLM, **settings: Any) -> ShopkeeperChatModel:
        """Return a chat model over a model that is loaded already."""
        made = cls(model=local.name, **settings)
        made._local = local
        return made

    def _loaded(self) -> LocalLLM:
        from assistant.llm.models import load_llm

        with self._loading:
            if self._local is None:
                found = load_llm(self.model)
                if not isinstance(found, LocalLLM):
                    raise ValueError(f"model {self.model!r} runs elsewhere; use its own langchain class.")
                self._local = found
        return self._local

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        pieces = list(self._pieces(messages, stop, threading.Event(), kwargs))
        text = "".join(pieces)
        message = AIMessage(content=text, usage_metadata=self._usage(messages, text), response_metadata=self._about())
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        said = ""
        for piece in self._pieces(messages, stop, threading.Event(), kwargs):
            said += piece
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager is not None:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk
        yield self._last(messages, said)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        # langchain's own way would leave the model writing after a cancelled call
        return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        import asyncio

        stopped = threading.Event()
        pieces = self._pieces(messages, stop, stopped, kwargs)
        said = ""
        try:
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                said += piece
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
                if run_manager is not None:
                    await run_manager.on_llm_new_token(piece, chunk=chunk)
                yield chunk
        finally:
            stopped.set()  # a cancelled stream stops the model at its next token
        yield self._last(messages, said)

    def _pieces(
        self,
        messages: Sequence[BaseMessage],
        stop: list[str] | None,
        stopped: threading.Event,
        settings: dict[str, Any],
    ) -> Iterator[str]:
        """Yield the reply in pieces up to a stop text; where the time is over before its end, say so."""
        ends = [end for end in (*(stop or []), *(self.stop or [])) if end]
        late = threading.Event()

        def give_up() -> None:
            late.set()
            stopped.set()

        clock = threading.Timer(self.timeout or threading.TIMEOUT_MAX, give_up)
        if self.timeout is not None:
            clock.start()
        try:
            yield from until(self._raw(messages, stopped, settings), ends)
        finally:
            clock.cancel()
        if late.is_set():
            raise ModelError(
                f"{self.model or 'embedded model'}: the reply was not whole after {self.timeout} s (timeout)."
            )

    def _raw(
        self, messages: Sequence[BaseMessage], stopped: threading.Event, settings: dict[str, Any]
    ) -> Iterator[str]:
        return self._loaded().stream_chat(
            [{"role": _ROLES.get(one.type, "user"), "content": str(one.text)} for one in messages],
            max_new_tokens=int(settings.get("max_tokens") or self.max_tokens),
            seed=self.seed,
            temperature=settings.get("temperature", self.temperature),
            stopped=stopped,
        )

    def _last(self, messages: Sequence[BaseMessage], said: str) -> ChatGenerationChunk:
        message = AIMessageChunk(
            content="",
            usage_metadata=self._usage(messages, said),
            response_metadata=self._about(),
            chunk_position="last",
        )
        return ChatGenerationChunk(message=message)

    def _about(self) -> dict[str, Any]:
        return {"model_name": self._loaded().name, "model_provider": "shopkeeper"}

    def _usage(self, messages: Sequence[BaseMessage], said: str) -> UsageMetadata:
        local = self._loaded()
        asked = sum(local.count_tokens(str(one.text)) for one in messages)
        written = local.count_tokens(said)
        return UsageMetadata(input_tokens=asked, output_tokens=written, total_tokens=asked + written)


def until(pieces: Iterable[str], ends: Sequence[str]) -> Iterator[str]:
    """Yield pieces up to the first end text, holding back what could be the beginning of one.

    Examples
    --------
    >>> "".join(until(["One.", "<e", "nd> Two."], ["<end>"]))
    'One.'
    """
    keep = max((len(end) for end in ends), default=1) - 1
    held = ""
    for piece in pieces:
        held += piece
        found = min((at for at in (held.find(end) for end in ends) if at >= 0), default=-1)
        if found >= 0:
            held = held[:found]
            break
        if len(held) > keep:
            yield held[: len(held) - keep]
            held = held[len(held) - keep :]
    if held:
        yield held
