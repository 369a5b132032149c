"""Drafts: texts that may leave, with what was refused, who wrote each sentence and what a model proposed.

Whoever writes, plan, model or person, every sentence passes `proof` here; this file trusts none of them and counts nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.writing.facts import Fact, Subject
from assistant.writing.known import KNOWN
from assistant.writing.openings import Hook
from assistant.writing.openings import Refusal as Refusal
from assistant.writing.plan import Candidate, plan_texts
from assistant.writing.preference import Preference
from assistant.writing.proof import Claim, Prover, Sentence, printing_of
from assistant.writing.show import Printing, show
from assistant.writing.wordings import Book, load_book
from prompts import render

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM

MODEL_WROTE, MODEL_CHOSE, PLAN, PERSON = "model wrote", "model chose", "plan", "person"
_NEAR = 2.0  # of style: what reads worse is not put before a model
_BEST = 5  # so many texts a model judges between: a second and a half on two cores


@dataclass(frozen=True)
class Proposal:
    """A whole draft of a model, sentence by sentence with its label; it leaves only once a person approves it."""

    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Approval:
    """Who approved which text, and the facts it was approved with (their fingerprint)."""

    by: str
    text: str
    facts: str


@dataclass(frozen=True)
class Part:
    """A piece of a text and who wrote it, before proof; `after` is what stands between it and the next."""

    text: str
    writer: str
    after: str = " "


@dataclass(frozen=True)
class Ahead:
    """What a model said ahead of a batch: which lines it likes, a question to open this text with, a wish to close it."""

    preference: Preference | None = None
    hook: Hook | None = None
    closing: Hook | None = None


@dataclass(frozen=True)
class Draft:
    """A text that may leave.

    `claims` are its values in order, with spans of `text`; `written_by` names for each of `sentences` who wrote it;
    `opening` is the line it begins with, for variety over a batch.
    """

    text: str
    claims: tuple[Claim, ...] = ()
    refused: tuple[Refusal, ...] = ()
    written_by: tuple[str, ...] = ()
    proposed: tuple[Proposal, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    facts: tuple[Fact, ...] = ()
    opening: str = ""
    approval: Approval | None = None


def fingerprint(facts: Sequence[Fact]) -> str:
    """Return the SHA-256 (hex) of what the facts say; equal facts in any order, equal fingerprints."""
    said = sorted(repr((one.subject, one.name, one.value)) for one in facts)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def finish(
    parts: Sequence[Part], prover: Prover, *, about: Subject | None = None, refused: Sequence[Refusal] = ()
) -> Draft:
    """Return the draft of the sentences that may leave, the others refused with their reasons.

    What stays is read again as it will be read, until nothing more has to go.
    """
    kept, gone = [part for part in parts if part.text.strip()], list(refused)
    while True:
        text, starts = _written(kept)
        proof = prover.prove(text, about=about)
        owners = [_owner(sentence, starts) for sentence in proof.sentences]
        bad = [
            (sentence, owner) for sentence, owner in zip(proof.sentences, owners, strict=True) if not sentence.may_leave
        ]
        if not bad:
            writers = tuple(kept[owner].writer for owner in owners)
            facts = prover.sheet.facts
            return Draft(text, proof.claims, tuple(gone), writers, sentences=proof.sentences, facts=facts)
        gone += [Refusal(sentence.text, sentence.reason) for sentence, _ in bad]
        kept = _without(kept, {owner for _, owner in bad}, proof.sentences, owners)


def _written(parts: Sequence[Part]) -> tuple[str, list[int]]:
    text, starts = "", []
    for number, part in enumerate(parts):
        starts.append(len(text))
        text += part.text + (part.after if number + 1 < len(parts) else "")
    return text, starts


def _owner(sentence: Sentence, starts: Sequence[int]) -> int:
    return max(number for number, start in enumerate(starts) if start <= sentence.span[0])


def _without(parts: list[Part], bad: set[int], sentences: Sequence[Sentence], owners: Sequence[int]) -> list[Part]:
    kept = []
    for number, part in enumerate(parts):
        if number not in bad:
            kept.append(part)
            continue
        good = [one.text for one, owner in zip(sentences, owners, strict=True) if owner == number and one.may_leave]
        if good:
            kept.append(replace(part, text=" ".join(good)))
    return kept


def compose(  # noqa: PLR0913 - each is an option of its own
    facts: Sequence[Fact],
    *,
    kind: str = "persona",
    llm: LLM | None = None,
    book: Book | None = None,
    seed: int = 0,
    printing: Printing | None = None,
    used_openings: Sequence[str] = (),
    ahead: Ahead | None = None,
) -> Draft:
    """Return a draft of one kind from its facts: planned, chosen by the model among the best of equal content, proven.

    Parameters
    ----------
    kind : str
        As in `plan_texts`; copy of several parts is made by `copying.compose_copy`.
    llm : LLM, optional
        Without one, the plan's best text is taken.
    ahead : Ahead, optional
        What a model said before for a whole batch and is not asked again: which lines it likes.

    Returns
    -------
    Draft
        Its text is empty where the facts fit no line; `refused` then says so.
    """
    chosen = book or load_book()
    candidates = plan_texts(facts, chosen, kind=kind, seed=seed, used_openings=used_openings, printing=printing)
    if not candidates:
        return Draft("", refused=(Refusal("", f"no line of the book for {kind} fits these facts"),), facts=tuple(facts))
    if ahead is not None and ahead.preference is not None:
        best, writer = _liked(candidates, ahead.preference, chosen)
    else:
        best, writer = choose(candidates, llm, kind=kind, language=chosen.language)
    prover = Prover.of(facts, chosen, printing=printing)
    subjects = {fact.subject for fact in best.facts_used}
    about = None if kind == "persona" or len(subjects) != 1 else subjects.pop()
    return replace(finish([Part(best.text, writer)], prover, about=about), opening=best.opening)


def choose(
    candidates: Sequence[Candidate], llm: LLM | None, *, kind: str, language: str = "en"
) -> tuple[Candidate, str]:
    """Return the best candidate and who chose it: a model judges only between texts that state the same facts."""
    equal = _equal(candidates)
    number, writer = judge([one.text for one in equal], llm, kind=kind, language=language)
    return equal[number], writer


def _liked(candidates: Sequence[Candidate], preference: Preference, book: Book) -> tuple[Candidate, str]:
    equal = _equal(candidates)
    lines = {line.where: line for line in book.lines}
    known = [[lines[where] for where in one.lines if where in lines] for one in equal]
    return equal[preference.best(known)], MODEL_CHOSE if len(equal) > 1 else PLAN


def _equal(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates that state the same facts as the first about as well, at most as many as a model judges between."""
    first = candidates[0]
    same = (one for one in candidates if set(one.facts_used) == set(first.facts_used))
    return [one for one in same if one.style_score >= first.style_score - _NEAR][:_BEST]


def judge(texts: Sequence[str], llm: LLM | None, *, kind: str, language: str = "en") -> tuple[int, str]:
    """Return which of some texts of equal content is taken, the best first, and who chose it; asked in their `language`.

    Raises
    ------
    ValueError
        When the model chose a text that is not there.
    """
    if llm is None or len(texts) < 2:
        return 0, PLAN
    number = llm.choose(render("choose_text", language=language, kind=kind.replace("_", " ")), texts)
    if number is None:
        return 0, PLAN
    if not 0 <= number < len(texts):
        raise ValueError(f"{llm.name} chose text {number} of {len(texts)}; expected 0 to {len(texts) - 1}.")
    return number, MODEL_CHOSE


def propose(
    facts: Sequence[Fact],
    *,
    kind: str,
    llm: LLM,
    n: int = 3,
    book: Book | None = None,
    printing: Printing | None = None,
    seed: int = 0,
) -> Draft:
    """Return the plan's draft with `n` whole drafts of a model in `proposed`, each sentence labelled; none of them leaves."""
    chosen = book or load_book()
    base = compose(facts, kind=kind, llm=llm, book=chosen, seed=seed, printing=printing)
    return replace(
        base,
        proposed=proposals(
            facts, kind=kind, llm=llm, n=n, book=chosen, printing=printing or printing_of(chosen), seed=seed
        ),
    )


def proposals(
    facts: Sequence[Fact], *, kind: str, llm: LLM, n: int, book: Book, printing: Printing, seed: int = 0
) -> tuple[Proposal, ...]:
    """Return up to `n` whole drafts a model wrote from facts, each sentence labelled; the same text is not offered twice."""
    printed = [show(one, locale=printing.locale, currency=printing.currency) for one in facts]
    lines = [
        f"- {KNOWN[one.name].meaning} ({one.subject.name}): {told}" for one, told in zip(facts, printed, strict=True)
    ]
    prompt = render("draft", language=book.language, kind=kind, facts="\n".join(lines))
    stated = [*(one.subject.name for one in facts), *printed]
    texts = [
        text
        for i in range(n)
        for text in llm.draft([prompt], stated=stated, ordinary=ordinary_words(book), max_new_tokens=160, seed=seed + i)
    ]
    prover = Prover.of(facts, book, printing=printing)
    distinct = dict.fromkeys(text.strip() for text in texts if text.strip())
    return tuple(Proposal(text, prover.prove(text).sentences) for text in distinct)


def ordinary_words(book: Book) -> list[str]:
    """Return the words the book's lines are made of, sorted: those a sentence may begin with though they name nobody."""
    pieces = (piece for line in book.lines for piece in line.pieces if isinstance(piece, str))
    words = {word for piece in pieces for word in re.findall(r"[a-z]+", piece.lower())}
    return sorted(words.union(book.free.vocabulary()))


def approve(draft: Draft, by: str, *, text: str | None = None) -> Draft:
    """Return the draft with a text a person answers for: a proposal as it is or edited, or the plan's own.

    Raises
    ------
    ValueError
        When nobody is named, or the text is empty.
    """
    words = draft.text if text is None else text.strip()
    if not by.strip() or not words:
        raise ValueError("an approval needs a person's name and a text.")
    approval = Approval(by.strip(), words, fingerprint(draft.facts))
    unchanged = words == draft.text
    claims, sentences = (draft.claims, draft.sentences) if unchanged else ((), ())
    return replace(draft, text=words, approval=approval, claims=claims, sentences=sentences, written_by=(PERSON,))


def still_stands(draft: Draft, facts: Sequence[Fact]) -> bool:
    """Return whether a draft may still be shown: the facts say what they said when it was made or approved."""
    made_with = draft.approval.facts if draft.approval is not None else fingerprint(draft.facts)
    return made_with == fingerprint(facts)
