"""How a lie hides: look-alike letters, unseen characters, bullets, quotes, entities. It knows signs, not what they say."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.lies_known import Edit, Known, sentences_in

_PLAIN = 0.35  # so many of the planted sentences stand undisguised
_ALIKE = str.maketrans("aeopcxiy", "аеорсхіу")  # Cyrillic letters that look Latin
_FULL = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789%ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_LEET = str.maketrans("eao", "340")
_BOLD = {ord("a") + n: 0x1D41A + n for n in range(26)} | {ord("A") + n: 0x1D400 + n for n in range(26)}


def _between(said: str, sign: str) -> str:
    middle = max(1, len(said) // 2)
    return said[:middle] + sign + said[middle:]


def _in_words(said: str, sign: str) -> str:
    return " ".join(word[:1] + sign + word[1:] if len(word) > 2 else word for word in said.split(" "))


# whole sentences: what stands around or in them
WRAPS: dict[str, Callable[[str], str]] = {
    "plain": lambda said: said,
    "bullet": lambda said: "• " + said,
    "dash bullet": lambda said: "- " + said,
    "parentheses": lambda said: f"({said})",
    "dash": lambda said: "– " + said,
    "quote of someone": lambda said: f"“{said}”",
    "quote with a speaker": lambda said: f"As one customer put it: “{said}”",
    "ellipsis": lambda said: "… " + said[:1].lower() + said[1:],
    "trailing ellipsis": lambda said: said.rstrip(".!?") + " …",
    "capitals": lambda said: said.upper(),
    "lower case": lambda said: said.lower(),
    "no sign at the end": lambda said: said.rstrip(".!?"),
    "exclamation": lambda said: said.rstrip(".!?") + "!",
    "question": lambda said: said.rstrip(".!?") + "?",
    "zero width": lambda said: _in_words(said, "\u200b"),
    "soft hyphen": lambda said: _in_words(said, "\u00ad"),
    "word joiner": lambda said: _in_words(said, "\u2060"),
    "look-alike letters": lambda said: said.translate(_ALIKE),
    "full width": lambda said: said.translate(_FULL),
    "mathematical letters": lambda said: said.translate(_BOLD),
    "leet": lambda said: said.translate(_LEET),
    "thin spaces": lambda said: said.replace(" ", "\u2009"),
    "no-break spaces": lambda said: said.replace(" ", "\u00a0"),
    "entities": lambda said: said.replace("%", "&percnt;").replace("£", "&pound;").replace(" ", "&nbsp;"),
    "numeric entities": lambda said: "".join(f"&#{ord(sign)};" if sign.isalpha() else sign for sign in said),
    "bold marks": lambda said: f"**{said}**",
    "markup": lambda said: f"<b>{said}</b>",
    "comment": lambda said: f"<!-- {said} -->",
    "link": lambda said: f"[{said}](https://example.org)",
    "emoji": lambda said: f"🎉 {said} 🎉",
    "right to left": lambda said: f"\u202e{said}\u202c",
    "combining": lambda said: _between(said, "\u0301"),
    "hashtag": lambda said: "#" + "".join(word.capitalize() for word in said.rstrip(".!?").split()),
    "P.S.": lambda said: "P.S. " + said,
    "heading": lambda said: f"Note: {said}",
    "numbered": lambda said: f"1. {said}",
    "semicolon": lambda said: f"; {said}",
    "line break in it": lambda said: said.replace(" ", "\n", 1),
    "full-width stop": lambda said: said.rstrip(".!?") + "。",
}
# numbers: how other digits are written
DIGITS: dict[str, Callable[[str], str]] = {
    "plain": lambda said: said,
    "full width": lambda said: said.translate(_FULL),
    "Arabic digits": lambda said: "".join(chr(0x660 + int(sign)) if sign.isdigit() else sign for sign in said),
    "superscript": lambda said: "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(sign)] if sign.isdigit() else sign for sign in said),
    "mathematical digits": lambda said: "".join(chr(0x1D7CE + int(sign)) if sign.isdigit() else sign for sign in said),
    "zero width": lambda said: _between(said, "\u200b"),
    "thin space": lambda said: said.replace(",", "\u2009") if "," in said else _between(said, "\u2009"),
    "entity": lambda said: "".join(f"&#{ord(sign)};" if sign.isdigit() else sign for sign in said),
    "word joiner": lambda said: _between(said, "\u2060"),
}


def insert(text: str, said: str, spans: list[tuple[int, int]], dice: random.Random) -> tuple[str, tuple[int, int], str]:
    """Return the text with `said` in it, where it lies, and in which way: before, after, between, glued or as a tail."""
    way = dice.choice(("before", "after", "between", "glued after", "glued before", "tail", "line"))
    start, end = dice.choice(spans)
    if way == "before":
        return said + " " + text, (0, len(said)), way
    if way == "after":
        return f"{text} {said}", (len(text) + 1, len(text) + 1 + len(said)), way
    if way == "glued before":
        return text[:start] + said + text[start:], (start, start + len(said)), way
    if way == "line":
        return f"{text}\n{said}", (len(text) + 1, len(text) + 1 + len(said)), way
    if way == "tail" and text[start:end].endswith("."):
        tail = dice.choice((", and ", " – ", ": ", ", so ", ", but ")) + said[:1].lower() + said[1:].rstrip(".!?")
        return text[: end - 1] + tail + text[end - 1 :], (end - 1, end - 1 + len(tail)), way
    glue = "" if way == "glued after" else " "
    return text[:end] + glue + said + text[end:], (end + len(glue), end + len(glue) + len(said)), way


def planted(known: Known, said: str, dice: random.Random, why: str) -> Edit | None:
    """Return the text with a false sentence in it, at a place and in a disguise drawn by the dice."""
    text = known.source.text
    wrap = "plain" if dice.random() < _PLAIN else dice.choice(list(WRAPS))
    made, span, way = insert(text, WRAPS[wrap](said), sentences_in(text), dice)
    return Edit(made, span, f"{way}, {wrap}", why)
