"""Copy for one product and one reader or group: facts gathered, handed to the writers, and what came of it.

It knows no fact and no wording: how facts become sentences, and why these may leave, is `assistant.writing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.writing.proof import Claim

if TYPE_CHECKING:
    from assistant.writing.copying import CopyDraft
    from assistant.writing.draft import Draft, Refusal


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
    opening: str = ""

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
        subject.opening or body.opening,
    )


def used_openings(copies: Sequence[Copy]) -> list[str]:
    """Return the openings of copies made before, oldest first."""
    return [one.opening for one in copies if one.opening]
