"""Every command on a small shop: what it prints, what it keeps, its exit code. Models are left out (`--llm none`, hashed words)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.assistant.commands.conftest import Run, as_csv, order_lines

FAQ = "question,answer,category\nHow do I return something?,Send it back within 30 days; we refund the price.,returns\n"
PLAIN = ("--encoder", "hashing", "--llm", "none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop of 30 orders with one FAQ entry."""
    made = tmp_path / "shop"
    made.mkdir()
    (made / "orders.csv").write_text(as_csv(order_lines()), encoding="utf-8")
    (made / "faq.csv").write_text(FAQ, encoding="utf-8")
    (made / "shop.toml").write_text('[shop]\nname = "Larch"\ncurrency = "EUR"\n', encoding="utf-8")
    return made


def test_index_twice_says_what_was_read_and_reuses_the_rest(run: Run, folder: Path) -> None:
    first = run("index", folder, "--encoder", "hashing")
    assert first.code == 0
    assert "Larch: 9 products, 1 passage, 17 customers in 1 segment, as of 2024-12-24 13:00 UTC." in first.out
    again = run("index", folder, "--encoder", "hashing")
    assert again.out.count("taken from an earlier run") == 5  # products, passages, two models, segments


def test_recommend_names_products_the_customer_has_not_bought(run: Run, folder: Path) -> None:
    ran = run("recommend", folder, "C003", "-k", "3", "--json", "--encoder", "hashing")
    found = json.loads(ran.out)
    bought = {line[2] for line in order_lines() if line[1] == "C003"}
    assert ran.code == 0
    assert len(found) == 3
    assert not bought & {one["product_id"] for one in found}


def test_recommend_for_a_stranger_is_refused(run: Run, folder: Path) -> None:
    ran = run("recommend", folder, "nobody", "--encoder", "hashing")
    assert (ran.code, ran.out) == (1, "")
    assert "no customer 'nobody' among the 17" in ran.err


def test_copy_holds_the_offer_and_its_product(run: Run, folder: Path, tmp_path: Path) -> None:
    offer = tmp_path / "offer.json"
    offer.write_text('{"percent_off": 10, "code": "TEN", "ends": "2025-01-31"}', encoding="utf-8")
    ran = run("copy", folder, "--product", "P01", "--customer", "C003", "--offer", offer, "-n", "1", *PLAIN)
    assert ran.code == 0
    assert "Blue Lamp" in ran.out
    assert "TEN" in ran.out
    assert "10%" in ran.out


def test_copy_for_nobody_or_both_is_a_wrong_call(run: Run, folder: Path) -> None:
    assert run("copy", folder, "--product", "P01").code == 2
    assert run("copy", folder, "--product", "P01", "--customer", "C003", "--segment", "0").code == 2


def test_copy_with_an_offer_that_has_ended_is_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    offer = tmp_path / "offer.json"
    offer.write_text('{"percent_off": 10, "ends": "2020-01-31"}', encoding="utf-8")
    ran = run("copy", folder, "--product", "P01", "--segment", "0", "--offer", offer, *PLAIN)
    assert ran.code == 1
    assert "2020" in ran.err


def test_ask_quotes_the_page_with_its_source(run: Run, folder: Path) -> None:
    ran = run("ask", folder, "How do I return something?", *PLAIN)
    assert ran.code == 0
    assert "Send it back within 30 days; we refund the price." in ran.out
    assert "faq, entry 1" in ran.out


def test_ask_nothing_is_refused(run: Run, folder: Path) -> None:
    ran = run("ask", folder, "  ", *PLAIN)
    assert ran.code == 1
    assert "ask in words" in ran.err


def test_report_is_written_and_read_again_holds_its_personas(run: Run, folder: Path, tmp_path: Path) -> None:
    ran = run("report", folder, "-o", tmp_path / "out", *PLAIN)
    assert ran.code == 0
    personas = json.loads((tmp_path / "out" / "personas.json").read_text(encoding="utf-8"))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assigned = (tmp_path / "out" / "assignments.csv").read_text(encoding="utf-8").splitlines()
    assert len(assigned) == 18  # a header and 17 customers
    assert "Larch" in page
    assert personas


def test_prove_ends_with_1_where_a_sentence_is_not_proven(run: Run, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    known = {
        "subject": {"kind": "segment", "id": "2", "name": "Evening Orderers"},
        "name": "average_order_value",
        "value": 21.4,
        "source": {"table": "orders", "filter": "segment = 2"},
    }
    facts.write_text(json.dumps([known]), encoding="utf-8")
    right, wrong = tmp_path / "right.txt", tmp_path / "wrong.txt"
    right.write_text("The average order of Evening Orderers comes to 21.40.", encoding="utf-8")
    wrong.write_text("The average order of Evening Orderers comes to 24.10.", encoding="utf-8")
    assert run("prove", right, "--facts", facts).code == 0
    refused = run("prove", wrong, "--facts", facts)
    assert refused.code == 1
    assert refused.out.startswith("unproven")


def test_prove_in_chinese_and_with_a_currency(run: Run, tmp_path: Path) -> None:
    facts, text = tmp_path / "facts.json", tmp_path / "text.txt"
    group = {"kind": "segment", "id": "2", "name": "晚间顾客"}
    known = [
        {"subject": group, "name": name, "value": value}
        for name, value in (("customers", 412), ("average_order_value", 164.3))
    ]
    facts.write_text(json.dumps(known), encoding="utf-8")
    text.write_text("晚间顾客共有412人。他们平均每单消费¥164。祝您愉快。", encoding="utf-8")
    assert run("prove", text, "--facts", facts, "--language", "zh", "--currency", "CNY").code == 0
    assert run("prove", text, "--facts", facts, "--language", "zh").code == 1  # without a currency no sign is printed
    refused = run("prove", text, "--facts", facts, "--language", "de")
    assert refused.code == 1
    assert "no wording book for language 'de'; there are books for en, zh" in refused.err


def test_state_is_backed_up_and_put_back(run: Run, folder: Path, tmp_path: Path) -> None:
    run("index", folder, "--encoder", "hashing")
    kept = {path.name for path in (tmp_path / ".shopkeeper").rglob("*") if path.is_file()}
    assert run("state", "backup", tmp_path / "copy.tar.gz").code == 0
    refused = run("state", "restore", tmp_path / "copy.tar.gz")
    assert refused.code == 1
    assert "--force" in refused.err
    assert run("state", "restore", tmp_path / "copy.tar.gz", "--state", tmp_path / "other").code == 0
    assert {path.name for path in (tmp_path / "other").rglob("*") if path.is_file()} >= kept - {".lock"}


def test_state_of_older_data_is_refused_until_index_is_run(run: Run, folder: Path) -> None:
    run("index", folder, "--encoder", "hashing")
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("2000,C001,P01,Blue lamp,1,7.50,2025-01-02 10:00:00,Norway\n")
    stale = run("recommend", folder, "C001", "--encoder", "hashing")
    assert stale.code == 1
    assert "shopkeeper index" in stale.err
    assert run("index", folder, "--encoder", "hashing").code == 0
    assert run("recommend", folder, "C001", "--encoder", "hashing").code == 0


def test_version_and_an_unknown_command(run: Run) -> None:
    assert run("--version").out.startswith("shopkeeper ")
    assert run("fly").code == 2
