"""The assistant as a script uses it: what it makes is proven, what is wrong is said, one failure costs one text."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from assistant import Assistant, CallError, Offer, StateError
from assistant.writing import Prover
from retrieval import Exclude, HashingEncoder
from segmentation.rfm import RFM_CLASSES
from shop import Shop
from tests.fakes import ScriptedLLM


def test_personas_are_proven_again_when_read_as_text(small_assistant: Assistant) -> None:
    for persona in small_assistant.personas():
        prover = Prover.of(persona.facts, small_assistant.book, printing=small_assistant.printing)
        assert prover.prove(persona.summary).may_leave, persona.summary
        assert [persona.summary[slice(*claim.span)] for claim in persona.claims] == [
            claim.said for claim in persona.claims
        ]


def test_personas_cover_every_customer_once_and_no_name_twice(small_assistant: Assistant) -> None:
    personas = small_assistant.personas()
    assert sum(persona.customers for persona in personas) == small_assistant.shop.customers.height
    assert len({persona.title for persona in personas}) == len(personas)


def test_persona_counts_are_those_of_a_plain_count(small_assistant: Assistant) -> None:
    """Orders and money of each group, counted from the purchase lines by another way than the profiles."""
    labels = pl.DataFrame(
        {"customer_id": small_assistant.shop.customers["customer_id"], "segment": small_assistant.made.labels}
    )
    lines = small_assistant.shop.purchases().join(labels, on="customer_id")
    revenue = dict(lines.group_by("segment").agg((pl.col("quantity") * pl.col("unit_price")).sum()).iter_rows())
    for persona in small_assistant.personas():
        stated = {fact.name: fact.value for fact in persona.facts}
        if "revenue_share" in stated:
            expected = revenue.get(persona.segment, 0.0) / sum(revenue.values())
            assert stated["revenue_share"] == pytest.approx(expected)


def test_no_claim_that_failed_stands_in_a_summary(small_assistant: Assistant) -> None:
    for persona in small_assistant.personas():
        for test in persona.held_out.tests:
            assert test.held or test.said not in persona.summary


@pytest.mark.parametrize(("channel", "most"), [("email", 1000), ("push", 120), ("sms", 160), ("ad", 90)])
def test_copy_fits_its_channel_and_is_proven(small_assistant: Assistant, channel: str, most: int) -> None:
    product = small_assistant.shop.products["product_id"][3]
    copy = small_assistant.write_copy(
        product_id=product, segment=0, channel=channel, offer=Offer(percent_off=10, ends="2030-01-01")
    )
    assert 0 < len(copy.body) <= most
    assert len(copy.written_by) >= 1
    assert "10%" in copy.subject + copy.body


def test_copy_without_an_offer_promises_none(small_assistant: Assistant) -> None:
    for row in range(0, 40, 4):
        copy = small_assistant.write_copy(
            product_id=small_assistant.shop.products["product_id"][row], segment=0, channel="email"
        )
        assert "%" not in copy.subject + copy.body
        assert " off " not in copy.body


def test_variants_of_one_brief_are_different(small_assistant: Assistant) -> None:
    made = small_assistant.write_variants(product_id=small_assistant.shop.products["product_id"][3], segment=0, n=3)
    assert len({(one.subject, one.body) for one in made}) == 3


def test_copies_name_the_rows_that_fail_and_keep_the_others(small_assistant: Assistant) -> None:
    product = small_assistant.shop.products["product_id"][0]
    briefs = [
        {"product_id": product, "segment": 0},
        {"product_id": "nothing", "segment": 0},
        {"product_id": product, "segment": 99},
    ]
    made, failed = small_assistant.write_copies(briefs, channel="push")
    assert len(made) == 1
    assert [(one.product_id, one.reader) for one in failed] == [("nothing", "0"), (product, "99")]


@pytest.mark.parametrize(
    ("brief", "says"),
    [
        ({"product_id": "KC-0001", "segment": 0}, "no product 'KC-0001'.*Near ids: KC-001"),
        ({"product_id": "KC-001"}, "give customer_id or segment"),
        ({"product_id": "KC-001", "segment": 0, "customer_id": "x"}, "give customer_id or segment"),
        ({"product_id": "KC-001", "customer_id": "nobody"}, "no customer 'nobody' among the 600"),
        ({"product_id": "KC-001", "segment": 0, "channel": "fax"}, "no channel 'fax'; there are email, push, sms, ad"),
        (
            {"product_id": "KC-001", "segment": 0, "offer": {"percent_off": 120}},
            "expected a number above 0, at most 100",
        ),
        (
            {"product_id": "KC-001", "segment": 0, "offer": {"percent_off": 5, "ends": "2020-01-01"}},
            "it ended on 2020-01-01",
        ),
        ({"product_id": "KC-001", "segment": 0, "offer": {"discount": 5}}, "offer: unknown discount"),
    ],
)
def test_copy_with_a_wrong_brief_says_what_there_is(
    small_assistant: Assistant, brief: dict[str, object], says: str
) -> None:
    with pytest.raises(CallError, match=says):
        small_assistant.write_copy(**brief)  # type: ignore[arg-type]


def test_recommendations_leave_out_what_is_owned_and_what_is_gone(small_assistant: Assistant) -> None:
    customer = small_assistant.busiest_customer()
    owned = set(small_assistant.shop.purchases().filter(pl.col("customer_id") == customer)["product_id"])
    stock = dict(small_assistant.shop.products.select("product_id", "stock").iter_rows())
    for exclude, shows_owned in ((Exclude("exclude"), False), (Exclude("include"), True), (Exclude(), True)):
        found = small_assistant.recommend(customer, k=20, exclude=exclude)
        assert bool(owned & {one.product_id for one in found}) is shows_owned  # customers of the sample shop buy again
        assert all(stock[one.product_id] > 0 for one in found)
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_recommended_again_says_what_the_customer_bought_of_it(small_assistant: Assistant) -> None:
    customer = small_assistant.busiest_customer()
    bought = small_assistant.shop.purchases().filter(pl.col("customer_id") == customer)
    own = [one for one in small_assistant.recommend(customer, k=20) if one.product_id in set(bought["product_id"])]
    for one in own:
        mine = bought.filter(pl.col("product_id") == one.product_id)
        assert (one.reasons[0].kind, one.reasons[0].count) == ("bought before", mine["order_id"].n_unique())
        assert one.reasons[0].when == mine["time"].max()
        assert small_assistant.reason_words(one)
    assert "repeats included" in small_assistant.serving.choice


def test_recommend_for_a_stranger_says_how_an_id_looks(small_assistant: Assistant) -> None:
    with pytest.raises(CallError, match="an id looks like C"):
        small_assistant.recommend("stranger")


def test_model_that_writes_a_lie_is_refused_and_named(small_shop: Shop) -> None:
    llm = ScriptedLLM("Only today everything is free!", chooses=[0])
    assistant = Assistant(small_shop, llm=llm, encoder=HashingEncoder())
    copy = assistant.write_copy(
        product_id="KC-001", customer_id=small_shop.customers["customer_id"][0], channel="email"
    )
    assert "free" not in copy.body
    assert any("everything is free" in refusal.text for refusal in copy.refused)
    assert "model wrote" not in copy.written_by


def test_second_run_takes_from_the_state_what_did_not_change(small_shop: Shop, tmp_path: Path) -> None:
    first = Assistant(small_shop, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s")
    first.index()
    again = Assistant(small_shop, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s")
    again.index()
    reused = {time.name for time in again.stages.times if time.reused}
    models = {"recommendation model", "model with repeat purchases"}
    assert reused == {"product index", "passage index", "segments", *models}
    assert again.made.labels.tolist() == first.made.labels.tolist()


def test_new_orders_redo_segments_and_keep_the_indexes(small_shop: Shop, tmp_path: Path) -> None:
    earlier = small_shop.until(small_shop.as_of - timedelta(days=30))
    Assistant(earlier, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s").index()
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "note.txt").write_text("kept")
    grown = Assistant(small_shop, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s")
    grown.index()
    assert {time.name for time in grown.stages.times if time.reused} == {"product index", "passage index"}
    assert (tmp_path / "people" / "note.txt").read_text() == "kept"


def test_damaged_part_of_the_state_is_made_again(small_shop: Shop, tmp_path: Path) -> None:
    first = Assistant(small_shop, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s")
    first.index()
    (tmp_path / "products" / "index.faiss").write_bytes(b"")
    again = Assistant(small_shop, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s")
    again.index()
    assert again.made.products.ids == first.made.products.ids
    assert (tmp_path / "products" / "index.faiss").stat().st_size > 0


def test_stale_state_is_refused_with_the_mend(small_shop: Shop, tmp_path: Path) -> None:
    Assistant(small_shop, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s").index()
    earlier = small_shop.until(small_shop.as_of - timedelta(days=30))
    with pytest.raises(StateError, match="shopkeeper index"):
        Assistant(earlier, llm="none", encoder=HashingEncoder(), state=tmp_path, source="s").check_state()


def test_report_holds_no_number_or_name_that_is_not_proven(small_assistant: Assistant, tmp_path: Path) -> None:
    written = small_assistant.report(tmp_path)
    stored = json.loads((tmp_path / "personas.json").read_text())
    assert [one["summary"] for one in stored["personas"]] == [one.summary for one in written.personas]
    table = pl.read_csv(tmp_path / "assignments.csv")
    assert table.height == small_assistant.shop.customers.height
    assert set(table["rfm_class"].drop_nulls()) <= {name for name, *_ in RFM_CLASSES}
    sizes = dict(table.group_by("segment").len().iter_rows())
    assert sizes == {one.segment: one.customers for one in written.personas}
    page = (tmp_path / "report.html").read_text()
    assert "http://" not in page.split("<script")[0]
    assert all(one.title.replace("&", "&amp;") in page for one in written.personas)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["assignments.csv", "personas.json", "report.html"]


def test_shop_without_a_clock_gets_personas_without_dates(tmp_path: Path) -> None:
    """Forty customers buy one of two kinds of things; only the order of events is known."""
    rows = [
        {
            "customer_id": f"c{n:02}",
            "product_id": f"{'tea' if n % 2 else 'mug'}{n % 5}",
            "action": "buy",
            "quantity": 1.0,
            "position": 5 * n + at,
        }
        for n in range(60)
        for at in range(1 + n % 4)
    ]
    products = pl.DataFrame(
        {
            "product_id": [f"{kind}{n}" for kind in ("tea", "mug") for n in range(5)],
            "title": [f"{kind} number {n}" for kind in ("Tea", "Mug") for n in range(5)],
        }
    )
    shop = Shop.from_frames(pl.DataFrame(rows), products)
    assistant = Assistant(shop, llm="none", encoder=HashingEncoder())
    assert sum(persona.customers for persona in assistant.personas()) == 60
    assert assistant.as_of_words == "data without dates"
    assert assistant.recommend("c01", k=3)
    assert assistant.report(tmp_path).files
