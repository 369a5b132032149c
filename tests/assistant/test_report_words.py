"""The report's own sentences are lines of the book, and count what the tables hold."""

from __future__ import annotations

from assistant import Assistant
from assistant.report_words import Captions, report_facts


def test_captions_are_proven_and_say_what_the_tables_hold(small_assistant: Assistant) -> None:
    personas = small_assistant.personas()
    captions = Captions.of(small_assistant, personas)
    counted = captions.said("shop_customers", "groups")
    assert counted.text == f"600 customers in {len(personas)} groups."
    assert [one.label for one in counted.sentences] == ["proven"]
    assert [claim.said for claim in counted.claims] == ["600", str(len(personas))]
    held, tested = (sum(getattr(one.held_out, name) for one in personas) for name in ("held", "tested"))
    assert str(held) in captions.said("claims_tested", "claims_held").text
    assert str(tested) in captions.said("claims_tested", "claims_held").text
    assert (
        captions.said("groups", number=1).text
        == f"Customers and revenue by group, {len(personas)} groups side by side."
    )


def test_caption_of_facts_no_line_states_is_empty(small_assistant: Assistant) -> None:
    captions = Captions.of(small_assistant, small_assistant.personas())
    assert captions.said("shop_products", "groups").text == ""
    assert {one.name for one in report_facts(small_assistant, [])} == {"shop_customers", "shop_orders", "claims_held"}
