"""E2E's published yardstick and peers: the slot error rules, five runs of TGen+, and a template of some 25 lines.

It learns nothing; the template is written by hand from the slots' names.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from assistant.writing.learn_words import capital, within
from assistant.writing.value_reading import Forms, Meaning, ValueReader
from benchmarks.form import Figure
from benchmarks.truth_scores import bleu, errors_by

_NAMES = {
    "eat_type": "eatType",
    "family_friendly": "familyFriendly",
    "price_range": "priceRange",
    "rating": "customer rating",
}


def published_reader(path: Path) -> ValueReader:
    """Return the reader of the published slot error rules (Dušek, Howcroft & Rieser 2019)."""
    rules = {_NAMES.get(slot, slot): one for slot, one in json.loads(path.read_text(encoding="utf-8")).items()}
    said = {slot: one for slot, one in rules.items() if isinstance(one, dict)}
    return ValueReader(Forms(said, known={slot: one for slot, one in rules.items() if isinstance(one, list)}))


def peers_of_e2e(
    folder: Path, reader: ValueReader, meanings: Sequence[Meaning], references: Sequence[Sequence[str]]
) -> list[Figure]:
    """Return BLEU and slot error of the peers, as figures named `peer/NAME/bleu`."""
    runs = {"template": [template(one) for one in meanings]}
    path = folder / "e2e_cleaned_tgen_plus.txt.gz"
    if path.is_file():
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
        count = len(meanings)
        runs |= {f"TGen+ {run + 1}": lines[run * count : (run + 1) * count] for run in range(5)}
    out = []
    for name, texts in runs.items():
        if len(texts) == len(meanings):
            out.append(Figure(f"peer/{name}/bleu", bleu(texts, references, lower=False)))
            out.append(Figure(f"peer/{name}/slot error", 100 * errors_by(reader, texts, meanings), "%", "less"))
    return out


def template(meaning: Meaning) -> str:
    """Return the text of a plain template, the further peer."""
    values: dict[str, str] = {}
    for slot, value in meaning.values:
        value = within(value, starts=False)
        values[slot] = f"{values[slot]} and {value}" if slot in values else value
    text = values.get("name", "It") + " is a"
    if "familyFriendly" in values:
        text += " family-friendly" if values["familyFriendly"] == "yes" else " non-family-friendly"
    text += " " + values.get("eatType", "place")
    if "food" in values:
        text += f" which serves {values['food']} food"
    price = values.get("priceRange")
    if price:
        text += f" in the {price} price range" if price[0].isalpha() and " " not in price else f" with prices {price}"
    text += "."
    if "customer rating" in values:
        text += f" It has a customer rating of {values['customer rating']}."
    where = [f"in the {values['area']} area"] if "area" in values else []
    where += [f"near {values['near']}"] if "near" in values else []
    if where:
        text += f" It is located {', '.join(where)}."
    return capital(text.replace(" a a", " an a").replace(" a I", " an I"))
