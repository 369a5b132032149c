"""False sentences of the embedded language model: asked for a text from facts, kept where it states what no fact says.

    python benchmarks/lies_model.py --out candidates.json        (the model writes; a person reads and keeps)

It writes candidates and reads the kept ones back. It does not decide what is false: `data/model_lies.json` was read by eye.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.lies_texts import TrueText, gather, sample_assistant

if TYPE_CHECKING:
    from assistant.writing import Fact, Printing

KEPT = Path(__file__).resolve().parent / "data" / "model_lies.json"
_TASK = {
    "persona": "Write two sentences about a group of customers.",
    "copy": "Write two sentences that advertise a product.",
}
_SHOT = "Facts: {facts}.\nText: {text}"


def sentences_of(text: str) -> list[str]:
    """Return the whole sentences of a model's reply, its first paragraph only; a last one cut off is left out."""
    first = text.strip().split("\n")[0]
    return [one.strip() for one in re.findall(r".+?[.!?](?=\s|$)", first) if len(one.split()) >= 4]


def facts_line(one: TrueText, dice: random.Random) -> str:
    """Return a handful of a text's facts as the model is told them."""
    from assistant.writing import show

    wanted = [fact for fact in one.facts if fact.unit != "text"]
    place = one.printing
    lines = [
        f"{fact.name.replace('_', ' ')} {show(fact, locale=place.locale, currency=place.currency)}"
        for fact in dice.sample(wanted, min(len(wanted), 6))
    ]
    return "; ".join([f"{'group' if one.job == 'persona' else 'product'} {one.facts[0].subject.name}", *lines])


def prompts_of(texts: Sequence[TrueText], dice: random.Random) -> Iterator[tuple[TrueText, str]]:
    """Yield a prompt a text: the task, two true texts of the product about others with their facts, then its own facts."""
    for one in texts:
        kind = "persona" if one.job == "persona" else "copy"
        rest = [each for each in texts if (each.job == "persona") == (kind == "persona") and each.facts != one.facts]
        shots = [
            _SHOT.format(facts=facts_line(each, dice), text=" ".join(sentences_of(each.text)[:2]))
            for each in dice.sample(rest, 2)
        ]
        last = _SHOT.format(facts=facts_line(one, dice), text="").rstrip()
        yield one, "\n\n".join([f"{_TASK[kind]} Use only the facts.", *shots, last])


def candidates(count: int, seed: int) -> list[dict[str, Any]]:
    """Return sentences the embedded model wrote, each with its facts and the job it was for."""
    from assistant.llm.models import load_llm

    dice = random.Random(seed)
    texts = gather(sample_assistant(), copies=400, seed=seed)
    personas = [one for one in texts if one.job == "persona" and len(one.facts) > 5]
    copies = [one for one in texts if one.job in ("push", "sms", "ad")]
    chosen = [*(dice.choice(personas) for _ in range(count // 2)), *dice.sample(copies, count // 2)]
    asked = list(prompts_of(chosen, dice))
    model = load_llm(None)
    found = []
    for start in range(0, len(asked), 16):
        batch = asked[start : start + 16]
        replies = model.generate([prompt for _, prompt in batch], max_new_tokens=70, seed=seed + start + 1)
        for (one, _), reply in zip(batch, replies, strict=True):
            found += [{"job": one.job, "text": said, "facts": one.facts} for said in sentences_of(reply)]
        print(f"{start + len(batch)} of {len(asked)}", file=sys.stderr)
    return found


def as_json(rows: Sequence[dict[str, Any]], printing: Printing) -> str:
    """Return rows with their facts, each set of facts once."""
    sets: list[tuple[Fact, ...]] = []
    for row in rows:
        if row["facts"] not in sets:
            sets.append(row["facts"])
    lines = [{**row, "facts": sets.index(row["facts"])} for row in rows]
    told: dict[str, Any] = {
        "model": "SmolLM2-135M-Instruct",
        "printing": asdict(printing),
        "facts": [_packed(one) for one in sets],
        "sentences": lines,
    }
    return _one_a_line(told)


def _one_a_line(told: Mapping[str, Any]) -> str:
    """Return JSON with a set of facts and a sentence a line, so that a change shows as the lines it touches."""

    def packed(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    parts = []
    for key, value in told.items():
        rows = ",\n".join(packed(row) for row in value) if isinstance(value, list) else ""
        parts.append(f"{packed(key)}:[\n{rows}\n]" if rows else f"{packed(key)}:{packed(value)}")
    return "{" + ",\n".join(parts) + "}"


def _packed(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Return facts by subject, as [name, value] pairs."""
    found: dict[Any, list[Any]] = {}
    for fact in facts:
        value = fact.value.isoformat() if isinstance(fact.value, date) else fact.value
        found.setdefault(fact.subject, []).append([fact.name, value])
    return [{"subject": asdict(subject), "facts": pairs} for subject, pairs in found.items()]


def _unpacked(subjects: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"subject": one["subject"], "name": name, "value": value} for one in subjects for name, value in one["facts"]
    ]


def read_kept(path: Path = KEPT) -> list[TrueText]:
    """Return the kept sentences with their facts; `text` is the model's false sentence, whatever the class is called."""
    from assistant.writing import Printing, facts_from_json

    told = json.loads(path.read_text(encoding="utf-8"))
    sets = [tuple(facts_from_json(_unpacked(one), source=path.name)) for one in told["facts"]]
    printing = Printing(**told["printing"])
    return [
        TrueText(row["job"], row["text"], sets[row["facts"]], (), sets[row["facts"]][0].subject, printing)
        for row in told["sentences"]
    ]


def main() -> None:
    """Write what the model says into a file, to be read."""
    from assistant.writing import Printing
    from shop.files import write_atomic

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, help="where to write; without it nothing is asked of the model")
    parser.add_argument("--count", type=int, default=320)
    parser.add_argument("--seed", type=int, default=0)
    told, _ = parser.parse_known_args()  # `make bench` calls every script with --save
    if told.out is None:
        print(f"{len(read_kept())} kept sentences in {KEPT.name}; --out FILE writes new candidates.")
        return
    rows = candidates(told.count, told.seed)
    write_atomic(told.out, as_json(rows, Printing("en_GB", "GBP")) + "\n")


if __name__ == "__main__":
    main()
