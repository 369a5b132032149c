"""Do texts of learned sentences say what they should, and do they read like people's? Slot errors and BLEU on data-to-text sets.

    python benchmarks/truth.py [--json] [--save] [--list FOLDER] [--only e2e,laptop,tv,video_games]
    python benchmarks/truth.py --train FILE --data FILE --schema FILE      any set with columns mr and ref

Each set is learned from its training file alone; the test file is written, never looked at. Nothing learned is kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.writing.learn import learn
from assistant.writing.learn_choice import Writer, Written
from assistant.writing.value_reading import Meaning, ValueReader
from benchmarks.form import ROOT, Figure, options, publish
from benchmarks.truth_data import Schema, grouped, read_rows
from benchmarks.truth_e2e import peers_of_e2e, published_reader
from benchmarks.truth_scores import bleu, errors_by, exact_errors

SCHEMAS = ROOT / "benchmarks" / "schemas"


@dataclass(frozen=True)
class Task:
    """A set: files, schema, targets. `covered` asks for the BLEU of inputs a known sentence covers, else of all."""

    name: str
    train: Path
    data: Path
    schema: Path
    target: float | None = None
    lower: bool = True
    covered: bool = True


@dataclass(frozen=True)
class Outcome:
    """What was written for one set."""

    meanings: list[Meaning]
    references: list[list[str]]
    written: list[Written]
    learning: float  # seconds
    writing: float

    @property
    def texts(self) -> list[str]:
        """Return the texts in the order of the inputs."""
        return [one.text for one in self.written]

    @property
    def covered(self) -> list[int]:
        """Return which inputs known sentences cover."""
        return [number for number, one in enumerate(self.written) if one.sentences]


def tasks(data: Path) -> list[Task]:
    """Return the sets the issue names, as files of a data folder."""
    folder = data / "generation"

    def of(name: str, train: str, test: str, target: float, **more: bool) -> Task:
        return Task(
            name,
            folder / f"{train}.parquet",
            folder / f"{test}.parquet",
            SCHEMAS / f"{name}.toml",
            target,
            **more,
        )

    return [
        of("e2e", "e2e_cleaned_dev", "e2e_cleaned_test", 44.2, lower=False, covered=False),
        of("laptop", "laptop_train", "laptop_valid", 40.2),
        of("tv", "tv_train", "tv_valid", 38.2),
        of("video_games", "viggo_video_game_train", "viggo_video_game_valid", 48.6),
    ]


def run(
    schema: Schema, rows: Sequence[tuple[str, str]], test: Sequence[tuple[str, str]], reader: ValueReader
) -> Outcome:
    """Return the texts of the test's meanings, written by a book learned from the rows."""
    start = perf_counter()
    book = learn([(schema.meaning(mr), ref) for mr, ref in rows], reader, schema.manner)
    writer = Writer(book)
    learned = perf_counter()
    groups = grouped(test)
    meanings = [schema.meaning(mr) for mr in groups]
    written = [_written(writer, one) for one in meanings]
    return Outcome(meanings, list(groups.values()), written, learned - start, perf_counter() - learned)


def _written(writer: Writer, meaning: Meaning) -> Written:
    """Return the text of a meaning; an empty one, so all its values missing, where it cannot be written."""
    try:
        return writer.write(meaning)
    except ValueError as error:
        print(error, file=sys.stderr)
        return Written("", (), 0.0)


def figures_of(task: Task, schema: Schema, outcome: Outcome, known: dict[str, set[str]]) -> list[Figure]:
    """Return the figures of one set: errors, BLEU of all and of covered inputs, coverage, sentences, seconds."""
    covered = outcome.covered
    wrong = exact_errors(outcome.texts, outcome.meanings, schema.forms, known)
    everything = bleu(outcome.texts, outcome.references, lower=task.lower)
    some = bleu(
        [outcome.texts[number] for number in covered],
        [outcome.references[number] for number in covered],
        lower=task.lower,
    )
    sentences = {one for text in outcome.written for one in text.sentences}
    target_of_covered, target_of_all = (task.target, None) if task.covered else (None, task.target)
    return [
        Figure(f"{task.name}/slot errors, exact reader", wrong, "%", "less", 0.0 if task.covered else None),
        Figure(f"{task.name}/bleu, all inputs", everything, "", "more", target_of_all),
        Figure(f"{task.name}/bleu, covered inputs", some, "", "more", target_of_covered),
        Figure(f"{task.name}/inputs", len(outcome.texts)),
        Figure(f"{task.name}/covered by known sentences", 100 * len(covered) / max(1, len(outcome.texts)), "%"),
        Figure(f"{task.name}/distinct sentences used", len(sentences), "", "less"),
        Figure(f"{task.name}/seconds to learn", outcome.learning, "s", "less"),
        Figure(f"{task.name}/seconds to write", outcome.writing, "s", "less"),
    ]


def measure(task: Task, listing: Path | None) -> list[Figure]:
    """Return the figures of a set; write its texts beside their meanings where asked."""
    schema = Schema.read(task.schema)
    rows, test = read_rows(task.train), read_rows(task.data)
    known: dict[str, set[str]] = {}
    for mr, _ in [*rows, *test]:
        for slot, value in schema.meaning(mr).values:
            known.setdefault(slot, set()).add(value)
    outcome = run(schema, rows, test, schema.reader(rows))
    figures = figures_of(task, schema, outcome, known)
    if task.name == "e2e" and (rules := task.train.parent / "e2e_slot_error_rules.json").is_file():
        published = published_reader(rules)
        own = 100 * errors_by(published, outcome.texts, outcome.meanings)
        figures = [
            replace(one, figure=one.figure.replace("e2e/", "e2e, own reader/"), target=None) for one in figures
        ] + [Figure("e2e, own reader/slot error, published rules", own, "%", "less")]
        _list(listing, "e2e_own", outcome)
        outcome = run(schema, rows, test, published)
        figures = peers_of_e2e(task.train.parent, published, outcome.meanings, outcome.references) + figures
        wrong = 100 * errors_by(published, outcome.texts, outcome.meanings)
        figures = [
            *with_peers(wrong, figures_of(task, schema, outcome, known), figures),
        ]
    elif (peers := baseline_of(task, outcome)) is not None:
        figures = [replace(one, peers={"baseline": peers}) if "bleu, all" in one.figure else one for one in figures]
    _list(listing, task.name, outcome)
    return figures


def with_peers(wrong: float, figures: list[Figure], others: list[Figure]) -> list[Figure]:
    """Return E2E's figures: slot error by the published rules, each beside its peers."""
    peers = {
        what: {
            one.figure.split("/")[1]: one.value
            for one in others
            if one.figure.startswith("peer") and what in one.figure
        }
        for what in ("slot error", "bleu")
    }
    own = [Figure("e2e/slot error, published rules", wrong, "%", "less", 0.0, peers=peers["slot error"])]
    own += [
        replace(one, peers=peers["bleu"]) if "bleu, all" in one.figure else one
        for one in figures
        if "exact reader" not in one.figure
    ]
    return own + [one for one in others if not one.figure.startswith("peer")]


def baseline_of(task: Task, outcome: Outcome) -> float | None:
    """Return the BLEU of the texts the set brings as a baseline, if it does."""
    import polars as pl

    if task.data.suffix != ".parquet" or "baseline" not in pl.read_parquet_schema(task.data):
        return None
    frame = pl.read_parquet(task.data, columns=["mr", "baseline"]).unique("mr", keep="first", maintain_order=True)
    return bleu(frame["baseline"].to_list(), outcome.references, lower=task.lower)


def _list(folder: Path | None, name: str, outcome: Outcome) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for meaning, one in zip(outcome.meanings, outcome.written, strict=True):
        said = "; ".join(f"{slot}={value}" for slot, value in meaning.values)
        lines.append(f"{meaning.act}({said})\n  {'' if one.sentences else 'PLAIN: '}{one.text}")
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, print, keep."""
    parser = options(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--train", type=Path, help="a file to learn from")
    parser.add_argument("--data", type=Path, help="with --train the file to write; else the folder of data sets")
    parser.add_argument("--schema", type=Path, help="what acts and slots of that set mean; see benchmarks/schemas")
    parser.add_argument("--only", default="", help="names of sets, with commas between")
    parser.add_argument("--list", type=Path, help="a folder to write the texts into")
    told = parser.parse_args()
    if told.train:
        if not told.data or not told.schema:
            parser.error("--train FILE goes with --data FILE and --schema FILE.")
        chosen = [Task(told.schema.stem, told.train, told.data, told.schema)]
    else:
        folder = told.data or Path(os.environ.get("SHOPKEEPER_DATA", ROOT.parent / "shared" / "data"))
        names = set(told.only.split(",")) - {""}
        chosen = [one for one in tasks(folder) if one.train.is_file() and (not names or one.name in names)]
        if not chosen:
            parser.error(f"{folder}: no data set found; expected generation/e2e_cleaned_dev.parquet and others there.")
    figures = [figure for task in chosen for figure in measure(task, told.list)]
    named = told.only or told.train
    publish("_".join(["truth", *(one.name for one in chosen)]) if named else "truth", figures, told)


if __name__ == "__main__":
    main()
