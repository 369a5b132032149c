"""Beginnings of prompts read once: the key-value cache of a head is kept and goes on under every text that begins with it.

It knows token ids and the model's cache, not what a prompt says.
"""

from __future__ import annotations

import copy
import inspect
import os
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

_KEPT = 8  # heads; the one used longest ago goes first
_SHORTEST = 8  # tokens; a shorter head is not worth its copy

Ids = tuple[int, ...]


class Heads:
    """The heads one model has read. Not for two threads at once: whoever asks holds the model's lock.

    Parameters
    ----------
    model : a transformers causal language model
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._kept: OrderedDict[Ids, tuple[Any, Any]] = OrderedDict()
        self.read_tokens = 0  # how many tokens of heads were read in all

    @cached_property
    def cache_name(self) -> str:
        """What the model calls its key-value cache: transformers renames it on the way to 5.40."""
        return "cache" if "cache" in inspect.signature(self._model.forward).parameters else "past_key_values"

    def under(self, head: Sequence[int], texts: int) -> tuple[Any, Any]:
        """Return a cache of the head for so many texts, to be written on, and the logits (1, 1, words) after its last token."""
        import torch
        from transformers import DynamicCache

        key = tuple(head)
        if key not in self._kept:
            cache = DynamicCache(config=self._model.config)
            read = self._model(torch.tensor([list(key)]), logits_to_keep=1, use_cache=True, **{self.cache_name: cache})
            self._kept[key] = cache, read.logits[:, -1:]
            self.read_tokens += len(key)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        kept, logits = self._kept[key]
        made = copy.deepcopy(kept)
        made.batch_repeat_interleave(texts)
        return made, logits

    def known(self, row: Sequence[int]) -> int:
        """Return how many tokens of a text's beginning were read before, leaving it at least one; 0 where none were."""
        ids = tuple(row)
        return max((len(key) for key in self._kept if len(key) < len(ids) and ids[: len(key)] == key), default=0)


def shared_head(rows: Sequence[Sequence[int]]) -> int:
    """Return how many tokens several rows begin with, leaving each one of its own; 0 where that is not worth keeping.

    Examples
    --------
    >>> shared_head([[1, 2, 3], [1, 2, 4]]), shared_head([list(range(20)), [*range(12), 99]])
    (0, 12)
    """
    if len(rows) < 2:
        return 0
    length = len(os.path.commonprefix([list(row) for row in rows]))
    length = min([length, *(len(row) - 1 for row in rows)])
    return length if length >= _SHORTEST else 0
