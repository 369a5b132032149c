"""Which flow a message is about: a proposal from examples, one of a few to choose from, or none. It decides nothing that is done.

A classifier over the encoder's vectors and letter groups (so that typing errors cost little); the examples are lines a person
can read and change. It knows flows by name only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import CallError

if TYPE_CHECKING:
    from retrieval import Encoder

NONE = "none"
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Proposal:
    """What a message may be about: `flow` where it is clear, else up to three `choices`; neither: no flow.

    `probability` is that of the likeliest flow.
    """

    flow: str = ""
    choices: tuple[str, ...] = ()
    probability: float = 0.0


@dataclass(frozen=True)
class Sureness:
    """From which probability a flow is proposed at once, and from which it is offered among others."""

    direct: float = 0.7
    offered: float = 0.30


def read_examples(*files: Path) -> list[tuple[str, str]]:
    """Return the (flow, question) lines of some files, in their order.

    Raises
    ------
    CallError
        When a line has no flow or no question.
    """
    found = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            flow, bar, question = (part.strip() for part in line.partition("|"))
            if not bar or not flow or not question:
                raise CallError(f"{path.name}, line {number}: {line.strip()!r}; expected flow | question.")
            found.append((flow, question))
    return found


class Intents:
    """Proposes flows for messages.

    Parameters
    ----------
    examples : (flow, question) each, "none" for what is no flow
    encoder : Encoder
    sureness : Sureness
    meaning : float
        Weight of the vectors beside the letters, 0–1; 0 for a language the encoder does not read: its single characters count then.

    Raises
    ------
    CallError
        When there are fewer than two different flows among the examples.
    """

    def __init__(
        self,
        examples: Sequence[tuple[str, str]],
        encoder: Encoder,
        sureness: Sureness | None = None,
        *,
        meaning: float = 0.65,
    ) -> None:
        flows = [flow for flow, _ in examples]
        self.flows = sorted(set(flows))
        if len(self.flows) < 2:
            raise CallError(f"examples of {len(self.flows)} flow(s); a choice needs two at least.")
        self.sureness = sureness or Sureness()
        self._encoder = encoder
        self._model = _fitted([plain_words(question) for _, question in examples], flows, encoder, meaning)

    def probabilities(self, messages: Sequence[str]) -> Matrix:
        """Return the probability of each flow, float64 (messages, flows in the order of `flows`)."""
        return _predicted(self._model, [plain_words(one) for one in messages], self._encoder)

    def propose(self, message: str) -> Proposal:
        """Return what a message may be about."""
        return self.judge(self.probabilities([message])[0])

    def judge(self, row: Matrix) -> Proposal:
        """Return what the probabilities of one message say.

        A flow is proposed at once only where it is likely enough by itself; where flows together outweigh "none" the
        likeliest are offered.
        """
        ranked = sorted(zip(self.flows, row.tolist(), strict=True), key=lambda pair: -pair[1])
        best, probability = next((flow, share) for flow, share in ranked if flow != NONE)
        if probability >= self.sureness.direct:
            return Proposal(best, (), probability)
        if probability >= self.sureness.offered:
            near = [flow for flow, share in ranked if flow != NONE and share >= max(probability / 3, 0.08)]
            return Proposal("", tuple(near[:3]), probability)
        return Proposal("", (), probability)


class NoFlows:
    """Proposes no flow: for a language without examples, where the shop's pages and people answer."""

    def propose(self, message: str) -> Proposal:
        """Return that no flow is meant."""
        return Proposal()


def plain_words(message: str) -> str:
    """Return a message as the classifier reads it: lower case, numbers and placeholders left out, single spaces.

    Examples
    --------
    >>> plain_words("Cancel order #10023, please!")
    'cancel order please'
    """
    words = re.sub(r"\{\{.*?\}\}|[#№]?\b[\w-]*\d[\w-]*\b", " ", message.lower().replace("’", "'"))
    return " ".join(re.sub(r"[^\w\s']", " ", words).split())


@dataclass(frozen=True)
class _Model:
    letters: Any  # sklearn's vectoriser
    spelled: Any  # its classifier over letter groups
    dense: Any  # its classifier over vectors; None where they mean nothing
    meaning: float


def _fitted(texts: Sequence[str], flows: Sequence[str], encoder: Encoder, meaning: float) -> _Model:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5) if meaning else (1, 3), sublinear_tf=True)
    groups = letters.fit_transform(texts)
    options = {"max_iter": 500, "class_weight": "balanced"}
    spelled = LogisticRegression(C=30.0, **options).fit(groups, flows)
    dense = LogisticRegression(C=30.0, **options).fit(encoder.encode(list(texts)), flows) if meaning else None
    return _Model(letters, spelled, dense, meaning)


def _predicted(model: _Model, texts: Sequence[str], encoder: Encoder) -> Matrix:
    spelled = model.spelled.predict_proba(model.letters.transform(texts))
    if model.dense is None:
        return np.asarray(spelled)
    meant = model.dense.predict_proba(encoder.encode(list(texts)))
    mixed = np.exp(model.meaning * np.log(meant + 1e-9) + (1 - model.meaning) * np.log(spelled + 1e-9))
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))
