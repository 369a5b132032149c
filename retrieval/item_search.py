"""The best rows of many by inner product: exact while that is quick, else the quicker of HNSW and IVF that finds what exact search finds.

It knows vectors and rows, not products. What it finds is scored again, exactly, by whoever asked.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from retrieval.index import StoredIndexError
from retrieval.model import Floats, Rows
from shop.files import write_atomic

Kind = Literal["flat", "hnsw", "ivf"]
EXACT_UP_TO = 20_000  # rows: below, one exact search takes a millisecond or two
ENOUGH = 0.98  # of what exact search finds among its 100 best
_ASKED, _DEPTH = 200, 100
_LADDER = {"hnsw": (64, 128, 256, 512), "ivf": (8, 16, 32, 64, 128)}
_VERSION = 1


@dataclass(frozen=True)
class Measured:
    """One kind of index as it did: `effort` is ef (HNSW) or nprobe (IVF), `recall` of the 100 best, `queries_per_second` one by one."""

    kind: Kind
    effort: int
    recall: float
    queries_per_second: float
    chosen: bool = False


class ItemSearch:
    """Rows found by inner product.

    Parameters
    ----------
    vectors : float32 (n, d)
    queries : float32 (m, d), optional
        What will be asked, to measure on; by default the vectors themselves.
    kind : optional
        Take this kind, with the least effort that reaches the recall, or its most.
    """

    def __init__(self, vectors: Floats, queries: Floats | None = None, *, kind: Kind | None = None) -> None:
        self.measured: tuple[Measured, ...] = ()
        self._index: Any = _flat(vectors)
        self.kind: Kind = "flat"
        if kind == "flat" or (kind is None and len(vectors) <= EXACT_UP_TO) or not len(vectors):
            return
        asked = _sample(vectors if queries is None or not len(queries) else queries)
        self._choose(vectors, asked, ("hnsw", "ivf") if kind is None else (kind,), forced=kind is not None)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def index(self) -> Any:
        """The FAISS index that is searched; for "hnsw" over rows lifted to one length."""
        return self._index

    def _choose(self, vectors: Floats, asked: Floats, kinds: tuple[Kind, ...], *, forced: bool) -> None:
        flat = self._index
        truth = flat.search(asked, min(_DEPTH, len(vectors)))[1]
        tried = [Measured("flat", 0, 1.0, _speed(flat, asked))]
        made: dict[Kind, Any] = {"flat": flat}
        for kind in kinds:
            made[kind] = _Hnsw(vectors) if kind == "hnsw" else _ivf(vectors)
            tried.append(_least_effort(kind, made[kind], asked, truth))
        good = [one for one in tried[int(forced) :] if forced or one.recall >= ENOUGH]
        best = max(good, key=lambda one: one.queries_per_second)
        self.measured = tuple(Measured(**{**asdict(one), "chosen": one is best}) for one in tried)
        self.kind, self._index = best.kind, made[best.kind]
        _set_effort(best.kind, self._index, best.effort)

    def add(self, vectors: Floats) -> None:
        """Add rows at the end; they are found at once."""
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def rewritten(self, vectors: Floats) -> ItemSearch:
        """Return the same search over other vectors: its kind and effort are kept, as they were measured."""
        made = ItemSearch(vectors, kind="flat")
        if self.kind == "flat":
            return made
        made.kind, made.measured = self.kind, self.measured
        made._index = _Hnsw(vectors) if self.kind == "hnsw" else _ivf(vectors)
        for one in self.measured:
            if one.chosen:
                _set_effort(one.kind, made._index, one.effort)
        return made

    def search(self, queries: Floats, k: int) -> tuple[Rows, Floats]:
        """Return int64 (m, k) rows, best first, and float32 (m, k) inner products; -1 where there are no more rows."""
        many = max(1, min(k, len(self)))
        scores, rows = self._index.search(np.ascontiguousarray(queries, np.float32), many)
        return rows, scores

    def save(self, folder: Path) -> None:
        """Write `items.faiss` and, last, `items.json` into `folder`."""
        import faiss

        graph = self._index if self.kind != "hnsw" else self._index.graph
        content = faiss.serialize_index(graph).tobytes()
        about: dict[str, object] = {
            "version": _VERSION,
            "kind": self.kind,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        about["square"] = self._index.square if self.kind == "hnsw" else 0.0
        write_atomic(folder / "items.faiss", content)
        write_atomic(folder / "items.json", json.dumps(about | {"measured": [asdict(one) for one in self.measured]}))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        StoredIndexError
            When a file is missing, cut off or of another version.
        """
        import faiss

        try:
            about = json.loads((folder / "items.json").read_text(encoding="utf-8"))
            content = (folder / "items.faiss").read_bytes()
            if (about["version"], about["sha256"]) != (_VERSION, hashlib.sha256(content).hexdigest()):
                raise ValueError("cut off, damaged or of another version")
            made = cls.__new__(cls)
            made.kind, made.measured = about["kind"], tuple(Measured(**one) for one in about["measured"])
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise StoredIndexError(
                f"{folder}: no whole product index here ({error}). Run `shopkeeper index` again."
            ) from error
        made._index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
        if made.kind == "hnsw":
            made._index = _Hnsw(None, stored=made._index, square=about["square"])
        for one in made.measured:
            if one.chosen:
                _set_effort(one.kind, made._index, one.effort)
        return made


def _flat(vectors: Floats) -> Any:
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index


class _Hnsw:
    """A graph over rows lifted to one length: nearest by distance is then best by inner product, and the graph holds together.

    Source: Bachrach et al. (2014), "Speeding up the Xbox recommender system", RecSys, for the lift.
    """

    def __init__(self, vectors: Floats | None, *, stored: Any = None, square: float = 0.0) -> None:
        import faiss

        self.square = square
        if stored is None and vectors is not None:
            self.square = 1.05 * float((vectors**2).sum(axis=1).max(initial=0.0))  # room for rows to come
            stored = faiss.IndexHNSWFlat(vectors.shape[1] + 1, 24)
            stored.hnsw.efConstruction = 100
        self.graph = stored
        if vectors is not None:
            self.add(vectors)

    @property
    def ntotal(self) -> int:
        return int(self.graph.ntotal)

    def add(self, vectors: Floats) -> None:
        missing = np.sqrt(np.maximum(self.square - (vectors**2).sum(axis=1, keepdims=True), 0.0))
        self.graph.add(np.ascontiguousarray(np.concatenate([vectors, missing], axis=1), dtype=np.float32))

    def search(self, queries: Floats, k: int) -> tuple[Floats, Rows]:
        import faiss

        wide = np.concatenate([queries, np.zeros((len(queries), 1), np.float32)], axis=1).astype(np.float32)
        effort = faiss.SearchParametersHNSW(efSearch=max(int(self.graph.hnsw.efSearch), k))
        distances, rows = self.graph.search(np.ascontiguousarray(wide), k, params=effort)
        return ((queries**2).sum(axis=1, keepdims=True) + self.square - distances) / 2, rows


def _ivf(vectors: Floats) -> Any:
    import faiss

    lists = min(int(2 ** np.round(np.log2(max(16, 1.6 * np.sqrt(len(vectors)))))), max(1, len(vectors) // 4))
    index = faiss.index_factory(vectors.shape[1], f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT)
    index.cp.niter, index.cp.max_points_per_centroid, index.cp.seed = 10, 64, 0
    index.train(np.ascontiguousarray(vectors, dtype=np.float32))
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index


def _set_effort(kind: Kind, index: Any, effort: int) -> None:
    if kind == "hnsw":
        index.graph.hnsw.efSearch = effort
    elif kind == "ivf":
        index.nprobe = effort


def _least_effort(kind: Kind, index: Any, asked: Floats, truth: Rows) -> Measured:
    for effort in _LADDER[kind]:
        _set_effort(kind, index, effort)
        found = index.search(asked, truth.shape[1])[1]
        recall = float(
            np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), truth.tolist(), strict=True)])
        )
        if recall >= ENOUGH:
            break
    return Measured(kind, effort, recall, _speed(index, asked))


def _speed(index: Any, asked: Floats) -> float:
    started = time.perf_counter()
    for at in range(len(asked)):
        index.search(asked[at : at + 1], min(_DEPTH, index.ntotal))
    return len(asked) / max(time.perf_counter() - started, 1e-9)


def _sample(vectors: Floats) -> Floats:
    chosen = np.random.default_rng(0).permutation(len(vectors))[:_ASKED]
    return np.ascontiguousarray(vectors[chosen], dtype=np.float32)
