"""The decision about a question, on pages and scores made by hand; and the calibration on a made-up FAQ."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.desk.deciding import Thresholds, calibrate, choices, decide
from assistant.desk.reader import Reading
from retrieval import HashingEncoder, Lexicon, Passage, PassageHit, PassageIndex

PASSAGES = [
    Passage("faq-1", "faq", "How do I return a lamp?", "Send it back within 30 days.", "faq, entry 1"),
    Passage("faq-2", "faq", "How long does delivery take?", "It takes 4 days.", "faq, entry 2"),
    Passage("faq-3", "faq", "How long does shipping take?", "About 4 days.", "faq, entry 3"),
    Passage("faq-4", "faq", "Can I return a gift card?", "No.", "faq, entry 4"),
    Passage("policy-1-1", "policy", "Plants", "Plants are guaranteed for 60 days.", "policies, “Plants”, part 1"),
    Passage("policy-1-2", "policy", "Plants", "Frost is not covered.", "policies, “Plants”, part 2"),
    Passage("product-9", "product", "Blue lamp", "A lamp for the desk.", "products, 9"),
]
LEXICON = Lexicon("deliver delivery ship shipping\nreturn | send back")
INDEX = PassageIndex.build(PASSAGES, HashingEncoder(), lexicon=LEXICON)
USUAL = Thresholds(agreement=0.7)


def hit(row: int, dense: float, lexical: float = 0.0) -> PassageHit:
    return PassageHit(PASSAGES[row], dense + 0.2 * lexical, dense, lexical, title=dense)


@pytest.mark.parametrize(
    ("question", "hits", "expected"),
    [
        ("send back a lamp", [hit(0, 0.8), hit(3, 0.5)], "answer"),  # the same words, by synonym
        ("send back a lamp", [hit(0, 0.5), hit(3, 0.3)], "ask back"),  # the same words, but another sense
        ("return", [hit(0, 0.9), hit(3, 0.85)], "ask back"),  # two pages hold all that is asked
        ("return a lamp tomorrow abroad", [hit(0, 0.9)], "ask back"),  # more asked than the title asks
        ("how long is shipping", [hit(1, 0.9), hit(2, 0.5)], "answer"),  # less than the title asks, nothing left over
        ("how long does it take to ship", [hit(1, 0.9), hit(2, 0.9)], "answer"),  # two entries that ask the same
        ("blue lamp", [hit(6, 0.95, 1.0)], "answer"),  # a page named word for word
        ("blue lamps", [hit(6, 0.95, 1.0)], "ask back"),  # a product text is offered, not given as an answer
        ("weather", [hit(0, 0.1)], "hand over"),
        ("weather", [], "hand over"),
    ],
)
def test_decision_needs_meaning_and_the_same_words(question: str, hits: list[PassageHit], expected: str) -> None:
    assert decide(question, hits, INDEX, USUAL)[0] == expected


def test_page_in_parts_named_is_answered_from_its_first() -> None:
    assert decide("plants", [hit(5, 0.9), hit(4, 0.8)], INDEX, USUAL)[1][0].passage.id == "policy-1-1"


def test_choices_hold_each_thing_once_and_none_far_behind() -> None:
    """Entries 2 and 3 ask the same; the lamp is .25 behind the first, and two are there already."""
    found = choices([hit(1, 0.60), hit(2, 0.59), hit(3, 0.55), hit(0, 0.35)], INDEX, USUAL)
    assert [one.passage.id for one in found] == ["faq-2", "faq-4"]


def test_choices_are_at_least_two_where_there_are_two() -> None:
    found = choices([hit(0, 0.9), hit(3, 0.3)], INDEX, USUAL)
    assert [one.passage.id for one in found] == ["faq-1", "faq-4"]


def test_calibrate_asks_for_more_where_entries_borrow_each_others_words() -> None:
    """Ten pairs of entries, alike but for "winter" and "summer"; a pair shares two rare words of its own.

    idf of a word of 2 of 20 entries ln(1 + 18.5 / 2.5) = 2.128, of 10 of 20 0.693, of the four common words 4 * 0.024. Half of a
    pair left out, the other shares 10 of 11 words, cosine 0.909, and holds (2 * 2.128 + 0.096) / (2 * 2.128 + 0.096 + 0.693) =
    0.863 of the question: a fit of 1.772, so 1.78 is asked for.
    """
    words = "lamp chair table vase rug mug bowl plate clock mirror".split()
    seconds = "red blue grey pink teal gold rose sand lime plum".split()
    pairs = [
        Passage(
            f"faq-{n}", "faq", f"Does the oak {first} {second} for {season} gardens need yearly care", f"{n}", "faq"
        )
        for n, (first, second, season) in enumerate(
            (first, second, season)
            for first, second in zip(words, seconds, strict=True)
            for season in ("winter", "summer")
        )
    ]
    found = calibrate(PassageIndex.build(pairs, HashingEncoder(65536)))
    assert (found.fit, found.left_out, found.wrong) == (1.78, 20, 0)


def test_calibrate_asks_for_the_least_where_entries_have_nothing_in_common() -> None:
    apart = [Passage(f"faq-{n}", "faq", word, f"{n}", "faq") for n, word in enumerate("lamp rug vase mug bowl".split())]
    assert calibrate(PassageIndex.build(apart, HashingEncoder())).fit == 1.6


def test_page_in_parts_is_not_answered_from_where_no_part_says_what_the_title_does_not() -> None:
    assert decide("frost, plants, snow", [hit(4, 1.0), hit(5, 1.0)], INDEX, Thresholds(0.7, fit=1.2))[0] == "ask back"


def test_page_in_parts_that_fits_is_answered_from_the_part_that_comes_first_of_those_that_hold_the_question() -> None:
    """Both parts are called Plants; only the second says "frost"."""
    hits = [hit(4, 0.9), hit(5, 0.9)]
    assert decide("frost and plants", hits, INDEX, USUAL)[1][0].passage.id == "policy-1-2"
    assert decide("do you have plants", hits[::-1], INDEX, USUAL)[1][0].passage.id == "policy-1-1"


class SureOf:
    """A reader that is sure of the pages given."""

    name = "scripted"

    def __init__(self, *sure: str) -> None:
        self.sure = sure

    def sureness(self, question: str, passages: Sequence[Passage]) -> list[float]:
        return [0.9 if one.id in self.sure else 0.1 for one in passages]


@pytest.mark.parametrize(
    ("sure", "least", "expected"),
    [
        (("faq-4",), 0.5, ("answer", "faq-4")),
        (("faq-4",), 0.95, ("ask back", "faq-1")),  # not as sure as is asked for
        (("faq-1", "faq-4"), 0.5, ("ask back", "faq-1")),  # of two that ask something else
        ((), 0.5, ("ask back", "faq-1")),
        (("product-9",), 0.5, ("ask back", "faq-1")),  # a product's text is no page to answer from
    ],
)
def test_reader_answers_only_where_it_is_sure_of_one_page(
    sure: tuple[str, ...], least: float, expected: tuple[str, str]
) -> None:
    hits = [hit(0, 0.5), hit(3, 0.48), hit(6, 0.47)]
    decision, best = decide("something odd", hits, INDEX, USUAL, Reading(SureOf(*sure), least, 9, 0, 9, 9))
    assert (decision, best[0].passage.id) == expected
