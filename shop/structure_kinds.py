"""What a cell looks like: number, date, code or words, and what a row of headers looks like. It parses no value."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shop.columns import KINDS, field_tiers, header_key

EMPTY, NUMBER, DATE, CODE, TEXT = range(5)
_SIGN = r"(?:[A-Z]{3}|[€$£¥₹])"
_NUMBER = rf"^\s*\(?[-+−]?\s*{_SIGN}?\s*[-+−]?(?:\d[\d.,'’ \u00a0]*|\.\d+)(?:[eE][-+]?\d+)?\s*(?:%|{_SIGN})?\s*\)?\s*$"
_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*"
_DATE = (
    r"(?i)^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:19|20)\d\d[-/]\d{1,2}$|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d\d)(?:\D|$)|\d{1,2}:\d\d"
    rf"|\d{{1,2}}\.?[ -]{_MONTH}[ -.]|{_MONTH}\.? \d{{1,2}},? |\d{{4}}年)"
)
_CODE = r"^\s*(?:[!-~]*\d[!-~]*|\S+@\S+\.\S+|https?://\S+)\s*$"
NULL_WORDS = frozenset(("", "-", "--", "?", "n/a", "na", "nan", "null", "none", "nil", "unknown", "#n/a", "tbd", "tba"))


def cell_kinds(frame: pl.DataFrame) -> NDArray[np.int8]:
    """Return (rows, columns) codes: 0 empty, 1 number, 2 date or time, 3 code (digits, no blank), 4 words."""
    if not frame.height:
        return np.zeros((0, frame.width), dtype=np.int8)
    kinds = frame.select(_kind(name) for name in frame.columns)
    return kinds.to_numpy()


def _kind(name: str) -> pl.Expr:
    cell = pl.col(name)
    blank = cell.is_null() | cell.str.strip_chars().str.to_lowercase().is_in(list(NULL_WORDS))
    dated = pl.when(blank).then(EMPTY).when(cell.str.contains(_DATE)).then(DATE)
    known = dated.when(cell.str.contains(_NUMBER)).then(NUMBER).when(cell.str.contains(_CODE)).then(CODE)
    return known.otherwise(TEXT).cast(pl.Int8).alias(name)


def row_kinds(row: list[str | None]) -> NDArray[np.int8]:
    """Return the kinds of the cells of one row."""
    return cell_kinds(pl.DataFrame([row], schema=[str(i) for i in range(len(row))], orient="row").cast(pl.String))[0]


def usual_kinds(kinds: NDArray[np.int8], *, share: float = 0.8) -> NDArray[np.int8]:
    """Return the kind that at least `share` of a column's filled cells have, 0 where none has."""
    filled = np.maximum((kinds != EMPTY).sum(axis=0), 1)
    counts = np.stack([(kinds == kind).sum(axis=0) for kind in range(1, 5)])
    best = counts.argmax(axis=0)
    return np.where(counts.max(axis=0) >= share * filled, best + 1, EMPTY).astype(np.int8) * (
        counts.max(axis=0) > 0
    ).astype(np.int8)


@cache
def _header_keys() -> frozenset[str]:
    return frozenset(key for kind in KINDS for tiers in field_tiers(kind).values() for key in tiers if len(key) > 1)


def is_header_word(cell: str | None) -> bool:
    """Return whether exports are known to head a column so."""
    return bool(cell) and header_key(str(cell)) in _header_keys()


def looks_like_header(row: list[str] | list[str | None]) -> bool:
    """Return whether a row could be headers: filled, all different, no numbers or dates, no sentences."""
    cells = [cell.strip() for cell in row if cell and cell.strip()]
    if len(cells) < max(1, 0.8 * len(row)) or len(set(cells)) < 0.8 * len(cells):
        return False
    if any(is_header_word(cell) for cell in cells):
        return not any(re.match(_NUMBER, cell) or re.match(_DATE, cell) for cell in cells)
    return not any(is_sentence(cell) or re.search(r"^\W*\d", cell) for cell in cells)


def is_sentence(cell: str) -> bool:
    """Return whether a cell is too long or too punctuated to be a header."""
    return len(cell) > 60 or bool(re.search(r"[。，！？!?;；]|[.,]\s|\.$", cell.strip()))
