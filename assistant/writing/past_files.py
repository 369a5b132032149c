"""The shop's past mails and pages as plain text, markup taken off. It types no value and judges no sentence."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.writing.facts import clean

ENDINGS = (".txt", ".md", ".html", ".htm", ".eml")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“£€$])")


def read_past_texts(folder: Path) -> dict[str, str]:
    """Return the plain text of every mail and page in a folder and its folders, by its path in there.

    Raises
    ------
    ValueError
        When there is no such folder, or no file of a kind that is read.
    """
    if not folder.is_dir():
        raise ValueError(
            f"{folder}: no such folder; expected one with the shop's mails and pages ({', '.join(ENDINGS)})."
        )
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    if not files:
        raise ValueError(f"{folder}: none of its files ends with {', '.join(ENDINGS)}; save mails and pages as such.")
    return {str(path.relative_to(folder)): _plain(path) for path in files}


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line it begins in, sentence) of a text; lines of one paragraph belong together."""
    row = 1
    for block in re.split(r"(\n\s*\n)", text):
        lines = [clean(" ".join(line.split())) for line in block.split("\n")]
        starts, words = [0], ""
        for line in lines:
            words += f" {line}" if words and line else line
            starts.append(len(words))
        at = 0
        for sentence in _SENTENCE.split(words) if words else ():
            at = words.index(sentence, at)
            if sentence.strip():
                yield row + bisect(starts, at) - 1, sentence.strip()
            at += len(sentence)
        row += block.count("\n")


def _plain(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix.lower() == ".eml":
        return _mail(raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return _without_markup(text) if path.suffix.lower() in (".html", ".htm") else text


def _mail(raw: bytes) -> str:
    from email import message_from_bytes, policy

    body = message_from_bytes(raw, policy=policy.default).get_body(("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    return _without_markup(text) if body.get_content_subtype() == "html" else text


def _without_markup(page: str) -> str:
    from html.parser import HTMLParser

    blocks = {"p", "br", "div", "li", "tr", "td", "h1", "h2", "h3", "h4", "title", "section", "article"}

    class Words(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.out: list[str] = []
            self.hidden = 0

        def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
            self.hidden += tag in ("script", "style")
            self.out += ["\n\n"] if tag in blocks else []

        def handle_endtag(self, tag: str) -> None:
            self.hidden -= tag in ("script", "style")
            self.out += ["\n\n"] if tag in blocks else []

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                self.out.append(data)

    words = Words()
    words.feed(page)
    return "".join(words.out)
