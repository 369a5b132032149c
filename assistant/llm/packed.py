"""Several texts read at once as one tree: what two of them begin with is read a single time. It knows token ids only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Packed:
    """Texts as a tree of tokens. A node is a token after everything on its way from the root.

    Only nodes something follows are read; they stand in `tokens`, parents first, with `depth` (0 for a first token), and
    `sees[i, j]` says whether node i comes after, or is, node j. `steps` are for each text its (node before, token): −1 is the root.
    """

    tokens: list[int]
    depth: list[int]
    sees: NDArray[np.bool_]
    steps: list[list[tuple[int, int]]]


def packed(texts: Sequence[Sequence[int]]) -> Packed:
    """Return texts as one tree.

    Examples
    --------
    >>> tree = packed([[5, 6, 7], [5, 6, 8], [9]])
    >>> tree.tokens, tree.depth, tree.steps[1]
    ([5, 6], [0, 1], [(-1, 5), (0, 6), (1, 8)])
    """
    inner = {tuple(text[:end]) for text in texts for end in range(1, len(text))}  # beginnings that something follows
    order = sorted(inner, key=len)
    at = {begin: number for number, begin in enumerate(order)}
    sees = np.zeros((len(order), len(order)), dtype=np.bool_)
    for begin, number in at.items():
        if len(begin) > 1:
            sees[number] = sees[at[begin[:-1]]]
        sees[number, number] = True
    steps = [[(at.get(tuple(text[:end]), -1), token) for end, token in enumerate(text)] for text in texts]
    return Packed([begin[-1] for begin in order], [len(begin) - 1 for begin in order], sees, steps)
