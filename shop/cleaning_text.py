"""Texts and ids as a shop's customers should read them: without markup, list brackets and stray blanks. It knows no tables."""

from __future__ import annotations

import ast
import html
import re

import polars as pl

from shop.recognise_facts import as_text

_NO_VALUE = ["nan", "null", "none", "n/a", "#n/a", "nil", "<na>"]
# what staff write into the name field of a row that is no sale
NOTES = (
    r"check|damag|found|\blost\b|missing|wrong|\bwet\b|mouldy|faulty|broken|crushed|smashed|thrown?\b|sold as|mix(?:ed)? ?up|adjust|counted|rust"
    r"|returned|\btest\b|incorrect|unsaleable|barcode|crack|allocat|\berror\b|mailout|amazon|ebay"
)
_PLAIN_NOTES = r"(?i)^(?:check(?:ed)?|damaged?s?|found|lost|missing|wrong|faulty|broken|returned|test|n/?a|tbc|unknown|sample|adjustment)\W*$"


def clean_ids(column: pl.Series) -> tuple[pl.Series, int]:
    """Return ids as text, trimmed, "17850.0" as "17850", words for nothing as null; and how many lost a ".0"."""
    text = as_text(column)
    text = (
        text.to_frame("t")
        .select(pl.when(~pl.col("t").str.to_lowercase().is_in(_NO_VALUE)).then(pl.col("t")))
        .to_series()
    )
    filled = text.drop_nulls()
    pointed = filled.str.contains(r"^-?\d+\.0$")
    if column.dtype == pl.String and pointed.any() and filled.filter(~pointed).str.contains(r"^-?\d+$").all():
        return text.str.replace(r"\.0$", "").alias(column.name), int(pointed.sum())
    return text.alias(column.name), 0


def clean_texts(column: pl.Series) -> pl.Series:
    """Return texts without HTML, list brackets of another program, entities, invisible signs and needless blanks; blank is null.

    Examples
    --------
    >>> clean_texts(pl.Series("d", ["['A <b>red</b> mug &amp; lid.', '']", "  two  words "])).to_list()
    ['A red mug & lid.', 'two words']
    """
    text = as_text(column)
    listed = text.str.contains(r"^\[.*\]$").fill_null(False)
    if listed.any():
        text = pl.Series(
            text.name,
            [_joined(value) if is_list else value for value, is_list in zip(text, listed, strict=True)],
            dtype=pl.String,
        )
    coded = text.str.contains(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);").fill_null(False)
    if coded.any():
        text = pl.Series(
            text.name,
            [html.unescape(value) if is_coded else value for value, is_coded in zip(text, coded, strict=True)],
            dtype=pl.String,
        )
    text = text.str.replace_all(r"(?is)<(style|script)\b.*?</(?:style|script)\s*>", " ")
    text = text.str.replace_all(r"(?s)<!--.*?-->|</?[a-zA-Z][^<>]*>", " ")
    text = text.str.replace_all(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f]", "")
    text = text.str.replace_all(r"\s+", " ").str.strip_chars()
    return text.replace("", None).alias(column.name)


def _joined(value: str) -> str:
    """Return the texts of a list written out as text, joined; anything else as it is."""
    try:
        parts = ast.literal_eval(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        loose = re.fullmatch(
            r"""\[\s*['"](.*)['"]\s*\]""", value, re.DOTALL
        )  # a list whose inner quotes nobody escaped
        return re.sub(r"""['"], ['"]|\\n""", " ", loose.group(1)) if loose else value
    if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
        return " ".join(part.strip() for part in parts if part.strip())
    return value


def staff_notes(titles: pl.Series) -> pl.Series:
    """Return which texts are notes of the staff ("damaged", "?") rather than names of products.

    Where nearly all names are in capitals, a text with small letters that holds such a word is one; elsewhere only a text
    that is nothing but such a word.
    """
    filled = titles.drop_nulls().unique()
    capitals = filled.len() >= 20 and float((filled == filled.str.to_uppercase()).sum()) >= 0.8 * filled.len()
    plain = titles.str.contains(r"^[\W_]+$") | titles.str.contains(_PLAIN_NOTES)
    if capitals:
        small = titles != titles.str.to_uppercase()
        plain = plain | (small & titles.str.contains(rf"(?i){NOTES}")) | (titles == titles.str.to_lowercase()) & small
    return plain.fill_null(False)


def merged_case(codes: pl.Series, known: pl.Series | None = None) -> pl.Series:
    """Return codes with those that differ only in case made one, in capitals; codes of `known` stay as they are."""
    unique = codes.drop_nulls().unique()
    table = pl.DataFrame({"code": unique, "upper": unique.str.to_uppercase()})
    twice = table.filter(pl.len().over("upper") > 1).filter(pl.col("code") != pl.col("upper"))
    if known is not None:
        twice = twice.filter(~pl.col("code").is_in(known.unique().implode()))
    if twice.is_empty():
        return codes
    return codes.replace(twice["code"], twice["upper"])
