"""Open mode: a model writes whole drafts, a person edits and approves one and answers for it. Nothing leaves without that.

What was approved is kept with who, when, the text and the facts; where the facts have changed since, it no longer stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.briefs import Brief, Briefs
from assistant.errors import CallError
from assistant.llm.protocol import taught
from assistant.writing.copying import CHANNELS
from assistant.writing.draft import Draft, Proposal, approve, fingerprint, proposals
from assistant.writing.offers import Offer
from assistant.writing.proof import Prover, Sentence
from assistant.writing.show import Printing
from assistant.writing.slot_drafts import KINDS, slot_proposals
from assistant.writing.wordings import Book
from shop.files import write_atomic

if TYPE_CHECKING:
    from assistant.llm import LLM
    from assistant.writing.facts import Fact

_FILE = "approved.json"


@dataclass(frozen=True)
class OpenDraft:
    """Drafts of a model for one brief, each sentence with its label, and what is needed to approve one."""

    brief: Brief
    channel: str
    offer: Mapping[str, Any] | None
    proposed: tuple[Proposal, ...]
    draft: Draft  # with the facts; its text is empty until a person approves one


@dataclass(frozen=True)
class Approved:
    """A text a person answers for.

    `labels` are those proof gave its sentences when it was approved; `facts` the fingerprint of what was known then;
    `stands` whether the same is still known now.
    """

    text: str
    by: str
    when: str
    channel: str
    product_id: str
    customer_id: str | None
    segment: int | None
    offer: Mapping[str, Any] | None
    labels: tuple[str, ...]
    facts: str
    stands: bool = True


class OpenDrafts:
    """Drafts of a model and their approvals in one shop.

    Parameters
    ----------
    briefs : where the facts of a brief come from
    words : the wording book in force, and how values are printed
    llm : LLM, optional
        Without one nothing can be drafted; approvals can be read.
    folder : Path, optional
        Where approvals are kept; without one they are only returned.
    """

    def __init__(self, briefs: Briefs, words: tuple[Book, Printing], llm: LLM | None, folder: Path | None) -> None:
        self._briefs = briefs
        self._book, self._printing = words
        self._llm = llm
        self._path = None if folder is None else folder / _FILE

    def propose(
        self,
        brief: Brief,
        *,
        channel: str = "email",
        offer: Offer | Mapping[str, Any] | None = None,
        n: int = 2,
        seed: int = 0,
    ) -> OpenDraft:
        """Let the model write up to `n` drafts.

        Raises
        ------
        CallError
            When there is no model, or product, reader, channel or offer are wrong.
        """
        if self._llm is None:
            raise CallError("there is no language model to draft; start without --llm none.")
        if channel not in CHANNELS:
            raise CallError(f"no channel {channel!r}; there are {', '.join(CHANNELS)}.")
        facts = self._briefs.facts(brief, offer)
        made = self._drafts(facts, channel, self._llm, n, seed)
        terms = (
            {key: value for key, value in asdict(offer).items() if value is not None}
            if isinstance(offer, Offer)
            else offer
        )
        return OpenDraft(brief, channel, terms, made, Draft("", facts=tuple(facts)))

    def _drafts(self, facts: Sequence[Fact], channel: str, llm: LLM, n: int, seed: int) -> tuple[Proposal, ...]:
        able = taught(llm) if self._book.language == "en" else None  # it was taught in English
        words: dict[str, Any] = {"n": n, "seed": seed, "book": self._book, "printing": self._printing}
        if able is not None:
            return slot_proposals(facts, channel=channel, llm=able, **words)
        return proposals(facts, kind=KINDS[channel], llm=llm, **words)

    def read(self, drafted: OpenDraft, text: str) -> tuple[Sentence, ...]:
        """Return the label of each sentence of a text, as a person edits it: the same proof as every text's."""
        return Prover.of(drafted.draft.facts, self._book, printing=self._printing).prove(text).sentences

    def approve(self, drafted: OpenDraft, by: str, text: str) -> Approved:
        """Keep a text with the name of who answers for it.

        Raises
        ------
        CallError
            When nobody is named, the text is empty, or it is longer than the channel takes.
        """
        limit = CHANNELS[drafted.channel].body
        if len(text.strip()) > limit:
            raise CallError(
                f"the text has {len(text.strip())} characters; {drafted.channel} takes {limit}. Shorten it."
            )
        try:
            done = approve(drafted.draft, by, text=text)
        except ValueError as error:
            raise CallError(str(error)) from error
        assert done.approval is not None
        brief = drafted.brief
        labels = tuple(sentence.label for sentence in self.read(drafted, done.text))
        made = Approved(
            done.text,
            done.approval.by,
            datetime.now(UTC).isoformat(timespec="seconds"),
            drafted.channel,
            brief.product_id,
            brief.customer_id,
            brief.segment,
            _plain(drafted.offer),
            labels,
            done.approval.facts,
        )
        if self._path is not None:
            self._write([*self._kept(), made])
        return made

    def approved(self) -> list[Approved]:
        """Return what was approved, oldest first; `stands` is false where the facts have changed since."""
        return [replace(one, stands=self._stands(one)) for one in self._kept()]

    def _stands(self, one: Approved) -> bool:
        try:
            facts = self._briefs.facts(Brief(one.product_id, one.customer_id, one.segment), one.offer)
        except CallError:  # the product is gone, or the offer has ended
            return False
        return fingerprint(facts) == one.facts

    def _kept(self) -> list[Approved]:
        if self._path is None or not self._path.is_file():
            return []
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))["approved"]
            return [Approved(**{**one, "labels": tuple(one["labels"])}) for one in told]
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise CallError(
                f"{self._path}: is no list of approved texts ({error}); put a backup back with `shopkeeper state restore`."
            ) from error

    def _write(self, texts: Sequence[Approved]) -> None:
        assert self._path is not None
        told = [{key: value for key, value in asdict(one).items() if key != "stands"} for one in texts]
        write_atomic(self._path, json.dumps({"version": 1, "approved": told}, ensure_ascii=False, indent=1) + "\n")


def _plain(offer: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return an offer as JSON can keep it: dates in ISO form, amounts as numbers."""
    if offer is None:
        return None
    amounts = {key: float(value) for key, value in offer.items() if isinstance(value, Decimal)}
    days = {key: value.isoformat() for key, value in offer.items() if isinstance(value, date)}
    return {**offer, **amounts, **days}
