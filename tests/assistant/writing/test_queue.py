"""The queue of wordings: what passes the checks waits for a person, what a person approves is in force, nothing else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.writing import load_book, prove
from assistant.writing.line_check import check_line, unreachable
from assistant.writing.proposing import reworded
from assistant.writing.queue import Queue, QueueError
from prompts import languages
from tests.assistant.writing.examples import ScriptedLLM, mug_facts

LINE = "title price | | Have a look at {title}, at {price}."


@pytest.mark.parametrize("language", languages())
def test_unreachable_every_line_of_the_book_can_be_said(language: str) -> None:
    assert [line.where for line in unreachable(load_book(language))] == []


def test_line_no_case_can_reach_is_named_by_file_and_line(tmp_path: Path) -> None:
    line = "share revenue_share | share > 60 %, revenue_share < 40 %, share < revenue_share | {segment} are {share} and {revenue_share}."
    (tmp_path / "personas.txt").write_text(f"# ours\n{line}\n", encoding="utf-8")
    book = load_book("en", tmp_path)
    assert [one.where for one in unreachable(book)] == [f"{tmp_path.name}/personas.txt:2"]
    assert "its condition holds in none of 300 made-up shops" in check_line("personas", line, load_book("en")).reason


@pytest.mark.parametrize(
    ("section", "line", "reason"),
    [
        ("copy_product", "titel | | See {titel}.", "unknown fact"),
        ("copy_product", "title | | See {title.", "brace"),
        ("copy_product", "title price | | Only {price}: {title}.", "strength word 'only'"),
        ("copy_product", "price | | Yours for {price}.", "does not say which product"),
        ("copy_product", "price | price > 3 days | It costs {price}.", "unit"),
        ("copy_product", "title price | | The price of {the title} is {price}.", "has this text already"),
        ("copy_products", "title | | See {title}.", "expected one of"),
        ("personas", "share | share > 100 % | {They} are {share} of all customers.", "holds in none of 300"),
        ("free_lines", "opening | Did you know it is free?", "not claim-free"),
        ("copy_call", "title | | See {title}.\ntitle | | Buy {title}.", "more than one line"),
    ],
)
def test_check_line_wrong_line_is_turned_away_with_its_reason(section: str, line: str, reason: str) -> None:
    assert reason in check_line(section, line, load_book("en")).reason


def test_approve_line_is_in_force_at_once_and_kept_with_the_name(tmp_path: Path) -> None:
    facts, text = mug_facts(), "Have a look at Red stoneware mug, at 12.50."
    queue = Queue(tmp_path)
    (waiting,), turned = queue.offer([("copy_product", LINE, "a mail")])
    assert (turned, waiting.reached > 100) == ([], True)
    assert prove(text, facts, book=queue.book()).sentences[0].label != "proven"
    queue.approve(waiting.id, "Ada")
    assert prove(text, facts, book=queue.book()).sentences[0].label == "proven"
    again = Queue(tmp_path)
    assert [(one.status, one.by) for one in again.decided()] == [("approved", "Ada")]
    assert again.waiting() == []


def test_approve_edited_line_is_the_one_in_force_and_a_bad_edit_changes_nothing(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    (waiting,), _ = queue.offer([("copy_product", LINE, "a mail")])
    with pytest.raises(QueueError, match="unknown fact"):
        queue.approve(waiting.id, "Ada", line="title prize | | {title} at {prize}.")
    assert (len(queue.waiting()), list(tmp_path.glob("*.txt"))) == (1, [])
    queue.approve(waiting.id, "Ada", line="title price | | Look at {title}, at {price}.")
    assert any(line.text == "Look at {title}, at {price}." for line in queue.book().lines)
    assert not any(line.text == "Have a look at {title}, at {price}." for line in queue.book().lines)


def test_refuse_line_is_not_offered_again(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    (waiting,), _ = queue.offer([("copy_product", LINE, "a mail")])
    queue.refuse(waiting.id, "Ada", why="flat")
    assert Queue(tmp_path).offer([("copy_product", LINE, "another mail")]) == ([], [])


def test_decide_without_a_name_or_twice_is_refused(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    (waiting,), _ = queue.offer([("copy_product", LINE, "a mail")])
    with pytest.raises(QueueError, match="nobody is named"):
        queue.approve(waiting.id, " ")
    queue.approve(waiting.id, "Ada")
    with pytest.raises(QueueError, match="approved; expected one that waits"):
        queue.refuse(waiting.id, "Bob")
    with pytest.raises(QueueError, match="no wording"):
        queue.approve("nothing", "Ada")


def test_queue_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "queue.json").write_text('{"wordings": [{"id"', encoding="utf-8")
    with pytest.raises(QueueError, match=r"queue\.json: is no queue"):
        Queue(tmp_path)


@pytest.mark.parametrize(
    ("wrote", "outcome"),
    [
        ("Look: {title}, for {price}.", "Look: {title}, for {price}."),
        (
            "The sentence in other words: For {price}, {title} goes home with you.",
            "For {price}, {title} goes home with you.",
        ),
        ("{title} costs little.", "lacks price"),
        ("{title} is only {price}.", "it says 'only', which the line it was made of does not"),
        ("{title} costs {price}, from {brand}.", "adds brand"),
        ("", "the model wrote nothing"),
    ],
)
def test_reworded_keeps_same_slots_and_turns_the_rest_away(wrote: str, outcome: str) -> None:
    """Of the lines that state title and price alone: a text with both slots and no word that says more is offered."""
    book = load_book("en")
    lines = [line for line in book.lines if line.section == "copy_product" and line.covers == ("title", "price")]
    offered, useless = reworded(ScriptedLLM(wrote), replace(book, lines=(lines[0],)))
    assert [line.rsplit("| ", 1)[1] for _, line, _ in offered] + [reason for _, reason in useless] == [outcome]
