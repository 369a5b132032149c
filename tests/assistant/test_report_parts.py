"""The parts of a persona's card say what differs with its interval, what not to claim, what next, and how the group grew."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np

from assistant import Assistant
from assistant.held_out import HeldOut
from assistant.movement import Movement
from assistant.personas import Persona
from assistant.report import as_json
from assistant.report_parts import differences_html, steps_html, trend_html
from segmentation import Difference

SURE = Difference(0.6, 0.3, 0.3, 0.02, 0.02, 1e-9, is_found=True)
UNSURE = Difference(0.31, 0.3, 0.01, 0.02, 0.02, 0.6)


def persona(**more: object) -> Persona:
    found = {"weekend_share": SURE, "return_rate": UNSURE}
    return Persona(0, "A <b>", "", 50, (), (), HeldOut(20, ()), (), found, ("An idea: write <now>.",), **more)  # type: ignore[arg-type]


def test_card_parts_show_the_interval_of_what_is_found_and_name_what_is_not() -> None:
    html = differences_html(persona())
    assert "+30 points (+26 to +34)" in html
    assert "Not to be claimed, as no difference was found: return rate." in html
    assert html.count("<tr>") == 2
    assert steps_html(persona()) == "<h4>What to do next</h4><ul><li>An idea: write &lt;now&gt;.</li></ul>"


def test_trend_counts_who_left_and_shows_the_oldest_first() -> None:
    """Of 40 in the group a month ago 10 left; it was half of the 80 then and is 60 of 100 now."""
    moments = (datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))
    moved = Movement(moments, np.array([[60, 40], [40, 40]]), np.array([[30, 10], [20, 20]]))
    assert "50% of those who had bought 30 days ago, 60% now; of 40 in it 30 days ago 10 left" in trend_html(
        persona(), moved
    )
    assert trend_html(persona(), None) == ""


def test_report_json_counts_what_the_page_says_of_a_group_over_time(small_assistant: Assistant) -> None:
    """Of 40 in the first group a month ago 10 left."""
    moments = (datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))
    moved = Movement(moments, np.array([[60, 40], [40, 40]]), np.array([[30, 10], [20, 20]]))
    told = json.loads(as_json(small_assistant, [persona()], moved))
    over_time = {"days": 30, "shares": [0.6, 0.5], "members_then": 40, "left_since": 10}
    assert [one["over_time"] for one in told["personas"]] == [over_time]
    assert json.loads(as_json(small_assistant, [persona()]))["personas"][0]["over_time"] is None


def test_report_json_holds_differences_next_steps_and_what_not_to_claim(small_assistant: Assistant) -> None:
    told = json.loads(as_json(small_assistant, small_assistant.personas()))
    claimed = [one for one in told["personas"] if one["held_out"]["tests"]]
    assert claimed
    for one in claimed:
        low, high = next(iter(one["differences"].values()))["interval"]
        assert low < high
        assert not set(one["differences"]) & set(one["not_to_claim"])
    held = {test["said"] for one in claimed for test in one["held_out"]["tests"] if not test["held"]}
    assert not held & {step for one in claimed for step in one["next_steps"]}
