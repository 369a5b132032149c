"""Wordings learned from a shop's past mails: what is clean becomes a line, the rest is left with its reason, all set by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from assistant.writing import load_book
from assistant.writing.line_check import check_line
from assistant.writing.past_files import read_past_texts
from assistant.writing.past_texts import KnownProduct, KnownShop, learn_from_past_texts

LAMP = KnownProduct("Oak Desk Lamp", frozenset([Decimal("48.00"), Decimal("52.50")]), "Birk", "Lighting")
MUG = KnownProduct("Stoneware mug", frozenset([Decimal("9")]))
SHOP = KnownShop((LAMP, MUG), "Larch & Co", "hello@larch.example", frozenset(["Ann"]))


@pytest.mark.parametrize(
    ("said", "section", "line"),
    [
        (
            "The Oak Desk Lamp from Birk is waiting for you at £48.00.",
            "copy_product",
            "title brand price | | The {title} from {brand} is waiting for you at {price}.",
        ),
        ("Treat yourself to the stoneware mug.", "copy_product", "title | | Treat yourself to the {title}."),
        (
            "Take 15% off your next order until 31 March 2026 with the code SPRING15!",
            "copy_offer",
            "percent_off ends code | | Take {percent_off} off your next order until {ends} with the code {code}!",
        ),
        (
            "Enjoy 10% off the Stoneware mug until 3 April.",
            "copy_offer",
            "product_percent_off offer_product ends | | Enjoy {product_percent_off} off the {offer_product} until {ends}.",
        ),
        ("There is £5 off your order, says the cat.", "", "states something no fact covers"),
        ("The Oak Desk Lamp was £60.00.", "", "no price of 'Oak Desk Lamp'"),
        ("The Oak Desk Lamp holds 3 bulbs.", "", "'3' is no value"),
        ("Only the Oak Desk Lamp turns like this.", "", "'Only' states something"),
        ("The Oak Desk Lamp comes from Bergen.", "", "'Bergen' is a name no table holds"),
        ("The Oak Desk Lamp goes with the Stoneware mug.", "", "names 2 products"),
        ("We deliver for nothing and everybody loves it.", "", "not claim-free"),
        ("Dear Zoë,", "", "no customer's name"),
        ("Nights draw in", "", "no whole sentence"),
        (
            "Until 30 April, you get 15% off everything with the code SPRING15.",
            "copy_offer",
            "ends percent_off code | | Until {ends}, you get {percent_off} off everything with the code {code}.",
        ),
        ("Treat yourself to a Stoneware mug.", "", "article fits some titles"),
        (
            "Enter SPRING15 for a 15% off voucher.",
            "copy_offer",
            "code percent_off | | Enter {code} for {a percent_off} off voucher.",
        ),
        ("You left the Stoneware mug in your basket.", "", "'You left' says what a customer did"),
        ("The Stoneware mug is back on our shelf.", "", "'back on' was so then"),
        ("The Stoneware mug is a bestseller.", "", "'bestseller' was so then"),
        ("The Stoneware mug is a mug is a mug, it is round.", "", "a run-on"),
        ("the Stoneware mug is for you.", "", "begins in the middle"),
    ],
)
def test_learn_sentence_becomes_the_line_or_is_left_with_the_reason(said: str, section: str, line: str) -> None:
    book = load_book("en")
    learned, left = learn_from_past_texts({"m.txt": said}, SHOP, book)
    if section:
        assert [(one.section, one.line) for one in learned] == [(section, line)]
        assert check_line(section, line, book).reason == ""
    else:
        assert learned == []
        assert line in left[0].reason


def test_learn_same_sentence_of_two_products_is_one_line_counted_twice() -> None:
    text = "Treat yourself to the Stoneware mug.\n\nTreat yourself to the Oak Desk Lamp."
    learned, _ = learn_from_past_texts({"m.txt": text}, SHOP, load_book("en"))
    assert [(one.count, one.origin) for one in learned] == [(2, "m.txt, line 1")]


def test_read_past_texts_mails_and_pages_lose_their_markup(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<style>p{}</style><p>Treat yourself to the <b>Stoneware mug</b>.</p>", "utf-8")
    mail = "Subject: x\nContent-Type: text/html; charset=utf-8\n\n<p>See the Stoneware&nbsp;mug.</p>"
    (tmp_path / "b.eml").write_text(mail, "utf-8")
    (tmp_path / "c.txt").write_bytes("Café, and the Stoneware mug.".encode("cp1252"))
    texts = read_past_texts(tmp_path)
    assert texts["a.html"].strip() == "Treat yourself to the Stoneware mug."
    assert "Stoneware" in texts["b.eml"]
    assert texts["c.txt"].startswith("Café")


def test_read_past_texts_folder_without_texts_is_an_error_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="save mails and pages"):
        read_past_texts(tmp_path)
    with pytest.raises(ValueError, match="no such folder"):
        read_past_texts(tmp_path / "gone")


def test_learn_says_which_line_of_the_file_and_which_words_are_new_to_the_book() -> None:
    """By hand: "draped" and "sofas" stand in no line of the book; the sentence begins in the third line."""
    text = "Dear Ann,\n\nNights draw in. See the\nStoneware mug. The Oak Desk Lamp is draped on sofas."
    learned, _ = learn_from_past_texts({"m.txt": text}, SHOP, load_book("en"))
    told = {one.line.rsplit("| ", 1)[1]: one.told for one in learned}
    assert told["The {title} is draped on sofas."] == "m.txt, line 4; new words: draped, sofas"
