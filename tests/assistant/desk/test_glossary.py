"""Questions in other languages read word by word: the file is whole, what is known is told from what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

import prompts
from assistant.desk.glossary import read_foreign

GLOSSARY = Path(prompts.__file__).parent / "en" / "glossary.txt"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Wie lange dauert der Versand?", "how long delivery"),
        ("Ich suche ein Geschenk für meine Mutter unter 20", "i am looking for gift for my mother under 20"),
        ("Bonjour, je voudrais annuler ma commande", "i want to cancel my order"),
        ("quiero devolver un pedido", "i want to return order"),
        ("我想退货", "i want to return"),
    ],
)
def test_foreign_question_is_read_word_by_word(typed: str, text: str) -> None:
    read = read_foreign(typed, "en")
    assert read is not None
    assert read.text == text
    assert read.unknown == ()


def test_word_that_is_not_known_stays_and_is_named() -> None:
    read = read_foreign("Kann ich mit PayPal bezahlen?", "en")
    assert read is not None
    assert (read.text, read.unknown) == ("can i with paypal pay", ("paypal",))


@pytest.mark.parametrize(
    ("typed", "language"), [("Where is my order?", "en"), ("我想退货", "zh"), ("Wo ist sie?", "zh")]
)
def test_own_language_and_one_without_a_glossary_are_left_alone(typed: str, language: str) -> None:
    assert read_foreign(typed, language) is None


def test_every_line_has_its_five_languages_and_no_word_stands_twice() -> None:
    seen: dict[tuple[int, str], str] = {}
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("#"):
            continue
        assert len(cells) == 5, line
        for at, cell in enumerate(cells[1:]):
            for word in filter(None, (one.strip() for one in cell.split(","))):
                assert seen.setdefault((at, word), cells[0]) == cells[0], f"{word}: {seen[at, word]} and {cells[0]}"
