"""Answers: when one is given, asked back or handed over, and that it is the shop's own words."""

from __future__ import annotations

from assistant.desk.answers import Desk
from assistant.desk.conversation import Answer, Conversation
from assistant.desk.quoting import quoted
from assistant.writing import Printing, Source, Subject, fact, load_book
from retrieval import HashingEncoder, Passage, PassageIndex
from tests.fakes import ScriptedLLM

PASSAGES = [
    Passage(
        "faq-1", "faq", "Do you deliver to Ireland?", "Yes. It takes 4 days. Plants cannot be sent.", "faq, entry 1"
    ),
    Passage("faq-2", "faq", "How do I return something?", "Send it back within 30 days.", "faq, entry 2"),
    Passage("policy-1-1", "policy", "Plants", "Plants are guaranteed for 60 days.", "policies, “Plants”, part 1"),
    Passage("policy-1-2", "policy", "Plants", "Frost is not covered.", "policies, “Plants”, part 2"),
    Passage("product-9", "product", "Blue lamp", "A lamp for the desk.", "products, 9"),
]
SHOP = Subject("shop", "shop", "Tiny")


def desk(llm: ScriptedLLM | None = None, passages: list[Passage] | None = None) -> Desk:
    encoder = HashingEncoder()
    facts = [fact(SHOP, "contact", "help@tiny.example", Source("shop.toml"))]
    index = PassageIndex.build(PASSAGES if passages is None else passages, encoder)
    return Desk(index, encoder, load_book("en"), Printing(), facts, llm)


def reply(question: str, llm: ScriptedLLM | None = None, talk: Conversation | None = None):  # type: ignore[no-untyped-def]
    return list(desk(llm).stream(question, talk or Conversation()))[-1][0]


def test_answer_is_the_shops_own_words_with_the_question_a_yes_leans_on() -> None:
    answer = reply("Do you deliver to Ireland?")
    assert answer.decision == "answer"
    assert "Do you deliver to Ireland? Yes. It takes 4 days. Plants cannot be sent." in answer.text
    assert [(cited.title, cited.source) for cited in answer.citations] == [
        ("Do you deliver to Ireland?", "faq, entry 1")
    ]
    assert {sentence.label for sentence in answer.sentences} <= {"proven", "claim-free"}


def test_answer_to_a_page_in_parts_begins_with_the_first() -> None:
    assert "Plants are guaranteed for 60 days." in reply("Plants").text


def test_answer_counts_a_quote_as_the_shops_and_an_opening_as_chosen() -> None:
    answer = reply("How do I return something?", ScriptedLLM(chooses=[1]))
    assert answer.written_by[0] == "model chose"
    assert answer.written_by[-1] == "shop"


def test_answer_of_a_model_that_chooses_nothing_is_the_plans() -> None:
    assert reply("How do I return something?", ScriptedLLM(chooses=[None])).written_by[0] == "plan"


def test_nothing_near_is_handed_over_with_the_contact() -> None:
    answer = reply("Quantum chromodynamics lecture")
    assert answer.decision == "hand over"
    assert "help@tiny.example" in answer.text
    assert answer.choices == ()


def test_shop_without_pages_hands_over() -> None:
    answer = list(desk(passages=[]).stream("Do you deliver?", Conversation()))[-1][0]
    assert answer.decision == "hand over"


def test_stream_shows_each_sentence_only_after_the_one_before() -> None:
    grown = [(answer.text, whole) for answer, whole in desk().stream("How do I return something?", Conversation())]
    assert [whole for _, whole in grown] == [False] * (len(grown) - 1) + [True]
    assert all(grown[at + 1][0].startswith(text) for at, (text, _) in enumerate(grown[:-1]))
    assert grown[-1][0].endswith("Send it back within 30 days.")


def test_follow_up_to_a_follow_up_is_searched_with_the_question_that_began_the_matter() -> None:
    asked = ("Something warm under 40 for my dad", "and for my mum?", "and in blue?")
    talk = Conversation([Answer(one, "answer", "") for one in asked[:2]])
    assert talk.context(asked[2]) == "Something warm under 40 for my dad and in blue?"
    assert talk.context("How do I return a lamp?") == "How do I return a lamp?"


def test_short_follow_up_is_searched_with_the_question_before() -> None:
    talk = Conversation()
    reply("How do I return something?", talk=talk)
    assert talk.context("and for plants?") == "How do I return something? and for plants?"
    assert talk.context("Where are you?") == "Where are you?"


def test_markup_in_a_question_reaches_no_answer() -> None:
    assert "<img" not in reply("<img src=x onerror=alert(1)> Do you deliver to Ireland?").text


def test_quoted_statement_stands_without_its_question() -> None:
    assert quoted(PASSAGES[1]) == "Send it back within 30 days."


def test_named_product_is_quoted_without_price_offer_or_promise_of_its_maker() -> None:
    said = Passage(
        "product-8", "product", "Dragon vase", "A vase of blue glass. Free with code TEN. Now 90% off!", "products, 8"
    )
    lone = Passage("product-7", "product", "Tin vase", "Free today. Save 90%.", "products, 7")
    assert quoted(said) == "A vase of blue glass."
    answer = list(desk(passages=[*PASSAGES, said, lone]).stream("Dragon vase", Conversation()))[-1][0]
    assert answer.text.endswith("A vase of blue glass.")
    assert "TEN" not in f"{answer.text} {answer.citations}"
    assert list(desk(passages=[*PASSAGES, lone]).stream("Tin vase", Conversation()))[-1][0].decision == "hand over"
