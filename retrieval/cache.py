"""Vectors of texts kept on disk, so that a text is encoded once and an interrupted encoding goes on where it was.

It knows texts by their hash and the encoder by its name, not what the texts are about.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from retrieval.encoder import Encoder, Vectors
from retrieval.index import StoredIndexError
from shop.files import write_atomic

_FLUSH = 512  # texts encoded between two writes to disk


class CachedEncoder:
    """An encoder that remembers; itself an `Encoder`.

    Parameters
    ----------
    encoder : Encoder
    folder : Path
        Holds one file for each encoder name.
    on_progress : callable, optional
        Called with (texts done, texts in all) while new texts are encoded.

    Raises
    ------
    StoredIndexError
        When the stored file is damaged or holds vectors of another width.
    """

    def __init__(
        self, encoder: Encoder, folder: Path, *, on_progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.name = encoder.name
        self.dim = encoder.dim
        self._encoder = encoder
        self._path = folder / f"{hashlib.sha256(encoder.name.encode()).hexdigest()[:16]}.npz"
        self._known = self._read()
        self.on_progress = on_progress or (lambda done, total: None)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`; only texts never seen before reach the model."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        waiting = sorted(new, key=lambda key: (len(new[key]), key))
        for start in range(0, len(waiting), _FLUSH):
            part = waiting[start : start + _FLUSH]
            vectors = self._encoder.encode([new[key] for key in part])
            self._known |= dict(zip(part, vectors, strict=True))
            self._write()
            self.on_progress(start + len(part), len(waiting))
        if not keys:
            return np.empty((0, self.dim), dtype=np.float32)
        return np.stack([self._known[key] for key in keys])

    def _read(self) -> dict[str, Vectors]:
        if not self._path.exists():
            return {}
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                keys, vectors = stored["keys"], stored["vectors"]
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise StoredIndexError(
                f"{self._path}: the stored vectors are damaged ({error}). Delete this file; they are then made again."
            ) from error
        if vectors.shape != (len(keys), self.dim):
            raise StoredIndexError(
                f"{self._path}: found vectors of shape {vectors.shape}, expected {(len(keys), self.dim)}. Delete this file."
            )
        return {str(key): vector for key, vector in zip(keys, vectors, strict=True)}

    def _write(self) -> None:
        content = io.BytesIO()
        np.savez(content, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        write_atomic(self._path, content.getvalue())
