"""A question in another language than the shop's pages: said so in the customer's, found by the words there are, else handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assistant import Assistant
from retrieval import HashingEncoder
from retrieval.encoder import EMBEDDED, Vectors
from retrieval.passages import reads
from retrieval.tongues import tongue_of
from shop import Shop
from shop.tables import FAQ


class EnglishOnly(HashingEncoder):
    """Hashing under the embedded encoder's name: it reads English alone."""

    def __init__(self) -> None:
        super().__init__()
        self.name = f"{EMBEDDED}-256"


class TwoTongues(HashingEncoder):
    """Puts a German word where its English one lies."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "two-tongues"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(
            super().encode([one.lower().replace("wolle", "wool?").replace("pflege", "care") for one in texts])
        )


@pytest.fixture
def shop(tiny_shop: Shop) -> Shop:
    rows = [
        ("How do I care for wool?", "Wash it by hand and dry it flat.", "Care"),
        ("Do you deliver to Ireland?", "Yes, within 5 days.", "Delivery"),
    ]
    return replace(tiny_shop, faq=pl.DataFrame(rows, schema=dict(FAQ), orient="row"))


@pytest.mark.parametrize(
    ("question", "begins", "decision"),
    [
        ("Wie lange dauert der Versand nach Ireland?", "Wir antworten auf Englisch.", "ask back"),
        ("Combien de temps faut-il pour une chose ?", "Nous répondons en anglais.", "hand over"),
        ("¿Cuánto cuesta la cosa y cuándo puedo tenerla?", "Respondemos en inglés.", "hand over"),
        ("可以退货吗", "我们用英语回答。", "hand over"),
    ],
)
def test_question_in_another_language_is_told_in_it_which_one_answers(
    shop: Shop, question: str, begins: str, decision: str
) -> None:
    answer = Assistant(shop, llm="none", encoder=EnglishOnly()).answer(question)
    assert answer.text.startswith(begins)
    assert answer.decision == decision
    assert all(sentence.may_leave for sentence in answer.sentences)


def test_encoder_of_several_languages_finds_the_page(shop: Shop) -> None:
    answer = Assistant(shop, llm="none", encoder=TwoTongues()).answer("Wie ist die Pflege von Wolle")
    assert answer.choices[0] == "How do I care for wool?"
    assert answer.text.startswith("Wir antworten auf Englisch.")


def test_question_in_the_shops_own_language_is_told_nothing_of_it(shop: Shop) -> None:
    answer = Assistant(shop, llm="none", encoder=EnglishOnly()).answer("How do I care for wool?")
    assert "answer in" not in answer.text


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("Wo ist mein Paket?", "de"),
        ("Où est mon colis ?", "fr"),
        ("¿Dónde está mi paquete?", "es"),
        ("where is my parcel", "en"),
        ("return period?", ""),
        ("la lampe", ""),
        ("gift card die", ""),
    ],
)
def test_tongue_is_told_by_little_words_or_not_at_all(text: str, tongue: str) -> None:
    assert tongue_of(text) == tongue


def test_embedded_encoder_reads_english_alone() -> None:
    assert reads(f"{EMBEDDED}-384", "where is my parcel")
    assert not reads(f"{EMBEDDED}-384", "Wo ist mein Paket?")
    assert reads("multilingual", "Wo ist mein Paket?")
