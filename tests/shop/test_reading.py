"""Files, folders and databases become raw tables; every expected value is written beside the file that holds it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from shop.reading import RawTable, read_source
from shop.tables import ShopDataError

ORDERS = "order_id,sku,qty,price,date\n" + "".join(
    f"{i},M-{i % 7},{i % 3 + 1},4.5,2024-01-{i:02}\n" for i in range(1, 21)
)


def write(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read_one(path: Path) -> RawTable:
    (table,) = read_source(path)
    return table


def error_of(path: Path | str) -> str:
    with pytest.raises(ShopDataError) as caught:
        read_source(path)
    message = str(caught.value)
    assert not isinstance(path, Path) or str(path) not in message  # names are relative
    return message


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_read_text_with_each_separator_gives_text_columns(tmp_path: Path, separator: str) -> None:
    table = read_one(write(tmp_path, "orders.csv", ORDERS.replace(",", separator)))
    assert (table.name, table.source, table.first_row) == ("orders", "orders.csv", 2)
    assert table.frame.columns == ["order_id", "sku", "qty", "price", "date"]
    assert table.frame.row(0) == ("1", "M-1", "2", "4.5", "2024-01-01")
    assert table.frame.dtypes == [pl.String] * 5
    assert table.frame.height == 20


def test_read_text_with_decimal_commas_splits_at_semicolons(tmp_path: Path) -> None:
    table = read_one(write(tmp_path, "p.csv", "id;price;total\n1;2,50;5,00\n2;3,10;6,20\n"))
    assert table.frame.rows() == [("1", "2,50", "5,00"), ("2", "3,10", "6,20")]


def test_read_text_with_quotes_blanks_and_empty_fields_keeps_cells_verbatim(tmp_path: Path) -> None:
    text = '\ufeff id ,text\r\n1,"a ""b"", c\r\nd"\r\n2,\r\n3,""\r\n4,  x \r\n'
    table = read_one(write(tmp_path, "q.csv", text))
    assert table.frame.columns == ["id", "text"]
    assert table.frame.rows() == [("1", 'a "b", c\r\nd'), ("2", None), ("3", None), ("4", "  x ")]
    assert table.lines is not None
    assert table.lines.to_list() == [2, 4, 5, 6]


def test_read_text_with_stray_quotes_reads_them_as_signs(tmp_path: Path) -> None:
    table = read_one(write(tmp_path, "p.csv", 'sku,name\nA1,5" pipe\nA2,"a, b"\nA3,7" pipe\n'))
    assert table.frame["name"].to_list() == ['5" pipe', "a, b", '7" pipe']


def test_read_text_with_blanks_before_quotes_splits_outside_them(tmp_path: Path) -> None:
    table = read_one(write(tmp_path, "p.csv", 'sku, name, price\nA1, "mug, red", 5\nA2, "lamp, blue", 6\n'))
    assert table.frame.columns == ["sku", "name", "price"]
    assert table.frame.rows() == [("A1", "mug, red", "5"), ("A2", "lamp, blue", "6")]


def test_read_text_in_cp1252_keeps_the_pound_sign_and_counts_it(tmp_path: Path) -> None:
    table = read_one(write(tmp_path, "uk.csv", "sku,name\nA1,mug\nA2,£5 voucher\nA3,café\n", "cp1252"))
    assert table.frame["name"].to_list() == ["mug", "£5 voucher", "café"]
    (note,) = table.notes
    assert (note.kind, note.count, note.example) == ("changed", 2, "line 3: A2,£5 voucher")
    assert "cp1252" in note.reason


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_read_text_with_a_byte_order_mark_drops_it(tmp_path: Path, encoding: str) -> None:
    table = read_one(write(tmp_path, "o.csv", "sku,name\nA1,杯子\nA2,£\n", encoding))
    assert table.frame.rows() == [("A1", "杯子"), ("A2", "£")]


def test_read_text_with_one_cp1252_line_in_utf8_reads_both(tmp_path: Path) -> None:
    lines = ["sku,name", *(f"A{i},crème brûlée" for i in range(9))]
    table = read_one(write(tmp_path, "m.csv", "\n".join(lines).encode() + "\nB1,£5\n".encode("cp1252")))
    assert table.frame["name"].to_list() == ["crème brûlée"] * 9 + ["£5"]
    assert [(note.count, note.example) for note in table.notes] == [(1, "line 11: B1,£5")]


def test_read_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    message = error_of(write(tmp_path, "cn.csv", "编号,商品名称\n1,红色的杯子\n2,蓝色的灯\n", "gb18030"))
    assert message.startswith("cn.csv, line 1: found bytes that are neither UTF-8 nor Western European (cp1252)")
    assert message.endswith("save it as 'CSV UTF-8'.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "o.csv: found an empty file (0 bytes); expected a header and rows. Export it again."),
        (b"\n \n\n", "o.csv: found blank lines only; expected a header and rows. Export it again."),
        (b"a,b\n1,\x00\n", "o.csv, line 2: found NUL bytes (1 in the file); expected text."),
        (b"PK\x03\x04xx", "o.csv: found an Excel workbook or a zip archive; expected a text file."),
        (b"<html><body>Log in</body></html>", "o.csv: found a web page or XML; expected a table as text."),
    ],
)
def test_read_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    assert error_of(write(tmp_path, "o.csv", content)).startswith(message)


def test_read_packed_files_gives_the_file_inside(tmp_path: Path) -> None:
    expected = read_one(write(tmp_path, "orders.csv", ORDERS)).frame
    assert_frame_equal(read_one(write(tmp_path, "a/orders.csv.gz", gzip.compress(ORDERS.encode()))).frame, expected)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/orders.csv", ORDERS)
    assert_frame_equal(read_one(write(tmp_path, "b/orders.zip", packed.getvalue())).frame, expected)


def test_read_broken_packed_files_is_refused(tmp_path: Path) -> None:
    broken = gzip.compress(ORDERS.encode())[:-20]
    assert error_of(write(tmp_path, "o.csv.gz", broken)).startswith("o.csv.gz: found a broken gzip file")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", ORDERS)
        archive.writestr("b.csv", ORDERS)
    assert "found 2 files in the zip; expected one" in error_of(write(tmp_path, "o.zip", packed.getvalue()))


def test_read_workbook_gives_each_sheet_as_text(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "shop.xlsx")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, ["Report created 2024"])
    sheet.write_row(2, 0, ["id", "when", "price"])
    for row in range(3, 8):
        sheet.write_number(row, 0, 17850 + row)
        sheet.write_datetime(row, 1, datetime(2024, 1, row, 9, 30), day)
        sheet.write_number(row, 2, 2.55)
    book.add_worksheet("Empty")
    people = book.add_worksheet("People")
    people.write_column(0, 0, ["name", "Ann", "Bob"])
    people.write_column(0, 1, ["city", "Oslo", "Rome"])
    hidden = book.add_worksheet("Old")
    hidden.write(0, 0, "x")
    hidden.hide()
    book.close()
    orders, names = read_source(tmp_path / "shop.xlsx")
    assert (orders.name, orders.source, orders.first_row) == ("shop/Orders", "shop.xlsx, sheet 'Orders'", 4)
    assert orders.frame.row(0) == ("17853", "2024-01-03 09:30:00", "2.55")
    assert {note.reason: note.example for note in orders.notes} == {
        "lines above the header left out": "line 1: Report created 2024",
        "empty sheets left out": "'Empty'",
        "hidden sheets left out": "'Old'",
    }
    assert names.frame.rows() == [("Ann", "Oslo"), ("Bob", "Rome")]


def test_read_broken_workbook_is_refused(tmp_path: Path) -> None:
    message = error_of(write(tmp_path, "shop.xlsx", b"PK\x03\x04 no workbook"))
    assert message.startswith("shop.xlsx: found a workbook that cannot be opened")


def test_read_parquet_keeps_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"id": ["a", "b"], "n": [1, 2], "when": [datetime(2024, 1, 1), None], "tags": [["x", "y"], []]}
    )
    frame.write_parquet(tmp_path / "o.parquet")
    table = read_one(tmp_path / "o.parquet")
    assert table.frame.schema == {"id": pl.String, "n": pl.Int64, "when": pl.Datetime("us"), "tags": pl.String}
    assert table.frame["tags"].to_list() == ["x | y", None]
    assert "broken Parquet" in error_of(write(tmp_path, "bad/p.parquet", b"PAR1 nothing"))


@pytest.mark.parametrize(
    "shape",
    [
        '[{"id": 1, "who": {"mail": "a@x.org"}, "price": 2.5}, {"id": 2, "who": {"mail": null}, "price": 3}]',
        '{"count": 2, "orders": [{"id": 1, "who": {"mail": "a@x.org"}, "price": 2.5}, {"id": 2, "who": {}, "price": 3}]}',
        '{"id": 1, "who": {"mail": "a@x.org"}, "price": 2.5}\n{"id": 2, "price": 3}\n',
    ],
)
def test_read_json_in_each_wrapping_gives_flat_records(tmp_path: Path, shape: str) -> None:
    table = read_one(write(tmp_path, "o.json", shape))
    assert table.frame.schema == {"id": pl.Int64, "who.mail": pl.String, "price": pl.Float64}
    assert table.frame.rows() == [(1, "a@x.org", 2.5), (2, None, 3.0)]


def test_read_json_with_lists_under_keys_gives_alike_ones_as_one_table(tmp_path: Path) -> None:
    faq = {"shipping": [{"question": "q1", "answer": "a1"}], "returns": [{"question": "q2", "answer": "a2"}]}
    table = read_one(write(tmp_path, "faq.json", json.dumps(faq)))
    assert table.frame.columns == ["category", "question", "answer"]
    assert table.frame.rows() == [("shipping", "q1", "a1"), ("returns", "q2", "a2")]
    shop = {"orders": [{"id": 1, "sku": "A"}], "people": [{"name": "Ann", "city": "Oslo"}]}
    tables = read_source(write(tmp_path, "shop.json", json.dumps(shop)))
    assert [(table.name, table.source) for table in tables] == [
        ("shop/orders", "shop.json, 'orders'"),
        ("shop/people", "shop.json, 'people'"),
    ]


def test_read_json_orders_with_items_become_lines(tmp_path: Path) -> None:
    orders = [
        {"id": 1, "items": [{"sku": "A", "qty": 2}, {"sku": "B", "qty": 1}], "refunds": []},
        {"id": 2, "items": [{"sku": "C", "qty": 5}], "refunds": []},
    ]
    table = read_one(write(tmp_path, "o.json", json.dumps(orders)))
    assert table.frame.select("id", "items.sku", "items.qty").rows() == [(1, "A", 2), (1, "B", 1), (2, "C", 5)]
    assert [(note.reason, note.example) for note in table.notes] == [
        ("a line made of each entry of 'items'", "2 records became 3 lines")
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"a": 1}, {"a"', "o.json, line 1, sign 16: found broken JSON"),
        (
            '[{"a": [{"b": 1}], "c": [{"d": 2}]}]',
            "found several lists of records in one record ('a', 'c'); expected one at most",
        ),
        ('[{"a": [{"b": [{"c": 1}]}]}]', "o.json, record 1: found a list of records inside the list 'a'"),
        ("[[1, 2], [3, 4]]", "o.json, record 1: found [1, 2]; expected an object with named fields"),
        ('{"name": "x"}', "o.json: found one JSON object (name); expected a list of records"),
        ("[]", "o.json: found a list without records; expected records"),
        (
            '{"a": 1}\n{"a": 2}\nbroken\n',
            "o.json, line 3: found no JSON object: broken; expected one JSON object on each line.",
        ),
    ],
)
def test_read_json_of_another_shape_is_refused(tmp_path: Path, content: str, message: str) -> None:
    assert message in error_of(write(tmp_path, "o.json", content))


def test_read_json_lines_sets_few_broken_ones_aside(tmp_path: Path) -> None:
    lines = [json.dumps({"id": i}) for i in range(200)]
    lines[49] = '{"id": 4'
    table = read_one(write(tmp_path, "o.jsonl", "\n".join(lines)))
    assert table.frame.height == 199
    (note,) = table.notes
    assert (note.kind, note.count, note.example) == ("dropped", 1, 'line 50: {"id": 4')


def test_read_json_mixed_types_become_text(tmp_path: Path) -> None:
    table = read_one(write(tmp_path, "o.json", '[{"code": 22752}, {"code": "85123A"}, {"code": ""}]'))
    assert table.frame["code"].to_list() == ["22752", "85123A", None]


def sqlite_shop(path: Path) -> Path:
    with sqlite3.connect(path) as base:
        base.execute("create table orders (id integer, sku text, price real)")
        base.executemany("insert into orders values (?, ?, ?)", [(1, "A", 2.5), (2, "B", None)])
        base.execute("create table people (name text, photo blob)")
        base.execute("insert into people values ('Ann', x'00ff')")
        base.execute("create table notes (t text)")
    base.close()
    return path


@pytest.mark.parametrize("as_url", [True, False])
def test_read_sqlite_gives_every_table_with_rows(tmp_path: Path, as_url: bool) -> None:
    path = sqlite_shop(tmp_path / "shop.sqlite")
    orders, people = read_source(f"sqlite:///{path}" if as_url else path)
    assert (orders.name, orders.source) == ("orders", "shop.sqlite, table 'orders'")
    assert orders.frame.rows() == [(1, "A", 2.5), (2, "B", None)]
    assert people.frame.rows() == [("Ann",)]
    assert [(note.reason, note.example) for note in orders.notes] == [("tables without rows left out", "notes")]


def test_read_sql_that_cannot_be_reached_hides_the_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://ann:s3cret@127.0.0.1:9/shop"
    message = error_of(url)
    assert "s3cret" not in message
    assert message.startswith("postgresql+psycopg://ann:***@127.0.0.1:9/shop: found no ")
    assert "s3cret" not in error_of("nosuch://ann:s3cret@host/shop")
    assert "s3cret" not in error_of("pg sql://ann:s3cret@host:port/shop")


def test_read_missing_sqlite_is_refused_and_not_made(tmp_path: Path) -> None:
    message = error_of(f"sqlite:///{tmp_path / 'none.db'}")
    assert message == "none.db: found no such file; expected a SQLite database. Check the path."
    assert not (tmp_path / "none.db").exists()
    assert "no answer" in error_of(
        write(tmp_path, "x.db", b"no database at all, but long enough to look like one" * 20)
    )


def test_read_folder_takes_data_files_by_name_and_notes_the_rest(tmp_path: Path) -> None:
    write(tmp_path, "b.csv", ORDERS)
    write(tmp_path, "a/people.tsv", "name\tcity\nAnn\tOslo\nBob\tRome\n")
    for name in (".hidden.csv", "README.md", "shop.toml", "logo.png", "LICENSE", "~$b.xlsx", "a/deep/c.csv"):
        write(tmp_path, name, "x")
    tables = read_source(tmp_path)
    assert [(table.name, table.source) for table in tables] == [("a/people", "a/people.tsv"), ("b", "b.csv")]
    assert sorted(note.example for note in tables[0].notes) == ["LICENSE", "README.md", "a/deep", "logo.png"]


def test_read_folder_with_an_unknown_file_names_it(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", ORDERS)
    write(tmp_path, "orders.xyz", "x")
    assert error_of(tmp_path).startswith("orders.xyz: found a file ending in '.xyz'; expected one of .csv, .tsv")


@pytest.mark.parametrize(("other", "content"), [("orders.json", '[{"a": 1}]'), ("orders (1).csv", ORDERS)])
def test_read_folder_with_a_table_twice_is_refused(tmp_path: Path, other: str, content: str) -> None:
    write(tmp_path, "orders.csv", ORDERS)
    write(tmp_path, other, content)
    message = error_of(tmp_path)
    assert "found two files of one name or content; expected each table once" in message
    assert other in message


def test_read_missing_or_empty_sources_say_so(tmp_path: Path) -> None:
    write(tmp_path, "orders.csv", ORDERS)
    message = error_of(tmp_path / "orders.tsv")
    assert message.startswith("orders.tsv: found no such file or folder")
    assert message.endswith("Did you mean orders.csv?")
    (tmp_path / "void").mkdir()
    assert error_of(tmp_path / "void").startswith("void: found no data file in the folder")


def test_read_an_empty_name_or_a_web_address_says_what_is_expected() -> None:
    assert error_of("") == "source: found nothing; expected a folder, a file or a database address. Give its path."
    assert error_of("https://ann:s3cret@shop.example/o.csv") == (
        "https://ann:***@shop.example/o.csv: found an address of a file; expected a path or a database. Download it and give its path."
    )


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.integers(2, 4).flatmap(lambda w: st.lists(st.lists(CELLS, min_size=w, max_size=w), min_size=2, max_size=8)),
    separator=st.sampled_from([",", ";", "\t", "|"]),
)
def test_read_any_table_written_as_csv_gives_it_back(tmp_path: Path, rows: list[list[str]], separator: str) -> None:
    # a first column of numbers makes the header plain and keeps rows from being blank
    header = ["id", *(f"name {chr(97 + i)}" for i in range(len(rows[0])))]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(
        [header, *([str(i), *row] for i, row in enumerate(rows))]
    )
    table = read_one(write(tmp_path, "any.csv", text.getvalue()))
    expected = [(str(i), *(cell or None for cell in row)) for i, row in enumerate(rows)]
    assert table.frame.columns == header
    assert table.frame.rows() == expected


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "rows"),
    [
        ("online_retail", {"online_retail": 541_909}),
        ("amazon_beauty", {"interactions": 198_502, "products": 12_101}),
        ("amazon_office", {"interactions": 22_447, "items": 3_459, "test_split": 4_866, "valid_split": 4_866}),
    ],
)
def test_read_public_sets_gives_their_rows(data_folder: Path, folder: str, rows: dict[str, int]) -> None:
    assert {table.name: table.frame.height for table in read_source(data_folder / folder)} == rows


@pytest.mark.data
def test_read_complete_journey_gives_its_eight_tables(data_folder: Path) -> None:
    rows = {table.name: table.frame.height for table in read_source(data_folder / "complete_journey")}
    assert len(rows) == 8
    assert (rows["transactions_sample"], rows["promotions_sample"], rows["demographics"]) == (75_000, 360_535, 801)


@pytest.mark.data
def test_read_online_retail_as_cp1252_csv_gives_the_same_text(data_folder: Path, tmp_path: Path) -> None:
    truth = pl.read_parquet(data_folder / "online_retail" / "online_retail.parquet")
    path = write(tmp_path, "retail.csv", truth.write_csv(), "cp1252")
    table = read_one(path)
    assert_frame_equal(table.frame, truth.with_columns(pl.all().cast(pl.String)))
    assert [(note.kind, note.count) for note in table.notes] == [("changed", 32)]


@pytest.mark.data
def test_read_support_and_baskets(data_folder: Path) -> None:
    faq = read_one(data_folder / "support" / "wanddo_shop_faq_en.json.gz")
    assert faq.frame.height == 157
    counts = {str(key).split("_")[0]: count for key, count in faq.frame["category"].value_counts().iter_rows()}
    assert counts == {"shipping": 27, "product": 30, "returns": 34, "payments": 24, "contact": 18, "account": 24}
    pairs = read_one(data_folder / "support" / "xiaomi_device_faq_zh.csv.gz")
    assert (pairs.frame.columns, pairs.frame.height, pairs.first_row) == (["column 1", "column 2"], 100, 1)
    message = error_of(data_folder / "baskets" / "groceries.csv.gz")
    assert message.startswith("groceries.csv.gz: found lines of 1 to 32 fields")
    assert "if each line is a basket, write one line an item" in message
