"""From a file to its bytes, unpacked, and from bytes to UTF-8. It knows encodings and compression, not tables."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from pathlib import Path

from shop.raw import ReadNote, shown, wrong

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", "name it .xlsx or .zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "name it .xls"),
    (b"PAR1", "a Parquet file", "name it .parquet"),
    (b"%PDF", "a PDF document", "export the table as CSV"),
    (b"SQLite format 3", "an SQLite database", "name it .sqlite"),
)


def unpacked(path: Path, source: str) -> tuple[bytes, str]:
    """Return the content of a file, out of its gzip or zip, and the file name without .gz or .zip.

    Raises
    ------
    ShopDataError
        When the file cannot be opened, is empty, broken off, or a zip of several files.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise wrong(
            source, f"no way to open it ({error.strerror})", "a readable file", "Check its name and rights."
        ) from None
    name = path.name
    if not data:
        raise wrong(source, "an empty file (0 bytes)", "a header and rows", "Export it again.")
    if name.lower().endswith(".zip"):
        return _unzipped(data, source)
    if name.lower().endswith(".gz") or data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise wrong(source, f"a broken gzip file ({error})", "a complete one", "Copy or export it again.") from None
        if not data:
            raise wrong(source, "nothing inside the gzip file", "a header and rows", "Export it again.")
    return data, re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)


def _unzipped(data: bytes, source: str) -> tuple[bytes, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                name
                for name in archive.namelist()
                if not name.endswith("/") and not name.startswith("__MACOSX") and not Path(name).name.startswith(".")
            ]
            if len(members) != 1:
                raise wrong(
                    source,
                    f"{len(members)} files in the zip",
                    "one",
                    "Unpack it into a folder and give that folder.",
                )
            content = archive.read(members[0])
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise wrong(source, f"a zip that cannot be unpacked ({error})", "a plain zip", "Unpack it yourself.") from None
    if not content:
        raise wrong(source, f"an empty file {members[0]!r} in the zip", "a header and rows", "Export it again.")
    return content, Path(members[0]).name


def as_utf8(data: bytes, source: str) -> tuple[bytes, tuple[ReadNote, ...]]:
    """Return a text file as UTF-8 without BOM, and a note where it was in another encoding.

    Raises
    ------
    ShopDataError
        When it is no text, or in an encoding that is not UTF-8, UTF-16 or Western European (cp1252).
    """
    for magic, what, mend in _MAGIC:
        if data.startswith(magic):
            raise wrong(source, what, "a text file", f"If it is that, {mend}.")
    text, notes = _decoded(data, source)
    if text.lstrip()[:100].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise wrong(source, "a web page or XML", "a table as text", "Open it in a spreadsheet and save it as CSV.")
    if b"\x00" in text:
        line, count = text[: text.index(b"\x00")].count(b"\n") + 1, text.count(b"\x00")
        raise wrong(
            f"{source}, line {line}",
            f"NUL bytes ({count:,} in the file)",
            "text",
            "The file is damaged, or UTF-16 without its mark: save it as UTF-8.",
        )
    if b"\n" not in text and b"\r" in text:
        text = text.replace(b"\r", b"\n")
    text = text.replace(b"\n\xef\xbb\xbf", b"\n")  # the mark of a second file put behind the first
    if not text.strip():
        raise wrong(source, "blank lines only", "a header and rows", "Export it again.")
    return text, notes


def _decoded(data: bytes, source: str) -> tuple[bytes, tuple[ReadNote, ...]]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if encoding == "utf-8-sig":
                data = data[3:]
                break
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as error:
                raise wrong(
                    source, f"{encoding.upper()} that breaks off ({error.reason})", "whole text", "Export it again."
                ) from None
            return text.encode(), (ReadNote("changed", f"text was in {encoding.upper()}", 1, source),)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(data, source, error.start)
    return data, ()


def _not_utf8(data: bytes, source: str, first: int) -> tuple[bytes, tuple[ReadNote, ...]]:
    """Return text that is not all UTF-8: cp1252 as a whole, or only in the lines that are not UTF-8."""
    line = data[:first].count(b"\n") + 1
    begin = data.rfind(b"\n", 0, first) + 1
    end = data.find(b"\n", first)
    raw = data[begin : end if end >= 0 else len(data)]
    high = re.findall(rb"[\x80-\xff]+", data)
    if sum(len(run) for run in high if len(run) > 2) > 0.3 * sum(map(len, high)) and not _mostly_utf8(data):
        raise _foreign(source, line, raw)
    try:
        if _mostly_utf8(data):
            parts = [_line_utf8(part) for part in data.split(b"\n")]
            count = sum(changed for _, changed in parts)
            example = f"line {line}: {shown(raw.decode('cp1252').strip())}"
            note = ReadNote("changed", "lines in cp1252 (Western European) inside a UTF-8 file", count, example)
            return b"\n".join(part for part, _ in parts), (note,)
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _foreign(source, line, raw) from None
    note = ReadNote(
        "changed",
        "lines with signs in cp1252 (Western European) instead of UTF-8",
        sum(not part.isascii() for part in data.split(b"\n")),
        f"line {line}: {shown(raw.decode('cp1252').strip())}",
    )
    return text.encode(), (note,)


def _mostly_utf8(data: bytes) -> bool:
    """Return whether the signs beyond ASCII are UTF-8 but for a few, as in files put together."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    return len(re.findall(r"[^\x00-\x7f]", text)) - bad > 4 * bad


def _line_utf8(part: bytes) -> tuple[bytes, bool]:
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return part.decode("cp1252").encode(), True
    return part, False


def _foreign(source: str, line: int, raw: bytes) -> Exception:
    return wrong(
        f"{source}, line {line}",
        f"bytes that are neither UTF-8 nor Western European (cp1252): {raw[:24]!r}",
        "text in UTF-8",
        "Open it in the program that made it and save it as 'CSV UTF-8'.",
    )
