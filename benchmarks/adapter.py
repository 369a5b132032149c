"""Whether the adapter earns its place: drafts and openings with and without it, side by side, by proof and by blind readers.

    python benchmarks/adapter.py make --work FOLDER [--adapter FOLDER] [--briefs 60] [--sheet FILE --key FILE] [--json] [--save]
    python benchmarks/adapter.py score READER.csv … --key FILE

`make` writes open drafts for the same briefs in three ways: as the model does without an adapter (long prompts with printed values,
held to them), from the compact prompt with slots after two examples, and from that prompt with the adapter; on made-up shops the
corpus keeps apart, the sample shop, and the public sets where they are. Openings and wishes are asked of both. The sheet holds pairs,
which is first drawn by chance; readers say 1, 2 or 0 for neither (columns id, better). It trains nothing.
"""

from __future__ import annotations

import csv
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.card.lines import wilson
from benchmarks.form import Figure, options, publish
from benchmarks.writing_shops import CHANNELS, Seen, briefs, facts_of, seen

WAYS = ("today", "base with two examples", "adapter")
_SEED = 11


@dataclass(frozen=True)
class Case:
    """One brief: where it is from, the facts of one product, the channel, how values are printed."""

    shop: str
    channel: str
    facts: tuple[Any, ...]
    printing: Any


@dataclass
class Told:
    """What one way wrote: texts, whether every sentence may leave, the share of wanted values said, seconds each."""

    texts: list[str] = field(default_factory=list)
    proven: list[bool] = field(default_factory=list)
    said: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def cases(each: int, work: Path) -> Iterator[Case]:
    """Yield briefs: of made-up shops never learned from, then of the sample shop and the public sets."""
    from assistant.writing.proof import printing_of
    from assistant.writing.wordings import load_book
    from retrieval import load_encoder
    from training.corpus import goods_of, read_shops

    dice = random.Random(_SEED)
    unseen = [one for one in read_shops() if one.get("valid")]
    for number in range(each):
        made = goods_of(unseen[number % len(unseen)], dice)
        yield Case("made up, unseen", CHANNELS[number % len(CHANNELS)], made.facts, printing_of(load_book()))
    for one in seen("none", load_encoder(None), work, days=False):
        yield from _of_shop(one, each)


def _of_shop(one: Seen, each: int) -> Iterator[Case]:
    for wanted in briefs(one, each, _SEED):
        yield Case(one.name, wanted.channel, tuple(facts_of(one, wanted)), one.assistant.printing)


def draft_all(found: Sequence[Case], base: Any, taught: Any) -> dict[str, Told]:
    """Return what each way wrote for each brief, one draft each, asked one after the other."""
    told = {way: Told() for way in WAYS}
    shots = few_shot()
    for case in found:
        for way, ask in (
            (WAYS[0], lambda one: _today(one, base)),
            (WAYS[1], lambda one: _slots(one, _Shown(base, shots))),
            (WAYS[2], lambda one: _slots(one, taught)),
        ):
            begun = time.monotonic()
            made = ask(case)
            told[way].seconds.append(time.monotonic() - begun)
            _judge(told[way], case, made)
    return told


def _today(case: Case, llm: Any) -> Any:
    from assistant.writing.draft import proposals
    from assistant.writing.slot_drafts import KINDS
    from assistant.writing.wordings import load_book

    kind = KINDS[case.channel]
    made = proposals(case.facts, kind=kind, llm=llm, n=1, book=load_book(), printing=case.printing)
    return made[0] if made else None


def _slots(case: Case, llm: Any) -> Any:
    from assistant.writing.slot_drafts import slot_proposals
    from assistant.writing.wordings import load_book

    made = slot_proposals(
        case.facts, channel=case.channel, llm=llm, n=1, book=load_book(), printing=case.printing, seed=_SEED
    )
    return made[0] if made else None


def _judge(told: Told, case: Case, made: Any) -> None:
    from assistant.writing.proof import Prover
    from assistant.writing.slot_drafts import planned
    from assistant.writing.slotted import named_in
    from assistant.writing.wordings import load_book

    sheet = Prover.of(case.facts, load_book(), printing=case.printing).sheet
    wanted = named_in(planned(case.facts, case.channel, sheet, load_book(), _SEED))
    shown = [sheet.shown(fact) for fact in case.facts if fact.name in wanted]
    text = "" if made is None else made.text
    told.texts.append(text)
    told.proven.append(bool(text) and all(one.may_leave for one in made.sentences))
    told.said.append(sum(value in text for value in shown) / max(len(shown), 1))


class _Shown:
    """A model that sees two examples of the corpus before what it is asked."""

    def __init__(self, llm: Any, shots: str) -> None:
        self._llm, self._shots = llm, shots

    def draft(self, prompts: Sequence[str], **bounds: Any) -> list[str]:
        return list(self._llm.draft([f"{self._shots}{prompt}" for prompt in prompts], **bounds))


def few_shot() -> str:
    """Return two examples of the corpus, a push message and an e-mail, as a prompt begins with them."""
    from training.corpus import DRAFT, examples, read_shops

    learned = [one for one in read_shops() if not one.get("valid")]
    made = [one for one in examples(learned, 60, 3) if one.job == DRAFT]
    picked = [next(one for one in made if f"Write {kind} " in one.prompt) for kind in ("push message", "email")]
    return "".join(f"{one.prompt.strip()}\nAnswer: {one.reply}\n\n" for one in picked)


def hook_figures(base: Any, taught: Any, titles: dict[str, list[str]]) -> tuple[list[Figure], dict[str, list[Any]]]:
    """Return how many different sentences of each part stand, and how varied they are, with the sentences."""
    from assistant.writing.openings import CLOSING, OPENING, write_hooks
    from assistant.writing.wordings import load_book

    book, figures, kept = load_book(), [], {}
    for part in (OPENING, CLOSING):
        for way, llm in ((WAYS[0], base), (WAYS[2], taught)):
            hooks = [hook for shop in titles.values() for hook in write_hooks(llm, book, shop, part=part)]
            kept[f"{way} {part}"] = hooks
            name = f"adapter/{part}, {way}"
            figures += [
                Figure(f"{name}/sentences that stand", float(len(hooks))),
                Figure(f"{name}/different", float(len({hook.text for hook in hooks}))),
                Figure(f"{name}/not in the book", float(sum(hook.is_new for hook in hooks))),
            ]
    return figures, kept


def draft_figures(told: dict[str, Told], found: Sequence[Case]) -> list[Figure]:
    """Return what each way reached, in all and shop by shop."""
    figures = []
    for way, one in told.items():
        for shop in ("all", *dict.fromkeys(case.shop for case in found)):
            at = [row for row, case in enumerate(found) if shop in ("all", case.shop)]
            right = sum(one.proven[row] for row in at)
            full = sum(one.proven[row] and one.said[row] == 1.0 for row in at)
            name = f"adapter/drafts, {way}/{shop}"
            figures += [
                Figure(f"{name}/every sentence may leave", right / len(at), interval=wilson(right, len(at))),
                Figure(f"{name}/and every value wanted is said", full / len(at), interval=wilson(full, len(at))),
            ]
        figures += [
            Figure(f"adapter/drafts, {way}/seconds each, median", statistics.median(one.seconds), "s", "less"),
            Figure(f"adapter/drafts, {way}/distinct-2", distinct_2(one.texts)),
        ]
    return figures


def distinct_2(texts: Sequence[str]) -> float:
    """Return the share of pairs of neighbouring words that are different (Li et al., 2016)."""
    pairs = [pair for text in texts for words in [text.lower().split()] for pair in zip(words, words[1:], strict=False)]
    return len(set(pairs)) / max(len(pairs), 1)


def write_sheet(told: dict[str, Told], found: Sequence[Case], sheet: Path, key: Path) -> None:
    """Write pairs, today's draft beside the adapter's, in an order drawn by chance, and apart from it which is which."""
    dice = random.Random(_SEED)
    rows, answers = [], []
    for number, case in enumerate(found):
        pair = [(WAYS[0], told[WAYS[0]].texts[number]), (WAYS[2], told[WAYS[2]].texts[number])]
        dice.shuffle(pair)
        facts = "; ".join(f"{fact.name}: {fact.value}" for fact in case.facts)
        rows.append({"id": number, "kind": case.channel, "facts": facts, "first": pair[0][1], "second": pair[1][1]})
        answers.append({"id": number, "shop": case.shop, "first": pair[0][0], "second": pair[1][0]})
    for path, table in ((sheet, rows), (key, answers)):
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(table[0]))
            writer.writeheader()
            writer.writerows(table)


def score(key: Path, readers: Sequence[Path]) -> list[Figure]:
    """Return how often readers preferred the adapter's draft of those pairs they preferred one of."""
    known = {row["id"]: row for row in csv.DictReader(key.open(encoding="utf-8"))}
    figures = []
    for number, path in enumerate(readers, 1):
        said = [(known[row["id"]], row["better"].strip()) for row in csv.DictReader(path.open(encoding="utf-8"))]
        names = [row["first"] if better == "1" else row["second"] for row, better in said if better in ("1", "2")]
        won = sum(name == WAYS[2] for name in names)
        figures += [
            Figure(
                f"adapter/reader {number}/prefers the adapter's", won / len(names), interval=wilson(won, len(names))
            ),
            Figure(f"adapter/reader {number}/pairs with a preference", float(len(names))),
        ]
    return figures


def main() -> int:
    """Write, measure and make the sheet; or score what readers said."""
    parser = options(__doc__ or "")
    parser.add_argument("what", choices=("make", "score"))
    parser.add_argument("readers", nargs="*", type=Path)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--briefs", type=int, default=60)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--key", type=Path)
    told = parser.parse_args()
    if told.what == "score":
        publish("adapter_read", score(told.key, told.readers), told)
        return 0
    from assistant.llm.local import LocalLLM
    from assistant.llm.models import ADAPTER, embedded_folder

    folder = str(embedded_folder())
    base: Any = LocalLLM(folder, local=True)
    learned: Any = LocalLLM(folder, local=True, adapter=told.adapter or ADAPTER).taught
    found = list(cases(told.briefs, told.work))
    drafts = draft_all(found, base, learned)
    titles = {shop: _titles(found, shop) for shop in dict.fromkeys(case.shop for case in found)}
    hooks, kept = hook_figures(base, learned, titles)
    if told.sheet is not None:
        write_sheet(drafts, found, told.sheet, told.key)
    (told.work / "adapter_texts.json").write_text(
        json.dumps(
            {way: one.texts for way, one in drafts.items()} | {k: [h.text for h in v] for k, v in kept.items()},
            ensure_ascii=False,
            indent=1,
        )
    )
    publish("adapter", [*draft_figures(drafts, found), *hooks], told)
    return 0


def _titles(found: Sequence[Case], shop: str) -> list[str]:
    return list(dict.fromkeys(case.facts[0].subject.name for case in found if case.shop == shop))[:8]


if __name__ == "__main__":
    raise SystemExit(main())
