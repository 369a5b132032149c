"""Turns of the chat as markup: an answer with its proof, passages, product cards and choices. It shows what was decided and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from assistant.desk.products import FOUND
from assistant.pages.markup import Said, bubble, cites, fact, facts_panel, mark, notice, plain, proven, quiet_panel
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Answer
    from assistant.desk.store import Turn
    from assistant.writing.proof import Claim

_ON_THE_CARD = ("title", "price", "stock")
Image = Callable[[str], str]  # a product's picture as the page may show it; "" where there is none


def message(answer: Answer, words: Words, *, is_whole: bool, ticket: int | None = None) -> dict[str, Any]:
    """Return an answer as a turn of the chat; until it is whole, with the sign that more is being checked."""
    if not is_whole:
        checking = f'<p class="pending"><i></i>{plain(words("chat.checking"))}</p>'
        return turn(bubble(proven(answer.text, said(answer, words)), checking))
    body, cards = _body(answer, words)
    chips = cites([(_title(one, words), one.text, one.source) for one in answer.citations])
    if ticket is not None:
        return turn(_handed_over(body, ticket, words))
    if answer.decision == "hand over":
        return _with_choices(turn(notice("warn", words("chat.can_help"), body)), answer.choices)
    unsure = mark("warn", words("chat.not_sure")) if answer.decision == "ask back" and answer.choices else ""
    return _with_choices(turn(bubble(body, cards, chips, unsure)), answer.choices)


def _with_choices(made: dict[str, Any], choices: Sequence[str]) -> dict[str, Any]:
    options = [{"value": choice} for choice in dict.fromkeys(choices)]
    return {**made, "options": options} if options else made


def _handed_over(body: str, ticket: int, words: Words) -> str:
    """Return that a person takes over, and what happens next, step by step."""
    steps = "".join(f"<li>{plain(words(f'chat.step_{name}'))}</li>" for name in ("waits", "reads", "answers"))
    sent = f'<ol class="next">{steps}</ol><p class="with">{plain(words("chat.sent_along"))}</p>'
    return notice("warn", words("chat.taken_over", ticket=ticket), body, sent)


def from_person(one: Turn, words: Words) -> dict[str, Any]:
    """Return what a person of the shop answered, with who it was."""
    by = str(one.about.get("by") or words("chat.a_person"))
    return turn(
        f'<div class="said person">{mark("person", words("chat.by_person", by=by))}<p>{plain(one.text)}</p></div>'
    )


def turn(markup: str) -> dict[str, Any]:
    """Return markup as a turn of the shop."""
    return {"role": "assistant", "content": markup}


def _title(one: Any, words: Words) -> str:
    is_review = one.source.startswith("review")
    return f"{words('chat.review')}: {one.title}" if is_review else one.title


def _body(answer: Answer, words: Words) -> tuple[str, str]:
    """Return the text and the product cards: what a card shows is not said a second time above it."""
    if not answer.products or not answer.why.startswith(FOUND):  # a reason or a review is read, not looked at
        return proven(answer.text, said(answer, words)), ""
    shown = [one for one in answer.sentences if not _on_cards(one.claims, answer.products)]
    rest = " ".join(
        proven(one.text, [Said(c.said, words.fact(c), words.source(c)) for c in one.claims]) for one in shown
    )
    return rest, product_cards(answer, words)


def _on_cards(claims: Sequence[Claim], products: Sequence[str]) -> bool:
    return any(one.fact.subject.kind == "product" and one.fact.subject.id in products for one in claims)


def product_cards(answer: Answer, words: Words) -> str:
    """Return a card for each product of an answer: title, price and stock proven, and what else was said of it."""
    cards = []
    for product in answer.products:
        own = [one for one in answer.sentences if _on_cards(one.claims, [product])]
        claims = {one.fact.name: one for sentence in own for one in sentence.claims}
        facts = {name: _fact(claims[name], words) for name in _ON_THE_CARD if name in claims}
        price = " ".join(facts[name] for name in ("price", "stock") if name in facts)
        more = [one for one in own if not {claim.fact.name for claim in one.claims} & {"price", "stock"}]
        why = " ".join(proven(one.text, [_said(c, words) for c in one.claims]) for one in more)
        cards.append(
            f'<li><b>{facts.get("title", plain(product))}</b><p class="price">{price}</p>'
            + (f'<p class="because">{why}</p>' if why else "")
            + "</li>"
        )
    return f'<ul class="products">{"".join(cards)}</ul>'


def _said(claim: Claim, words: Words) -> Said:
    return Said(claim.said, words.fact(claim), words.source(claim))


def _fact(claim: Claim, words: Words) -> str:
    shown = _said(claim, words)
    if claim.fact.name != "stock":
        return fact(shown)
    count = int(claim.fact.value)  # type: ignore[arg-type]
    told = words("chat.in_stock", n=f"{count:,}") if count > 0 else words("chat.sold_out")
    return fact(Said(told, shown.fact, shown.source))


def panel(answer: Answer, words: Words) -> str:
    """Return the facts behind an answer, or that there are none yet."""
    claims = said(answer, words)
    if not claims:
        return nothing_yet(words)
    return facts_panel(words("chat.rests_on"), claims, words("proof.proven", n=len(claims)))


def nothing_yet(words: Words) -> str:
    """Return the panel of facts before an answer used any."""
    return quiet_panel(words("chat.facts"), words("chat.no_facts"))


def said(answer: Answer, words: Words) -> list[Said]:
    """Return the proven spans of an answer, in its order: values with their facts, quotes with their passage."""
    found = [(claim.span[0], _said(claim, words)) for claim in answer.claims]
    quotes = [one for one in answer.sentences if one.quoted]
    found += [(one.span[0], Said(one.text, _whose(one.quoted, words), one.quoted)) for one in quotes]
    return [span for _, span in sorted(found, key=lambda pair: pair[0])]


def _whose(source: str, words: Words) -> str:
    return words("chat.from_customer") if source.startswith("review") else words("proof.own_words")
