"""Results as the text a person reads on a terminal. It lays out what it is given and adds no claim of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant import Answer, Assistant, Copy
    from assistant.demo import Demo
    from assistant.llm.models import InstalledModel
    from assistant.llm.speed import Speed
    from assistant.scorecard import Scorecard
    from assistant.stages import StageTime
    from assistant.writing import Proof
    from retrieval import Recommendation
    from shop.mapping import DataReport
    from shop.mapping import Mapping as ColumnMapping


def columns(rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """Return rows laid out in columns as wide as their widest cell; `numbers` names those set right."""
    cells = [[str(cell) for cell in row] for row in rows]
    if not cells:
        return ""
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if at in numbers else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def mapping_text(mapping: ColumnMapping | None) -> str:
    """Return which column was read as what."""
    if mapping is None:
        return "Columns: given as tables, nothing had to be recognised."
    rows = [
        (
            choice.source,
            choice.column,
            _short(choice.example),
            f"{choice.table}.{choice.field}" if choice.table else "left out",
            choice.why,
        )
        for choice in mapping.choices
    ]
    return "Columns\n" + columns([("file", "column", "example", "read as", "why"), *rows])


def report_text(report: DataReport | None, lacks: Mapping[str, str]) -> str:
    """Return what became of every row, and what is missing."""
    parts = []
    if report is not None:
        rows = [
            (source, f"{read:,}", f"{report.rows_kept.get(source, 0):,}") for source, read in report.rows_read.items()
        ]
        parts.append("Rows\n" + columns([("file", "read", "kept"), *rows], numbers=(1, 2)))
        notes = [
            (note.source, note.kind, f"{note.count:,}", note.reason, _short(note.example, 60)) for note in report.notes
        ]
        if notes:
            parts.append(columns([("file", "what", "rows", "why", "for example"), *notes], numbers=(2,)))
    if lacks:
        parts.append("Missing\n" + columns(sorted(lacks.items())))
    return "\n\n".join(parts) or "Rows: given as tables, all kept."


def times_text(times: Sequence[StageTime]) -> str:
    """Return how long each stage took and the most memory the process had by then."""
    rows = [
        (
            time.name,
            f"{time.seconds:.1f} s",
            f"{time.peak_mib:,.0f} MiB",
            "taken from an earlier run" if time.reused else "",
        )
        for time in times
    ]
    total = ("all", f"{sum(time.seconds for time in times):.1f} s", "", "")
    return columns([*rows, total], numbers=(1, 2))


def recommendation_text(number: int, one: Recommendation, assistant: Assistant) -> str:
    """Return one recommendation with the proven words of why it is there."""
    return f"{number:>2}. {one.title} ({one.product_id})  {one.score:.3f}\n    {assistant.reason_words(one)}"


def copy_text(number: int, one: Copy) -> str:
    """Return one text with who wrote each sentence and what was refused."""
    lines = [f"{number}. {one.subject}" if one.subject else f"{number}.", f"   {one.body}"]
    writers = sorted(set(one.written_by))
    lines.append("   " + ", ".join(f"{writer}: {one.written_by.count(writer)}" for writer in writers))
    lines += [f"   refused: {refusal.text} ({refusal.reason})" for refusal in one.refused]
    return "\n".join(lines)


def answer_text(answer: Answer) -> str:
    """Return an answer, the choices where it asks back, and the passages it rests on."""
    lines = [answer.text]
    lines += [f"  {number}) {choice}" for number, choice in enumerate(answer.choices, 1)]
    lines += [f"  [{cited.number}] {cited.title}, {cited.source}" for cited in answer.citations]
    return "\n".join(lines)


def proof_text(proof: Proof) -> str:
    """Return each sentence with its label, its sources or the reason it is refused."""
    lines = []
    for sentence in proof.sentences:
        lines.append(f"{sentence.label:<10} {sentence.text}")
        lines += [f"           {claim.said!r} from {claim.fact.source.line()}" for claim in sentence.claims]
        if sentence.reason:
            lines.append(f"           {sentence.reason}")
    return "\n".join(lines)


def models_text(found: Sequence[InstalledModel], loaded: str, threads: int | None, speed: Speed | None) -> str:
    """Return the installed models, whether their hashes are right, and how fast the language model is here."""
    rows = [
        (
            model.kind,
            model.name,
            model.package,
            f"{model.size_mb:,.0f} MB",
            "hash right" if model.sha256_ok else "HASH WRONG",
            "converted" if model.converted else "",
        )
        for model in found
    ]
    lines = [columns(rows, numbers=(3,)), f"loaded: {loaded}"]
    if speed is None:
        lines.append(f"threads: {threads or 'as torch chooses; measure with --speed'}")
    if speed is not None:
        lines.append(f"{speed}")
    return "\n".join(lines)


def demo_text(demo: Demo) -> str:
    """Return everything the demo made, in the order it was made."""
    counts = ", ".join(f"{count:,} {name}" for name, count in demo.counts.items())
    parts = [f"{demo.shop}: {counts}"]
    parts.append("Who the customers are\n" + "\n".join(f"  {one.title}. {one.summary}" for one in demo.personas))
    recommended = "\n".join(f"  {one.title}" for one in demo.recommendations)
    parts.append(f"For customer {demo.customer}\n{recommended}")
    parts.append("Copy\n" + "\n\n".join(copy_text(number, one) for number, one in enumerate(demo.copies, 1)))
    parts.append("Ten questions\n" + "\n\n".join(f"  {one.question}\n  {answer_text(one)}" for one in demo.answers))
    parts.append("Time\n" + times_text(demo.stages))
    parts.append("Made\n" + "\n".join(f"  {path}" for path in demo.files))
    parts.append("Open the page with `make ui`, then http://127.0.0.1:7860")
    return "\n\n".join(parts)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 product", "1,204 products"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _short(text: str, length: int = 32) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def scorecard_text(card: Scorecard) -> str:
    """Return the scorecard, a section after the other with its verdict, and what could not be measured."""
    from assistant.card.page import shown

    parts = []
    for section in card.sections:
        rows = []
        for line in section.lines:
            between = "" if line.interval is None else f"{shown(line.interval[0])} to {shown(line.interval[1])}"
            beside = "" if line.baseline is None else f"({line.baseline[0]}: {shown(line.baseline[1])})"
            rows.append((f"  {line.what}", shown(line.value), between, beside, line.note))
        words = "".join(f"\n  ! {word}" for word in section.words)
        parts.append(f"{section.name}: {section.verdict}{words}" + (f"\n{columns(rows, numbers=(1,))}" if rows else ""))
    return "\n\n".join(parts)
