"""History vectors in a few directions: principal axes, evened out, as heavy as they are told to be.

It knows vectors. It does not know what texts they came from, or which groups come out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
TEXT_DIM = 16  # directions kept
_BLOCK = 50_000  # rows at a time: a million vectors are not copied to float64 at once


@dataclass(frozen=True)
class TextAxes:
    """How history vectors are reduced: centred by `mean` (d,), turned by `axes` (d, dim), scaled by `weight` (0: no texts)."""

    mean: Matrix
    axes: Matrix
    weight: float

    @property
    def dim(self) -> int:
        """Return how many directions are kept."""
        return self.axes.shape[1] if self.weight else 0

    def reduced(self, vectors: NDArray[np.float32]) -> Matrix:
        """Return float64 (n, dim); a customer without a history (a zero row) stands at the mean, 0.

        Raises
        ------
        ValueError
            When the vectors have another dimension than those this was fitted to.
        """
        if vectors.shape[1] != len(self.mean):
            raise ValueError(
                f"the groups were made from vectors of {len(self.mean)} dimensions, these have {vectors.shape[1]}; "
                "use the encoder the groups were made with, or make them again."
            )
        found = np.zeros((len(vectors), self.dim))
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK]
            told = np.any(block != 0, axis=1)[:, None]
            found[start : start + _BLOCK] = np.where(told, (block - self.mean) @ self.axes * self.weight, 0.0)
        return found


def fit_text_axes(vectors: NDArray[np.float32] | None, *, spread: float) -> TextAxes:
    """Return the directions of largest variance of the histories, each scaled by variance ** -1/4.

    Half-way to whitening: the first direction of text vectors is mostly the shop's own range of goods, and would drown
    the finer ones; whitened in full, noise would count as much as they do.

    Parameters
    ----------
    vectors : float32 (n, d) or None; zero rows are left out
    spread : root of the total variance the block is to have
    """
    nothing = TextAxes(np.zeros(0), np.zeros((0, 0)), 0.0)
    if vectors is None:
        return nothing
    told = np.flatnonzero(np.any(vectors != 0, axis=1))
    if len(told) < 3:
        return nothing
    mean = vectors[told].mean(axis=0, dtype=np.float64)
    scatter = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(told), _BLOCK):
        centred = vectors[told[start : start + _BLOCK]] - mean
        scatter += centred.T @ centred
    values, directions = np.linalg.eigh(scatter / len(told))
    keep = np.flatnonzero(values > max(float(values.max()), 1e-12) * 1e-6)[::-1][:TEXT_DIM]
    if not len(keep):
        return nothing
    axes = directions[:, keep]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(len(keep))] < 0, -1.0, 1.0)  # one sign, always
    axes = axes * values[keep] ** -0.25
    return TextAxes(mean, axes, float(spread / np.sqrt(np.sqrt(values[keep]).sum())))
