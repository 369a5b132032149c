"""A transformers chat model on this machine's processor: it chooses by likelihood and writes in batches.

Nothing is fetched and nothing is proven here; what it writes is checked by `assistant.writing.proof`.
"""

from __future__ import annotations

import copy
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from assistant.llm.heads import Heads, shared_head
from assistant.llm.packed import packed
from assistant.llm.protocol import ModelError
from assistant.llm.stated import Stated
from assistant.llm.taught import Adapter, base_of, is_adapter
from assistant.llm.words import Follows, Grammar, Held, Known, TokenTree, Words, spellings, token_texts
from retrieval.encoder import hub_answers, without_progress_bars

BATCH = 16
TEMPERATURE = 0.8
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
Messages = list[dict[str, str]]


class LocalLLM:
    """A causal language model with a chat template, in fp32 on the CPU.

    Parameters
    ----------
    source : str
        A folder with the model and its tokenizer, or a hub id.
    name : str, optional
        What it is called in reports; by default the folder's name or the id.
    local : bool
        Whether only this disk is looked at.
    threads : int, optional
        Threads of torch; by default what torch chooses, at most the processor's cores. On a busy machine one can be faster.
    adapter : Path, optional
        A folder with what was learned on top of this very model; `taught` then writes with it.

    Raises
    ------
    ModelError
        When the model is not there, cannot be read, is an adapter without its base, or has no chat template.
    """

    def __init__(
        self,
        source: str,
        *,
        name: str | None = None,
        local: bool = False,
        threads: int | None = None,
        adapter: Path | None = None,
    ) -> None:
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if is_adapter(Path(source)):
            raise ModelError(no_base_for(source))
        if threads is not None:
            torch.set_num_threads(max(1, min(threads, os.cpu_count() or 1)))
        local = local or not hub_answers(source)
        try:
            with without_progress_bars():
                self.tokenizer: Any = AutoTokenizer.from_pretrained(source, local_files_only=local)
                self.model: Any = AutoModelForCausalLM.from_pretrained(
                    source, local_files_only=local, dtype=torch.float32
                ).eval()
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:  # absent, no model, cut off
            first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            raise ModelError(
                f"language model {source!r}: not usable from this disk, and it could not be fetched ({first}). Give a "
                "folder that holds a model and its tokenizer, or leave --llm out for the embedded one."
            ) from error
        if not getattr(self.tokenizer, "chat_template", None):
            raise ModelError(
                f"language model {source!r}: has no chat template, so it is no chat model. Name an instruct model."
            )
        self.name = name or (Path(source).name if Path(source).is_dir() else source)
        self._heads = Heads(self.model)
        self._lock = threading.Lock()  # one text at a time: the model's cache and torch's seed are shared
        if self.tokenizer.pad_token_id is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        self._adapter: Adapter | None = None
        self.taught: LocalLLM | None = None if adapter is None else self._with(Adapter(self.model, adapter))

    def _with(self, adapter: Adapter) -> LocalLLM:
        """Return the same model in the same memory, asked with an adapter; what it read of prompts is its own."""
        other = copy.copy(self)
        other.name, other.taught = f"{self.name} with its adapter", None
        other._adapter, other._heads = adapter, Heads(self.model)
        return other

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Hold the model: one text at a time, without gradients, with the adapter where this is the taught one."""
        import torch

        with self._lock, torch.inference_mode(), self._adapter.on() if self._adapter else nullcontext():
            yield

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        """Return the option with the highest mean log-likelihood a token after the prompt; ties to the first.

        The prompt is read once; all options go on from its key-value cache together, what they share read a single time.

        Raises
        ------
        ValueError
            When there is no option.
        """
        if not options:
            raise ValueError("options: none given; expected at least one text to choose.")
        scores = self.likelihoods(prompt, options)
        return max(range(len(options)), key=lambda at: (scores[at], -at))

    def likelihoods(self, prompt: str, options: Sequence[str]) -> list[float]:
        """Return the mean log-likelihood a token of each option after the prompt (≤ 0)."""
        import torch

        head = self._ids([{"role": "user", "content": prompt}])
        tails = [
            self.tokenizer(option, add_special_tokens=False)["input_ids"] or [self.tokenizer.eos_token_id]
            for option in options
        ]
        tree = packed(tails)
        with self._asked():
            cache, first = self._heads.under(head, 1)
            logits = first[0]
            if tree.tokens:
                sees = torch.from_numpy(np.pad(tree.sees, ((0, 0), (len(head), 0)), constant_values=True))
                mask = torch.zeros(sees.shape).masked_fill(~sees, torch.finfo(torch.float32).min)
                after = self.model(
                    torch.tensor([tree.tokens]),
                    attention_mask=mask[None, None],
                    position_ids=torch.tensor([tree.depth]) + len(head),
                    use_cache=True,
                    **{self._heads.cache_name: cache},
                ).logits
                logits = torch.cat([first[0], after[0]])
            all_of = logits.logsumexp(-1)
            return [
                float(sum(logits[at + 1, token] - all_of[at + 1] for at, token in steps)) / len(steps)
                for steps in tree.steps
            ]

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        """See `LLM.generate`; seed 0 takes the likeliest token, other seeds sample at temperature 0.8.

        Prompts are batched by length, at most 16 at once; a sampled text depends on the batch it was in.
        """
        chats = [[{"role": "user", "content": prompt}] for prompt in prompts]
        return self.generate_chats(chats, max_new_tokens=max_new_tokens, seed=seed, only=only)

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        """See `LLM.draft`; held to them token by token."""
        chats = [[{"role": "user", "content": prompt}] for prompt in prompts]
        return self._replies(chats, (Stated(stated, ordinary), stated), max_new_tokens=max_new_tokens, seed=seed)

    def generate_chats(
        self, chats: Sequence[Messages], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        """Return one reply a conversation; see `generate`."""
        held = None if only is None else (_grammar(only), only)
        return self._replies(chats, held, max_new_tokens=max_new_tokens, seed=seed)

    def _replies(
        self,
        chats: Sequence[Messages],
        held: tuple[Grammar, Sequence[str]] | None,
        *,
        max_new_tokens: int,
        seed: int,
    ) -> list[str]:
        """Return one reply a conversation, held to a grammar of the characters of some texts."""
        ids = [self._ids(chat) for chat in chats]
        order = sorted(range(len(ids)), key=lambda row: (len(ids[row]), row))
        replies = [""] * len(ids)
        spelled = spellings(self.tokenizer, self.tree, held[1]) if held is not None else {}
        known: Known = {}, {}
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            width = max(len(ids[row]) for row in rows)
            processors = []
            if held is not None:
                processors = [Held(held[0], self.tree, width, self.ends, spelled, known)]
            for row, tokens in zip(
                rows, self._batch([ids[row] for row in rows], seed, processors, max_new_tokens), strict=True
            ):
                replies[row] = self.said(tokens)
        return replies

    def _batch(self, rows: Sequence[list[int]], seed: int, processors: list[Any], most: int) -> list[list[int]]:
        """Return the tokens written after each row; what all rows begin with is read once and kept."""
        import torch

        width = max(len(row) for row in rows)
        shared = shared_head(rows) if len(rows) > 1 else self._heads.known(rows[0])
        padding = [width - len(row) for row in rows]
        head, pad = rows[0][:shared], self.tokenizer.pad_token_id
        filled = [head + [pad] * blank + row[shared:] for row, blank in zip(rows, padding, strict=True)]
        seen = [
            [1] * shared + [0] * blank + [1] * (len(row) - shared) for row, blank in zip(rows, padding, strict=True)
        ]
        with self._asked():
            kept = {self._heads.cache_name: self._heads.under(head, len(rows))[0]} if shared else {}
            torch.manual_seed(seed)
            made = self.model.generate(
                torch.tensor(filled),
                attention_mask=torch.tensor(seen),
                max_new_tokens=most,
                logits_processor=processors,
                **kept,
                **self._way(seed),
            )
        return [list(tokens) for tokens in made[:, width:].tolist()]

    def stream_chat(
        self,
        chat: Messages,
        *,
        max_new_tokens: int,
        seed: int,
        temperature: float | None = None,
        stopped: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield a reply piece by piece; setting `stopped` ends it at the next token.

        Parameters
        ----------
        temperature : float, optional
            0 takes the likeliest token, more samples; left out, the seed decides as in `generate`.

        Raises
        ------
        ModelError
            When the model fails at it.
        """
        from concurrent.futures import ThreadPoolExecutor

        from transformers import TextIteratorStreamer

        stop = stopped or threading.Event()
        pieces: Any = TextIteratorStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True)
        way = {**self._way(seed, temperature), "max_new_tokens": max_new_tokens, "streamer": pieces}
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(self._write, self._ids(chat), seed, way, stop)
            writing.add_done_callback(lambda _: pieces.end())  # else who reads a model that failed waits for ever
            try:
                yield from (piece for piece in pieces if piece)
            finally:
                stop.set()
            failed = writing.exception()
        if failed is not None:
            raise ModelError(f"language model {self.name!r} failed while it wrote: {failed}") from failed

    def _write(self, ids: list[int], seed: int, way: dict[str, Any], stop: threading.Event) -> None:
        import torch

        with self._asked():
            torch.manual_seed(seed)
            self.model.generate(
                torch.tensor([ids]),
                attention_mask=torch.ones((1, len(ids)), dtype=torch.long),
                stopping_criteria=[lambda tokens, scores, **_: torch.full((len(tokens),), stop.is_set())],
                **way,
            )

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    @cached_property
    def tree(self) -> TokenTree:
        """The tokens as a tree of characters; built at first use (about a second for 50,000 tokens)."""
        return TokenTree(token_texts(self.tokenizer))

    @cached_property
    def ends(self) -> list[int]:
        """The ids of the tokens that end a reply."""
        named = self.model.generation_config.eos_token_id
        found = named if isinstance(named, list) else [named]
        return sorted({token for token in [*found, self.tokenizer.eos_token_id] if token is not None})

    def said(self, tokens: list[int]) -> str:
        """Return the text of generated tokens, without special tokens and thinking."""
        text = self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return _THINKING.sub("", text).strip()

    def _ids(self, chat: Messages) -> list[int]:
        text = self.tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, tokenize=False, enable_thinking=False
        )
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _way(self, seed: int, temperature: float | None = None) -> dict[str, Any]:
        chosen: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        warmth = (TEMPERATURE if seed else 0.0) if temperature is None else temperature
        if warmth:
            chosen = {"do_sample": True, "temperature": warmth, "top_p": 0.95, "top_k": 0}
        return {**chosen, "pad_token_id": self.tokenizer.pad_token_id, "eos_token_id": self.ends}


def no_base_for(folder: str) -> str:
    """Return why a folder that is an adapter cannot be used on its own: on any other base it would write nonsense."""
    base = base_of(Path(folder)) or "a base it does not name"
    return (
        f"language model {folder!r}: is an adapter of {base}, not a whole model, and is not put on another base. Merge it "
        "into its base (peft: PeftModel.from_pretrained(base, adapter).merge_and_unload().save_pretrained(FOLDER), the "
        "tokenizer beside it) and give that folder."
    )


def _grammar(only: Sequence[str]) -> Words | Follows:
    """Return what holds a text to `only`: single words in any order, or, given sentences, their words in their turns."""
    return Follows(only) if any(" " in entry for entry in only) else Words(only)
