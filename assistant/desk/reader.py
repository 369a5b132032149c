"""Readers: whether a passage answers a question fully. They read and judge; they find nothing, write nothing and decide nothing.

None is there by default. A cross-encoder or a language model says how sure it is; how sure is sure enough is calibrated on the
shop's own FAQ, where a question whose entry is left out has no answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.llm.protocol import ModelError
from assistant.writing.facts import clean, short
from prompts import render

if TYPE_CHECKING:
    from assistant.llm import LLM
    from retrieval import Encoder, Passage, PassageHit, PassageIndex

PAGES_READ = 4  # the nearest so many are read
_MOST_ASKED = 200  # entries asked to calibrate: a model takes its time
_WRONG = 0.01  # of the questions whose entry is left out may be answered
_LONGEST = 1200  # characters of a passage a model is shown


class Reader(Protocol):
    """What the desk needs from a reader."""

    name: str

    def sureness(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """Return for each passage how sure it is that the passage answers the question fully, 0–1."""
        ...


@dataclass(frozen=True)
class Reading:
    """A reader with what is sure enough on one shop's pages.

    `left_out` entries were asked while left out, `wrong` of them would have been answered; `asked` questions with their page
    there (what it is also asked as, else its own title), `right` of them would be answered with it.
    """

    reader: Reader
    least: float
    left_out: int
    wrong: int
    asked: int
    right: int


class CrossEncoderReader:
    """A cross-encoder or reranker of sentence-transformers.

    Raises
    ------
    ModelError
        When it is not on this disk and cannot be fetched.
    """

    def __init__(self, source: str) -> None:
        from retrieval.encoder import hub_answers, without_progress_bars

        self.name = Path(source).name if Path(source).is_dir() else source
        try:
            from sentence_transformers import CrossEncoder

            with without_progress_bars():
                self._model: Any = CrossEncoder(source, device="cpu", local_files_only=not hub_answers(source))
        except (OSError, ValueError) as error:
            raise ModelError(
                f"reader {source!r}: not found on this disk, and it could not be fetched ({str(error).splitlines()[0][:200]}). "
                "Give a folder that holds a cross-encoder, or leave --reader out."
            ) from error
        if int(self._model.config.num_labels) != 1:
            raise ModelError(
                f"reader {source!r}: gives {self._model.config.num_labels} values a pair; expected one, as rerankers give. "
                "Name a reranker."
            )

    def sureness(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """See `Reader.sureness`."""
        import torch

        pairs = [(question, f"{one.title}\n{one.text}") for one in passages]
        said = self._model.predict(pairs, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False)
        return [float(one) for one in said]


class ModelReader:
    """A language model that is asked whether a passage answers a question: yes 1, no 0."""

    def __init__(self, llm: LLM, *, language: str = "en") -> None:
        self.name = llm.name
        self._llm = llm
        self._language = language if language in ("en", "zh") else "en"

    def sureness(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """See `Reader.sureness`."""
        options = ["是", "否"] if self._language == "zh" else ["Yes", "No"]
        asked = [
            render(
                "answers_fully",
                language=self._language,
                question=short(question, 300),
                passage=short(f"{one.title} {one.text}", _LONGEST),
            )
            for one in passages
        ]
        return [float(self._llm.choose(prompt, options) == 0) for prompt in asked]


def load_reader(spec: Any, *, language: str = "en") -> Reader | None:
    """Return a reader by one word.

    Parameters
    ----------
    spec
        None or "none": no reader. A folder or hub id of a cross-encoder or reranker, or of a causal language model: its
        configuration says which. "http://HOST/v1#MODEL": a server that speaks OpenAI's protocol. A langchain chat model, an
        `LLM`, or anything that already is a `Reader`.

    Raises
    ------
    ModelError
        When the model is missing, cannot be reached or is neither kind.
    """
    if spec is None or spec == "none":
        return None
    if not isinstance(spec, str):
        if hasattr(spec, "sureness"):
            return spec
        from assistant.llm.models import load_llm

        return ModelReader(load_llm(spec), language=language)
    if spec.startswith(("http://", "https://")) or _writes(spec):
        from assistant.llm.models import load_llm

        return ModelReader(load_llm(spec), language=language)
    return CrossEncoderReader(spec)


def _writes(source: str) -> bool:
    """Return whether a folder or hub id holds a causal language model."""
    from transformers import AutoConfig

    from retrieval.encoder import hub_answers

    try:
        config = AutoConfig.from_pretrained(source, local_files_only=not hub_answers(source))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"reader {source!r}: not found on this disk, and it could not be fetched ({str(error).splitlines()[0][:200]}). Give a "
            "folder or a hub id of a cross-encoder or a language model, or leave --reader out."
        ) from error
    return any(str(one).endswith(("CausalLM", "LMHeadModel")) for one in config.architectures or ())


def calibrated(
    reader: Reader,
    passages: PassageIndex,
    encoder: Encoder,
    *,
    kept: Path | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> Reading:
    """Return how sure a reader must be on a shop's pages, so that at most 1 % of the questions left without their entry are answered.

    Parameters
    ----------
    kept : a file the figures are kept in and taken from where reader and pages are the same
    """
    entries = [one for one in passages.passages if one.kind == "faq"]
    entries = entries[:: max(1, -(-len(entries) // _MOST_ASKED))]
    key = f"{reader.name}\0" + "\0".join(
        f"{one.title}\0{one.text}" for one in passages.passages if one.kind != "product"
    )
    told = _kept(kept, key)
    if told is not None:
        return Reading(reader, **told)
    gone: list[float] = []
    there: list[tuple[float, bool]] = []
    for at, one in enumerate(entries):
        hits = pages_of(passages.search(one.title, encoder, PAGES_READ + 4))
        others = [hit for hit in hits if hit.passage.id != one.id and clean(hit.passage.text) != clean(one.text)]
        gone.append(max(reader.sureness(one.title, [hit.passage for hit in others[:PAGES_READ]]), default=0.0))
        for line in passages.asked_as.get(one.id, ()) or (one.title,):
            near = [hit.passage for hit in pages_of(passages.search(line, encoder, PAGES_READ + 4))[:PAGES_READ]]
            sure = reader.sureness(line, near)
            best = max(range(len(near)), key=lambda row: sure[row], default=None) if near else None
            there.append((sure[best], near[best].id == one.id) if best is not None else (0.0, False))
        tick(at + 1, len(entries))
    least = _least(gone)
    right = sum(sure >= least and is_own for sure, is_own in there)
    wrong = sum(sure >= least for sure in gone)
    made = {"least": least, "left_out": len(gone), "wrong": wrong, "asked": len(there), "right": right}
    _keep(kept, key, made)
    return Reading(reader, **made)  # type: ignore[arg-type]


def pages_of(hits: Sequence[PassageHit]) -> list[PassageHit]:
    """Return what of the hits a shop answers from: FAQ entries and policies."""
    return [hit for hit in hits if hit.passage.kind in ("faq", "policy")]


def _least(gone: Sequence[float]) -> float:
    """Return the least sureness at which few enough of the entries left out are answered; above 1 where there is none."""
    tried = sorted({0.5, *(value + 1e-6 for value in gone if value >= 0.5)})
    return next(one for one in tried if sum(value >= one for value in gone) <= _WRONG * len(gone))


def _kept(path: Path | None, key: str) -> dict[str, Any] | None:
    if path is None or not path.is_file():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None  # made anew
    return told["figures"] if isinstance(told, dict) and told.get("of") == _digest(key) else None


def _keep(path: Path | None, key: str, figures: dict[str, Any]) -> None:
    if path is not None:
        from shop.files import write_atomic

        write_atomic(path, json.dumps({"of": _digest(key), "figures": figures}))


def _digest(key: str) -> str:
    import hashlib

    return hashlib.sha256(key.encode()).hexdigest()
