"""Scores of finished texts: BLEU, slot errors by a reader, and an exact-match reader of its own that shares no code with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.writing.value_reading import Forms, Meaning, ValueReader, faults


def bleu(texts: Sequence[str], references: Sequence[Sequence[str]], *, lower: bool) -> float:
    """Return the corpus BLEU of texts, each against its own number of references; sacrebleu's defaults."""
    from sacrebleu import corpus_bleu

    if not texts:
        return 0.0
    most = max(len(one) for one in references)
    streams = [[one[number] if number < len(one) else None for one in references] for number in range(most)]
    return float(corpus_bleu(list(texts), streams, lowercase=lower, force=True).score)


def errors_by(reader: ValueReader, texts: Sequence[str], meanings: Sequence[Meaning]) -> float:
    """Return (added + missing + wrong + repeated values) / values to be said."""
    wrong = 0
    for text, meaning in zip(texts, meanings, strict=True):
        missing, more = faults(reader.read(text, meaning), meaning)
        left, added = Counter(slot for slot, _ in missing), Counter(slot for slot, _ in more)
        wrong += len(missing) + len(more) - sum((left & added).values())
    return wrong / max(1, sum(len(one.values) for one in meanings))


def exact_errors(
    texts: Sequence[str], meanings: Sequence[Meaning], forms: Forms, known: Mapping[str, set[str]]
) -> float:
    """Return wrong values in percent of all: each has to stand in its text exactly once, as written, and no other may.

    Values said in words of their own (yes, no, any) are looked for by the words the schema gives.
    """
    wrong = sum(_wrong(text, one, forms, known) for text, one in zip(texts, meanings, strict=True))
    return 100 * wrong / max(1, sum(len(one.values) for one in meanings))


def _wrong(text: str, meaning: Meaning, forms: Forms, known: Mapping[str, set[str]]) -> int:
    """Return how many values a text lacks, repeats or states beyond the meaning."""
    wrong = 0
    literal: Counter[str] = Counter()
    placed: list[tuple[str, str]] = []  # values that count only where the schema says they stand
    for slot, value in meaning.values:
        base = re.sub(r" \d+$", "", slot)
        if not value or value in forms.cues or value in forms.said.get(base, {}):
            both = {one for name, one in meaning.values if re.sub(r" \d+$", "", name) == base}
            wrong += not _speaks(text, base, value, forms, both=len(both) > 1)
        elif base in forms.around:
            placed.append((base, _plain(value)))
        else:
            literal[_plain(value)] += 1
    names = {_plain(value) for slot, values in known.items() for value in values if _is_literal(slot, value, forms)}
    found, rest = _found(_plain(text), names | set(literal))
    for base, value in placed:
        spelled = "|".join(one.replace("{value}", re.escape(value)) for one in forms.around[base])
        spelled = spelled.replace("(?P<at>", "(?:")
        times = len(re.findall(rf"(?<![\w.])(?:{spelled})(?![\w+]|\.\d)", rest))
        wrong += times != placed.count((base, value))
    for value in {*found, *literal}:
        wrong += abs(found[value] - literal[value])
    return wrong


def _is_literal(slot: str, value: str, forms: Forms) -> bool:
    base = re.sub(r" \d+$", "", slot)
    return bool(value) and base not in forms.around and base not in forms.said and value not in forms.cues


def _speaks(text: str, slot: str, value: str, forms: Forms, *, both: bool) -> bool:
    """Return whether a text states a value in words of its own; `both` where it also denies it of another thing."""
    said = forms.said.get(slot, {})
    yes = any(re.search(one, text, re.IGNORECASE) for one in said.get(value, [forms.words.get(slot, re.escape(slot))]))
    if value in ("yes", "true") and not both:  # said by a word the denial holds too
        no = said.get("no" if value == "yes" else "false", [])
        return yes and not any(re.search(one, text, re.IGNORECASE) for one in no)
    return yes and (value not in forms.cues or bool(re.search(forms.cues[value], text, re.IGNORECASE)))


def _found(text: str, names: set[str]) -> tuple[Counter[str], str]:
    """Return how often each value stands in a text, longer ones first, none inside another; and the text without them."""
    found: Counter[str] = Counter()
    for name in sorted(names, key=lambda one: (-len(one), one)):
        if name not in text:
            continue
        pattern = rf"(?<![\w.]){re.escape(name)}(?!\w|\.\d)"
        text, times = re.subn(pattern, lambda match: "\0" * len(match.group()), text)
        if times:
            found[name] = times
    return found, text


def _plain(words: str) -> str:
    return " ".join(words.lower().replace("-", " ").split())
