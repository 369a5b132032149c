"""Stand-ins for models: they answer from a script and remember what they were asked."""

from __future__ import annotations

from collections.abc import Sequence


class ScriptedLLM:
    """Chooses the options given by number, in turn, and writes the replies given, in turn; the last of each again."""

    name = "scripted"

    def __init__(self, *replies: str, chooses: Sequence[int | None] = (0,)) -> None:
        self.replies = list(replies) or [""]
        self.chooses = list(chooses)
        self.prompts: list[str] = []
        self.offered: list[list[str]] = []

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        self.offered.append(list(options))
        chosen = self.chooses[min(len(self.offered), len(self.chooses)) - 1]
        return None if chosen is None else min(chosen, len(options) - 1)

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        replies = []
        for prompt in prompts:
            self.prompts.append(prompt)
            replies.append(self.replies[min(len(self.prompts), len(self.replies)) - 1])
        return replies

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        return self.generate(prompts, max_new_tokens=max_new_tokens, seed=seed)
