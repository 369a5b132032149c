"""Prompts are filled in strictly, and books are found by language."""

import pytest

from prompts import languages, render, wordings_folder


def test_render_fills_every_variable() -> None:
    text = render("opening", product="Red mug", start="Time for")
    assert 'about "Red mug".\nIt begins: Time for' in text
    assert "$" not in text


def test_render_value_with_dollar_and_braces_is_taken_literally() -> None:
    text = render("draft", kind="mail", facts="{price} $price ${x}")
    assert "{price} $price ${x}" in text


def test_render_missing_value_is_named() -> None:
    with pytest.raises(ValueError, match="prompt 'opening' lacks product; it was given start"):
        render("opening", start="Enjoy")


def test_render_unused_value_is_named() -> None:
    with pytest.raises(ValueError, match="does not use mood"):
        render("opening", product="", start="Enjoy", mood="warm")


@pytest.mark.parametrize("name", ["nothing", "../__init__"])
def test_render_unknown_prompt_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(KeyError, match="no prompt"):
        render(name)


def test_language_without_book_is_refused_with_those_there_are() -> None:
    assert "en" in languages()
    with pytest.raises(KeyError, match="no wording book for language 'xx'; there are books for .*en"):
        wordings_folder("xx")
