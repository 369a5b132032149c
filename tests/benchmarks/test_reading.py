"""The blind sheet shows no origin, and its score is what a count by hand gives."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.reading import BEATEN, NO_FACTS, OURS, PLANTED, Item, figures_of, read_csv, read_sheet, write_sheet

ITEMS = [
    *(Item("persona", "customers: 3", f"Group {n}.", OURS) for n in range(4)),
    *(
        Item("persona", "customers: 3", f"Lie {n}.", PLANTED, planted="changed digit", why_wrong="4, not 3")
        for n in range(10)
    ),
    Item("persona", NO_FACTS, "Beat me.", BEATEN),
]


def filled(sheet: Path, to: Path, *, missed: int) -> Path:
    """A reader who calls all but `missed` lies wrong, one of ours too ("Group 0."), and marks ours 5 and the rest 3."""
    rows = read_csv(sheet)
    lies = [row["id"] for row in rows if row["text"].startswith("Lie")]
    for row in rows:
        is_wrong = row["id"] in lies[missed:] or row["text"] == "Group 0."
        row |= {"right": "" if row["facts"] == NO_FACTS else "0" if is_wrong else "1"}
        row |= {"natural": "5" if row["text"].startswith("Group") else "3", "why": "as I see it"}
    with to.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return to


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    sheet, key = tmp_path / "sheet.csv", tmp_path / "key.csv"
    write_sheet(ITEMS, sheet, key, seed=3)
    return sheet, key


def test_sheet_shows_no_origin_and_is_shuffled(made: tuple[Path, Path]) -> None:
    told = made[0].read_text()
    for word in (OURS, PLANTED, BEATEN, "changed digit", "4, not 3"):
        assert word not in told
    assert [row["text"] for row in read_csv(made[0])] != [one.text for one in ITEMS]


def test_score_counts_right_natural_and_planted_errors_and_voids_a_careless_reader(made: tuple[Path, Path]) -> None:
    sheet, key_file = made
    key = read_csv(key_file)
    careful = read_sheet(filled(sheet, sheet.with_name("a.csv"), missed=1), key)
    careless = read_sheet(filled(sheet, sheet.with_name("b.csv"), missed=2), key)
    found = {one.figure: one for one in figures_of(key, {"a": careful, "b": careless})}
    assert found["a/planted errors found"].value == pytest.approx(0.9)
    assert found["b (void)/planted errors found"].value == pytest.approx(0.8)
    assert found["a/persona right of 4"].value == 3
    assert found["readers that count"].value == 1
    assert found["natural/shipped default"].value == 5
    assert found["natural/personas less personas to beat"].value == 2
    only_b = {one.figure for one in figures_of(key, {"b": careless})}
    assert not any(name.startswith("natural") for name in only_b)


def test_sheet_with_other_texts_or_an_empty_row_is_refused(made: tuple[Path, Path]) -> None:
    sheet, key_file = made
    key = read_csv(key_file)
    with pytest.raises(SystemExit, match="natural is ''; expected 1 to 5"):
        read_sheet(sheet, key)
    other = filled(sheet, sheet.with_name("c.csv"), missed=0)
    other.write_text(other.read_text().replace("Group 0.", "Group 9."))
    with pytest.raises(SystemExit, match="not those of the key"):
        read_sheet(other, key)
