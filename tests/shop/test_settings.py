"""shop.toml read, written and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from shop.mapping import ColumnChoice, Mapping
from shop.recognise import mapping_of, recognise
from shop.recommending import Recommending
from shop.settings import Instructions, read_settings, save_settings
from shop.shop import Settings
from shop.tables import ShopDataError
from tests.shop.exports import DIALECTS, export, load, raw, sales

SHOP = Settings('Häkel "Larch"', "hello@larch.example\nOslo", "Mo–Fr 9–17", "de_DE", "EUR", "Europe/Berlin")


def test_settings_written_read_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    mapping = Mapping(
        (
            ColumnChoice("a b.csv", 'Size 5"', "1", "events", "quantity", "header"),
            ColumnChoice("a b.csv", "Notes", "", "", "", ""),
        )
    )
    save_settings(path, SHOP, mapping)
    read = read_settings(path)
    assert read.settings == SHOP
    assert read.columns == {"a b.csv": {'Size 5"': "events.quantity", "Notes": ""}}
    assert [entry.name for entry in tmp_path.iterdir()] == ["shop.toml"]


def test_what_a_shop_decides_on_recommendations_reads_back_and_changes_no_table(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text("[recommendations]\nnew_products = 0.5\nrefresh_days = 7\n", encoding="utf-8")
    read = read_settings(path).settings
    assert read.recommending == Recommending(new_products=0.5, refresh_days=7, refresh_events=10_000)
    save_settings(path, read)
    assert read_settings(path).settings == read
    assert repr(read) == repr(Settings())  # by which tables and texts are known again


def test_settings_written_again_keep_the_answers(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(
        '[tables]\n"x.csv" = ""\n[formats."o.csv"]\n"Date" = "day first"\n[products]\nkeep = ["DCGS1"]\n',
        encoding="utf-8",
    )
    before = read_settings(path)
    save_settings(path, SHOP)
    after = read_settings(path)
    assert (
        (after.tables, after.formats, after.keep)
        == (before.tables, before.formats, before.keep)
        == ({"x.csv": ""}, {"o.csv": {"Date": "day first"}}, {"DCGS1"})
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_saved_mapping_loads_the_same_shop(dialect: str, tmp_path: Path) -> None:
    table = raw("orders.csv", export(dialect, sales(150)))
    plans = recognise([table], Instructions())
    first = load(table)
    save_settings(tmp_path / "shop.toml", first.settings, mapping_of(plans))
    second = load(table, instructions=read_settings(tmp_path / "shop.toml"))
    assert all(first.tables[name].equals(second.tables[name]) for name in first.tables)
    assert first.settings == second.settings


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[shop]\ncurrency = "EURO"', "unknown currency 'EURO'; expected a three-letter ISO 4217 code in capitals"),
        ('[shop]\ntime_zone = "Berlin"', "'Berlin' is no known time zone; expected an IANA name"),
        ('[shop]\nnmae = "x"', "unknown key 'nmae'; expected one of name, contact"),
        ("[shop]\nname = 5", "name: 5 is no text"),
        ("[shop\n", "not readable as TOML"),
        ('[tables]\n"x.csv" = "sales"', "unknown table 'sales'; expected one of events"),
        ('[formats."x.csv"]\n"Date" = "d/m/y"', "unknown form 'd/m/y'; expected one of day first"),
        ("[colums]\n", "unknown section 'colums'"),
        ("recommendations = 5", "5 is no section"),
        ("[recommendations]\nnew = 1", "unknown key 'new'; expected one of new_products, refresh_days"),
        ("[recommendations]\nnew_products = -0.5", "new_products: -0.5 found; expected a number from 0"),
        ('[recommendations]\nnew_products = "1"', "new_products: '1' found"),
        ("[recommendations]\nrefresh_days = 0", "refresh_days: 0 found; expected a number of days above 0"),
        ("[recommendations]\nrefresh_events = 2.5", "refresh_events: 2.5 found; expected a whole number"),
        ("[recommendations]\nrefresh_events = true", "refresh_events: True found"),
    ],
)
def test_wrong_settings_say_where_and_what_is_expected(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ShopDataError, match=f"shop.toml.*{says}"):
        read_settings(path)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (Instructions(columns={"x.csv": {"a": "time"}}), "no file 'x.csv'; found orders.csv"),
        (Instructions(columns={"orders.csv": {"Qty": "quantity"}}), "no column 'Qty'; found InvoiceNo"),
        (Instructions(columns={"orders.csv": {"Quantity": "amount"}}), "unknown field 'amount'; expected one of"),
    ],
)
def test_answers_that_fit_no_file_stop(told: Instructions, says: str) -> None:
    with pytest.raises(ShopDataError, match=says):
        load(raw("orders.csv", export("uci", sales(30))), instructions=told)
