"""`recommend` with filters and for everybody, `record`, `audience` and `together`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.assistant.commands.conftest import Run, as_csv, order_lines

PLAIN = ("--encoder", "hashing")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop of 30 orders, with a catalogue: P00 to P08 in turn of three categories, P02 sold out."""
    made = tmp_path / "shop"
    made.mkdir()
    (made / "orders.csv").write_text(as_csv(order_lines()), encoding="utf-8")
    rows = [
        f"P{at:02d},Thing {at},{('Kitchen', 'Light', 'Living')[at % 3]},Larch,{5 + at * 2.5:.2f},{0 if at == 2 else 9}"
        for at in range(9)
    ]
    (made / "products.csv").write_text(
        "\n".join(["product_id,title,category,brand,price,stock", *rows]), encoding="utf-8"
    )
    return made


def ids(out: str) -> list[str]:
    return [one["product_id"] for one in json.loads(out)]


def test_filters_hold_and_an_unknown_one_is_refused(run: Run, folder: Path) -> None:
    found = ids(run("recommend", folder, "C003", "--category", "light", "--owned", "include", "--json", *PLAIN).out)
    assert set(found) == {"P01", "P04", "P07"}
    found = ids(
        run("recommend", folder, "C003", "--max-price", "10", "--in-stock", "--owned", "include", "--json", *PLAIN).out
    )
    assert set(found) == {"P00", "P01"}  # P02 costs 10.00 and is sold out
    refused = run("recommend", folder, "C003", "--category", "toys", *PLAIN)
    assert (refused.code, refused.out) == (1, "")
    assert "no product of the category 'toys'; there is: Kitchen, Light, Living" in refused.err


def test_rules_are_followed_and_contradictions_refused(run: Run, folder: Path) -> None:
    ran = run("recommend", folder, "--pin", "P08", "--bury", "P00", "--per-category", "1", "-k", "3", "--json", *PLAIN)
    found = ids(ran.out)
    assert found[0] == "P08"
    assert len({int(one[1:]) % 3 for one in found}) == len(found)
    wrong = run("recommend", folder, "--pin", "P08", "--bury", "P08", *PLAIN)
    assert wrong.code == 2
    assert "pinned and buried" in wrong.err


def test_what_is_recorded_is_in_the_next_answer_once(run: Run, folder: Path, tmp_path: Path) -> None:
    first = ids(run("recommend", folder, "C003", "--json", *PLAIN).out)[0]
    told = tmp_path / "events.jsonl"
    event = {
        "action": "buy",
        "product_id": first,
        "customer_id": "C003",
        "time": "2024-12-25T10:00:00Z",
        "event_id": "e1",
    }
    change = {"product_id": "P90", "title": "Garden bench", "category": "Garden", "price": 120, "stock": 3}
    told.write_text("\n".join(json.dumps(one) for one in (event, event, change)), encoding="utf-8")
    ran = run("record", folder, told, *PLAIN)
    assert ran.code == 0, ran.err
    assert "1 event recorded, 1 known already; 1 product change recorded." in ran.out
    after = ids(run("recommend", folder, "C003", "--json", *PLAIN).out)
    assert first not in after
    assert ids(run("recommend", folder, "C003", "--category", "garden", "--json", *PLAIN).out) == ["P90"]


def test_events_that_cannot_be_are_named_by_their_row(run: Run, folder: Path, tmp_path: Path) -> None:
    told = tmp_path / "events.json"
    good = {"action": "view", "product_id": "P01", "customer_id": "C003"}
    told.write_text(json.dumps([{**good, "product_id": "P99"}, good, {**good, "time": "2999-01-01T00:00:00Z"}, 7]))
    ran = run("record", folder, told, *PLAIN)
    assert ran.code == 1
    assert "1 event recorded, 3 set aside" in ran.out
    assert "row 1: event 'view': no product 'P99'" in ran.out
    assert "row 3: event 'view' of 'C003': the time 2999-01-01" in ran.out
    assert "row 4: found '7', expected the fields of an event." in ran.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        ("{nonsense", "events.json, line 1: is no JSON"),
        ('{"a": 1}\n{"b"', "line 2: is no JSON"),
    ],
)
def test_a_file_that_is_none_is_refused_and_nothing_recorded(
    run: Run, folder: Path, tmp_path: Path, content: str | None, said: str
) -> None:
    told = tmp_path / "events.json"
    if content is not None:
        told.write_text(content)
    ran = run("record", folder, told, *PLAIN)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


def test_everybody_goes_into_one_file(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "everybody.parquet"
    ran = run("recommend", folder, "--all", "-o", out, "-k", "2", "--category", "kitchen", "--json", *PLAIN)
    assert ran.code == 0, ran.err
    table = pl.read_parquet(out)
    assert json.loads(ran.out)["rows"] == table.height
    alone = ids(run("recommend", folder, "C003", "-k", "2", "--category", "kitchen", "--json", *PLAIN).out)
    assert table.filter(pl.col("customer_id") == "C003")["product_id"].to_list() == alone


@pytest.mark.parametrize("wrong", [("--all",), ("-o", "x.parquet"), ("C003", "--all", "-o", "x.parquet")])
def test_everybody_without_a_file_or_with_a_customer_is_a_wrong_call(
    run: Run, folder: Path, wrong: tuple[str, ...]
) -> None:
    assert run("recommend", folder, *wrong, *PLAIN).code == 2


def test_audience_names_customers_who_do_not_own_it(run: Run, folder: Path) -> None:
    found = json.loads(run("audience", folder, "P01", "-k", "5", "--json", *PLAIN).out)
    owners = {line[1] for line in order_lines() if line[2] == "P01"}
    assert found
    assert not owners & {one["customer_id"] for one in found}
    assert "no product 'P99'" in run("audience", folder, "P99", *PLAIN).err


def test_together_counts_orders(run: Run, tmp_path: Path) -> None:
    """300 orders of two neighbours among nine products in turn: P00 is bought with P01 and with P08."""
    lines = order_lines(600)
    (tmp_path / "orders.csv").write_text(as_csv(lines), encoding="utf-8")
    found = json.loads(run("together", tmp_path / "orders.csv", "P00", "--json", *PLAIN).out)
    orders: dict[str, set[str]] = {}
    for line in lines:
        orders.setdefault(line[0], set()).add(line[2])
    assert {one["product_id"] for one in found} == {"P01", "P08"}
    for one in found:
        assert one["together"] == sum({"P00", one["product_id"]} <= products for products in orders.values())
        assert one["of"] == sum("P00" in products for products in orders.values())
