"""Wrong structure stops with where, found, expected, mend; a few wrong lines are set aside and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from shop.reading import RawTable, read_source
from shop.tables import ShopDataError

HEADER = "order_id,customer,sku,qty,price,date"


def rows(count: int, start: int = 1) -> list[str]:
    """Order lines such as "1,Ann B,M-1,1,4.50,2024-01-01": number, words, code, number, number, date."""
    return [f"{i},Ann B,M-{i % 7},{i % 3 + 1},4.50,2024-01-{i % 28 + 1:02}" for i in range(start, start + count)]


def read_lines(folder: Path, lines: list[str], name: str = "orders.csv") -> RawTable:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (table,) = read_source(path)
    return table


def refused(folder: Path, lines: list[str]) -> str:
    with pytest.raises(ShopDataError) as caught:
        read_lines(folder, lines)
    return str(caught.value)


def test_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, [HEADER]) == (
        "orders.csv: found a header only (order_id, customer, sku, qty, price, date); expected rows under it. "
        "Export it with its rows, or remove the file."
    )


def test_row_of_ten_thousand_fields_is_refused(tmp_path: Path) -> None:
    lines = [HEADER, *rows(40)]
    lines[16] = ",".join(["x"] * 10_000)
    assert refused(tmp_path, lines) == (
        "orders.csv, line 17: found 10,000 fields; expected 6 as in the header (line 1). Remove the line or export again."
    )


def test_few_broken_lines_are_set_aside_and_counted(tmp_path: Path) -> None:
    lines = [HEADER, *rows(300)]
    lines[99] += ",extra"
    lines[200] = "201,Ann B"
    table = read_lines(tmp_path, lines)
    assert table.frame.height == 298
    (note,) = table.notes
    assert (note.kind, note.count) == ("dropped", 2)
    assert note.reason == "broken lines set aside: not the 6 fields of the header"
    assert note.example == "line 100: 99,Ann B,M-1,1,4.50,2024-01-16,extra"
    assert table.lines is not None
    assert table.lines[98:100].to_list() == [101, 102]  # line numbers stay those of the file


def test_many_broken_lines_are_refused(tmp_path: Path) -> None:
    lines = [HEADER, *rows(100)]
    for index in range(10, 90, 8):
        lines[index] += ",extra"
    message = refused(tmp_path, lines)
    assert message.startswith(
        "orders.csv, line 11: found 7 fields (9 more lines alike); expected 6 as in the header (line 1)."
    )


def test_columns_shifted_by_a_field_too_many_are_refused(tmp_path: Path) -> None:
    lines = [HEADER, *rows(50), *(f"web,{row}" for row in rows(30, 51))]
    message = refused(tmp_path, lines)
    assert message.startswith(
        "orders.csv, line 52: found 7 fields from here to line 81; expected 6 as in the other lines."
    )


@pytest.mark.parametrize("count", [12, 50, 9000])
def test_columns_shifted_within_the_width_are_refused(tmp_path: Path, count: int) -> None:
    """From the middle on a blank field stands after the customer and the date is gone: sku in qty, qty in price, …."""
    moved = [f"{i},Ann B,,M-{i % 7},{i % 3 + 1},4.50" for i in range(count // 2)]
    message = refused(tmp_path, [HEADER, *rows(count), *moved])
    assert message.startswith(
        f"orders.csv, line {count + 2}: found 'M-0' in column 'qty': from here on values stand one column to the right;"
    )
    assert "expected values as above in 'qty', such as '2'" in message


def test_columns_shifted_to_the_left_are_refused(tmp_path: Path) -> None:
    moved = [f"{i},M-{i % 7},{i % 3 + 1},4.50,2024-02-01," for i in range(20)]
    message = refused(tmp_path, [HEADER, *rows(30), *moved])
    assert message.startswith(
        "orders.csv, line 32: found 'M-0' in column 'customer': from here on values stand one column to the left;"
    )


def test_two_reports_of_other_width_are_refused(tmp_path: Path) -> None:
    lines = [HEADER, *rows(10), "", "sku,name", "M-1,Mug", "M-2,Lamp", "M-3,Rug"]
    message = refused(tmp_path, lines)
    assert message.startswith("orders.csv, line 13: found a second table ('sku,name') under the one of line 1")
    assert message.endswith("expected one table with one header in a file. Save each table in a file of its own.")


def test_two_reports_of_one_width_are_refused(tmp_path: Path) -> None:
    lines = [HEADER, *rows(10), "return_id,customer,sku,qty,reason,date", *rows(5)]
    message = refused(tmp_path, lines)
    assert message.startswith(
        "orders.csv, line 12: found a second header (return_id, customer, sku, qty, reason, date) after 10 rows; "
        "expected one table with one header (line 1)."
    )


def test_two_reports_with_titles_are_refused(tmp_path: Path) -> None:
    lines = ["Orders", "order_id,sku,qty", "1,A,2", "2,B,3", "", "Returns", "order_id,sku,quantity", "1,A,1", "2,B,1"]
    assert refused(tmp_path, lines).startswith(
        "orders.csv, line 6: found a second table ('Returns') under the one of line 2"
    )


def test_header_of_names_and_numbers_is_a_question(tmp_path: Path) -> None:
    message = refused(tmp_path, ["product,1,2", "Mug,5,6", "Lamp,7,8"])
    assert message.startswith(
        "orders.csv, line 1: found 'product', which reads like a header, beside '1', which reads like a value;"
    )


def test_small_report_above_a_large_one_is_refused(tmp_path: Path) -> None:
    lines = ["sku,name,price", "M-1,Mug,5", "M-2,Lamp,6", "M-3,Rug,7", "", HEADER, *rows(30)]
    assert refused(tmp_path, lines).startswith("orders.csv, line 6: found a second table")


def test_same_header_again_is_left_out_with_a_note(tmp_path: Path) -> None:
    table = read_lines(tmp_path, [HEADER, *rows(10), HEADER, *rows(10, 11), HEADER, *rows(5, 21)])
    assert table.frame["order_id"].to_list() == [str(i) for i in range(1, 26)]
    (note,) = table.notes
    assert (note.kind, note.count, note.example) == ("dropped", 2, "line 12: order_id, customer, sku, qty, price, date")


@pytest.mark.parametrize("padding", ["", ",,,,,"])
def test_lines_above_the_header_are_left_out_with_a_note(tmp_path: Path, padding: str) -> None:
    lines = [f"Report created 2024-05-01{padding}", f"Shop: Larch{padding}", padding, HEADER, *rows(12)]
    table = read_lines(tmp_path, lines)
    assert table.first_row == 5
    assert table.frame.columns == HEADER.split(",")
    assert table.frame.height == 12
    assert [(n.count, n.example) for n in table.notes if "above" in n.reason] == [
        (2, "line 1: Report created 2024-05-01")
    ] or padding == ""


def test_rows_under_lines_without_header_are_a_question(tmp_path: Path) -> None:
    message = refused(tmp_path, ["Report 2024", "", *rows(12)])
    assert message.startswith("orders.csv, line 3: found a row of data (1, Ann B")
    assert "expected a header with a name for each column" in message


def test_missing_header_numbers_the_columns(tmp_path: Path) -> None:
    table = read_lines(tmp_path, rows(12))
    assert table.frame.columns == [f"column {i}" for i in range(1, 7)]
    assert (table.frame.height, table.first_row) == (12, 1)
    assert [note.reason for note in table.notes] == ["no header: columns are numbered"]


def test_missing_header_over_codes_and_words_numbers_the_columns(tmp_path: Path) -> None:
    table = read_lines(tmp_path, ["ann,M1", "bob,M2", "ann,M3", "cem,M2"])
    assert table.frame.rows() == [("ann", "M1"), ("bob", "M2"), ("ann", "M3"), ("cem", "M2")]


def test_words_only_under_known_names_keep_their_header(tmp_path: Path) -> None:
    table = read_lines(tmp_path, ["question,answer", "Do you ship?,Yes we do.", "Can I return?,Within 30 days."])
    assert table.frame.columns == ["question", "answer"]


@pytest.mark.parametrize("header", ["sku,name,,sku,name", "sku,name,sku,name"])
def test_tables_side_by_side_are_refused(tmp_path: Path, header: str) -> None:
    gap = ",," if ",," in header else ","
    lines = [header, *(f"M-{i},Mug {i}{gap}L-{i},Lamp {i}" for i in range(6))]
    assert refused(tmp_path, lines).startswith("orders.csv, line 1: found tables side by side (sku, name | sku, name);")


def test_name_twice_in_the_header_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, ["sku,price,name,price", "M-1,5,Mug,6", "M-2,6,Lamp,7"]) == (
        "orders.csv, line 1: found two columns named 'price' (columns 2 and 4); expected each name once. Rename or remove one of them."
    )


def test_column_without_a_name_is_numbered_or_left_out(tmp_path: Path) -> None:
    table = read_lines(tmp_path, [",sku,price,", "0,M-1,5,", "1,M-2,6,"])
    assert table.frame.columns == ["column 1", "sku", "price"]
    assert {note.reason: note.count for note in table.notes} == {
        "columns without a name in the header are numbered": 1,
        "empty columns without a name left out": 1,
    }


def test_header_shorter_than_the_rows_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, ["sku,name,price", *(f"{i},M-{i},Mug,5.0" for i in range(9))])
    assert message.startswith("orders.csv, line 2: found 4 fields; expected 3 as in the header (line 1).")


def test_total_line_at_the_end_is_left_out_with_a_note(tmp_path: Path) -> None:
    table = read_lines(tmp_path, [HEADER, *rows(10), "Total,,,20,45.00,"])
    assert table.frame.height == 10
    assert [(n.kind, n.reason, n.count, n.example) for n in table.notes] == [
        ("dropped", "totals left out", 1, "line 12: Total, 20, 45.00")
    ]


def test_subtotals_between_rows_are_left_out_and_a_product_named_total_stays(tmp_path: Path) -> None:
    lines = [
        "name,sku,price",
        "Total,M-1,5",
        "Mug,M-2,6",
        "Subtotal,,11",
        "Lamp,M-3,7",
        "Rug,M-4,8",
        "Bowl,M-5,1",
        "Tray,M-6,1",
    ]
    table = read_lines(tmp_path, lines)
    assert table.frame["name"].to_list() == ["Total", "Mug", "Lamp", "Rug", "Bowl", "Tray"]


def test_words_under_the_table_are_left_out_with_a_note(tmp_path: Path) -> None:
    table = read_lines(tmp_path, [HEADER, *rows(10), "", "End of report"])
    assert table.frame.height == 10
    assert [(n.kind, n.count, n.example) for n in table.notes] == [("dropped", 1, "line 13: End of report")]


def test_pivot_table_is_a_question(tmp_path: Path) -> None:
    lines = ["product,2021,2022,2023", "Mug,5,7,8", "Lamp,1,2,3", "Rug,4,4,4"]
    assert refused(tmp_path, lines).startswith(
        "orders.csv, line 1: found periods as columns (2021, 2022, 2023): a pivot table;"
    )


def test_price_list_by_quantity_is_a_question(tmp_path: Path) -> None:
    lines = ["product,1-9,10-49,50+", "Mug,5.00,4.50,4.00", "Lamp,9.00,8.00,7.00", "Rug,4.00,3.00,2.00"]
    assert refused(tmp_path, lines).startswith(
        "orders.csv, line 1: found steps of quantity as columns (1-9, 10-49, 50+): a price list;"
    )


def test_header_over_two_lines_is_a_question(tmp_path: Path) -> None:
    lines = [
        "Product,,2023,,2024,",
        "sku,name,units,sales,units,sales",
        *(f"M-{i},Mug,{i},5.0,{i},6.0" for i in range(6)),
    ]
    message = refused(tmp_path, lines)
    assert message.startswith(
        "orders.csv, lines 1 and 2: found a header over two lines ('2023' above 'units', '2024' above 'units');"
    )


def test_headings_between_rows_are_a_question(tmp_path: Path) -> None:
    lines = [
        "name,sku,price",
        "KITCHEN,,",
        "Mug,M-1,5",
        "Bowl,M-2,6",
        "LIGHT,,",
        "Lamp,M-3,7",
        "Bulb,M-4,1",
        "Torch,M-5,2",
    ]
    message = refused(tmp_path, lines)
    assert message.startswith(
        "orders.csv, lines 2, 5: found a heading between the rows ('KITCHEN': only the first column is filled);"
    )
    assert "such as 'category'" in message


def test_one_column_with_another_separator_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, ["user::item::rating", "1::10::5", "2::11::4"])
    assert message.startswith("orders.csv, line 1: found one column only, but 2 '::' in each line;")


def test_one_column_of_words_is_read(tmp_path: Path) -> None:
    table = read_lines(tmp_path, ["query", "red mug", "lamp, blue", "rug"])
    assert table.frame.rows() == [("red mug",), ("lamp, blue",), ("rug",)]


def test_quote_that_never_closes_is_refused(tmp_path: Path) -> None:
    lines = ["sku,name,price", *(f"M-{i},Mug,5" for i in range(9)), 'M-9,"Mug,5', *(f"N-{i},Mug,5" for i in range(9))]
    message = refused(tmp_path, lines)
    assert message.startswith("orders.csv, line 11: found a quote that")
    assert message.endswith('Close the quote, or write a quote inside a text twice ("").')


def test_quote_that_swallows_rows_is_refused(tmp_path: Path) -> None:
    lines = ["sku,name,price", 'M-0,"Mug,5', *(f"M-{i},Mug,5" for i in range(9)), 'N-9,Mug",5', "N-1,Mug,5"]
    message = refused(tmp_path, lines)
    assert message.startswith(
        "orders.csv, line 2: found a quote that closes only on line 12, around lines that look like rows;"
    )


def test_blank_lines_between_rows_are_left_out_with_line_numbers_kept(tmp_path: Path) -> None:
    table = read_lines(tmp_path, [HEADER, *rows(3), "", ",,,,,", *rows(3, 4), ""])
    assert table.frame["order_id"].to_list() == ["1", "2", "3", "4", "5", "6"]
    assert table.lines is not None
    assert table.lines.to_list() == [2, 3, 4, 7, 8, 9]
