"""Our indexes and encoders as langchain's vector store, retriever and embeddings; the only place in retrieval that knows langchain."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from pydantic import ConfigDict, Field

from retrieval.encoder import Encoder, Vectors
from retrieval.index import FaissIndex
from retrieval.pages import PassageKind
from retrieval.passages import PassageIndex
from shop.files import write_atomic


class ShopkeeperEmbeddings(Embeddings):
    """An `Encoder` as langchain's embeddings."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one unit vector a text."""
        return [row.tolist() for row in self.encoder.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a text."""
        row: list[float] = self.encoder.encode([text])[0].tolist()
        return row


class ShopkeeperVectorStore(VectorStore):
    """Documents in a FAISS index, searched exactly by cosine; saved without pickle.

    Parameters
    ----------
    embedding : Embeddings
        Rows are brought to length 1, whatever it returns.
    """

    def __init__(self, embedding: Embeddings) -> None:
        self._embedding = embedding
        self._documents: dict[str, Document] = {}
        self._rows: dict[str, Vectors] = {}
        self._index: FaissIndex | None = None  # built at the first search after a change

    @property
    def embeddings(self) -> Embeddings:
        """What texts are embedded with."""
        return self._embedding

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts; an id that is there already is replaced. Return their ids."""
        words = list(texts)
        about = metadatas or [{} for _ in words]
        names = [name or str(uuid.uuid4()) for name in (ids or [""] * len(words))]
        if not (len(words) == len(about) == len(names)):
            raise ValueError(f"{len(words)} texts need as many metadatas and ids, got {len(about)} and {len(names)}.")
        for name, text, meta, row in zip(names, words, about, self._embedding.embed_documents(words), strict=True):
            self._documents[name] = Document(id=name, page_content=text, metadata=dict(meta))
            self._rows[name] = _unit(row)
        self._index = None
        return names

    def add_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """Add documents under their own ids, or those given."""
        ids = kwargs.pop("ids", None) or [document.id or "" for document in documents]
        return self.add_texts(
            [one.page_content for one in documents], [one.metadata for one in documents], ids=ids, **kwargs
        )

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:
        """Delete by id (all, where none are given); ids that are not there are passed over."""
        for name in list(self._documents) if ids is None else ids:
            self._documents.pop(name, None)
            self._rows.pop(name, None)
        self._index = None
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents there are, in the order of `ids`."""
        return [self._copy(name) for name in ids if name in self._documents]

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the `k` nearest documents, nearest first."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """Return the `k` nearest documents with their cosine, nearest first."""
        return self._nearest(_unit(self._embedding.embed_query(query)), k)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the `k` documents nearest to a vector."""
        return [document for document, _ in self._nearest(_unit(embedding), k)]

    def _select_relevance_score_fn(self) -> Any:
        return lambda cosine: (1.0 + cosine) / 2.0  # langchain wants 0 to 1

    def _nearest(self, row: Vectors, k: int) -> list[tuple[Document, float]]:
        if not self._documents:
            return []
        if self._index is None:
            self._index = FaissIndex(list(self._rows), np.stack(list(self._rows.values())), "langchain")
        return [(self._copy(hit.id), hit.score) for hit in self._index.search_vectors(row[None], k)[0]]

    def _copy(self, name: str) -> Document:
        kept = self._documents[name]
        return Document(id=name, page_content=kept.page_content, metadata=dict(kept.metadata))

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return a store that holds these texts."""
        store = cls(embedding)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def save(self, folder: Path) -> None:
        """Write index and documents into `folder`, atomically and without pickle."""
        dim = len(next(iter(self._rows.values()))) if self._rows else 1
        rows = np.stack(list(self._rows.values())) if self._rows else np.empty((0, dim), np.float32)
        FaissIndex(list(self._rows), rows, "langchain").save(folder)
        documents = {
            name: {"text": one.page_content, "metadata": one.metadata} for name, one in self._documents.items()
        }
        write_atomic(folder / "documents.json", json.dumps(documents, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path, embedding: Embeddings) -> Self:
        """Read what `save` wrote."""
        store = cls(embedding)
        index = FaissIndex.load(folder)
        documents = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
        for name, row in zip(index.ids, index.vectors(), strict=True):
            kept = documents[name]
            store._documents[name] = Document(id=name, page_content=kept["text"], metadata=kept["metadata"])
            store._rows[name] = row
        return store


class ShopkeeperRetriever(BaseRetriever):
    """The shop's passages, found by meaning and by words.

    Parameters
    ----------
    passages : PassageIndex
    encoder : Encoder, the one that built the index
    k : int, how many passages
    kinds : kinds of passages to look at; all by default
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    passages: PassageIndex
    encoder: Any
    k: int = Field(default=4, ge=1)
    kinds: list[PassageKind] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return list(self._documents(query, k or self.k))

    def _documents(self, query: str, k: int) -> Iterator[Document]:
        for hit in self.passages.search(query, self.encoder, k, kinds=self.kinds):
            about = {
                "kind": hit.passage.kind,
                "title": hit.passage.title,
                "source": hit.passage.source,
                "score": hit.score,
            }
            yield Document(id=hit.passage.id, page_content=hit.passage.text, metadata=about)


def _unit(row: Sequence[float]) -> Vectors:
    vector = np.asarray(row, dtype=np.float32)
    length = float(np.linalg.norm(vector))
    if length < 1e-12:
        raise ValueError("an embedding of length 0 has no direction; give an encoder that returns unit rows.")
    return vector / length
