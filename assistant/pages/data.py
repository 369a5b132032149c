"""The Data tab: what was understood of the shop's files, and files handed over here. It reads no file itself."""

from __future__ import annotations

import queue
import tempfile
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.markup import bar, mark, notice, plain, table
from assistant.uploads import Upload

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.making import IndexSummary
    from assistant.uploads import Checked
    from shop.mapping import DataReport
    from shop.mapping import Mapping as ColumnMapping
    from shop.questions import ShopQuestion

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
_TYPES = [".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json", ".jsonl", ".parquet", ".gz", ".db", ".sqlite"]
_STAGES = ("profiles", "product index", "passage index", "customer vectors", "segments")
_QUOTES = '"'
_NONE_YET = '<p class="quiet">Orders or events, products, customers, FAQ, policies: whatever you have. They stay on this machine.</p>'


def data_tab(assistant: Assistant) -> None:
    """Fill the tab: hand-over and progress left, columns, question and report right."""
    kept = gr.State(None, time_to_live=3600)  # (upload, candidates of the open question)
    shop = assistant.shop
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=2, min_width=290):
            files = gr.File(
                label="Files of a shop", file_types=_TYPES, file_count="multiple", height=150, elem_id="sk-upload"
            )
            steps = gr.Markdown(_NONE_YET, elem_id="sk-steps", **_HTML)
            index = gr.Button("Index these files", variant="primary", visible=False, elem_id="sk-index")
        with gr.Column(scale=5, min_width=320):
            with gr.Column(visible=False, elem_classes="card question") as asked:
                which = gr.Radio([], label="", elem_id="sk-which")
                use = gr.Button("Use it", variant="primary", scale=0, min_width=90, elem_id="sk-use")
            shown = gr.Markdown(
                understood(shop.mapping, shop.report, shop.lacks, shop.settings.name), elem_id="sk-understood", **_HTML
            )
    outputs = [steps, asked, which, shown, index, kept]

    def taken(paths: list[str] | None) -> tuple[Any, ...]:
        return _taken(assistant, paths or [])

    def answered(choice: int | None, known: Any) -> tuple[Any, ...]:
        return _answered(choice, known)

    def indexed(known: Any) -> Iterator[Any]:
        for told in _indexed(assistant, known):
            yield told, gr.update(visible=False)

    files.upload(taken, files, outputs, concurrency_limit=1, **_PRIVATE)
    use.click(answered, [which, kept], outputs, concurrency_limit=1, **_PRIVATE)
    index.click(indexed, kept, [steps, index], concurrency_limit=1, **_PRIVATE)


def _taken(assistant: Assistant, paths: list[str]) -> tuple[Any, ...]:
    from assistant import known_errors

    home = Path(tempfile.mkdtemp()) if assistant.state is None else assistant.state.folder / "uploads"
    upload = Upload(home / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S-%f}")
    try:
        upload.take([Path(path) for path in paths])
        return _after(upload, upload.check())
    except known_errors() as error:
        return _failed(str(error), None)


def _answered(choice: int | None, known: Any) -> tuple[Any, ...]:
    from assistant import known_errors

    if known is None or choice is None:
        return _failed("Choose one of the answers first.", known)
    upload, answers = known
    try:
        upload.answer(answers[int(choice)])
        return _after(upload, upload.check())
    except known_errors() as error:
        return _failed(str(error), known)


def _after(upload: Upload, found: Checked) -> tuple[Any, ...]:
    if found.question is not None:
        answers = [one.answer for one in found.question.candidates if one.answer]
        walk = _walk([("done", "Read", ""), ("now", "One question", "answer it on the right")])
        asked = gr.update(choices=_choices(found.question), value=None, label=_asks(found.question))
        return walk, gr.update(visible=True), asked, gr.skip(), gr.update(visible=False), (upload, answers)
    shop = found.shop
    assert shop is not None
    rows = sum(shop.report.rows_read.values()) if shop.report else shop.events.height
    walk = _walk(
        [("done", "Read", f"{rows:,} rows"), ("done", "Checked", _dropped(shop.report)), ("next", "Index", "")]
    )
    view = understood(shop.mapping, shop.report, shop.lacks, "The files you gave")
    return walk, gr.update(visible=False), gr.skip(), view, gr.update(visible=True), (upload, [])


def _failed(message: str, known: Any) -> tuple[Any, ...]:
    said = "".join(f"<p>{plain(line)}</p>" for line in message.splitlines() if line.strip())
    return (
        notice("bad", "Not read", "", said),
        gr.update(visible=False),
        gr.skip(),
        gr.skip(),
        gr.update(visible=False),
        known,
    )


def _asks(question: ShopQuestion) -> str:
    return f"{question.source}: {question.question}"


def _choices(question: ShopQuestion) -> list[tuple[str, int]]:
    """Return the answers as lines of the choice: the column, what it would be read as, what it holds."""
    told = [one for one in question.candidates if one.answer]
    return [(f"{_reading(one.answer)} (holds {', '.join(one.examples) or 'nothing'})", n) for n, one in enumerate(told)]


def _reading(answer: str) -> str:
    column, _, field = answer.splitlines()[-1].partition(" = ")
    return f"{column.strip(_QUOTES)}: {field.strip(_QUOTES) or 'leave it out'}"


def _indexed(assistant: Assistant, known: Any) -> Iterator[str]:
    """Index the files in a thread and tell how far it is; what was finished is kept where it stops."""
    from assistant import known_errors
    from assistant.stages import Stages

    if known is None:
        yield notice("bad", "Nothing to index", "Give files first.")
        return
    upload: Upload = known[0]
    told: queue.Queue[Any] = queue.Queue()

    def work() -> None:
        try:
            shop = upload.check().shop
            assert shop is not None
            told.put(upload.index(shop, assistant.encoder, Stages(lambda *step: told.put(step))))
        except known_errors() as error:
            told.put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    seen: dict[str, tuple[int, int]] = {}
    while True:
        step = told.get()
        if isinstance(step, tuple):
            name, done, total = step
            seen[name] = (done, total)
            yield _progress(seen)
            continue
        break
    thread.join()
    yield notice("bad", "Not indexed", plain(step)) if isinstance(step, Exception) else _done(upload, step)


def _progress(seen: Mapping[str, tuple[int, int]]) -> str:
    steps = []
    for name in _STAGES:
        done, total = seen.get(name, (-1, 0))
        kind = "next" if done < 0 else "done" if total and done >= total else "now"
        steps.append((kind, name.capitalize(), f"{done:,} of {total:,}" if kind == "now" and total > 1 else ""))
    share = sum(kind == "done" for kind, _, _ in steps) / len(steps)
    return f'<section class="card"><progress value="{share:.2f}" max="1"></progress>{_steps(steps)}</section>'


def _done(upload: Upload, made: IndexSummary) -> str:
    command = f"shopkeeper ui {upload.folder} --state {upload.state}"
    counts = f"Products {made.products:,}, customers {made.customers:,}, segments {made.segments}, as of {made.as_of}."
    return f'<section class="card"><h3>Indexed</h3><p>{plain(counts)}</p><p>Open it with <code>{plain(command)}</code></p></section>'


def _walk(steps: list[tuple[str, str, str]]) -> str:
    return f'<section class="card">{_steps(steps)}</section>'


def _steps(steps: list[tuple[str, str, str]]) -> str:
    rows = "".join(
        f'<li class="{kind}"><b>{plain(name)}</b><span>{plain(words)}</span></li>' for kind, name, words in steps
    )
    return f'<ol class="steps">{rows}</ol>'


def _dropped(report: DataReport | None) -> str:
    notes = [note for note in report.notes if note.kind == "dropped"] if report else []
    if not notes:
        return "every row kept"
    count, reasons = sum(note.count for note in notes), len({note.reason for note in notes})
    return f"{count:,} rows set aside, {reasons} {'reason' if reasons == 1 else 'reasons'}"


def understood(mapping: ColumnMapping | None, report: DataReport | None, lacks: Mapping[str, str], title: str) -> str:
    """Return the columns, the rows by reason and what is missing, as cards."""
    cards = [f'<header class="top"><h2>{plain(title)}</h2></header>']
    if mapping is not None:
        rows = [
            [
                f"<code>{plain(one.column)}</code>",
                plain(one.example[:40]),
                f"<b>{plain(f'{one.table}.{one.field}' if one.table else 'not used')}</b>",
                plain(f"{one.source}, by {one.why}" if one.table else one.source),
                mark("proof", "Read") if one.table else mark("quiet", "Left out"),
            ]
            for one in mapping.choices
        ]
        cards.append(_card("Columns", "", table(["Your column", "Example", "Read as", "Where", ""], rows)))
    if report is not None:
        cards.append(
            _card(
                "Data report", mark("proof", f"{sum(report.rows_read.values()):,} rows accounted for"), _report(report)
            )
        )
    if mapping is None and report is None:
        cards.append('<p class="quiet">Given as tables: nothing had to be recognised and every row was kept.</p>')
    if lacks:
        missing = [[f"<b>{plain(name)}</b>", plain(what)] for name, what in sorted(lacks.items())]
        cards.append(_card("Missing", "", table(["Not in the data", "So there are no"], missing)))
    return "".join(cards)


def _card(title: str, marked: str, body: str) -> str:
    return f'<section class="card"><header><h3>{plain(title)}</h3>{marked}</header>{body}</section>'


def _report(report: DataReport) -> str:
    rows = [
        [plain(source), f"{read:,}", "", f"read; {report.rows_kept.get(source, 0):,} kept"]
        for source, read in report.rows_read.items()
    ]
    most = max((note.count for note in report.notes), default=1)
    for note in report.notes:
        colour = {"dropped": "var(--sk-warn)", "changed": "var(--sk-accent)"}.get(note.kind, "var(--sk-edge)")
        words = f"{plain(note.kind)}: {plain(note.reason)}<br><small>{plain(note.example)}</small>"
        rows.append([plain(note.source), f"{note.count:,}", bar(note.count / most, colour), words])
    return table(["File", "Rows", "", "What became of them"], rows, numbers=[1])
