"""The model at work: thousands of copies and personas written with what it said ahead, read by a second reader, counted by who wrote.

    python benchmarks/writing.py --work FOLDER [--texts 10000] [--json] [--save]

Resumable: every text is kept in FOLDER as soon as it is written, and a second run goes on behind the last. It proves nothing itself;
`benchmarks/reader.py`, written apart from the proof, says what of a text it cannot trace.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.form import Figure, options, publish
from benchmarks.reader import untraceable
from benchmarks.writing_shops import CHANNELS, Seen, Wanted, briefs, facts_of, seen

SHOPS = 3
PERSONAS = 5  # every fifth text is a persona
BATCH = 100  # texts variety is measured over
_JUDGED = 10  # texts of a batch whose likeness to the others is measured
_BY_MODEL = 16  # texts written with the model asked about each, for their rate
_BY_PLAN = 200
WRITERS = ("model wrote", "model chose", "plan")


@dataclass(frozen=True)
class Written:
    """A text that was written, what the reader could not trace in it, and who wrote its sentences."""

    shop: str
    number: int
    kind: str  # persona or a channel
    text: str
    untraced: list[str]
    written_by: list[str]
    refused: int
    seconds: float
    failed: str = ""
    openings: Sequence[str] = ()


def write_all(work: Path, count: int) -> list[Written]:
    """Write so many texts, those not kept yet, and return all."""
    from assistant.llm.models import load_llm
    from retrieval import load_encoder

    path = work / "texts.jsonl"
    work.mkdir(parents=True, exist_ok=True)
    kept = read_kept(path)
    each = [count // SHOPS + (shop < count % SHOPS) for shop in range(SHOPS)]
    found = [one for shop in kept.values() for one in shop]
    with path.open("a", encoding="utf-8") as stream:
        for one, wanted in zip(seen(load_llm(None), load_encoder(None), work, days=False), each, strict=False):
            done = kept.get(one.name, [])
            for written in _texts(one, wanted, done):
                stream.write(json.dumps(written.__dict__, ensure_ascii=False) + "\n")
                stream.flush()
                found.append(written)
    return found


def read_kept(path: Path) -> dict[str, list[Written]]:
    """Return the texts kept, by shop; a last line cut off is left out."""
    found: dict[str, list[Written]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            one = Written(**json.loads(line))
        except (json.JSONDecodeError, TypeError):
            continue
        found.setdefault(one.shop, []).append(one)
    return found


def _texts(one: Seen, count: int, done: Sequence[Written]) -> Iterator[Written]:
    from rich.console import Console
    from rich.progress import track

    if len(done) >= count:
        return
    desk = _Desk(one, done)
    wanted = briefs(one, count, seed=0)
    left = range(len(done), count)
    bar = track(left, description=f"{one.name} ({len(done):,} kept)", console=Console(stderr=True))
    for number in bar:
        yield desk.text(number, wanted[number])


class _Desk:
    """Writes the texts of one shop, each after those before it."""

    def __init__(self, one: Seen, done: Sequence[Written]) -> None:
        self._one = one
        assistant = one.assistant
        self._ahead = assistant._ahead(10_000)
        self._preference = assistant._said.preference(["personas", "ideas"]) if assistant._said is not None else None
        self._personas = assistant.made and [persona.facts for persona in _plain_personas(one)]
        self._openings = [list(text.openings) for text in done if text.kind != "persona"][-40:]
        self._starts = [begin for text in done if text.kind == "persona" for begin in text.openings][-40:]

    def text(self, number: int, wanted: Wanted) -> Written:
        """Return one text, or why there is none."""
        from assistant.errors import CallError

        started = time.perf_counter()
        if number % PERSONAS == 0 and self._personas:
            return self._persona(number, started)
        try:
            copy = self._one.assistant._copywriter.write(
                {**wanted.call, "seed": number},
                [begin for text in self._openings[-40:] for begin in text],
                self._ahead,  # type: ignore[typeddict-item]
            )
        except CallError as error:
            return Written(self._one.name, number, wanted.channel, "", [], [], 0, 0.0, str(error))
        seconds = time.perf_counter() - started
        self._openings.append(list(copy.openings))
        facts = facts_of(self._one, wanted)
        text = f"{copy.subject}\n\n{copy.body}" if copy.subject else copy.body
        items = [f"{item.kind}: {item.said}" for item in untraceable(text, facts, currency=_currency(self._one))]
        written_by = list(copy.written_by)
        return Written(
            self._one.name,
            number,
            wanted.channel,
            text,
            items,
            written_by,
            len(copy.refused),
            seconds,
            "",
            copy.openings,
        )

    def _persona(self, number: int, started: float) -> Written:
        from assistant.writing import compose
        from assistant.writing.draft import Ahead

        facts = self._personas[(number // PERSONAS) % len(self._personas)]
        assistant = self._one.assistant
        draft = compose(
            facts,
            book=assistant.book,
            printing=assistant.printing,
            seed=number,
            used_openings=self._starts[-40:],
            ahead=Ahead(self._preference),
        )
        seconds = time.perf_counter() - started
        self._starts.append(draft.opening)
        items = [f"{item.kind}: {item.said}" for item in untraceable(draft.text, facts, currency=_currency(self._one))]
        return Written(
            self._one.name, number, "persona", draft.text, items, list(draft.written_by), len(draft.refused), seconds,
            "", (draft.opening,),
        )  # fmt: skip


def _currency(one: Seen) -> str:
    return one.assistant.printing.currency or ""


def _plain_personas(one: Seen) -> list[Any]:
    from assistant import Assistant

    plain = Assistant(one.assistant.shop, llm="none", encoder=one.assistant.encoder, state=one.assistant.state.folder)  # type: ignore[union-attr]
    return plain.personas()


def figures_of(texts: Sequence[Written]) -> list[Figure]:
    """Return what was counted over all texts."""
    made = [one for one in texts if one.text]
    copies = [one for one in made if one.kind != "persona"]
    sentences = Counter(writer for one in made for writer in one.written_by)
    total = max(1, sum(sentences.values()))
    wrote = sum("model wrote" in one.written_by for one in copies) / max(1, len(copies))
    found = [
        Figure("texts", len(made), "", "more"),
        Figure("texts/copies", len(copies)),
        Figure("texts/could not be written", len(texts) - len(made), "", "less"),
        Figure("items the second reader cannot trace", sum(len(one.untraced) for one in made), "", "less", 0),
        Figure("copies with a sentence the model wrote/share", wrote, "", "more", 0.25),
        *(Figure(f"sentences/{writer}/share", sentences[writer] / total) for writer in WRITERS),
    ]
    for channel in CHANNELS:
        of = [one for one in copies if one.kind == channel]
        share = sum("model wrote" in one.written_by for one in of) / max(1, len(of))
        found.append(Figure(f"copies with a sentence the model wrote/{channel}", share))
    found.append(Figure("copies/distinct texts/share", len({one.text for one in copies}) / max(1, len(copies))))
    return found + _variety(made)


def _variety(made: Sequence[Written]) -> list[Figure]:
    found = []
    for kind in ("persona", "copy"):
        groups: dict[str, list[str]] = {}
        for one in made:
            if (one.kind == "persona") == (kind == "persona"):
                groups.setdefault(one.shop, []).append(one.text)
        batches = [
            texts[at : at + BATCH] for texts in groups.values() for at in range(0, len(texts) - BATCH + 1, BATCH)
        ]
        if not batches:
            continue
        found.append(Figure(f"{kind}/distinct-2 in {BATCH}", statistics.mean(map(distinct_2, batches))))
        found.append(Figure(f"{kind}/self-BLEU in {BATCH}", statistics.mean(map(self_bleu, batches)), "", "less"))
    return found


def distinct_2(texts: Sequence[str]) -> float:
    """Return the share of different pairs of neighbouring words among all of them.

    Examples
    --------
    >>> distinct_2(["a b c", "a b d"])
    0.75
    """
    split = [text.split() for text in texts]
    pairs = [pair for words in split for pair in zip(words, words[1:], strict=False)]
    return len(set(pairs)) / max(1, len(pairs))


def self_bleu(texts: Sequence[str]) -> float:
    """Return the mean BLEU (0–100) of some texts against all others of the batch."""
    from sacrebleu import sentence_bleu

    step = max(1, len(texts) // _JUDGED)
    chosen = range(0, len(texts), step)
    return statistics.mean(
        sentence_bleu(texts[at], [*texts[:at], *texts[at + 1 :]], use_effective_order=True).score for at in chosen
    )


def modes(work: Path, texts: Sequence[Written]) -> list[Figure]:
    """Return texts a minute in each mode on the sample shop, the time to the first one, and the memory at most."""
    from assistant import Assistant
    from assistant.llm.models import load_llm
    from assistant.stages import peak_mib
    from retrieval import load_encoder

    started = time.perf_counter()
    one = next(iter(seen(load_llm(None), load_encoder(None), work, days=False)))
    one.assistant.write_copy(**briefs(one, 1, seed=9)[0].call)
    first = time.perf_counter() - started
    plain = Assistant(one.assistant.shop, llm="none", encoder=one.assistant.encoder, state=one.assistant.state.folder)  # type: ignore[union-attr]
    kept = [text.seconds for text in texts if text.seconds]
    return [
        Figure("time to first text/seconds", first, "s", "less"),
        Figure("texts a minute/plan only", _rate(plain, briefs(one, _BY_PLAN, seed=1))),
        Figure("texts a minute/stored preference", 60 * len(kept) / max(1e-9, sum(kept))),
        Figure("texts a minute/model chooses each", _rate(one.assistant, briefs(one, _BY_MODEL, seed=2))),
        Figure("peak memory", peak_mib(), "MiB", "less"),
    ]


def _rate(assistant: Any, wanted: Sequence[Wanted]) -> float:
    from assistant.errors import CallError

    assistant.made, assistant._briefs._counts  # noqa: B018 - made once, and not a part of any text
    started = time.perf_counter()
    made = 0
    for one in wanted:
        try:
            assistant.write_copy(**one.call)
            made += 1
        except CallError:  # a title too long for the channel
            continue
    return 60 * made / (time.perf_counter() - started)


def main() -> None:
    """Write, read, count."""
    parser = options(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--work", type=Path, required=True, help="keeps the texts and what was made from the shops")
    parser.add_argument("--texts", type=int, default=10_000)
    told = parser.parse_args()
    texts = write_all(told.work, told.texts)
    publish("writing", figures_of(texts) + modes(told.work, texts), told, texts=told.texts)


if __name__ == "__main__":
    main()
