"""Files handed over: taken under their names, asked about, answered in a shop.toml of their own, indexed beside."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant import CallError
from assistant.stages import Stages
from assistant.uploads import Upload
from retrieval import HashingEncoder
from tests.assistant.commands.conftest import as_csv, order_lines


def dated(path: Path, form: str) -> Path:
    """Orders whose dates name no day above 12."""
    lines = order_lines()
    for at, line in enumerate(lines):
        line[6] = form.format(a=1 + at // 2 % 12, b=1 + at // 2 * 5 % 12)
    path.write_text(as_csv(lines), encoding="utf-8")
    return path


def test_question_is_answered_in_the_folder_and_the_files_are_indexed(tmp_path: Path) -> None:
    """The first order is of 01/01, the second of 02/06: read day first, the last day of all orders is 8 December."""
    upload = Upload(tmp_path / "given")
    upload.take([dated(tmp_path / "orders.csv", "{a:02d}/{b:02d}/2024")])
    asked = upload.check().question
    assert asked is not None
    answers = {one.answer.splitlines()[-1]: one.answer for one in asked.candidates}
    upload.answer(answers['"order_date" = "day first"'])
    shop = upload.check().shop
    assert shop is not None
    assert {moment.day for moment in shop.events["time"]} == set(range(1, 13))
    seen: list[str] = []
    made = upload.index(shop, HashingEncoder(), Stages(lambda name, done, total: seen.append(name)))
    assert (made.products, made.customers) == (9, 17)
    assert "segments" in seen
    assert upload.state.is_dir()
    assert not (upload.folder / "state.json").exists()


def test_second_answer_on_the_same_file_keeps_the_first(tmp_path: Path) -> None:
    upload = Upload(tmp_path)
    upload.answer('[columns."a.csv"]\n"Price" = "unit_price"')
    upload.answer('[formats."a.csv"]\n"Day" = "day first"')
    upload.answer('[columns."a.csv"]\n"List" = ""')
    told = tomllib.loads((tmp_path / "shop.toml").read_text(encoding="utf-8"))
    assert told == {
        "columns": {"a.csv": {"Price": "unit_price", "List": ""}},
        "formats": {"a.csv": {"Day": "day first"}},
    }


def test_same_name_twice_or_nothing_is_refused(tmp_path: Path) -> None:
    upload = Upload(tmp_path / "given")
    path = dated(tmp_path / "orders.csv", "{a}.{b}.2024")
    upload.take([path])
    with pytest.raises(CallError, match=r"orders.csv is among the files already"):
        upload.take([path])
    with pytest.raises(CallError, match="no file given"):
        upload.take([])
