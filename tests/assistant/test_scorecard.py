"""The scorecard on small shops: answers counted by hand, each section failing alone, the page whole. Rooms test their figures."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assistant import Assistant, CallError
from assistant import scorecard as front
from assistant.card.groups import compared
from assistant.card.lines import Line, Scorecard, Section, wilson
from assistant.card.page import scorecard_page
from assistant.card.predictors import backtest_section, group_titles, groups_at
from assistant.card.products import stock_of
from assistant.card.rooms import data_section
from assistant.movement import labels_at
from assistant.scorecard import Question, read_questions, scorecard, write_scorecard
from scoring.backtest import INSIDE, SCHEMA
from segmentation import comparing
from shop.shop import Shop

FAQ = pl.DataFrame(
    {
        "question": ["How do I return something?", "Where is my parcel?", "Do you sell gift cards?"],
        "answer": ["Send it back within 30 days.", "The mail with the number says it.", "Yes, from ten euros."],
        "category": [None, None, None],
    },
    schema_overrides={"category": pl.String},
)


@pytest.fixture
def assistant(tiny_shop: Shop) -> Assistant:
    return Assistant(replace(tiny_shop, faq=FAQ), encoder="hashing", llm="none")


def test_scorecard_questions_are_counted_by_what_became_of_them(assistant: Assistant) -> None:
    """Asked word for word it is answered; of something else entirely nothing is said that the page does not say."""
    asked = [Question("Where is my parcel?", "Where is my parcel?"), Question("Qwertz uiop?", "")]
    card = scorecard(assistant, questions=asked)
    found = {line.what: line.value for line in card.lines if line.section == "answers"}
    assert found["answered rightly"] == 0.5
    assert found["answered wrongly"] == 0.0
    assert found["handed over"] + found["asked back without it"] == 0.5
    assert "personas" in card.left_out


def test_scorecard_shop_without_faq_says_so(tiny_shop: Shop) -> None:
    card = scorecard(Assistant(tiny_shop, encoder="hashing", llm="none"))
    assert card.left_out["answers"] == "the shop has no FAQ"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the columns question and page"),
        ("frage,seite\na,b\n", "found frage, seite"),
        ("question,page\n ,x\n", "row 2: the question is empty"),
        ("question,page\nWhere?,Nowhere\n", "row 2: no page is called 'Nowhere'"),
    ],
)
def test_read_questions_wrong_file_is_an_error_that_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "q.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CallError, match=message):
        read_questions(tmp_path / "q.csv", ["Where is my parcel?"])


def test_read_questions_rows_are_questions_with_their_pages(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,page\nMy box?,Where is my parcel?\nMars?,\n", encoding="utf-8")
    found = read_questions(tmp_path / "q.csv", ["Where is my parcel?"])
    assert found == [Question("My box?", "Where is my parcel?"), Question("Mars?", "")]


def test_every_section_of_a_broken_shop_says_why_and_stops_no_other(tiny_shop: Shop) -> None:
    """Three customers, five lines, no FAQ, most texts missing: nothing can be measured but the data, and they are short."""
    gone = pl.lit(None, pl.String)
    products = tiny_shop.products.with_columns(gone.alias("category"), gone.alias("description"))
    card = scorecard(Assistant(replace(tiny_shop, products=products), encoder="hashing", llm="none"))
    verdicts = {section.name: section.verdict for section in card.sections}
    assert verdicts.pop("data") == "not good enough"
    assert set(verdicts.values()) == {"not measured"}
    predicted = {
        "churn",
        "next purchase",
        "customer value",
        "demand",
        "stock to reorder",
        "price response",
        "unusual orders",
    }
    assert {"segments", "personas", "answers"} | predicted <= verdicts.keys()
    assert all(section.words for section in card.sections)
    said = " ".join(word for section in card.sections for word in section.words)
    assert "too few to tell groups apart" in said
    assert "no description" in said


@pytest.mark.parametrize("broken", ["data", "recommendations", "segments", "personas", "churn", "answers"])
def test_a_part_that_breaks_is_said_and_the_others_are_measured(
    tiny_shop: Shop, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails() -> Section:
        raise ValueError("the table is upside down")

    names = ("data", "recommendations", "segments", "personas", "churn", "answers")
    parts = [
        (name, fails if name == broken else lambda name=name: Section(name, (Line(name, "a", 1.0),))) for name in names
    ]
    monkeypatch.setattr(front, "_parts", lambda assistant, questions: parts)
    card = scorecard(Assistant(tiny_shop, encoder="hashing", llm="none"))
    assert card.left_out == {broken: "the table is upside down"}
    assert {section.name for section in card.sections if section.verdict == "good enough to use"} == set(names) - {
        broken
    }


def card_of(*lines: Line) -> Scorecard:
    return Scorecard(
        "A & B <shop>", "today", (Section("churn", lines), Section("answers", why_not="the shop has no FAQ"))
    )


def test_page_says_in_plain_words_what_is_not_good_enough_and_needs_no_other_file() -> None:
    line = Line(
        "churn", "AUC", 0.61, (0.55, 0.67), baseline=("recency <alone>", 0.62), short="Recency alone does as well."
    )
    page = scorecard_page(card_of(line))
    assert "churn: Recency alone does as well." in page
    assert "answers, not measured: The shop has no FAQ." in page
    assert "A &amp; B &lt;shop&gt;" in page
    assert "recency &lt;alone&gt;: 0.620" in page
    assert page.count("<svg") == 1
    assert not re.search(r"(src|href)=|https?://|@import|<script", page)


def test_written_json_holds_every_figure_with_its_baseline_and_interval(tmp_path: Path) -> None:
    line = Line("churn", "AUC", 0.7, (0.65, 0.75), "900 predictions", ("recency", 0.6))
    files = write_scorecard(card_of(line), tmp_path)
    assert [path.name for path in files] == ["scorecard.html", "scorecard.json"]
    told = json.loads(files[1].read_text(encoding="utf-8"))
    assert [(one["name"], one["verdict"]) for one in told["sections"]] == [
        ("churn", "good enough to use"),
        ("answers", "not measured"),
    ]
    figure = told["sections"][0]["lines"][0]
    assert (figure["value"], figure["interval"], figure["baseline"]) == (0.7, [0.65, 0.75], ["recency", 0.6])


def test_predictor_that_does_not_beat_its_rival_is_not_good_enough() -> None:
    """AUC .70 against .65, the gain surely above 0; error 10 against 8, the gain surely below 0."""
    rows = [
        (None, "all", "AUC", "more", "Shopkeeper", 0.70, 0.68, 0.72, None, None, None, 500),
        (None, "all", "AUC", "more", "recency", 0.65, 0.63, 0.67, 0.05, 0.02, 0.08, 500),
        (None, "all", "error", "less", "Shopkeeper", 10.0, 9.0, 11.0, None, None, None, 500),
        (None, "all", "error", "less", "recency", 8.0, 7.0, 9.0, -2.0, -3.0, -1.0, 500),
        (None, "Early Birds", "AUC", "more", "Shopkeeper", 0.8, 0.7, 0.9, None, None, None, 60),
        (datetime(2024, 1, 1, tzinfo=UTC), "all", "AUC", "more", "Shopkeeper", 0.1, 0.0, 0.2, None, None, None, 250),
    ]
    table = pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")
    section = backtest_section("churn", table, "Shopkeeper", 90)
    assert [(line.value, line.baseline) for line in section.lines] == [
        (0.7, ("recency", 0.65)),
        (10.0, ("recency", 8.0)),
    ]
    said = "By error, “recency” predicts churn better here, by AUC it does not: choose by what you need."
    assert section.words == (said,)
    alone = backtest_section("churn", table.filter(pl.col("measure") == "error"), "Shopkeeper", 90)
    assert alone.words == ("By error, “recency” predicts churn better here: use it instead.",)
    dated, grouped = section.tables
    assert dated.rows == (("2024-01-01", "AUC", "0.100", "250"),)
    assert grouped.rows == (("Early Birds", "AUC", "0.800", "0.700", "0.900", "60"),)


def test_interval_that_holds_less_than_it_promises_is_not_good_enough() -> None:
    """Of 500 truths 80 % lie inside, at most 84 % by chance, and 90 % were promised; 97 % is more than need be and no fault."""
    rows = [
        (None, "all", "WAPE", "less", "Shopkeeper", 0.3, 0.2, 0.4, None, None, None, 500),
        (None, "all", "WAPE", "less", "naive", 0.5, 0.4, 0.6, 0.2, 0.1, 0.3, 500),
        (None, "all", INSIDE.name, "more", "Shopkeeper", 0.8, 0.76, 0.84, None, None, None, 500),
    ]
    table = pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")
    section = backtest_section("demand", table, "Shopkeeper", 28)
    assert section.words == ("The intervals of demand are too narrow: 80% of what happened lies in them, not 90%.",)
    assert section.lines[1].baseline == ("promised", 0.9)
    rows[2] = (None, "all", INSIDE.name, "more", "Shopkeeper", 0.98, 0.97, 0.99, None, None, None, 500)
    wide = pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")
    assert backtest_section("demand", wide, "Shopkeeper", 28).words == ()


def test_stock_that_lasts_less_often_than_asked_is_said_with_what_is_left_over() -> None:
    """Of 40 products that sell 10, 30 were advised 12 and 10 were advised 9: 75 % last, 60 of 400 units are left over."""
    table = pl.DataFrame(
        {
            "product_id": [f"p{one}" for one in range(40)],
            "advised": [12.0] * 30 + [9.0] * 10,
            "again": 10.0,
            "actual": 10.0,
        }
    )
    section = stock_of(table, 14)
    assert [(line.value, line.baseline) for line in section.lines] == [
        (0.75, ("ordering what sold the time before", 1.0)),
        (0.15, ("ordering what sold the time before", 0.0)),
    ]
    assert section.words == ("Stock ordered to last with a chance of 95% lasted for 75% of the products: order more.",)


def test_groups_of_an_earlier_date_are_told_without_what_came_later(small_assistant: Assistant) -> None:
    """A shop that ends at the date gives the same groups to the same customers, and customers who came later are in none."""
    shop, date = small_assistant.shop, small_assistant.shop.as_of - timedelta(days=90)
    found = groups_at(small_assistant, date)
    before = shop.purchases().filter((pl.col("time") < date) & pl.col("customer_id").is_not_null())["customer_id"]
    assert 100 < found.height <= before.n_unique()
    assert set(found["customer_id"]) <= set(before)
    cut = shop.until(date)
    labels, bought = labels_at(cut, small_assistant.made, date) or (np.zeros(0), np.zeros(0))
    titles = group_titles(small_assistant)
    rows = zip(cut.customers["customer_id"], labels.tolist(), bought.tolist(), strict=True)
    assert {one: titles[label] for one, label, has_bought in rows if has_bought} == dict(found.iter_rows())
    assert len(set(found["segment"])) > 1


def test_every_way_of_grouping_stands_on_one_table(small_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "RESAMPLES", 2)
    fared = {one.way: one for one in compared(small_assistant)}
    assert len(fared) == 7
    ours, chance = fared["k-means on behaviour and texts"], fared["chance"]
    assert ours.agreement > 0.85  # here also of the customers held out of the grouping
    assert ours.silhouette > chance.silhouette
    assert abs(chance.agreement) < 0.05
    assert all(0 <= one.moved <= 1 for one in fared.values() if one.moved is not None)


def test_wilson_interval_equals_the_published_example() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263 gives .2553 to .3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_file_in_which_no_table_is_recognised_is_named_and_is_no_fault_of_the_rows(
    tmp_path: Path,
) -> None:
    orders = ["order,customer,product,title,date,quantity,price"]
    orders += [f"{n},c{n % 9},p{n % 5},Cup {n % 5},2024-0{n % 9 + 1}-11,1,2.50" for n in range(60)]
    (tmp_path / "orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    (tmp_path / "leaflets.csv").write_text("leaflet,printer\nA,north\nB,south\n", encoding="utf-8")
    section = data_section(Assistant(Shop.load(tmp_path), encoder="hashing", llm="none"))
    assert [line.what for line in section.lines if line.what.startswith("rows kept")] == ["rows kept of orders.csv"]
    assert section.tables[0].rows == (("leaflets.csv", "2"),)
