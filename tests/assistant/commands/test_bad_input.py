"""Bad input through the command line: exit code, one message that says where, found, expected and the mend, nothing left behind."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.assistant.commands.conftest import HEADER, Run, as_csv, order_lines

Make = Callable[[Path], object]


def _text(name: str, content: str | bytes) -> Make:
    def made(folder: Path) -> object:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return made


def _folder(**files: str) -> Make:
    def made(folder: Path) -> object:
        for name, content in files.items():
            (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
        return folder

    return made


def _changed(column: int, value: Callable[[int, str], str]) -> str:
    lines = order_lines()
    for at, line in enumerate(lines):
        line[column] = value(at, line[column])
    return as_csv(lines)


def _shifted() -> str:
    lines = order_lines()
    return as_csv([*lines[:30], *([*line[:2], "x", *line[2:7]] for line in lines[30:])])


GOOD = as_csv(order_lines())
WITH_CURRENCY = f"{HEADER},currency"
DAYS_ONLY = _changed(6, lambda at, _: f"{1 + at // 2 % 12:02d}/{1 + at // 2 * 5 % 12:02d}/2024")
TWO_ORDERS = _changed(6, lambda at, _: ("13/02/2024", "02/13/2024")[at // 2 % 2])
REFUSED: dict[str, tuple[Make, tuple[str, ...]]] = {
    "no such file": (lambda folder: folder / "none.csv", ("none.csv", "no such file", "Check the path")),
    "empty file": (_text("a.csv", ""), ("a.csv", "empty file (0 bytes)", "Export it again")),
    "header only": (_text("a.csv", HEADER + "\n"), ("a.csv", "header only", "rows under it")),
    "UTF-16 without its mark": (_text("a.csv", GOOD.encode("utf-16-le")), ("a.csv, line 1", "NUL bytes", "UTF-8")),
    "a picture called csv": (_text("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256))), ("a.csv", "save")),
    "rows with another separator": (
        _text("a.csv", GOOD.replace(",", "|").replace(HEADER.replace(",", "|"), HEADER)),
        ("a.csv, line 2", "no header", "Write the names"),
    ),
    "a row of 10,000 fields": (
        _text("a.csv", GOOD + ",".join(["x"] * 10_000) + "\n"),
        ("a.csv, line 62", "10,000 fields", "expected 8", "Remove the line"),
    ),
    "day and month not told apart": (_text("a.csv", DAYS_ONLY), ("'order_date'", "day first", "month first")),
    "day first and month first": (_text("a.csv", TWO_ORDERS), ("row 2", "row 4", "one format in a column")),
    "unknown currency": (
        _text("a.csv", as_csv([[*line, "XQZ"] for line in order_lines()], WITH_CURRENCY)),
        ("column 'currency'", "'XQZ'", "ISO 4217", "shop.toml"),
    ),
    "two currencies": (
        _text(
            "a.csv", as_csv([[*line, ("EUR", "GBP")[at % 2]] for at, line in enumerate(order_lines())], WITH_CURRENCY)
        ),
        ("EUR", "GBP", "one currency in a shop"),
    ),
    "products without any text": (
        _text(
            "a.csv",
            as_csv(
                [[*line[:3], *line[4:7]] for line in order_lines()], "order_id,customer_id,product_id,qty,price,date"
            ),
        ),
        ("no text for any product", "Add the product list"),
    ),
    "nested JSON": (_text("a.json", json.dumps({"shop": {"a": {"b": [1, {"c": 3}]}}})), ("a.json", "list of records")),
    "broken JSON": (_text("a.json", '[{"a":1},'), ("a.json, line 1", "broken JSON", "export it again")),
    "two reports in one file": (
        _text("a.csv", as_csv(order_lines(20)) + "\nproduct_id,stock,shelf\nP01,4,A\nP02,5,B\nP03,6,C\n"),
        ("a.csv, line 23", "second table", "file of its own"),
    ),
    "columns shifted half-way": (_text("a.csv", _shifted()), ("a.csv, line 32", "one column to the right")),
    "a price list": (
        _text("a.csv", "sku,name,price_1,price_10\n" + "".join(f"P{n},Thing {n},{n + 5},{n + 4}\n" for n in range(30))),
        ("no order lines and no events", "Add the export of the orders"),
    ),
    "tables side by side": (
        _text(
            "a.csv",
            "order_id,customer_id,,product_id,title\n" + "".join(f"{n},C{n},,P{n},Cup {n}\n" for n in range(30)),
        ),
        ("a.csv, line 1", "side by side", "Save each"),
    ),
    "columns nobody can tell": (
        _text("a.csv", "a,b,c,d\n" + "".join(f"{n},{n % 7},{n % 5},{n * 2}\n" for n in range(40))),
        ("neither headers nor values", "shop.toml"),
    ),
    "an order of two customers": (
        _text("a.csv", _changed(1, lambda at, _: f"C{at % 17:03d}")),
        ("'order_id'", "'customer_id'", "shop.toml"),
    ),
    "a gzip file cut off": (_text("a.csv.gz", gzip.compress(GOOD.encode())[:120]), ("a.csv.gz", "broken gzip")),
    "a broken workbook": (_text("a.xlsx", b"PK\x03\x04 nonsense"), ("a.xlsx", "cannot be opened")),
    "a folder without data": (lambda folder: folder, ("no data file in the folder", "Put the shop's exports")),
    "a product twice": (
        _folder(products__csv="product_id,title,price\nP01,Red mug,5\nP01,Blue mug,6\n", orders__csv=GOOD),
        ("products.csv, rows 2 and 3", "'P01' stands twice", "Delete one"),
    ),
    "settings that are no TOML": (_folder(orders__csv=GOOD, shop__toml="[shop\nname="), ("shop.toml", "TOML")),
    "settings with an unknown key": (
        _folder(orders__csv=GOOD, shop__toml="[shop]\nnmae = 'x'\n"),
        ("shop.toml, [shop]", "'nmae'", "expected one of name"),
    ),
    "a database that does not answer": (
        lambda folder: "postgresql+psycopg://shop:secret@127.0.0.1:1/shop",
        ("found no answer", "shop:***@", "that the server runs"),
    ),
    "a web address": (lambda folder: "https://example.com/shop.csv", ("address of a file", "Download it")),
}


@pytest.mark.parametrize("kind", list(REFUSED))
def test_index_of_bad_input_says_where_found_expected_mend_and_leaves_nothing(
    run: Run, tmp_path: Path, kind: str
) -> None:
    make, says = REFUSED[kind]
    folder = tmp_path / "data"
    folder.mkdir()
    ran = run("index", make(folder), "--encoder", "hashing", "--state", tmp_path / "state")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Could not: ")
    for words in says:
        assert words in ran.err
    assert "secret" not in ran.err
    assert "Traceback" not in ran.err
    assert not list((tmp_path / "state").rglob("*"))


TAKEN: dict[str, tuple[str, dict[str, int]]] = {
    # what is wrong → the file, and how many rows the report must name for which reason
    "guests": (_changed(1, lambda at, was: "" if at // 2 % 4 == 0 else was), {"kept as a guest order": 16}),
    "negative and zero prices": (
        _changed(5, lambda at, was: "-4.99" if at % 7 == 0 else "0" if at == 3 else was),
        {"negative price": 9, "price 0: not a sale": 1},
    ),
    "lines twice": (as_csv(order_lines() + order_lines()[:10]), {"the same as an earlier row": 10}),
    "mixed time zones": (
        _changed(6, lambda at, was: was.replace(" ", "T") + ("+02:00" if at // 2 % 2 else "Z")),
        {"more than one time zone": 60},
    ),
    "one unreadable date in an order": (
        _changed(6, lambda at, was: "2024-99-99" if at == 1 else was),
        {"that of the other lines of its order": 1},
    ),
}


@pytest.mark.parametrize("kind", list(TAKEN))
def test_index_of_odd_rows_counts_each_by_reason(run: Run, tmp_path: Path, kind: str) -> None:
    content, expected = TAKEN[kind]
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    ran = run("index", tmp_path / "a.csv", "--encoder", "hashing", "--json", "--state", tmp_path / "state")
    assert (ran.code, ran.err) == (0, "")
    notes = json.loads(ran.out)["report"]["notes"]
    for reason, count in expected.items():
        assert [note["count"] for note in notes if reason in note["reason"]] == [count]


def test_index_as_of_before_the_first_event_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    ran = run("index", tmp_path / "a.csv", "--encoder", "hashing", "--as-of", "2001-01-01")
    assert ran.code == 1
    assert "found no event before it" in ran.err
    assert "2024-01-01 10:00 UTC" in ran.err


def test_index_with_an_encoder_nobody_has_is_refused_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    ran = run("index", tmp_path / "a.csv", "--encoder", str(tmp_path / "nothing-here"))
    assert ran.code == 1
    assert "nothing-here" in ran.err
    assert "leave --encoder out" in ran.err
    assert "Retrying" not in ran.err
