"""Files, folders and SQL addresses read into raw tables, every column as the source spells it.

It knows formats and where things stand in a file. It does not know what a column means (`shop.recognise`).
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from shop.tables import ShopDataError

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt", ".tab")
DATABASES = (".db", ".sqlite", ".sqlite3")
NOT_DATA = (
    ".md",
    ".rst",
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".webp",
    ".html",
    ".toml",
    ".ini",
    ".log",
    ".py",
    ".docx",
    ".lock",
)
_READABLE = "CSV, TSV, Excel, JSON, JSON lines, Parquet, each also gzipped, SQLite, or a SQL address"


@dataclass(frozen=True)
class ReadNote:
    """What reading itself changed or left out; `kind` is "dropped", "changed" or "noted"."""

    kind: str
    reason: str
    count: int
    example: str


@dataclass(frozen=True)
class RawTable:
    """One table as its source spells it.

    `frame` holds text in every column for text files (null where empty), typed columns for typed sources. `first_row` is
    the number of the first row as a person counts it in the file.
    """

    name: str
    source: str
    frame: pl.DataFrame
    first_row: int = 2
    notes: tuple[ReadNote, ...] = ()


def read_source(source: str | Path) -> list[RawTable]:
    """Return the tables of a folder, one file or a SQL address, in the order of their names.

    Raises
    ------
    ShopDataError
        When something is missing, unreadable or wrongly built; the message says where, what was found and the mend.
    """
    if isinstance(source, str) and "://" in source:
        from shop.reading_sql import read_sql

        return read_sql(source)
    path = Path(source)
    if not path.exists():
        raise ShopDataError(f"{path}: no such file or folder. Give a folder of exports, one export ({_READABLE}).")
    return _read_folder(path) if path.is_dir() else _read_file(path, path.name)


def _read_folder(folder: Path) -> list[RawTable]:
    files = sorted(
        path
        for path in [*folder.iterdir(), *folder.glob("*/*")]
        if path.is_file() and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    )
    tables: list[RawTable] = []
    for path in files:
        if path.suffix.lower() in NOT_DATA or path.stem.upper() in ("LICENSE", "README", "NOTICE"):
            continue
        tables += _read_file(path, path.relative_to(folder).as_posix())
    if not tables:
        found = ", ".join(path.name for path in files[:5]) or "nothing"
        raise ShopDataError(
            f"{folder.name}: no data file in this folder; found {found}. Put the shop's exports in it ({_READABLE})."
        )
    return tables


def _read_file(path: Path, source: str) -> list[RawTable]:
    name, content, ending = _opened(path, source)
    if not content:
        raise ShopDataError(f"{source}: is empty (0 bytes). Export it again, or take it out of the folder.")
    readers: dict[str, Callable[[str, str, bytes], list[RawTable]]] = {".parquet": _read_parquet}
    if ending in SPREADSHEETS:
        from shop.reading_sheets import read_sheets

        return read_sheets(name, source, content)
    if ending in (".json", ".jsonl", ".ndjson"):
        from shop.reading_json import read_json

        return read_json(name, source, content, lines=ending != ".json")
    if ending in TEXTS:
        from shop.reading_text import read_text

        return [read_text(name, source, content)]
    if ending in DATABASES:
        from shop.reading_sql import read_sql

        return read_sql(f"sqlite:///{path.resolve()}")
    if ending in readers:
        return readers[ending](name, source, content)
    raise ShopDataError(
        f"{source}: its ending {ending or '(none)'!r} is not known. Expected {_READABLE}; rename or export it."
    )


def _opened(path: Path, source: str) -> tuple[str, bytes, str]:
    """Return the name without endings, the content and the ending, unpacked where the file is packed."""
    endings = [ending.lower() for ending in path.suffixes]
    try:
        content = path.read_bytes() if endings[-1:] and endings[-1] not in DATABASES else b"-"
        if endings[-1:] == [".gz"]:
            return path.name.split(".")[0], gzip.decompress(content), endings[-2] if len(endings) > 1 else ".csv"
        if endings[-1:] == [".zip"]:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                inside = [one for one in packed.namelist() if not one.endswith("/") and "__MACOSX" not in one]
                if len(inside) != 1:
                    raise ShopDataError(
                        f"{source}: holds {len(inside)} files; expected one. Unpack it into a folder and give the folder."
                    )
                return path.stem, packed.read(inside[0]), Path(inside[0]).suffix.lower()
    except (OSError, EOFError, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise ShopDataError(f"{source}: cannot be unpacked or read ({error}). Export or download it again.") from error
    return path.stem, content, endings[-1] if endings else ""


def _read_parquet(name: str, source: str, content: bytes) -> list[RawTable]:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ShopDataError(f"{source}: is no whole Parquet file ({_short(error)}). Export it again.") from error
    return [RawTable(name, source, checked_frame(frame, source), 1)]


def checked_frame(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """Return a typed frame with header names trimmed; refuse one without rows, and one with columns of lists."""
    frame = frame.rename({column: column.strip().lstrip("\ufeff") for column in frame.columns})
    if frame.is_empty():
        raise ShopDataError(f"{source}: has a header and no rows. Export it again, or take it out of the folder.")
    lists = [
        column for column, kind in frame.schema.items() if isinstance(kind, pl.List) and not kind.inner.is_nested()
    ]
    frame = frame.with_columns(pl.col(column).cast(pl.List(pl.String)).list.join("; ") for column in lists)
    nested = [column for column, kind in frame.schema.items() if kind.is_nested() or kind == pl.Object]
    if nested:
        raise ShopDataError(
            f"{source}, column {nested[0]!r}: holds records in its cells; expected one value a cell. Export flat rows."
        )
    return frame


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
