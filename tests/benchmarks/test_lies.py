"""The lie maker: planted errors are where it says and false by the facts given. It knows no proof."""

from __future__ import annotations

import ast
import random
from datetime import date
from pathlib import Path

import pytest

import benchmarks
from assistant.writing import Fact, Printing, Source, Subject, fact
from benchmarks.lies import MAKERS, Lie, make_lies
from benchmarks.lies_chinese import MAKERS as CHINESE
from benchmarks.lies_disguise import DIGITS, WRAPS
from benchmarks.lies_edit import spelled
from benchmarks.lies_known import Known, numbers_in, sentences_in, value_of
from benchmarks.lies_texts import TrueText

ROOM = Path(benchmarks.__file__).parent
POUNDS = Printing("en_GB", "GBP")


def segment(number: int, name: str, customers: int, share: float, revenue: float) -> tuple[Fact, ...]:
    subject, table = Subject("segment", str(number), name), Source("customers")
    values = {
        "customers": customers,
        "share": share,
        "revenue_share": revenue,
        "top_category": f"Line {name}",
        "month": 6,
    }
    return tuple(fact(subject, key, value, table) for key, value in values.items())


def persona(number: int, name: str, customers: int, share: float, revenue: float) -> TrueText:
    facts = segment(number, name, customers, share, revenue)
    text = (
        f"{name} are {customers} customers, or {share:.0%} of the base. They bring in {revenue:.0%} of revenue. "
        f"Their busiest month is June. They buy mainly Line {name}."
    )
    return TrueText("persona", text, facts, (), None, POUNDS)


def email(number: int) -> TrueText:
    product, offer, table = (
        Subject("product", f"P{number}", f"Mug {'ABCDE'[number]}"),
        Subject("offer", "TEN", "TEN"),
        Source("t"),
    )
    facts = (
        fact(product, "title", product.name, table),
        fact(product, "price", 10.0 + number, table),
        fact(offer, "percent_off", 10, table),
        fact(offer, "ends", date(2026, 11, 30), table),
    )
    text = f"{product.name} costs £{10 + number}.00. You get 10% off until 30 November 2026."
    return TrueText("email", text, facts, (), None, POUNDS)


@pytest.fixture(scope="module")
def lies() -> list[Lie]:
    personas = [persona(1, "Night Owls", 431, 0.27, 0.41), persona(2, "Early Birds", 77, 0.05, 0.03)]
    return make_lies([*personas, *(email(number) for number in range(5))], per_kind=12, seed=3)


def test_make_lies_every_kind_has_its_count_and_each_text_is_new(lies: list[Lie]) -> None:
    assert {kind: sum(lie.kind == kind for lie in lies) for kind in MAKERS} == dict.fromkeys(MAKERS, 12)
    assert len({(lie.kind, lie.text, lie.source.facts) for lie in lies}) == len(lies)
    assert all(lie.text != lie.source.text for lie in lies)


def test_make_lies_outside_the_span_nothing_is_new(lies: list[Lie]) -> None:
    """What stands before the change is as it was; a lie out of two groups' facts is put together anew."""
    for lie in lies:
        if lie.trick != "pronoun of another group":
            start = lie.span[0]
            assert lie.source.text.startswith(lie.text[:start].rstrip())


def test_make_lies_same_seed_same_lies() -> None:
    texts = [persona(1, "Night Owls", 431, 0.27, 0.41), persona(2, "Early Birds", 77, 0.05, 0.03), email(0), email(1)]
    once, again, other = (make_lies(texts, per_kind=5, seed=seed) for seed in (1, 1, 2))
    assert [lie.text for lie in once] == [lie.text for lie in again]
    assert [lie.text for lie in once] != [lie.text for lie in other]


def test_known_a_number_near_a_known_one_could_be_true_and_is_not_planted() -> None:
    """0.274 may be printed as 27, 27.4 or 0.27; 431 is known, 437 is too near by 1.2 %, 440 is not."""
    known = Known(TrueText("persona", "", segment(1, "Owls", 431, 0.274, 0.41), (), None, POUNDS))
    assert [known.is_new(number) for number in (27, 27.4, 0.27, 431, 435, 440, 28)] == [
        False, False, False, False, False, True, True,
    ]  # fmt: skip


def test_spelled_numbers_read_as_in_a_letter() -> None:
    wanted = {8: "eight", 20: "twenty", 45: "forty-five", 300: "three hundred", 1012: "one thousand twelve"}
    assert {number: spelled(number) for number in wanted} == wanted
    assert value_of("1,381.5") == 1381.5


def test_sentences_in_cuts_at_signs_before_a_capital_only() -> None:
    text = "It costs £3.95. Take 10% off.\nYour shop"
    assert [text[a:b] for a, b in sentences_in(text)] == ["It costs £3.95.", "Take 10% off.", "Your shop"]


def test_disguises_change_what_is_read_but_the_plain_one() -> None:
    changed = [name for name, wrap in WRAPS.items() if wrap("Save it today now.") != "Save it today now."]
    # no % or £ in it, and entities still hold the spaces
    assert set(WRAPS) - set(changed) == {"plain"}
    assert DIGITS["full width"]("12") == "１２"


def test_chinese_lie_lies_where_it_says_and_differs_from_its_text() -> None:
    """The group of 412 has 9.5 % of customers; no lie about it may hold by accident."""
    facts = (*segment(1, "晚间顾客", 412, 0.095, 0.31),)
    text = "晚间顾客共有412人，占顾客总数的9.5%。他们贡献了31%的营收。"
    source = TrueText("persona", text, facts, (), None, Printing("zh_CN", "CNY"))
    for kind, maker in CHINESE.items():
        made = [edit for seed in range(40) if (edit := maker(Known(source), random.Random(seed))) is not None]
        assert made or kind in ("date shift", "swapped names"), kind  # the text holds no day and no name
        for edit in made:
            start, end = edit.span
            assert edit.text != text
            assert edit.text[:start] == text[:start]
            if kind == "changed digit":
                assert edit.text[start:end] not in ("412", "9.5", "31")


def test_lie_maker_and_reader_import_nothing_of_the_proof() -> None:
    hidden = {"proof", "known", "reading", "checked", "free"}
    for path in [*ROOM.glob("lies*.py"), *ROOM.glob("reader*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            names = [each.name for each in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            assert not ("writing" in module and hidden & {module.rsplit(".", 1)[-1], *names}), path.name


def test_subject_lie_under_the_readers_own_name_still_holds_a_number_no_fact_has(lies: list[Lie]) -> None:
    """A sentence whose only strange number was in the other's name would be true again under this name."""
    for lie in lies:
        own = lie.source.facts[0].subject.name
        if (
            lie.kind == "wrong subject"
            and lie.trick != "pronoun of another group"
            and own in lie.text[slice(*lie.span)]
        ):
            numbers = [value_of(match.group()) for match in numbers_in(lie.text[slice(*lie.span)])]
            assert any(Known(lie.source).is_new(number) for number in numbers), lie.text
