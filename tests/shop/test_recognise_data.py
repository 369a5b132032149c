"""Headers of the public sets renamed one by one, swapped in pairs and replaced: each column read as before, or a question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from shop.questions import ShopQuestion
from shop.raw import RawTable
from shop.recognise import recognise
from shop.settings import Instructions
from tests.shop.exports import raw

pytestmark = pytest.mark.data
SETS = {
    "online_retail/online_retail": [],
    "complete_journey/transactions_sample": ["complete_journey/products", "complete_journey/demographics"],
    "amazon_office/interactions": ["amazon_office/items"],
}


def renamings(columns: list[str]) -> Iterator[dict[str, str]]:
    for place, one in enumerate(columns):
        yield {one: "zzz"}
        for two in columns[place + 1 :]:
            yield {one: two, two: one}
    yield {name: f"c{place}" for place, name in enumerate(columns)}


def read_as(frame: pl.DataFrame, others: list[RawTable]) -> dict[str, str]:
    """The field of each column."""
    plan = recognise([raw("lines", frame), *others], Instructions())[0]
    return {column: field for field, column in plan.fields.items()}


def known(table: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table that the lines name: a tenth of the catalogue is enough to tell what its columns are."""
    keys = [name for name in table.columns if name in lines.columns]
    return table.join(lines, on=keys[0], how="semi") if keys else table


@pytest.mark.parametrize("lines", SETS)
def test_headers_of_a_public_set_changed_are_right_or_asked(lines: str, data_folder: Path) -> None:
    if not (data_folder / f"{lines}.parquet").is_file():
        pytest.skip(f"no {lines} among the public data")
    frame = pl.read_parquet(data_folder / f"{lines}.parquet").head(4_000)
    others = [raw(name, known(pl.read_parquet(data_folder / f"{name}.parquet"), frame)) for name in SETS[lines]]
    truth = read_as(frame, others)
    asked = 0
    for names in renamings(frame.columns):
        back = {new: old for old, new in names.items()}
        try:
            found = read_as(frame.rename(names), others)
        except ShopQuestion:
            asked += 1
            continue
        assert {back.get(column, column): field for column, field in found.items()} == truth, names
    assert asked > 0
