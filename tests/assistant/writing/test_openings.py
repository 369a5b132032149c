"""Questions a model writes: held to the turns of the book's, kept as far as they claim nothing, its own told from the book's."""

from __future__ import annotations

from assistant.llm.words import Follows, after
from assistant.writing import load_book
from assistant.writing.free import why_not_free
from assistant.writing.openings import turns, write_hook, write_hooks
from tests.assistant.writing.examples import ScriptedLLM


def test_turns_begin_as_asked_and_lend_what_stands_inside_the_others() -> None:
    """By hand: "for a cup of tea?" stands in "Time for a cup of tea?", so "Ready for a cup of tea?" can be said after Ready."""
    grammar = Follows(turns(load_book("en"), "ready for"))
    state = after(grammar, "Ready for a slow breakfast with friends?")
    assert state is not None
    assert grammar.may_end(state)
    assert after(grammar, "Time") is None
    assert after(grammar, "Ready for something cheap") is None


def test_hooks_are_claim_free_distinct_and_told_from_the_lines_of_the_book() -> None:
    book = load_book("en")
    listed = next(line for line in book.free_lines["opening"] if line.startswith("Are you looking for"))
    llm = ScriptedLLM(listed, "Are you looking for a long walk?", "Are you looking for a bargain?", listed)
    hooks = write_hooks(llm, book, ["Red mug", "Blue lamp", "Tea", "Box"])
    assert [(hook.text, hook.is_new) for hook in hooks] == [
        (listed, False),
        ("Are you looking for a long walk?", True),
    ]
    assert all(not why_not_free(hook.text, book.free) for hook in hooks)
    assert any('"Blue lamp"' in prompt for prompt in llm.prompts)


def test_model_that_loops_says_its_sentence_once() -> None:
    loop = "something nice " * 40
    hook, refused = write_hook(ScriptedLLM(*[loop] * 4), load_book("en"), "Red mug", seed=3)
    assert hook is not None
    assert hook.text.lower().count("something") == 1
    assert refused == []


def test_question_about_a_thing_is_not_taken_where_nobody_sees_whether_it_suits() -> None:
    said = ("a quiet evening at home", "a cup of tea", "something lovely", "something good")
    hook, refused = write_hook(ScriptedLLM(*said), load_book("en"), "Stapler", seed=3)
    assert hook is not None
    assert hook.text.endswith(" something lovely?")
    assert write_hook(ScriptedLLM(*said[:2]), load_book("en"), "Stapler", seed=3)[0] is None


def test_model_that_says_nothing_or_claims_opens_no_text() -> None:
    for said in ("", "\n\n", "?!", "half price today only", "<|im_end|>"):
        hook, refused = write_hook(ScriptedLLM(*[said] * 4), load_book("en"), "Red mug", seed=3)
        assert hook is None
        assert len(refused) == 4
        assert all(one.reason for one in refused)
