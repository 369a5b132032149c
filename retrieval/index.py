"""Exact nearest-neighbour search by inner product over a FAISS flat index.

The index knows ids and vectors. It does not know what a product, a passage or a customer is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import numpy as np

from retrieval.encoder import Encoder, Vectors
from shop.files import write_atomic

Metric = Literal["cosine", "inner product"]
_FORMAT = 1


class StoredIndexError(RuntimeError):
    """A stored index cannot be used; the message says where, why and the mend."""


@dataclass(frozen=True)
class Hit:
    """One result; `score` is the inner product (the cosine for unit rows), more is nearer."""

    id: str
    score: float


class VectorIndex(Protocol):
    """What the rest of retrieval needs from an index."""

    encoder_name: str
    ids: list[str]
    dim: int

    def search_vectors(self, vectors: Vectors, k: int, *, allowed: Sequence[str] | None = None) -> list[list[Hit]]:
        """Return the `k` best ids for each vector, best first; ties in the order the ids were given."""
        ...

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, atomically and without pickle."""
        ...


class FaissIndex:
    """Ids with their vectors, searched exactly.

    Parameters
    ----------
    ids : n unique strings
    vectors : float32 (n, dim); rows of length 1 for the metric "cosine"
    encoder_name : str
        `Encoder.name` of the model that made the vectors.
    metric : "cosine" or "inner product"

    Raises
    ------
    ValueError
        When ids repeat, counts differ, a value is not finite, or a row is not of length 1 under "cosine".
    """

    def __init__(self, ids: Sequence[str], vectors: Vectors, encoder_name: str, *, metric: Metric = "cosine") -> None:
        import faiss

        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        _check(ids, vectors, metric)
        self.ids = list(ids)
        self.dim = int(vectors.shape[1])
        self.encoder_name = encoder_name
        self.metric: Metric = metric
        self._row = {identity: row for row, identity in enumerate(self.ids)}
        self._faiss: Any = faiss.IndexFlatIP(self.dim)  # inner product of unit rows = cosine
        self._faiss.add(vectors)

    @classmethod
    def from_texts(cls, ids: Sequence[str], texts: Sequence[str], encoder: Encoder) -> Self:
        """Encode `texts` and index them under `ids`, row by row."""
        return cls(ids, encoder.encode(texts), encoder.name)

    def __len__(self) -> int:
        return len(self.ids)

    def vectors(self) -> Vectors:
        """Return the stored vectors, float32 (n, dim), rows as in `ids`."""
        if not self.ids:
            return np.empty((0, self.dim), dtype=np.float32)
        return self._faiss.reconstruct_n(0, len(self.ids))

    def vector(self, identity: str) -> Vectors:
        """Return the vector of one id, float32 (dim,).

        Raises
        ------
        KeyError
            When the index has no such id.
        """
        if identity not in self._row:
            raise KeyError(f"no {identity!r} among the {len(self.ids)} of this index")
        return self._faiss.reconstruct(self._row[identity])

    def search(self, texts: Sequence[str], encoder: Encoder, k: int) -> list[list[Hit]]:
        """Return the `k` nearest ids of each text, nearest first.

        Raises
        ------
        ValueError
            When the encoder is not the one that built the index, or `k` < 1.

        Examples
        --------
        >>> from retrieval.encoder import HashingEncoder
        >>> encoder = HashingEncoder()
        >>> index = FaissIndex.from_texts(["p1", "p2"], ["red mug", "blue lamp"], encoder)
        >>> index.search(["a red mug"], encoder, 1)[0][0].id
        'p1'
        """
        if encoder.name != self.encoder_name:
            raise ValueError(
                f"the index was built with {self.encoder_name!r} and cannot be searched with {encoder.name!r}; "
                "give the same encoder, or index again with the new one."
            )
        return self.search_vectors(encoder.encode(texts), k)

    def search_vectors(self, vectors: Vectors, k: int, *, allowed: Sequence[str] | None = None) -> list[list[Hit]]:
        """Return the `k` best ids for each vector, best first (fewer where there are fewer).

        Parameters
        ----------
        vectors : float32 (m, dim)
        k : int, at least 1
        allowed : ids, optional
            Only these are looked at, exactly; ids the index does not hold are passed over.

        Returns
        -------
        list of m lists of Hit
            Ties are in the order the ids were given.

        Raises
        ------
        ValueError
            When `k` < 1 or the width is not the index's.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}.")
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.dim:
            raise ValueError(f"vectors must be (m, {self.dim}) as in the index, got {vectors.shape}.")
        if not len(vectors) or not self.ids:
            return [[] for _ in vectors]
        rows, scores = self._best(vectors, k, allowed)
        return [
            [Hit(self.ids[row], float(score)) for row, score in zip(*pair, strict=True) if row >= 0]
            for pair in zip(rows, scores, strict=True)
        ]

    def _best(self, vectors: Vectors, k: int, allowed: Sequence[str] | None) -> tuple[Any, Any]:
        import faiss

        parameters, many = None, len(self.ids)
        if allowed is not None:
            chosen = np.array(sorted({self._row[one] for one in allowed if one in self._row}), dtype=np.int64)
            many = len(chosen)
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(chosen))
        if not many:
            return np.empty((len(vectors), 0), dtype=np.int64), np.empty((len(vectors), 0), dtype=np.float32)
        scores, rows = self._faiss.search(vectors, min(k, many), params=parameters)
        order = np.lexsort((rows, -scores), axis=1)  # faiss leaves ties in no order
        return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)

    def save(self, folder: Path) -> None:
        """Write `index.faiss` and, last, `index.json` (ids, encoder, metric, checksum) into `folder`."""
        import faiss

        content = faiss.serialize_index(self._faiss).tobytes()
        about = {
            "format": _FORMAT,
            "encoder": self.encoder_name,
            "metric": self.metric,
            "dim": self.dim,
            "sha256": hashlib.sha256(content).hexdigest(),
            "ids": self.ids,
        }
        write_atomic(folder / "index.faiss", content)
        write_atomic(folder / "index.json", json.dumps(about, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        StoredIndexError
            When a file is missing, empty, cut off or of another format.
        """
        import faiss

        mend = "Run `shopkeeper index` again."
        try:
            about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
            content = (folder / "index.faiss").read_bytes()
            expected = (about["format"], about["sha256"])
        except (OSError, json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise StoredIndexError(f"{folder}: no whole index here ({error}). {mend}") from error
        if expected != (_FORMAT, hashlib.sha256(content).hexdigest()):
            raise StoredIndexError(f"{folder}: the index is cut off, damaged or of another format. {mend}")
        stored = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
        vectors = stored.reconstruct_n(0, stored.ntotal) if stored.ntotal else np.empty((0, about["dim"]), np.float32)
        return cls(about["ids"], vectors, about["encoder"], metric=about["metric"])


def _check(ids: Sequence[str], vectors: Vectors, metric: Metric) -> None:
    if vectors.ndim != 2 or len(ids) != len(vectors):
        raise ValueError(f"{len(ids)} ids need as many rows of vectors, got an array of shape {vectors.shape}.")
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids must be unique, got {len(ids) - len(set(ids))} repeats.")
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise ValueError(f"the row of {ids[row]!r} holds a value that is not finite.")
    if metric == "cosine" and len(vectors):
        norms = np.linalg.norm(vectors, axis=1)
        worst = int(np.abs(norms - 1).argmax())
        if abs(norms[worst] - 1) > 1e-3:
            raise ValueError(
                f"rows must have length 1 for the metric 'cosine'; the row of {ids[worst]!r} has {norms[worst]:.3f}. "
                "Encoders return unit rows; were vectors averaged without normalising again?"
            )
