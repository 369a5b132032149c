"""Groups and claims of an earlier day judged again: most are true of a shop that goes on as it was, none of a shop that turned round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant import Assistant, held_out
from assistant.card.groups import section_of_later
from assistant.later import Later, judged_later
from assistant.personas import Writing
from assistant.writing import Printing, load_book
from segmentation import differences
from shop import Shop


@pytest.fixture(autouse=True)
def _fewer_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "SAMPLES", 12)  # of the 40 that errors are counted from


def judged(shop: Shop, assistant: Assistant, days: int) -> Later | None:
    writing = Writing(load_book(), Printing(shop.settings.locale, shop.settings.currency), None)
    return judged_later(shop, assistant.made, writing, days=days)


def test_claims_of_a_shop_that_goes_on_as_it_was_are_still_true_and_those_of_random_groups_are_not(
    small_shop: Shop, small_assistant: Assistant
) -> None:
    found = judged(small_shop, small_assistant, 60)
    assert found is not None
    assert found.moment == small_shop.as_of - timedelta(days=60)
    assert len(found.claims) >= 10
    assert sum(test.held for _, test, _ in found.claims) >= 0.7 * len(found.claims)
    assert found.chance <= 0.1
    assert found.agreement > 0.5


def test_history_shorter_than_the_look_ahead_tells_nothing(small_shop: Shop, small_assistant: Assistant) -> None:
    assert judged(small_shop, small_assistant, 400) is None


def test_section_counts_what_is_true_no_longer_and_says_so() -> None:
    """Of four claims two are true of the group, three of its people."""
    kept, lost = (
        held_out.Tested("They order often.", True),
        held_out.Tested("They buy tea.", False, "its condition does not hold on them"),
    )
    found = Later(
        datetime(2025, 1, 1, tzinfo=UTC),
        (("A", kept, True), ("A", kept, True), ("B", lost, True), ("B", lost, False)),
        0.1,
        0.6,
    )
    section = section_of_later(found, 90)
    assert [line.value for line in section.lines] == [0.5, 0.75, 0.6]
    assert section.verdict == "not good enough"
    assert section.tables[0].rows == (("B", "They buy tea.", "its condition does not hold on them"),) * 2
