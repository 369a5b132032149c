"""The question a loader stops with when a file can be read in two ways. It knows wording only, not how columns are recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from shop.tables import ShopDataError


@dataclass(frozen=True)
class Candidate:
    """One way to read a file: a column, values of it, and the `shop.toml` lines that choose it."""

    column: str
    examples: tuple[str, ...]
    answer: str  # whole lines of shop.toml


class ShopQuestion(ShopDataError):  # noqa: N818 - it is answered, not mended
    """A file can be read in more than one way: names the file, the candidates and the `shop.toml` lines that answer."""

    def __init__(self, source: str, question: str, candidates: Sequence[Candidate]) -> None:
        self.source = source
        self.question = question
        self.candidates = tuple(candidates)
        lines = [f"{source}: {question}"]
        for candidate in {candidate.column: candidate for candidate in candidates}.values():
            values = ", ".join(repr(value) for value in candidate.examples) or "no values"
            lines.append(f"  - {candidate.column!r} holds {values}")
        lines.append("Answer in shop.toml (beside the files, or given as settings), one of:")
        for candidate in (candidate for candidate in candidates if candidate.answer):
            lines += ["", *(f"    {line}" for line in candidate.answer.splitlines())]
        super().__init__("\n".join(lines))


def toml_text(value: str) -> str:
    r"""Return `value` as a TOML basic string, quoted and escaped.

    Examples
    --------
    >>> print(toml_text('5" pipe'))
    "5\" pipe"
    """
    table = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    clean = "".join(
        table.get(sign, sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04x}") for sign in value
    )
    return f'"{clean}"'


def row_number(index: int, rows: int | pl.Series) -> int:
    """Return the number in the file of the row `index`, where `rows` is that of the first row or of each."""
    return int(rows[index]) if isinstance(rows, pl.Series) else index + rows


def column_answer(source: str, column: str, field: str) -> str:
    """Return the lines of `shop.toml` that read `column` of `source` as `field` ("" leaves it out)."""
    return f"[columns.{toml_text(source)}]\n{toml_text(column)} = {toml_text(field)}"


def format_answer(source: str, column: str, form: str) -> str:
    """Return the lines of `shop.toml` that say how the values of a column are written, such as "day first"."""
    return f"[formats.{toml_text(source)}]\n{toml_text(column)} = {toml_text(form)}"
