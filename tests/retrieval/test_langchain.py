"""Our store, retriever and embeddings in langchain's own standard tests, and what these do not ask."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import (
    EmbeddingsIntegrationTests,
    RetrieversIntegrationTests,
    VectorStoreIntegrationTests,
)

from retrieval import HashingEncoder, Passage, PassageIndex
from retrieval.langchain import ShopkeeperEmbeddings, ShopkeeperRetriever, ShopkeeperVectorStore

PASSAGES = [
    Passage("faq-1", "faq", "How do I return a mug?", "Send it back within thirty days.", "faq, entry 1"),
    Passage("faq-2", "faq", "Where is the shop?", "In the high street.", "faq, entry 2"),
    Passage("policy-1-1", "policy", "Delivery", "Parcels leave on weekdays.", "policies, “Delivery”, part 1"),
    Passage("product-9", "product", "Blue lamp", "A lamp for the desk.", "products, 9"),
]


class TestStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> Generator[VectorStore, None, None]:  # type: ignore[override]
        return ShopkeeperVectorStore(self.get_embeddings())


class TestEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return _Hashed

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {}


class _Hashed(ShopkeeperEmbeddings):
    def __init__(self) -> None:
        super().__init__(HashingEncoder())


class TestRetriever(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self) -> type[ShopkeeperRetriever]:
        return ShopkeeperRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        encoder = HashingEncoder()
        return {"passages": PassageIndex.build(PASSAGES, encoder), "encoder": encoder}

    @property
    def retriever_query_example(self) -> str:
        return "How do I return a mug?"


def test_store_saved_and_loaded_finds_the_same_with_its_metadata(tmp_path: Path) -> None:
    embeddings = ShopkeeperEmbeddings(HashingEncoder())
    store = ShopkeeperVectorStore.from_texts(
        ["red mug", "blue lamp"], embeddings, [{"row": 1}, {"row": 2}], ids=["m", "l"]
    )
    store.save(tmp_path)
    found = ShopkeeperVectorStore.load(tmp_path, embeddings).similarity_search_with_score("a blue lamp", k=1)[0]
    assert (found[0].id, found[0].metadata) == ("l", {"row": 2})
    assert found[1] == pytest.approx(store.similarity_search_with_score("a blue lamp", k=1)[0][1])
    assert not list(tmp_path.glob("*.pkl"))


def test_store_with_a_document_changed_does_not_change_what_is_kept() -> None:
    store = ShopkeeperVectorStore.from_texts(["red mug"], ShopkeeperEmbeddings(HashingEncoder()), ids=["m"])
    store.similarity_search("red mug", k=1)[0].metadata["spoiled"] = True
    assert store.get_by_ids(["m"])[0].metadata == {}


def test_retriever_gives_the_passage_word_for_word_with_its_source() -> None:
    encoder = HashingEncoder()
    retriever = ShopkeeperRetriever(passages=PassageIndex.build(PASSAGES, encoder), encoder=encoder, k=1)
    document = retriever.invoke("How do I return a mug?")[0]
    assert document.page_content == "Send it back within thirty days."
    assert document.metadata["source"] == "faq, entry 1"
