"""Open drafts: labelled, edited, approved with a name; an approval falls when its facts change. Models are scripted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from assistant import Assistant, CallError, Offer
from assistant.briefs import Brief
from shop.shop import Shop
from tests.fakes import ScriptedLLM

WROTE = "Red mug is a mug for giants. The price of the Red mug is €5.00. The price of the Red mug is €3.00."
BRIEF = Brief("mug", customer_id="ann")


def assistant_of(shop: Shop, folder: Path, *texts: str) -> Assistant:
    return Assistant(shop, encoder="hashing", llm=ScriptedLLM(*texts), state=folder / "state")


def test_propose_each_sentence_is_labelled_and_none_leaves(tiny_shop: Shop, tmp_path: Path) -> None:
    made = assistant_of(tiny_shop, tmp_path, WROTE, WROTE).drafts.propose(BRIEF, n=2)
    assert [one.label for one in made.proposed[0].sentences] == ["unproven", "proven", "unproven"]
    assert len(made.proposed) == 1  # the second draft says the same
    assert made.draft.text == ""


def test_approve_is_kept_with_name_labels_and_facts(tiny_shop: Shop, tmp_path: Path) -> None:
    assistant = assistant_of(tiny_shop, tmp_path, WROTE)
    offer = Offer(percent_off=10, ends="2026-11-30")
    made = assistant.drafts.propose(BRIEF, offer=offer, n=1)
    assistant.drafts.approve(made, "Ada", "The price of the Red mug is €5.00. A mug for giants.")
    (kept,) = assistant.drafts.approved()
    assert (kept.by, kept.product_id, kept.customer_id, kept.labels) == ("Ada", "mug", "ann", ("proven", "unproven"))
    assert kept.offer == {"percent_off": 10, "ends": "2026-11-30"}
    assert kept.stands


def test_approved_falls_when_the_price_changes(tiny_shop: Shop, tmp_path: Path) -> None:
    assistant = assistant_of(tiny_shop, tmp_path, WROTE)
    assistant.drafts.approve(assistant.drafts.propose(BRIEF, n=1), "Ada", "A mug for giants.")
    dearer = replace(tiny_shop, products=tiny_shop.products.with_columns(pl.col("price") + 1))
    again = assistant_of(dearer, tmp_path)
    assert [one.stands for one in again.drafts.approved()] == [False]


@pytest.mark.parametrize(
    ("by", "text", "why"), [("", "A mug.", "person's name"), ("Ada", " ", "a text"), ("Ada", "x" * 1001, "Shorten")]
)
def test_approve_without_name_text_or_room_is_refused(
    tiny_shop: Shop, tmp_path: Path, by: str, text: str, why: str
) -> None:
    assistant = assistant_of(tiny_shop, tmp_path, WROTE)
    made = assistant.drafts.propose(BRIEF, n=1)
    with pytest.raises(CallError, match=why):
        assistant.drafts.approve(made, by, text)
    assert assistant.drafts.approved() == []


def test_propose_without_a_model_or_channel_is_refused(tiny_shop: Shop, tmp_path: Path) -> None:
    plain = Assistant(tiny_shop, encoder="hashing", llm="none", state=tmp_path / "state")
    with pytest.raises(CallError, match="no language model"):
        plain.drafts.propose(BRIEF)
    with pytest.raises(CallError, match="no channel 'fax'"):
        assistant_of(tiny_shop, tmp_path).drafts.propose(BRIEF, channel="fax")


def test_approved_damaged_file_is_an_error_with_the_mend(tiny_shop: Shop, tmp_path: Path) -> None:
    assistant = assistant_of(tiny_shop, tmp_path, WROTE)
    assistant.drafts.approve(assistant.drafts.propose(BRIEF, n=1), "Ada", "A mug for giants.")
    (tmp_path / "state" / "people" / "approved.json").write_text('{"approved": [', encoding="utf-8")
    with pytest.raises(CallError, match="state restore"):
        assistant.drafts.approved()
