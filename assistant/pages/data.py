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

from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import bar, mark, notice, plain, table
from assistant.pages.words import Words
from assistant.uploads import Upload

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.making import IndexSummary
    from assistant.uploads import Checked
    from shop import Shop
    from shop.mapping import DataReport
    from shop.mapping import Mapping as ColumnMapping
    from shop.questions import ShopQuestion

_TYPES = [".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json", ".jsonl", ".parquet", ".gz", ".db", ".sqlite"]
# a stage as the index tells it: what it is called on the page
_STAGES = {
    "profiles": "profiles",
    "product index": "products",
    "passage index": "passages",
    "customer vectors": "customers",
    "segments": "segments",
}
_QUOTES = '"'


def data_tab(assistant: Assistant, words: Words) -> None:
    """Fill the tab: hand-over and progress left, columns, question and report right."""
    kept = gr.State(None, time_to_live=3600)  # (upload, candidates of the open question)
    shop = assistant.shop
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=2, min_width=290):
            files = gr.File(
                label=words("data.files"), file_types=_TYPES, file_count="multiple", height=150, elem_id="sk-upload"
            )
            steps = gr.Markdown(f'<p class="quiet">{plain(words("data.none_yet"))}</p>', elem_id="sk-steps", **HTML)
            index = gr.Button(words("data.index"), variant="primary", visible=False, elem_id="sk-index")
        with gr.Column(scale=5, min_width=320):
            with gr.Column(visible=False, elem_classes="card question") as asked:
                which = gr.Radio([], label="", elem_id="sk-which")
                use = gr.Button(words("data.use"), variant="primary", scale=0, min_width=90, elem_id="sk-use")
            shown = gr.Markdown(understood(shop, shop.settings.name, words), elem_id="sk-understood", **HTML)
    outputs = [steps, asked, which, shown, index, kept]

    def taken(paths: list[str] | None) -> tuple[Any, ...]:
        return _taken(assistant, words, paths or [])

    def answered(choice: int | None, known: Any) -> tuple[Any, ...]:
        return _answered(words, choice, known)

    def indexed(known: Any) -> Iterator[Any]:
        for told in _indexed(assistant, words, known):
            yield told, gr.update(visible=False)

    files.upload(taken, files, outputs, concurrency_limit=1, **PRIVATE)
    use.click(answered, [which, kept], outputs, concurrency_limit=1, **PRIVATE)
    index.click(indexed, kept, [steps, index], concurrency_limit=1, **PRIVATE)


def _taken(assistant: Assistant, words: Words, paths: list[str]) -> tuple[Any, ...]:
    from assistant import known_errors

    home = Path(tempfile.mkdtemp()) if assistant.state is None else assistant.state.folder / "uploads"
    upload = Upload(home / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S-%f}")
    try:
        upload.take([Path(path) for path in paths])
        return _after(words, upload, upload.check())
    except known_errors() as error:
        return _failed(words, str(error), None)


def _answered(words: Words, choice: int | None, known: Any) -> tuple[Any, ...]:
    from assistant import known_errors

    if known is None or choice is None:
        return _failed(words, words("data.choose"), known)
    upload, answers = known
    try:
        upload.answer(answers[int(choice)])
        return _after(words, upload, upload.check())
    except known_errors() as error:
        return _failed(words, str(error), known)


def _after(words: Words, upload: Upload, found: Checked) -> tuple[Any, ...]:
    if found.question is not None:
        answers = [one.answer for one in found.question.candidates if one.answer]
        walk = _walk(
            [("done", words("data.read"), ""), ("now", words("data.one_question"), words("data.on_the_right"))]
        )
        asked = gr.update(choices=_choices(found.question, words), value=None, label=_asks(found.question))
        return walk, gr.update(visible=True), asked, gr.skip(), gr.update(visible=False), (upload, answers)
    shop = found.shop
    assert shop is not None
    rows = sum(shop.report.rows_read.values()) if shop.report else shop.events.height
    walk = _walk(
        [
            ("done", words("data.read"), words("data.rows", n=f"{rows:,}")),
            ("done", words("data.checked"), _dropped(shop.report, words)),
            ("next", words("data.index_step"), ""),
        ]
    )
    view = understood(shop, words("data.given"), words)
    return walk, gr.update(visible=False), gr.skip(), view, gr.update(visible=True), (upload, [])


def _failed(words: Words, message: str, known: Any) -> tuple[Any, ...]:
    said = "".join(f"<p>{plain(line)}</p>" for line in message.splitlines() if line.strip())
    return (
        notice("bad", words("data.not_read"), "", said),
        gr.update(visible=False),
        gr.skip(),
        gr.skip(),
        gr.update(visible=False),
        known,
    )


def _asks(question: ShopQuestion) -> str:
    return f"{question.source}: {question.question}"


def _choices(question: ShopQuestion, words: Words) -> list[tuple[str, int]]:
    """Return the answers as lines of the choice: the column, what it would be read as, what it holds."""
    told = [one for one in question.candidates if one.answer]
    nothing = words("data.nothing")
    held = [words("data.holds", what=", ".join(one.examples) or nothing) for one in told]
    return [(f"{_reading(one.answer, words)} ({held[n]})", n) for n, one in enumerate(told)]


def _reading(answer: str, words: Words) -> str:
    column, _, field = answer.splitlines()[-1].partition(" = ")
    return f"{column.strip(_QUOTES)}: {field.strip(_QUOTES) or words('data.leave_out')}"


def _indexed(assistant: Assistant, words: Words, known: Any) -> Iterator[str]:
    """Index the files in a thread and tell how far it is; what was finished is kept where it stops."""
    from assistant import known_errors
    from assistant.stages import Stages

    if known is None:
        yield notice("bad", words("data.nothing_to_index"), plain(words("data.give_first")))
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
            yield _progress(seen, words)
            continue
        break
    thread.join()
    failed = isinstance(step, Exception)
    yield notice("bad", words("data.not_indexed"), plain(step)) if failed else _done(upload, step, words)


def _progress(seen: Mapping[str, tuple[int, int]], words: Words) -> str:
    steps = []
    for name, shown in _STAGES.items():
        done, total = seen.get(name, (-1, 0))
        kind = "next" if done < 0 else "done" if total and done >= total else "now"
        count = words("data.of", done=f"{done:,}", all=f"{total:,}") if kind == "now" and total > 1 else ""
        steps.append((kind, words(f"data.{shown}"), count))
    share = sum(kind == "done" for kind, _, _ in steps) / len(steps)
    return f'<section class="card"><progress value="{share:.2f}" max="1"></progress>{_steps(steps)}</section>'


def _done(upload: Upload, made: IndexSummary, words: Words) -> str:
    command = f"shopkeeper ui {upload.folder} --state {upload.state}"
    counts = words(
        "data.counts",
        products=f"{made.products:,}",
        customers=f"{made.customers:,}",
        segments=made.segments,
        as_of=made.as_of,
    )
    return (
        f'<section class="card"><h3>{plain(words("data.indexed"))}</h3><p>{plain(counts)}</p>'
        f"<p>{plain(words('data.open_with'))} <code>{plain(command)}</code></p></section>"
    )


def _walk(steps: list[tuple[str, str, str]]) -> str:
    return f'<section class="card">{_steps(steps)}</section>'


def _steps(steps: list[tuple[str, str, str]]) -> str:
    rows = "".join(
        f'<li class="{kind}"><b>{plain(name)}</b><span>{plain(words)}</span></li>' for kind, name, words in steps
    )
    return f'<ol class="steps">{rows}</ol>'


def _dropped(report: DataReport | None, words: Words) -> str:
    count = sum(note.count for note in report.notes if note.kind == "dropped") if report else 0
    return words.count("data.dropped", count) if count else words("data.every_row")


def understood(shop: Shop, title: str, words: Words) -> str:
    """Return the columns, the rows by reason and what is missing, as cards; of given tables, how many rows each holds."""
    mapping, report = shop.mapping, shop.report
    cards = [f'<header class="top"><h2>{plain(title)}</h2></header>']
    if mapping is None and report is None:
        cards.append(f'<p class="quiet">{plain(words("data.as_tables"))}</p>')
        cards.append(_card(words("data.tables"), "", _tables(shop, words)))
    if mapping is not None:
        cards.append(_card(words("data.columns"), "", _columns(mapping, words)))
    if report is not None:
        count = words("data.accounted", n=f"{sum(report.rows_read.values()):,}")
        cards.append(_card(words("data.report"), mark("ok", count), _report(report, words)))
    if shop.lacks:
        told = {name: words.said.get(f"lacks.{name}", what) for name, what in shop.lacks.items()}
        missing = [[f"<code>{plain(name)}</code>", plain(what)] for name, what in sorted(told.items())]
        cards.append(_card(words("data.missing"), "", table([words("data.not_in"), words("data.so_no")], missing)))
    return "".join(cards)


def _tables(shop: Shop, words: Words) -> str:
    names = ("events", "products", "customers", "orders", "reviews", "faq", "policies")
    rows = [[f"<code>{name}</code>", f"{getattr(shop, name).height:,}"] for name in names]
    return table([words("data.table"), words("data.row_count")], rows, numbers=[1])


def _columns(mapping: ColumnMapping, words: Words) -> str:
    rows = [
        [
            f"<code>{plain(one.column)}</code>",
            plain(one.example[:40]),
            f"<b>{plain(f'{one.table}.{one.field}' if one.table else words('data.not_used'))}</b>",
            plain(words("data.by", source=one.source, why=words.of(one.why)) if one.table else one.source),
            mark("ok", words("data.is_read")) if one.table else mark("quiet", words("data.left_out")),
        ]
        for one in mapping.choices
    ]
    head = [words(f"data.{name}") for name in ("your_column", "example", "read_as", "where")]
    return table([*head, ""], rows)


def _card(title: str, marked: str, body: str) -> str:
    return f'<section class="card"><header><h3>{plain(title)}</h3>{marked}</header>{body}</section>'


def _report(report: DataReport, words: Words) -> str:
    rows = [
        [plain(source), f"{read:,}", "", plain(words("data.kept", n=f"{report.rows_kept.get(source, 0):,}"))]
        for source, read in report.rows_read.items()
    ]
    most = max((note.count for note in report.notes), default=1)
    for note in report.notes:
        colour = {"dropped": "var(--sk-warn)", "changed": "var(--sk-accent)"}.get(note.kind, "var(--sk-edge)")
        said = f"{plain(words.of(note.kind))}: {plain(note.reason)}<br><small>{plain(note.example)}</small>"
        rows.append([plain(note.source), f"{note.count:,}", bar(note.count / most, colour), said])
    return table(
        [words("data.file"), words("data.row_count"), "", words("data.became")],
        rows,
        numbers=[1],
    )
