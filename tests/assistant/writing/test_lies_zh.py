"""Planted lies in Chinese: true texts of the plan, each made false in one place. Nothing false may be proven or claim-free."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

import pytest

from assistant.writing import Prover, Subject, load_book, name_segments, offer_facts, plan_texts, prove
from assistant.writing.copying import CHANNELS, compose_copy
from assistant.writing.facts import Fact, fact, renamed
from assistant.writing.free import why_not_free
from assistant.writing.offers import Offer
from assistant.writing.proof import Proof
from assistant.writing.show import Printing
from tests.assistant.writing.examples import SOURCE, facts_of, random_segment

YUAN = Printing("zh_CN", "CNY")
BOOK = load_book("zh")
TEXTS = 8
OTHER = "大单顾客"
CATEGORIES = {"Tea": "茶叶", "Home Decor": "家居装饰", "Toys & Games": "玩具", "Baby Care": "母婴", "Garden": "园艺"}
Lie = Callable[[str, Proof, random.Random], str | None]


def replaced(pairs: list[tuple[str, str]]) -> Lie:
    def lie(text: str, proof: Proof, dice: random.Random) -> str | None:
        found = [(one, other) for one, other in pairs if one in text]
        return text.replace(*dice.choice(found), 1) if found else None

    return lie


def changed_digit(text: str, proof: Proof, dice: random.Random) -> str | None:
    places = [at for claim in proof.claims for at in range(*claim.span) if text[at].isdigit()]
    if not places:
        return None
    at = dice.choice(places)
    return text[:at] + str((int(text[at]) + dice.randint(1, 9)) % 10) + text[at + 1 :]


def longer_number(text: str, proof: Proof, dice: random.Random) -> str | None:
    numbers = [claim for claim in proof.claims if claim.said[-1].isdigit()]
    if not numbers:
        return None
    end = dice.choice(numbers).span[1]
    return text[:end] + dice.choice(["0", ",000", ".5", "%", "万", "千", "多"]) + text[end:]


def sign(text: str, proof: Proof, dice: random.Random) -> str | None:
    places = [claim.span[0] for claim in proof.claims if claim.said[0].isdigit()]
    return f"{text[: (at := dice.choice(places))]}{dice.choice(['-', '负', '零下'])}{text[at:]}" if places else None


def swapped_values(text: str, proof: Proof, dice: random.Random) -> str | None:
    for sentence in proof.sentences:
        shown = [claim for claim in sentence.claims if claim.fact.unit in ("share", "days", "mean", "money", "name")]
        pairs = [(a, b) for a in shown for b in shown if a.span < b.span and a.said != b.said]
        if pairs:
            a, b = dice.choice(pairs)
            return text[: a.span[0]] + b.said + text[a.span[1] : b.span[0]] + a.said + text[b.span[1] :]
    return None


def other_subject(text: str, proof: Proof, dice: random.Random) -> str | None:
    name = proof.claims[0].fact.subject.name
    return text.replace(name, OTHER) if name in text else None


def smuggled_strength(text: str, proof: Proof, dice: random.Random) -> str | None:
    at = dice.choice(proof.claims).span[0]
    return (
        text[:at] + dice.choice(["仅", "只有", "近", "超过", "至少", "最多", "高达", "主要", "总是", "约"]) + text[at:]
    )


def number_word(text: str, proof: Proof, dice: random.Random) -> str | None:
    numbers = [claim for claim in proof.claims if claim.said[0].isdigit()]
    if not numbers:
        return None
    low, high = dice.choice(numbers).span
    return text[:low] + dice.choice(["十二", "四十", "一百", "两", "几"]) + text[high:]


def promise(text: str, proof: Proof, dice: random.Random) -> str | None:
    said = [
        "全场包邮。",
        "我们保证。",
        "您一定会喜欢！",
        "不满意全额退款。",
        "明天送达。",
        "祝您有免费的一天。",
        "来一杯免费的茶吧。",
    ]
    return text + dice.choice(said)


def claim_as_question(text: str, proof: Proof, dice: random.Random) -> str | None:
    sentence = dice.choice(proof.sentences).text
    return f"{text}{dice.choice(['您知道吗，', '难道不是', '想知道', '谁说'])}{sentence[:-1]}？"


def claim_as_hook(text: str, proof: Proof, dice: random.Random) -> str | None:
    hooks = [
        "想找全城最好的茶吗？", "准备好享受最低价了吗？", "您好，大买家！", "欢迎回来！", "来看看我们的新店吧。", "来三杯茶吧。",
        "感谢您的忠诚。", "您知道它免费吗？", "您好，王小明！",
    ]  # fmt: skip
    return dice.choice(hooks) + text


def comparison(text: str, proof: Proof, dice: random.Random) -> str | None:
    end = dice.choice(proof.sentences).span[1] - 1
    return (
        text[:end] + dice.choice(["，多于其他所有客群", "，而且还在上升", "，低于以往", "，是去年的两倍"]) + text[end:]
    )


def invented_offer(text: str, proof: Proof, dice: random.Random) -> str | None:
    return text + dice.choice(
        ["全场立减50%。", "截至2027年1月1日，您的订单立减¥5.00。", "输入优惠码SAVE，订单立减10%。"]
    )


def invisible(text: str, proof: Proof, dice: random.Random) -> str | None:
    end = dice.choice(proof.claims).span[1]
    return text[:end] + dice.choice(["\u200b", "\u202e", "\u2060", "\u200f"]) + text[end:]


def reported(text: str, proof: Proof, dice: random.Random) -> str | None:
    sentence = dice.choice([one for one in proof.sentences if one.claims])
    start = dice.choice(["并非", "没有人相信", "据说", "有谣言说：", "以下说法是错的：", "“"])
    return text[: sentence.span[0]] + start + text[sentence.span[0] :]


def date_shift(text: str, proof: Proof, dice: random.Random) -> str | None:
    found = re.search("星期[一二三四五六日]|[一二三四五六七八九十]+月|\\d+天", text)
    if found is None:
        return None
    said = found.group()
    days = {"星期": ["星期一", "星期四"], "月": ["一月", "八月"]}
    others = [one for key, some in days.items() if key in said for one in some if one != said] or ["昨天", "一年"]
    return text[: found.start()] + dice.choice(others) + text[found.end() :]


LIES: dict[str, Lie] = {
    "changed digit": changed_digit,
    "longer number": longer_number,
    "unit": replaced([("%", "个百分点"), ("¥", "$"), ("¥", "万元"), ("天", "周"), ("次", "百次"), ("单", "万单"), ("倍", "百倍")]),
    "sign": sign,
    "swapped values": swapped_values,
    "wrong subject": other_subject,
    "wrong predicate": replaced(
        [("营收", "利润"), ("下单", "退货"), ("消费", "亏损"), ("顾客总数", "员工总数"), ("买", "卖"), ("最多", "最少"), ("人均", "总计")]
    ),
    "smuggled strength": smuggled_strength,
    "negation": replaced([("占", "不占"), ("有", "没有"), ("是", "不是"), ("贡献", "没有贡献"), ("来自", "并非来自")]),
    "number word": number_word,
    "promise": promise,
    "claim as question": claim_as_question,
    "claim as hook": claim_as_hook,
    "comparison": comparison,
    "invented offer": invented_offer,
    "invisible": invisible,
    "look-alike": replaced([("他们", "她们"), ("顾客", "顧客"), ("。", "．"), ("1", "１"), ("0", "O"), ("，", ", ")]),
    "reported": reported,
    "date shift": date_shift,
}  # fmt: skip


def chinese(facts: list[Fact]) -> list[Fact]:
    """The same facts, with names a Chinese shop would have."""
    return [
        fact(
            one.subject,
            one.name,
            CATEGORIES.get(str(one.value), one.value) if one.unit == "name" else one.value,
            SOURCE,
        )
        for one in facts
    ]


@cache
def persona(number: int) -> tuple[str, list[Fact]]:
    facts = chinese(random_segment(number + 500))
    facts = renamed(facts, name_segments([facts], BOOK, printing=YUAN)[0])
    return plan_texts(facts, BOOK, n=12, seed=number, printing=YUAN)[0].text, facts


def other_facts() -> list[Fact]:
    return facts_of(Subject("segment", "tea", OTHER), customers=77, share=0.0777, average_order_value=7.77)


@cache
def prover_of(number: int) -> Prover:
    return Prover.of([*persona(number)[1], *other_facts()], BOOK, printing=YUAN)


@pytest.mark.parametrize("number", range(TEXTS))
@pytest.mark.parametrize("kind", LIES)
def test_prove_planted_lie_in_chinese_is_refused(kind: str, number: int) -> None:
    text, prover = persona(number)[0], prover_of(number)
    before = prover.prove(text)
    assert [sentence.label for sentence in before.sentences] == ["proven"] * len(before.sentences)
    told = LIES[kind](text, before, random.Random(number))
    if told is None:
        pytest.skip("this text has no place for this lie")
    assert told != text
    after = prover.prove(told)
    assert not after.may_leave, told
    true = {sentence.text for sentence in before.sentences}
    assert {sentence.text for sentence in after.sentences if sentence.may_leave} <= true, told


@pytest.mark.parametrize("seed", range(12))
def test_every_chinese_text_of_the_plan_is_proven(seed: int) -> None:
    facts = chinese(random_segment(seed, parts=0.3 + 0.7 * (seed % 3) / 2))
    facts = renamed(facts, name_segments([facts], BOOK, printing=YUAN)[0])
    texts = plan_texts(facts, BOOK, n=24, seed=seed, printing=YUAN)
    assert len(texts) >= 12
    prover = Prover.of(facts, BOOK, printing=YUAN)
    for candidate in texts:
        proof = prover.prove(candidate.text)
        assert {sentence.label for sentence in proof.sentences} == {"proven"}, candidate.text
        assert {claim.fact for claim in proof.claims} == set(candidate.facts_used)
        assert "。 " not in candidate.text


def mug() -> Subject:
    return Subject("product", "mug", "红色陶杯")


def mug_facts() -> list[Fact]:
    reason = Subject("reason", "mug", "红色陶杯")
    return [
        *facts_of(mug(), title="红色陶杯", price=12.5, category="厨房", brand="落叶松", buyers=214, stock=3),
        *facts_of(Subject("shop", "shop", "小茴香"), shop_name="小茴香"),
        *facts_of(Subject("customer", "c", "王小明"), customer_name="王小明"),
        *facts_of(reason, reason_title="红色陶杯", because_product="铸铁茶壶"),
    ]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("seed", range(4))
def test_chinese_copy_is_proven_and_within_its_length(channel: str, seed: int) -> None:
    facts = mug_facts() + offer_facts(Offer(percent_off=10, code="FRIEND10", ends="2026-11-30"), product=mug())
    draft = compose_copy(facts, channel=channel, book=BOOK, seed=seed, printing=YUAN)
    assert draft.body.refused == ()
    assert "FRIEND10" in draft.body.text
    assert "2026年11月30日" in draft.body.text
    assert len(draft.body.text) <= CHANNELS[channel].body
    assert len(draft.subject.text) <= CHANNELS[channel].subject
    assert {one.label for one in draft.body.sentences} <= {"proven", "claim-free"}
    lies = [
        ("10%", "15%"),
        ("FRIEND10", "FRIEND20"),
        ("11月30日", "12月30日"),
        ("¥12.50", "¥11.50"),
        ("红色陶杯", "蓝色陶杯"),
    ]
    for old, new in lies:
        if old in draft.body.text:
            told = prove(draft.body.text.replace(old, new, 1), facts, language="zh", printing=YUAN)
            assert not told.may_leave, (old, new)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("晚间顾客共有412人。", "proven"),
        ("晚间顾客共有413人。", "unproven"),
        ("晚间顾客只占顾客总数的9.5%，却贡献了31%的营收。", "proven"),
        ("晚间顾客只占顾客总数的31%，却贡献了9.5%的营收。", "unproven"),
        ("超过一半的顾客属于晚间顾客，占9.5%。", "unproven"),  # its condition does not hold
        ("目前晚间顾客的数量为412位顾客。", "checked"),
        ("目前晚间顾客的数量不为412位顾客。", "unproven"),
        ("目前晚间顾客的数量为412位忠实顾客。", "unproven"),
        ("目前晚间顾客的数量为4120位顾客。", "unproven"),
        ("目前晚间顾客的数量为412位顾客吗？", "unproven"),
        ("祝您生活愉快。", "claim-free"),
        ("祝您生活愉快，全场免费。", "unproven"),
        ("想给厨房添点什么吗？", "claim-free"),
        ("想给厨房添点优惠吗？", "unproven"),
    ],
)
def test_chinese_sentence_by_hand_has_its_label(text: str, label: str) -> None:
    evening = Subject("segment", "1", "晚间顾客")
    facts = facts_of(evening, customers=412, share=0.0949, revenue_share=0.31, average_order_value=164.3)
    assert [one.label for one in prove(text, facts, language="zh").sentences] == [label]


def test_two_chinese_sentences_joined_are_proven_and_their_values_in_place() -> None:
    evening = Subject("segment", "1", "晚间顾客")
    facts = facts_of(evening, customers=412, orders_mean=3.0, average_order_value=164.3)
    text = "晚间顾客共有412人。他们人均下单3次，平均每单消费¥164。"
    proof = prove(text, facts, language="zh", printing=YUAN)
    assert proof.may_leave
    assert [text[slice(*claim.span)] for claim in proof.claims] == ["412", "3", "¥164"]
    assert not prove(
        "晚间顾客共有412人。他们人均下单3次，平均每单消费¥146。", facts, language="zh", printing=YUAN
    ).may_leave


@pytest.mark.parametrize(
    "sentence", ["王小明，您好！", "来三杯茶吧。", "祝您有折扣。", "Delivery is free.", "是的。", "想找1个点子吗？", ""]
)
def test_chinese_sentence_that_claims_is_not_free(sentence: str) -> None:
    assert why_not_free(sentence, BOOK.free) != ""
