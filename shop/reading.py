"""A shop's files or database as raw tables: which files there are and who reads each. It knows endings, not contents.

Wrong structure stops with a `ShopDataError`; wrong lines are set aside and counted in the notes of their table.
"""

from __future__ import annotations

import filecmp
import re
from dataclasses import replace
from pathlib import Path

from shop.raw import RawTable, ReadNote, shown, wrong
from shop.reading_bytes import as_utf8, unpacked
from shop.tables import ShopDataError

__all__ = ["RawTable", "ReadNote", "ShopDataError", "read_source"]

_TEXT = (".csv", ".tsv", ".tab", ".txt")
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_JSON, _JSON_LINES = (".json",), (".jsonl", ".ndjson")
_PARQUET = (".parquet", ".pq")
_SQLITE = (".db", ".sqlite", ".sqlite3")
_DATA = (*_TEXT, *_SHEETS, *_JSON, *_JSON_LINES, *_PARQUET, *_SQLITE)
_NO_DATA = frozenset(
    ".md .rst .pdf .doc .docx .odt .rtf .png .jpg .jpeg .gif .svg .webp .ico .bmp .toml .yaml .yml .ini .cfg .html .htm .css .js .ts .py "
    ".ipynb .r .sh .bat .log .mp4 .mp3 .mov .lock .eml .ppt .pptx .sha256 .md5 .enc".split()
)
_PAPERS = re.compile(r"^(readme|licen[cs]e|notice|changelog|copying|authors|contributing|makefile)", re.IGNORECASE)


def read_source(source: str | Path) -> list[RawTable]:
    """Return the tables of a folder, one file or a database, with the header names as the files spell them.

    Parameters
    ----------
    source : str or Path
        A folder (its files and those one level below, by name; hidden files, README and other papers are left out with a
        note), a CSV, TSV, Excel, JSON, JSON lines, Parquet or SQLite file, also gzipped or zipped alone, or a SQLAlchemy URL.

    Returns
    -------
    list of RawTable
        At least one, in the order of the names.

    Raises
    ------
    ShopDataError
        When the source is missing or a file cannot be read as a table; the message says where, what and the mend.
    """
    if isinstance(source, str) and "://" in source:
        from shop.reading_sql import sql_tables

        return sql_tables(source)
    if not str(source).strip():
        raise wrong("source", "nothing", "a folder, a file or a database address", "Give its path.")
    path = Path(source)
    try:
        if path.is_dir():
            return _read_folder(path)
        if not path.exists():
            raise _missing(path)
    except OSError as error:
        raise wrong(shown(path.name), f"no way in ({error.strerror})", "a readable path", "Check it.") from None
    if not path.is_file():
        raise wrong(path.name, "neither a file nor a folder", "a file or a folder", "Check the path.")
    return _read_file(path, path.name)


def _missing(path: Path) -> ShopDataError:
    alike = sorted(
        other.name for other in path.parent.glob("*") if other.stem.lower() == path.stem.lower() and path.stem
    )
    hint = f"Did you mean {alike[0]}?" if alike else "Check the path."
    return wrong(path.name or str(path), "no such file or folder", "a folder, a file or a database address", hint)


def _read_folder(folder: Path) -> list[RawTable]:
    files, notes = _files_of(folder)
    if not files:
        left = f" ({len(notes)} left out: {', '.join(note.example for note in notes[:3])})" if notes else ""
        raise wrong(
            folder.name or str(folder),
            f"no data file in the folder{left}",
            "CSV, TSV, Excel, JSON, JSON lines, Parquet or SQLite files",
            "Put the shop's exports into it, or give another folder.",
        )
    _check_copies(folder, files)
    tables = [table for file in files for table in _read_file(file, file.relative_to(folder).as_posix())]
    return [replace(tables[0], notes=(*tables[0].notes, *notes)), *tables[1:]]


def _files_of(folder: Path) -> tuple[list[Path], list[ReadNote]]:
    """Return the data files of a folder and one level below, by name, and a note for what was left out."""
    files: list[Path] = []
    notes: list[ReadNote] = []
    for path in sorted(
        [*folder.iterdir(), *(path for sub in folder.iterdir() if sub.is_dir() for path in sub.iterdir())]
    ):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith((".", "~$", "__")) for part in path.relative_to(folder).parts):
            continue
        if path.is_dir():
            if path.parent != folder:
                notes.append(ReadNote("noted", "folder deeper than one level left out", 1, name))
        elif _ending(path) in _NO_DATA or _PAPERS.match(path.name):
            if path.name != "shop.toml":
                notes.append(ReadNote("noted", "file that holds no table left out", 1, name))
        else:
            files.append(path)
    return files, notes


def _ending(path: Path) -> str:
    """Return the ending of a file name, without .gz or .zip."""
    return Path(re.sub(r"\.(gz|zip)$", "", path.name, flags=re.IGNORECASE)).suffix.lower()


def _check_copies(folder: Path, files: list[Path]) -> None:
    """Stop where a file is there twice: its rows would count double."""
    seen: dict[Path, Path] = {}
    sizes: dict[int, Path] = {}
    for file in files:
        stem = file.with_name(file.name.lower().split(".")[0])
        twin = seen.setdefault(stem, file)
        size = file.stat().st_size
        same = sizes.setdefault(size, file)
        if twin == file and same != file and filecmp.cmp(same, file, shallow=False):
            twin = same
        if twin != file:
            one, two = (path.relative_to(folder).as_posix() for path in (twin, file))
            raise wrong(
                f"{one} and {two}",
                "two files of one name or content",
                "each table once",
                "Remove the copy or rename it.",
            )


def _read_file(path: Path, source: str) -> list[RawTable]:
    """Return the tables of one file; `source` is how messages call it."""
    name = source.split(".")[0] if "/" not in source else str(Path(source).with_name(Path(source).name.split(".")[0]))
    if path.suffix.lower() in _SQLITE:
        from shop.reading_sql import sql_tables, sqlite_url

        return sql_tables(sqlite_url(path))
    ending = _ending(path)
    if ending not in _DATA and path.suffix.lower() != ".zip" and ending not in _NO_DATA | {""}:
        raise wrong(
            source,
            f"a file ending in {ending!r}",
            f"one of {', '.join(_DATA)}",
            "Export it as CSV, or move it elsewhere.",
        )
    data, inner = unpacked(path, source)
    ending = Path(inner).suffix.lower()
    if ending in _SHEETS:
        from shop.reading_sheets import sheet_tables

        return sheet_tables(data, source, name)
    if ending in (*_JSON, *_JSON_LINES):
        from shop.reading_json import json_tables

        return json_tables(data, source, name, lines=ending in _JSON_LINES)
    if ending in _PARQUET:
        from shop.reading_typed import parquet_table

        return [parquet_table(data, source, name)]
    if ending in _TEXT:
        return [_text_table(data, source, name, tab_first=ending in (".tsv", ".tab"))]
    raise wrong(
        source, f"a file ending in {ending!r}", f"one of {', '.join(_DATA)}", "Export it as CSV, or move it elsewhere."
    )


def _text_table(data: bytes, source: str, name: str, *, tab_first: bool) -> RawTable:
    from shop.structure import table_of_grid
    from shop.structure_lines import grid_of_text

    text, notes = as_utf8(data, source)
    grid = grid_of_text(text, source, tab_first=tab_first)
    return table_of_grid(replace(grid, notes=(*notes, *grid.notes)), name)
