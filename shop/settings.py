"""`shop.toml`: what a shop says of itself and how its files are to be read. It knows the file's form, not the tables."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shop.files import write_atomic
from shop.mapping import Mapping as ColumnMapping
from shop.numbers import is_iso_currency
from shop.questions import toml_text
from shop.recommending import SECTION as RECOMMENDING
from shop.recommending import Recommending, read_recommending, recommending_lines
from shop.shop import Settings
from shop.tables import TABLES, ShopDataError

FILE_NAME = "shop.toml"
FORMATS = ("day first", "month first", "decimal comma", "decimal point")
SECTIONS = ("shop", RECOMMENDING, "columns", "tables", "formats", "products")
_NAMES = tuple(entry.name for entry in fields(Settings) if entry.name != "recommending")  # of [shop]


@dataclass(frozen=True)
class Instructions:
    """A read `shop.toml`: the shop's settings and the answers it gives.

    `columns`, `formats`: file → column → field or form; `tables`: file → table ("" leaves it out);
    `keep`, `leave_out`: product codes that are, or are not, products whatever they look like.
    """

    settings: Settings = field(default_factory=Settings)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()


def read_settings(path: Path | None) -> Instructions:
    """Read and check a `shop.toml`; without one, the defaults.

    Raises
    ------
    ShopDataError
        When the file is missing, is no TOML, or holds a key, currency, time zone or table that is not known.
    """
    if path is None:
        return Instructions()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ShopDataError(f"{path}: no such file; expected a shop.toml. Give the path of one, or none.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ShopDataError(
            f"{path.name}: not readable as TOML: {error}. Texts stand in quotes; mend or delete the line."
        ) from None
    _known(told, SECTIONS, path.name, "section")
    products = told.get("products", {})
    _known(products, ("keep", "leave_out"), f"{path.name}, [products]", "key")
    return Instructions(
        settings=replace(
            _settings(told.get("shop", {}), path.name),
            recommending=read_recommending(told.get(RECOMMENDING, {}), path.name),
        ),
        columns=_texts_by_file(told.get("columns", {}), f"{path.name}, [columns]"),
        tables=_checked_tables(told.get("tables", {}), path.name),
        formats=_checked_formats(told.get("formats", {}), path.name),
        keep=frozenset(map(str, products.get("keep", []))),
        leave_out=frozenset(map(str, products.get("leave_out", []))),
    )


def save_settings(path: Path, settings: Settings, mapping: ColumnMapping | None = None) -> None:
    """Write a `shop.toml` that a person can read and edit and that reads back to the same shop; answers in it stay.

    Raises
    ------
    ShopDataError
        When there is a `shop.toml` already that cannot be read.
    """
    before = read_settings(path) if path.is_file() else Instructions()
    lines = [
        "# What the shop says of itself. Times without a zone are read in time_zone; currency is an ISO 4217 code.",
        "[shop]",
    ]
    for name in _NAMES:
        value = getattr(settings, name)
        lines.append(f"# {name} =" if value is None else f"{name} = {toml_text(value)}")
    if settings.recommending != Recommending():
        lines += ["", *recommending_lines(settings.recommending)]
    if before.tables:
        lines += ["", '# file = the table it is, "" leaves it out', "[tables]"]
        lines += [f"{toml_text(name)} = {toml_text(table)}" for name, table in before.tables.items()]
    by_file: dict[str, dict[str, str]] = {name: dict(columns) for name, columns in before.columns.items()}
    for choice in mapping.choices if mapping else ():
        by_file.setdefault(choice.source, {})[choice.column] = f"{choice.table}.{choice.field}" if choice.field else ""
    for number, (name, columns) in enumerate(by_file.items()):
        lines += [""] + (['# column = table.field it is read as, "" leaves it out'] if number == 0 else [])
        lines += [f"[columns.{toml_text(name)}]", *(f"{toml_text(c)} = {toml_text(f)}" for c, f in columns.items())]
    for name, forms in before.formats.items():
        lines += ["", f"[formats.{toml_text(name)}]", *(f"{toml_text(c)} = {toml_text(f)}" for c, f in forms.items())]
    if before.keep or before.leave_out:
        lines += ["", "# product codes that are, or are not, products whatever they look like", "[products]"]
        for key, codes in (("keep", before.keep), ("leave_out", before.leave_out)):
            lines.append(f"{key} = [{', '.join(map(toml_text, sorted(codes)))}]")
    write_atomic(path, "\n".join(lines) + "\n")


def _known(told: Mapping[str, Any], known: tuple[str, ...], where: str, what: str) -> None:
    for key in told:
        if key not in known:
            raise ShopDataError(
                f"{where}: unknown {what} {key!r}; expected one of {', '.join(known)}. Correct or delete it."
            )


def _settings(told: Mapping[str, Any], where: str) -> Settings:
    _known(told, _NAMES, f"{where}, [shop]", "key")
    for name, value in told.items():
        if not isinstance(value, str):
            raise ShopDataError(
                f'{where}, [shop], {name}: {value!r} is no text; expected a text in quotes: {name} = "…".'
            )
    settings = Settings(**{name: value for name, value in told.items() if not (name == "currency" and not value)})
    if settings.currency is not None:
        check_currency(settings.currency, f"{where}, [shop], currency")
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ShopDataError(
            f"{where}, [shop], time_zone: {settings.time_zone!r} is no known time zone; expected an IANA name such as "
            '"Europe/London" or "UTC".'
        ) from None
    return settings


def check_currency(code: str, where: str) -> None:
    """Stop where `code` is no currency code of ISO 4217.

    Raises
    ------
    ShopDataError
        When it is not.
    """
    if not is_iso_currency(code):
        raise ShopDataError(
            f"{where}: unknown currency {code!r}; expected a three-letter ISO 4217 code in capitals such as GBP, EUR, USD or CNY. "
            'Correct it, or say it in shop.toml: [shop] currency = "EUR".'
        )


def _texts_by_file(told: Mapping[str, Any], where: str) -> dict[str, dict[str, str]]:
    for name, columns in told.items():
        if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
            raise ShopDataError(
                f'{where}, {name!r}: {columns!r} is no list of columns; expected lines such as "Price" = "unit_price" '
                f"under [columns.{toml_text(name)}]."
            )
    return {name: dict(columns) for name, columns in told.items()}


def _checked_tables(told: Mapping[str, Any], where: str) -> dict[str, str]:
    for name, table in told.items():
        if table != "" and table not in TABLES:
            raise ShopDataError(
                f'{where}, [tables], {name!r}: unknown table {table!r}; expected one of {", ".join(TABLES)}, or "" to leave the file out.'
            )
    return dict(told)


def _checked_formats(told: Mapping[str, Any], where: str) -> dict[str, dict[str, str]]:
    formats = _texts_by_file(told, f"{where}, [formats]")
    for name, columns in formats.items():
        for column, form in columns.items():
            if form not in FORMATS:
                raise ShopDataError(
                    f"{where}, [formats], {name!r}, {column!r}: unknown form {form!r}; expected one of {', '.join(FORMATS)}."
                )
    return formats
