"""Are the texts right, and do they read well? A blind sheet for people to fill in, and what they found.

    python benchmarks/reading.py make --work FOLDER --sheet sheet.csv --key key.csv
    python benchmarks/reading.py score SHEET1 SHEET2 --key key.csv [--json] [--save]

`make` writes texts of the shipped default among others, shuffled, no origin shown; the key stays sealed until the sheets are back.
A reader fills in right (1 or 0 by the facts shown), natural (1 to 5) and why. It judges no text itself.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.form import RESULTS, Figure, libraries_first, publish
from shop.files import write_atomic

OURS, PLAIN_PLAN, FEW_SHOT, A_FACT, BEATEN, WORDS_ONLY, PLANTED = (
    "shipped default",
    "plain plan",
    "base model few-shot",
    "one sentence a fact",
    "personas to beat",
    "shipped default, text only",
    "planted error",
)
KINDS = ("persona", "copy")
COLUMNS = ("id", "kind", "facts", "text", "right", "natural", "why")
NO_FACTS = "not given: say only how natural it reads"
MISSED = 0.1  # a reader who misses more of the planted errors is not counted
_JUDGED = {"1": True, "right": True, "yes": True, "0": False, "wrong": False, "no": False}


@dataclass(frozen=True)
class Item:
    """A text of the sheet, and what only the key says: where it comes from, what was planted in it and why that is wrong."""

    kind: str
    facts: str
    text: str
    origin: str
    shop: str = ""
    planted: str = ""
    why_wrong: str = ""


def write_sheet(items: Sequence[Item], sheet: Path, key: Path, seed: int) -> None:
    """Write the sheet, shuffled, and the key to it; the key names the sheet by its hash."""
    order = list(items)
    random.Random(seed).shuffle(order)
    rows = [
        {
            "id": str(number),
            "kind": one.kind,
            "facts": one.facts,
            "text": one.text,
            "right": "",
            "natural": "",
            "why": "",
        }
        for number, one in enumerate(order, 1)
    ]
    told = _csv(COLUMNS, rows)
    write_atomic(sheet, told)
    names = ("id", *(field.name for field in fields(Item)), "sheet")
    digest = _digest(rows)
    write_atomic(key, _csv(names, [{"id": str(n), **asdict(one), "sheet": digest} for n, one in enumerate(order, 1)]))


def _digest(rows: Iterable[Mapping[str, str]]) -> str:
    told = "\n".join(f"{row['id']}|{' '.join(row['text'].split())}" for row in rows)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True)
class Judgement:
    """What one reader said of one text; `right` is None where no facts were shown."""

    right: bool | None
    natural: int
    why: str


def read_sheet(path: Path, key: Sequence[Mapping[str, str]]) -> dict[str, Judgement]:
    """Return a filled sheet by id.

    Raises
    ------
    SystemExit
        When it is another sheet, or a row is not filled in; the row is named.
    """
    rows = read_csv(path)
    if _digest(sorted(rows, key=lambda row: int(row["id"]))) != key[0]["sheet"]:
        raise SystemExit(
            f"{path}: its texts are not those of the key; expected the sheet made with it, only filled in."
        )
    shown = {row["id"]: row["facts"] != NO_FACTS for row in key}
    return {row["id"]: _judgement(path, row, shown[row["id"]]) for row in rows}


def _judgement(path: Path, row: Mapping[str, str], has_facts: bool) -> Judgement:
    natural, right = row["natural"].strip(), row["right"].strip().lower()
    if natural not in ("1", "2", "3", "4", "5"):
        raise SystemExit(f"{path}, id {row['id']}: natural is {natural!r}; expected 1 to 5.")
    if has_facts and right not in _JUDGED:
        raise SystemExit(f"{path}, id {row['id']}: right is {right!r}; expected 1 (right) or 0 (wrong).")
    return Judgement(_JUDGED.get(right) if has_facts else None, int(natural), row["why"].strip())


def figures_of(key: Sequence[Mapping[str, str]], readers: Mapping[str, Mapping[str, Judgement]]) -> list[Figure]:
    """Return the figures of all readers; those of one who missed too many planted errors are marked void and not averaged."""
    found = [figure for name, said in readers.items() for figure in _of_reader(name, key, said)]
    counted = [said for said in readers.values() if found_share(key, said) >= 1 - MISSED]
    found.append(Figure("readers that count", len(counted), "", "more", 2))
    if not counted:
        return found
    origins = dict.fromkeys(row["origin"] for row in key if row["origin"] != PLANTED)
    natural = {origin: _natural(key, counted, origin) for origin in origins}
    peers = {origin: value for origin, value in natural.items() if origin not in (OURS, WORDS_ONLY)}
    found.append(Figure("natural/shipped default", natural[OURS], "", "more", 4.3, peers=peers))
    if BEATEN in natural:
        ours = _natural(key, counted, OURS, "persona")
        found.append(Figure("natural/personas less personas to beat", ours - natural[BEATEN], "", "more", 0.0))
    for kind in KINDS:
        found.append(Figure(f"natural/shipped default/{kind}", _natural(key, counted, OURS, kind)))
    for origin in (PLAIN_PLAN, FEW_SHOT, A_FACT):
        found.append(Figure(f"right share/{origin}", _right(key, counted, origin)))
    return found


def _of_reader(name: str, key: Sequence[Mapping[str, str]], said: Mapping[str, Judgement]) -> list[Figure]:
    share = found_share(key, said)
    void = "" if share >= 1 - MISSED else " (void)"
    found = [Figure(f"{name}{void}/planted errors found", share, "", "more", 1 - MISSED)]
    for kind in KINDS:
        ids = [row["id"] for row in key if row["origin"] == OURS and row["kind"] == kind]
        right = sum(said[one].right is True for one in ids)
        target = None if void else len(ids) - round(len(ids) / 60)
        found.append(Figure(f"{name}{void}/{kind} right of {len(ids)}", right, "", "more", target))
    return found


def found_share(key: Sequence[Mapping[str, str]], said: Mapping[str, Judgement]) -> float:
    """Return the share of the planted errors a reader called wrong."""
    planted = [row["id"] for row in key if row["origin"] == PLANTED]
    return sum(said[one].right is False for one in planted) / max(1, len(planted))


def _natural(
    key: Sequence[Mapping[str, str]], counted: Sequence[Mapping[str, Judgement]], origin: str, kind: str = ""
) -> float:
    ids = [row["id"] for row in key if row["origin"] == origin and kind in ("", row["kind"])]
    marks = [said[one].natural for said in counted for one in ids]
    return sum(marks) / max(1, len(marks))


def _right(key: Sequence[Mapping[str, str]], counted: Sequence[Mapping[str, Judgement]], origin: str) -> float:
    verdicts = [said[row["id"]].right for said in counted for row in key if row["origin"] == origin]
    return sum(one is True for one in verdicts) / max(1, len(verdicts))


def kept_rows(key: Sequence[Mapping[str, str]], readers: Mapping[str, Mapping[str, Judgement]]) -> str:
    """Return texts, origins and what each reader said, as `benchmarks/results/read.csv` keeps them."""
    names = list(readers)
    columns = ["id", "kind", "origin", "shop", "planted", "text"]
    rows = []
    for row in key:
        told: dict[str, Any] = {name: row[name] for name in columns}
        if row["origin"] == BEATEN:
            told["text"] = ""  # not ours to publish
        for at, name in enumerate(names, 1):
            one = readers[name][row["id"]]
            told |= {f"right_{at}": "" if one.right is None else int(one.right), f"natural_{at}": one.natural}
            told |= {f"why_{at}": one.why}
        rows.append(told)
    return _csv(
        [*columns, *(f"{what}_{at + 1}" for at in range(len(names)) for what in ("right", "natural", "why"))], rows
    )


def main() -> None:
    """Make a sheet, or score filled ones."""
    libraries_first()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("do", choices=("make", "score"))
    parser.add_argument("sheets", nargs="*", type=Path, help="filled sheets, to score")
    parser.add_argument("--key", type=Path, default=Path("read_key.csv"))
    parser.add_argument("--sheet", type=Path, default=Path("read_sheet.csv"))
    parser.add_argument(
        "--work", type=Path, default=Path("read_work"), help="keeps vectors and what the model said ahead"
    )
    parser.add_argument("--beat", type=Path, help="a file of personas to beat, one a line behind a dash")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--save", action="store_true", help="write the result into benchmarks/results")
    told = parser.parse_args()
    if told.do == "make":
        from benchmarks.reading_texts import gathered

        write_sheet(gathered(told.work, told.beat, told.seed), told.sheet, told.key, told.seed)
        return
    if not told.sheets:
        parser.error("score: no sheet given; expected the filled sheets")
    key = read_csv(told.key)
    readers = {f"reader {at}": read_sheet(path, key) for at, path in enumerate(told.sheets, 1)}
    if told.save:
        write_atomic(RESULTS / "read.csv", kept_rows(key, readers))
    publish("read", figures_of(key, readers), told)


if __name__ == "__main__":
    main()
