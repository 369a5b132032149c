"""From files to a Shop: mapping, report, settings beside the files, and the same shop from what was saved."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from shop.questions import ShopQuestion
from shop.settings import save_settings
from shop.shop import Shop
from shop.tables import ShopDataError
from tests.shop.exports import DIALECTS, expected, export, found, sales
from tests.shop.test_cleaning_folders import balanced, olist_like, shopify_orders, shopify_products, small

FILES = ["order_items.csv", "orders.csv", "customers.csv", "products.csv"]


def write(folder: Path, names: list[str], frames: list[pl.DataFrame]) -> Path:
    for name, frame in zip(names, frames, strict=True):
        frame.write_csv(folder / name)
    return folder


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_flat_file_is_a_shop(dialect: str, tmp_path: Path) -> None:
    truth = sales(150)
    export(dialect, truth).write_csv(tmp_path / "export.csv")
    shop = Shop.load(tmp_path / "export.csv")
    assert found(shop.events) == expected(truth, DIALECTS[dialect][1])
    assert shop.mapping is not None
    assert [choice.column for choice in shop.mapping.choices] == list(DIALECTS[dialect][0])
    assert shop.report is not None
    assert balanced(shop.report)


def test_folder_saved_and_loaded_again_is_the_same_shop(tmp_path: Path) -> None:
    write(tmp_path, FILES, olist_like())
    first = Shop.load(tmp_path)
    save_settings(tmp_path / "shop.toml", first.settings, first.mapping)
    second = Shop.load(tmp_path)
    assert first.fingerprint() == second.fingerprint()
    assert first.report == second.report
    assert first.lacks == second.lacks
    assert second.mapping is not None
    assert {choice.why for choice in second.mapping.choices} == {"shop.toml"}
    assert first.mapping is not None
    assert [(c.column, c.table, c.field) for c in first.mapping.choices] == [
        (c.column, c.table, c.field) for c in second.mapping.choices
    ]


def test_shopify_folder_saved_and_loaded_again_is_the_same_shop(tmp_path: Path) -> None:
    write(tmp_path, ["orders_export.csv", "products_export.csv"], [shopify_orders(), shopify_products()])
    first = Shop.load(tmp_path)
    save_settings(tmp_path / "shop.toml", first.settings, first.mapping)
    assert Shop.load(tmp_path).fingerprint() == first.fingerprint()
    assert first.products.sort("product_id")["product_id"].to_list() == first.products["product_id"].to_list()


def test_settings_beside_the_file_answer_its_question(tmp_path: Path) -> None:
    lines = small(date=["01/02/2024", "01/02/2024", "03/02/2024", "04/02/2024"])
    lines.write_csv(tmp_path / "o.csv")
    with pytest.raises(ShopQuestion) as asked:
        Shop.load(tmp_path / "o.csv")
    (tmp_path / "shop.toml").write_text(
        '[shop]\nname = "Larch"\ncurrency = "EUR"\n' + asked.value.candidates[1].answer, encoding="utf-8"
    )
    shop = Shop.load(tmp_path / "o.csv")
    assert str(shop.events["time"][0]) == "2024-01-02 00:00:00+00:00"  # the second answer: month first
    assert (shop.settings.name, shop.settings.currency) == ("Larch", "EUR")


def test_file_is_left_out_where_settings_say_so(tmp_path: Path) -> None:
    write(tmp_path, ["a.csv", "b.csv"], [small(), small(quantity=["9", "9", "9", "9"])])
    (tmp_path / "shop.toml").write_text('[tables]\n"b.csv" = ""\n', encoding="utf-8")
    shop = Shop.load(tmp_path)
    assert shop.events.height == 4
    assert shop.report is not None
    assert shop.report.rows_kept == {"a.csv": 4, "b.csv": 0}


def test_rows_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    small(quantity=["1", "0", "3", "1"]).write_csv(tmp_path / "o.csv")
    report = Shop.load(tmp_path / "o.csv").report
    assert report is not None
    (note,) = [note for note in report.notes if note.reason == "quantity 0"]
    assert note.example == "row 3: order_id 1, product_id y2, title Oak tray, quantity 0, unit_price 9"


def test_missing_settings_file_is_refused(tmp_path: Path) -> None:
    small().write_csv(tmp_path / "o.csv")
    with pytest.raises(ShopDataError, match="no such file; expected a shop.toml"):
        Shop.load(tmp_path / "o.csv", settings=tmp_path / "other.toml")
