"""Words as concepts: synonyms, phrases, typing errors mended by the words of the pages, Chinese by two signs."""

from __future__ import annotations

import pytest

from prompts import words
from retrieval import HashingEncoder, Lexicon, Passage, PassageIndex
from retrieval.passages import reads

LEXICON = Lexicon("# a remark\nreturn returned | send back\nparcel package\nrefund | money back")
KNOWN = frozenset({"return", "parcel", "refund", "delivery", "address"})


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("May I SEND BACK the package?", ["return", "parcel"]),
        ("I want my money back", ["refund"]),
        ("delivry adress", ["delivery", "address"]),  # a letter missing
        ("delviery", ["delivery"]),  # two letters in each other's place
        ("bike", ["bike"]),  # too short to be mended
        ("return 12345", ["return", "12345"]),
        ("净水器吗", ["净水", "水器", "器吗", "净", "水", "器"]),  # 吗 alone only asks
        ("", []),
    ],
)
def test_concepts_of_a_question(text: str, concepts: list[str]) -> None:
    assert LEXICON.concepts(text, KNOWN) == concepts


def test_chinese_words_for_the_same_thing_are_one_word() -> None:
    lexicon = Lexicon("运费 邮费 快递费\n价格 多少钱")
    assert lexicon.concepts("快递费多少钱") == lexicon.concepts("运费价格")


def test_words_are_not_mended_without_pages() -> None:
    assert LEXICON.concepts("delivry") == ["delivry"]


def test_shipped_synonyms_bring_a_question_to_its_page() -> None:
    passages = [
        Passage("faq-1", "faq", "How long does delivery take?", "4 days.", "faq, entry 1"),
        Passage("faq-2", "faq", "Which cards do you take?", "All.", "faq, entry 2"),
    ]
    index = PassageIndex.build(passages, HashingEncoder(), lexicon=Lexicon(words("synonyms", language="en")))
    assert index.search("when is my order shipped", HashingEncoder(), 1)[0].passage.id == "faq-1"
    assert words("synonyms", language="xx") == ""


def test_question_in_a_script_the_embedded_encoder_cannot_read_is_found_by_its_signs() -> None:
    titles = ["空气净化器能退货吗", "净水器能退货吗", "净水器多少钱"]
    passages = [Passage(f"faq-{n}", "faq", title, "好的。", "faq") for n, title in enumerate(titles, 1)]

    class Embedded(HashingEncoder):
        name = "all-MiniLM-L6-v2-384"

    index = PassageIndex.build(passages, Embedded())
    assert not reads(Embedded.name, "净水器可以退货吗")
    assert index.search("净水器可以退货吗", Embedded(), 1)[0].passage.id == "faq-2"
    assert reads(Embedded.name, "Can I return it?")
    assert reads("another-encoder", "净水器")
