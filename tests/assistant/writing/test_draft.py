"""Drafts hold only what may leave, say who wrote what, and quotes come whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from assistant.writing import approve, compose, load_book, propose, prove, quotable_sentences, still_stands, whole_quote
from assistant.writing.draft import Part, finish
from assistant.writing.proof import Prover
from tests.assistant.writing.examples import POUNDS, ScriptedLLM, evening_facts, facts_of, mug


@dataclass(frozen=True)
class Page:
    id: str
    title: str
    text: str
    source: str = "faq.csv, row 2"


RETURNS = Page(
    "r",
    "How do I return something?",
    "You can return items within 30 days. Sale items cannot be returned. Pack the parcel well.",
)
IRELAND = Page("i", "Do you deliver to Ireland?", "Yes, we do. It takes three to five days.")


def label(text: str, *pages: Page) -> str:
    return prove(text, [], passages=pages).sentences[0].label


def test_model_judges_between_texts_of_equal_content_only() -> None:
    llm = ScriptedLLM(choice=1)
    draft = compose(evening_facts(), llm=llm, printing=POUNDS)
    assert 2 <= len(llm.options[0]) <= 8
    assert draft.text == llm.options[0][1]
    assert set(draft.written_by) == {"model chose"}
    prover = Prover.of(evening_facts(), load_book(), printing=POUNDS)
    assert len({frozenset(claim.fact for claim in prover.prove(text).claims) for text in llm.options[0]}) == 1


def test_without_a_model_or_with_one_that_names_none_the_plan_writes() -> None:
    plain = compose(evening_facts(), printing=POUNDS)
    assert set(plain.written_by) == {"plan"}
    assert compose(evening_facts(), llm=ScriptedLLM(choice=None), printing=POUNDS) == plain
    assert all(plain.text[slice(*claim.span)] == claim.said for claim in plain.claims)
    assert len(plain.written_by) == len(plain.sentences)


def test_model_that_chooses_a_text_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="scripted chose text 99"):
        compose(evening_facts(), llm=ScriptedLLM(choice=99), printing=POUNDS)


def test_finish_drops_what_is_not_proven_and_what_leans_on_it() -> None:
    facts = evening_facts() + facts_of(mug(), title="Red stoneware mug", price=12.5)
    parts = [
        Part("Evening Orderers number 412.", "plan"),
        Part("Everyone loves them. Have a lovely day!", "model wrote"),
        Part("They bring in 31% of revenue.", "plan"),
    ]
    draft = finish(parts, Prover.of(facts, load_book(), printing=POUNDS))
    assert draft.text == "Evening Orderers number 412. Have a lovely day!"
    assert draft.written_by == ("plan", "model wrote")
    assert [refusal.text for refusal in draft.refused] == ["Everyone loves them.", "They bring in 31% of revenue."]


def test_proposals_are_labelled_and_leave_only_when_approved() -> None:
    llm = ScriptedLLM("Evening Orderers number 412. They are our best friends!", choice=0)
    draft = propose(evening_facts(), kind="persona", llm=llm, n=1, printing=POUNDS)
    assert [sentence.label for sentence in draft.proposed[0].sentences] == ["proven", "unproven"]
    assert "best friends" not in draft.text
    approved = approve(draft, "Ines", text=draft.proposed[0].text)
    assert approved.text == "Evening Orderers number 412. They are our best friends!"
    assert set(approved.written_by) == {"person"}
    assert approved.approval is not None
    assert approved.approval.by == "Ines"
    assert still_stands(approved, list(reversed(evening_facts())))
    changed = [replace(one, value=413) if one.name == "customers" else one for one in evening_facts()]
    assert not still_stands(approved, changed)
    with pytest.raises(ValueError, match="a person's name"):
        approve(draft, " ")


def test_quote_is_proven_only_with_its_exception() -> None:
    whole = "You can return items within 30 days. Sale items cannot be returned."
    assert label(whole, RETURNS) == "proven"
    assert label(whole + " Pack the parcel well.", RETURNS) == "proven"
    said = prove("You can return items within 30 days.", [], passages=[RETURNS]).sentences[0]
    assert said.label == "unproven"
    assert "exception that is left out: 'Sale items cannot be returned.'" in said.reason
    assert label("You can return items within 30 days. Pack the parcel well.", RETURNS) == "unproven"
    assert label("You can return items within 60 days. Sale items cannot be returned.", RETURNS) == "unproven"


def test_quote_that_leans_on_the_sentence_before_needs_it() -> None:
    assert label("Yes, we do.", IRELAND) == "unproven"
    assert label("It takes three to five days.", IRELAND) == "unproven"
    assert label("Do you deliver to Ireland? Yes, we do.", IRELAND) == "proven"


def test_quote_of_a_passage_not_cited_is_refused() -> None:
    assert label("Pack the parcel well.") == "unproven"
    assert label("Pack the parcel well.", IRELAND) == "unproven"
    assert label("Pack the parcel well.", RETURNS) == "proven"


@pytest.mark.parametrize(
    ("page", "sentence", "whole"),
    [
        (
            RETURNS,
            "You can return items within 30 days.",
            "You can return items within 30 days. Sale items cannot be returned.",
        ),
        (RETURNS, "Pack the parcel well.", "Pack the parcel well."),
        (
            IRELAND,
            "It takes three to five days.",
            "Do you deliver to Ireland? Yes, we do. It takes three to five days.",
        ),
    ],
)
def test_whole_quote_brings_what_must_stand_beside_it_and_is_proven(page: Page, sentence: str, whole: str) -> None:
    assert whole_quote(page, sentence) == whole
    assert prove(whole, [], passages=[page]).may_leave


def test_whole_quote_of_words_not_in_the_passage_is_refused() -> None:
    with pytest.raises(ValueError, match="holds no sentence 'Returns are free.'"):
        whole_quote(RETURNS, "Returns are free.")


def test_quotable_sentences_leaves_out_price_offer_date_promise_and_link() -> None:
    text = (
        "A mug of glazed stoneware. It costs £5 less than before. New for Christmas 2026! See www.example.org for more. "
        "Guaranteed for life. The handle fits three fingers. Delivered tomorrow morning. Dishwasher safe at the top rack."
    )
    assert quotable_sentences(text) == [
        "A mug of glazed stoneware.",
        "The handle fits three fingers.",
        "Dishwasher safe at the top rack.",
    ]


def test_sentence_of_unknown_wording_with_traced_values_is_checked_and_stays() -> None:
    facts = evening_facts()
    proof = prove("Evening Orderers have 412 customers.", facts, printing=POUNDS)
    assert proof.sentences[0].label == "checked"
    assert not proof.may_leave
    for told, reason in [
        ("Evening Orderers have 413 customers.", "states no known value"),
        ("Evening Orderers have 412 orders.", "no word says that '412' is the customers"),
        ("Evening Orderers have 412 customers and 3 dogs.", "number that no fact"),
        ("Evening Orderers have more than 412 customers.", "'more'"),
        ("Evening Orderers in Paris have 412 customers.", "'Paris' looks like a name"),
        ("There are 412 customers.", "names no subject"),
    ]:
        said = prove(told, facts, printing=POUNDS).sentences[0]
        assert said.label == "unproven", told
        assert reason in said.reason


def test_empty_text_has_no_sentence() -> None:
    assert prove(" \n\t ", evening_facts()).sentences == ()
