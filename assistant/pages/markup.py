"""The pieces of the page as markup: every value is escaped here, once. It knows no Gradio and no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.pages.words import Words
    from assistant.writing.proof import Claim


@dataclass(frozen=True)
class Said:
    """A span of a text that is proven: the words, the fact behind them for a person, and where it can be looked up."""

    words: str
    fact: str
    source: str


def plain(value: object) -> str:
    """Return text that is safe inside an HTML block of Markdown: escaped, and without the blank line that would end the block."""
    return "<br>".join(escape(line, quote=True) for line in str(value).splitlines())


def fact(said: Said) -> str:
    """Return a proven span: underlined, reachable by Tab, its fact and source in the box beside it."""
    size = " short" if len(said.words) < 13 else ""  # a short one never breaks over two lines
    return (
        f'<span class="fact{size}" tabindex="0" role="note">{plain(said.words)}<span class="src" role="tooltip">'
        f"<b>{plain(said.fact)}</b><span>{plain(said.source)}</span></span></span>"
    )


def proven(text: str, claims: Sequence[Said]) -> str:
    """Return the text with each claim marked, in the order given.

    Raises
    ------
    ValueError
        Where a claim does not occur after the one before it: nothing is marked by guess.
    """
    out, at = [], 0
    for claim in claims:
        found = text.find(claim.words, at)
        if found < 0:
            raise ValueError(f"claim {claim.words!r} does not occur in the text after character {at}")
        out += [plain(text[at:found]), fact(claim)]
        at = found + len(claim.words)
    return "".join(out) + plain(text[at:])


def spans(claims: Sequence[Claim], words: Words) -> list[Said]:
    """Return the claims of a text as spans to mark, in their order."""
    return [Said(claim.said, words.fact(claim), words.source(claim)) for claim in claims]


def mark(kind: str, words: str) -> str:
    """Return a small word with a sign: proof, warn, bad or quiet. The word says it; the colour only repeats it."""
    return f'<span class="mark {plain(kind)}">{plain(words)}</span>'


def cites(passages: Sequence[tuple[str, str, str]]) -> str:
    """Return chips, one a passage (title, text, source), that open it word for word, one at a time."""
    chips = "".join(
        f'<details class="cite" name="cite"><summary><b>{number}</b> {plain(title)}</summary>'
        f"<blockquote>{plain(text)}<cite>{plain(source)}</cite></blockquote></details>"
        for number, (title, text, source) in enumerate(passages, 1)
    )
    return f'<div class="cites">{chips}</div>' if chips else ""


def bubble(body: str, *extra: str, language: str = "en") -> str:
    """Return an answer: its text (ready markup), then chips, cards or marks."""
    text = f"<p>{body}</p>" if body else ""
    return f'<div class="said" lang="{plain(language)}">{text}{"".join(extra)}</div>'


def notice(kind: str, title: str, body: str, extra: str = "") -> str:
    """Return a turn that is no answer: handed over (warn) or failed (bad). `body` is ready markup."""
    return f'<div class="notice {plain(kind)}"><b>{plain(title)}</b><p>{body}</p>{extra}</div>'


def facts_panel(title: str, claims: Sequence[Said], note: str) -> str:
    """Return the facts behind a text, in its order, under a mark that counts them."""
    rows = "".join(f"<li><b>{plain(claim.fact)}</b><span>{plain(claim.source)}</span></li>" for claim in claims)
    return f'<section class="panel"><h3>{plain(title)}</h3>{mark("proof", note)}<ol class="facts">{rows}</ol></section>'


def quiet_panel(title: str, words: str) -> str:
    """Return a panel with nothing in it yet."""
    return f'<section class="panel"><h3>{plain(title)}</h3><p class="quiet">{plain(words)}</p></section>'


def empty(title: str, words: str, sign: str = "○") -> str:
    """Return a place with nothing in it yet: what it is for, and what fills it. Words between ` are shown as code."""
    parts = plain(words).split("`")
    told = "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
    return f'<div class="nothing"><i>{plain(sign)}</i><b>{plain(title)}</b><p>{told}</p></div>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return a table; `rows` hold ready markup, `numbers` names the columns set right."""
    kinds = ["num" if column in numbers else "" for column in range(len(head))]
    top = "".join(f'<th class="{kind}">{plain(name)}</th>' for kind, name in zip(kinds, head, strict=True))
    body = "".join(
        "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        '<div class="scroll" tabindex="0" role="region"><table><thead><tr>'
        f"{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def bar(share: float, colour: str = "var(--sk-accent)") -> str:
    """Return a bar for a share in [0, 1]."""
    return f'<span class="bar"><span style="width:{100 * min(max(share, 0.0), 1.0):.0f}%;background:{plain(colour)}"></span></span>'
