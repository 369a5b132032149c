"""What a model said is kept and not asked again: the same model, prompt, options or bounds and seed, the same reply.

Facts, book and printing reach a model only through its prompts and options, so that a changed fact or line asks anew. It keeps
replies, not drafts: what may leave is proven each time. It knows no prompt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.llm.protocol import LLM, taught

_MOST_BYTES = 32 * 2**20  # a longer file begins anew


class RememberedLLM:
    """An `LLM` that asks another one each thing once.

    Parameters
    ----------
    llm : LLM
    path : Path
        A file of one reply a line; a line cut off is asked again.
    """

    def __init__(self, llm: LLM, path: Path) -> None:
        self._llm = llm
        self._path = path
        self.name = llm.name

    @cached_property
    def taught(self) -> LLM | None:
        """See `protocol.taught`; its replies are kept in a file of their own."""
        found = taught(self._llm)
        return None if found is None else RememberedLLM(found, self._path.with_stem(f"{self._path.stem}-taught"))

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        """See `LLM.choose`."""
        if not options:
            raise ValueError("options: none given; expected at least one text to choose.")
        key = self._key("choose", prompt, list(options))
        if key not in self._known:
            self._keep({key: self._llm.choose(prompt, options)})
        chosen: int | None = self._known[key]
        return chosen

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        """See `LLM.generate`; prompts replied to before are left out of the batch."""
        bounds = (max_new_tokens, seed, None if only is None else list(only))
        return self._texts(
            "generate",
            prompts,
            bounds,
            lambda new: self._llm.generate(new, max_new_tokens=max_new_tokens, seed=seed, only=only),
        )

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        """See `LLM.draft`; prompts replied to before are left out of the batch."""
        bounds = (max_new_tokens, seed, list(stated), list(ordinary))
        return self._texts(
            "draft",
            prompts,
            bounds,
            lambda new: self._llm.draft(
                new, stated=stated, ordinary=ordinary, max_new_tokens=max_new_tokens, seed=seed
            ),
        )

    def _texts(
        self, what: str, prompts: Sequence[str], bounds: Sequence[Any], ask: Callable[[list[str]], list[str]]
    ) -> list[str]:
        # the same prompt twice in a call is two texts, not one
        seen: dict[str, int] = {}
        keys = []
        for prompt in prompts:
            seen[prompt] = seen.get(prompt, 0) + 1
            keys.append(self._key(what, prompt, bounds, seen[prompt]))
        new = [at for at, key in enumerate(keys) if key not in self._known]
        if new:
            self._keep(dict(zip((keys[at] for at in new), ask([prompts[at] for at in new]), strict=True)))
        return [str(self._known[key]) for key in keys]

    def _key(self, *asked: Any) -> str:
        return hashlib.sha256(json.dumps([self.name, *asked], ensure_ascii=False).encode()).hexdigest()[:32]

    @cached_property
    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] = {}
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:  # nothing was kept yet
            return known
        for line in lines:
            try:
                key, reply = json.loads(line)
            except (ValueError, TypeError):  # cut off
                continue
            if isinstance(key, str) and (reply is None or isinstance(reply, int | str)):
                known[key] = reply
        return known

    def _keep(self, replies: dict[str, Any]) -> None:
        self._known.update(replies)
        # a line begun by a process that was stopped must not swallow this one
        told = "\n" + "".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in replies.items())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            is_long = self._path.exists() and self._path.stat().st_size > _MOST_BYTES
            with self._path.open("w" if is_long else "a", encoding="utf-8") as stream:
                stream.write(told)
        except OSError:  # a reply that cannot be kept is asked for again by the next process
            return


def remembered(llm: LLM, folder: Path | None) -> LLM:
    """Return a model that remembers in a state folder; without one, the model as it is."""
    return llm if folder is None else RememberedLLM(llm, folder / "model" / "replies.jsonl")
