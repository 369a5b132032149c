"""Markup: nothing a shop or a customer writes becomes a tag, and nothing is underlined by guess."""

from __future__ import annotations

import pytest

from assistant.pages.markup import Said, bar, bubble, cites, mark, plain, proven, table

NASTY = '<img src=x onerror="alert(1)">\n\n**bold** & more'


def test_plain_escapes_tags_and_keeps_the_block_whole() -> None:
    assert plain(NASTY) == "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;<br><br>**bold** &amp; more"


@pytest.mark.parametrize(
    "markup",
    [
        proven(NASTY, []),
        proven("9 left", [Said("9", NASTY, NASTY)]),
        mark("proof", NASTY),
        cites([(NASTY, NASTY, NASTY)]),
        bubble(plain(NASTY), language='"><script>'),
        table([NASTY], [[plain(NASTY)]]),
        bar(0.5, '"><script>'),
    ],
)
def test_markup_lets_no_tag_of_a_value_through(markup: str) -> None:
    assert "<img" not in markup
    assert "<script" not in markup
    assert "\n\n" not in markup


def test_proven_marks_each_claim_once_in_order() -> None:
    text = proven("12 of 12 came", [Said("12", "a", "s"), Said("12", "b", "s")])
    assert text.count('class="fact short"') == 2
    assert text.index("<b>a</b>") < text.index("<b>b</b>")


def test_proven_with_a_claim_that_is_not_there_raises() -> None:
    with pytest.raises(ValueError, match="claim '13' does not occur in the text after character 2"):
        proven("12 of 12", [Said("12", "a", "s"), Said("13", "b", "s")])


def test_bar_stays_inside_its_frame() -> None:
    assert "width:100%" in bar(1.7)
    assert "width:0%" in bar(-1)
