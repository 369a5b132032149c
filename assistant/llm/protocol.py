"""The language model as the rest of the assistant sees it: a chooser and a writer. It knows no library and no prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class ModelError(RuntimeError):
    """A language model cannot be used, or did not reply; the message says which, why and the mend."""


def taught(llm: LLM) -> LLM | None:
    """Return the model as it was taught our own prompts (openings, closings, drafts with slots); None where it was not."""
    found: LLM | None = getattr(llm, "taught", None)
    return found


class LLM(Protocol):
    """What the assistant needs from a language model."""

    name: str  # shown beside every text it had a part in

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        """Return the index of the option that reads best after the prompt; None where the model named none.

        Raises
        ------
        ValueError
            When there is no option.
        """
        ...

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        """Return one continuation a prompt, without the prompt; the same seed gives the same texts.

        `only` are the words a text may use, or sentences whose turns it may use, where one marked "… " at its front begins no
        text; a model that cannot be held to them may ignore it, the proof comes after.
        """
        ...

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        """Return one whole draft a prompt: its digits and capitalised words are those of the texts `stated`.

        `ordinary` words may begin a sentence. A model that cannot be held to them may ignore both, the proof comes after.
        """
        ...
