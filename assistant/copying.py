"""Copy for one product and one reader or group, one text or many: facts gathered, handed to the writers, and what came of it.

It knows no fact and no wording: how facts become sentences, and why these may leave, is `assistant.writing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Required, TypedDict

from assistant.briefs import Brief, Briefs, Terms
from assistant.errors import CallError
from assistant.llm.protocol import ModelError
from assistant.stages import Stages
from assistant.writing.facts import short
from assistant.writing.proof import Claim
from assistant.writing.show import Printing
from assistant.writing.wordings import Book

if TYPE_CHECKING:
    from assistant.llm import LLM
    from assistant.said_ahead import BatchAhead
    from assistant.writing.copying import CopyDraft
    from assistant.writing.draft import Draft, Refusal

_SILENT = 3  # failures of the model in a row after which a batch asks it no more


@dataclass(frozen=True)
class Copy:
    """A text that may be sent: every sentence proven or claim-free.

    `written_by` names for each sentence, subject first, who wrote it; `fields` are (name, text, most characters).
    """

    channel: str
    product_id: str
    subject: str
    body: str
    claims: tuple[Claim, ...]
    refused: tuple[Refusal, ...]
    written_by: tuple[str, ...]
    fields: tuple[tuple[str, str, int], ...]
    subject_claims: tuple[Claim, ...] = ()
    openings: tuple[str, ...] = ()

    def claims_of(self, name: str) -> tuple[Claim, ...]:
        """Return the claims of one field."""
        return self.subject_claims if name == self.fields[0][0] and self.subject else self.body_claims

    @property
    def body_claims(self) -> tuple[Claim, ...]:
        """Return the claims of the body."""
        return self.claims[len(self.subject_claims) :]


@dataclass(frozen=True)
class Failed:
    """A text of a batch that could not be written, and why."""

    product_id: str
    reader: str
    reason: str


def as_copy(made: CopyDraft, product_id: str) -> Copy:
    """Return the draft of a copy as what is handed out."""
    from assistant.writing.copying import CHANNELS

    channel = CHANNELS[made.channel]
    subject: Draft = made.subject
    body: Draft = made.body
    heading = {"ad": "Title"}.get(made.channel, "Subject")
    fields = ((heading, subject.text, channel.subject),) if channel.subject else ()
    return Copy(
        made.channel,
        product_id,
        subject.text,
        body.text,
        (*subject.claims, *body.claims),
        (*subject.refused, *body.refused),
        (*subject.written_by, *body.written_by),
        (*fields, ("Text", body.text, channel.body)),
        subject.claims,
        made.openings,
    )


def used_openings(copies: Sequence[Copy]) -> list[str]:
    """Return the openings of copies made before, oldest first."""
    return [opening for one in copies for opening in one.openings]


class CopyCall(TypedDict, total=False):
    """What copy is asked for with: one product, one reader or group, a channel, an offer."""

    product_id: Required[str]
    customer_id: str | None
    segment: int | None
    channel: str
    offer: Terms
    occasion: str | None
    seed: int


class Copywriter:
    """Writes copy for briefs of one shop.

    Parameters
    ----------
    briefs : where the facts of a brief come from
    words : the wording book in force, and how values are printed
    llm : LLM, optional
        Without one the plan alone writes.
    """

    def __init__(self, briefs: Briefs, words: tuple[Book, Printing], llm: LLM | None, stages: Stages) -> None:
        self._briefs = briefs
        self._book, self._printing = words
        self._llm = llm
        self._stages = stages

    def write(self, call: CopyCall, openings: Sequence[str] = (), ahead: BatchAhead | None = None) -> Copy:
        """Return one text; see `Assistant.write_copy`.

        `openings` were used by the texts before; `ahead` is what the model said before, and it is not asked again.
        """
        from assistant.writing.copying import compose_copy

        channel = call.get("channel", "email")
        brief = Brief(call["product_id"], call.get("customer_id"), call.get("segment"))
        try:
            facts = self._briefs.facts(brief, call.get("offer"), call.get("occasion"))
            draft = compose_copy(
                facts,
                channel=channel,
                llm=self._llm,
                book=self._book,
                seed=call.get("seed", 0),
                printing=self._printing,
                used_openings=openings,
                ahead=ahead.of(call["product_id"], channel) if ahead is not None else None,
            )
        except (KeyError, ValueError) as error:
            raise CallError(str(error.args[0] if error.args else error)) from error
        return as_copy(draft, call["product_id"])

    def variants(self, n: int, call: CopyCall, ahead: BatchAhead | None = None) -> list[Copy]:
        """Return up to `n` different texts for the same brief."""
        made: list[Copy] = []
        for seed in range(2 * n):
            one = self.write({**call, "seed": seed}, used_openings(made), ahead)
            if all((one.subject, one.body) != (known.subject, known.body) for known in made):
                made.append(one)
            if len(made) == n:
                break
        return made

    def many(
        self,
        briefs: Sequence[Mapping[str, Any]],
        *,
        channel: str,
        offer: Terms,
        occasion: str | None = None,
        ahead: BatchAhead | None = None,
    ) -> tuple[list[Copy], list[Failed]]:
        """Return copy for many briefs, and those that could not be written; see `Assistant.write_copies`.

        A model that fails costs the texts it was asked for; once it has failed three times in a row it is asked no more,
        and the texts left are named as not tried.
        """
        from assistant.writing.draft import PLAN

        made: list[Copy] = []
        failed: list[Failed] = []
        silent = 0  # times in a row the model did not reply
        with self._stages.stage("copies") as tick:
            for number, brief in enumerate(briefs, 1):
                fields = brief if isinstance(brief, Mapping) else {}
                product, customer, segment = (fields.get(key) for key in ("product_id", "customer_id", "segment"))
                call: CopyCall = {"product_id": str(product), "customer_id": customer, "segment": segment}
                wanted: CopyCall = {**call, "channel": channel, "offer": offer, "occasion": occasion, "seed": number}
                try:
                    if product is None:
                        raise CallError(
                            f"brief {number}: {short(repr(brief))}; expected product_id, and customer_id or segment."
                        )
                    if silent == _SILENT:
                        raise ModelError(f"not tried: the language model had failed {_SILENT} times in a row")
                    # openings of the last forty: variety is read over a page, not over a year
                    made.append(self.write(wanted, used_openings(made[-40:]), ahead))
                    silent = silent if set(made[-1].written_by) == {PLAN} else 0  # the plan's texts say nothing of it
                except (CallError, ModelError) as error:
                    silent += isinstance(error, ModelError) and silent < _SILENT
                    failed.append(Failed(str(product), str(customer if customer is not None else segment), str(error)))
                tick(number, len(briefs))
        return made, failed
