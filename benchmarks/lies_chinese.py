"""Planted lies in Chinese: true texts with one error each, of thirteen kinds, false by the facts they come with.

It is written against the wording of texts and the values of facts alone: it knows nothing of how a text is proven.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from benchmarks.lies import Lie
from benchmarks.lies_known import Edit, Known, put

if TYPE_CHECKING:
    from benchmarks.lies_texts import TrueText

_NUMBER = re.compile(r"(?<![\w.,:])\d+(?:,\d{3})*(?:\.\d+)?(?![A-Za-z\d:]|[.,]\d)", re.ASCII)
_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
Editor = Callable[[Known, random.Random], Edit | None]
Table = tuple[tuple[str, tuple[str, ...]], ...]

_UNITS: Table = (
    (r"(?<=\d)%", ("个百分点", "‰", "倍", "天", "人", "成")),
    (r"¥(?=\d)", ("$", "€", "¥1", "-¥", "港币")),
    (r"(?<=\d)天", ("周", "个月", "小时", "年")),
    (r"(?<=\d)人", ("单", "万人", "家店", "件")),
    (r"(?<=\d)次", ("百次", "年", "件")),
    (r"(?<=\d)单", ("万单", "元", "人")),
    (r"(?<=\d)件", ("箱", "打", "吨")),
    (r"(?<=\d)倍", ("%", "百倍", "个点")),
    (r"(?<=\d)位", ("家", "万位", "单")),
)
_SIGNS: Table = (
    (r"(?<![\w.,¥])(?=\d)", ("-", "−", "负", "零下")),
    (r"立减", ("加收", "涨价", "立增")),
    (r"贡献了", ("亏掉了", "花掉了")),
    (r"天前", ("天后",)),
    (r"减(?=¥|\d)", ("加",)),
    (r"买过", ("退过",)),
    (r"有现货", ("无现货", "已售罄")),
)
_COMPARATIVES: Table = (
    (r"最多", ("最少", "最低")),
    (r"只占|只有", ("高达", "足有")),
    (r"超过一半|一半以上|过半|大部分|大多数", ("不到一半", "全部", "少数")),
    (r"(?<=[占为是])(?=\d)", ("超过", "不到", "至少", "仅", "约", "近", "将近")),
    (r"居首|居各品类之首", ("垫底", "居末")),
    (r"其次", ("再次", "最后")),
    (r"(?=。)", ("，多于以往", "，比同行都高", "，而且还在上升", "，是去年的两倍", "，远超其他客群")),
)
_NEGATIONS: Table = (
    (r"占(?=[\d顾总其订])", ("不占", "并未占")),
    (r"是", ("不是", "并非", "未必是")),
    (r"有(?=[\d\u4e00-\u9fff])", ("没有", "不会有")),
    (r"贡献了|带来|来自", ("没有贡献", "并非来自")),
    (r"买过|买了|下过", ("没买过", "从没下过")),
    (r"没有", ("都",)),
    (r"可以", ("不可以", "无法")),
    (r"售价", ("售价不是", "售价绝非")),
    (r"立减", ("不减", "不再减")),
    (r"已于", ("未于",)),
)
_PREDICATES: Table = (
    (r"营收", ("利润", "亏损", "投诉")),
    (r"下单", ("退货", "投诉", "登录", "取消")),
    (r"消费", ("亏欠", "存款")),
    (r"顾客总数", ("员工总数", "供应商总数")),
    (r"购买", ("退回", "出售")),
    (r"人均", ("总计", "每店")),
    (r"售价", ("成本", "运费", "邮费")),
    (r"库存", ("销量", "退货")),
    (r"平均评分", ("最高评分", "最低评分")),
    (r"订单(?=\d|A)", ("退单",)),
    (r"发出", ("丢失", "退回")),
    (r"送达", ("遗失", "拒收")),
    (r"来自", ("仿自", "销往")),
    (r"不下单", ("下单", "投诉")),
    (r"看过", ("买过", "退过")),
)  # fmt: skip
_DISCOUNTS = (
    "全场立减63%。", "您的订单立减¥5.25。", "输入优惠码SAVE，订单立减37%。", "第二件半价。", "满987减123。", "凭此信免单。",
    "会员再减43%。", "今日全场七折。", "买一送一。", "优惠码VIP，全场立减57%。", "新客立减¥31.50。", "下单即赠小样。",
)  # fmt: skip
_PROMISES = (
    "全场包邮。", "我们保证正品。", "您一定会喜欢！", "不满意全额退款。", "明天送达。", "终身质保。", "祝您有免费的一天。", "来一杯免费的茶吧。",
    "库存充足，绝不缺货。", "价格永远最低。", "送货上门。", "三天内必达。", "我们承诺七天无理由退货。", "您值得信赖。",
)  # fmt: skip
_HOOKS = (
    "想找全城最好的茶吗？", "准备好享受最低价了吗？", "您好，大买家！", "欢迎回来！", "来看看我们的新店吧。", "来三杯茶吧。", "感谢您的忠诚。",
    "您知道它免费吗？", "您好，王小明！", "想要更便宜的吗？", "还在为邮费发愁吗？", "谁不想要最受欢迎的好物？", "又到打折季了吗？",
    "需要人人都在用的好东西吗？", "在找今年的冠军商品吗？", "想给家里添点免费的东西吗？",
)  # fmt: skip
_QUESTIONS = ("您知道吗，{}？", "难道不是{}？", "谁说不是呢：{}？", "您听说了吗，{}？", "想知道为什么{}吗？")
_STRANGE_NAMES = ("云雾绿茶", "蓝色茶壶", "户外用品", "南山书店", "加拿大", "电话渠道")
_WORDS = {
    "三成": 30.0,
    "两千": 2000.0,
    "七十七": 77.0,
    "一百": 100.0,
    "十二": 12.0,
    "五万": 50000.0,
    "四十": 40.0,
    "九": 9.0,
}


def _edit_of(table: Table, trick: str) -> Editor:
    def editor(known: Known, dice: random.Random) -> Edit | None:
        text = known.source.text
        places = [(match, news) for pattern, news in table for match in re.finditer(pattern, text)]
        places = [(match, news) for match, news in places if not _in_a_name(known, match.span())]
        if not places:
            return None
        match, news = dice.choice(places)
        return put(text, match.span(), dice.choice(news), trick, f"{match.group()!r} is what the facts say")

    return editor


def _in_a_name(known: Known, span: tuple[int, int]) -> bool:
    """Return whether a place lies in a name or a quote of the facts: changed there, the text could be cut anywhere."""
    said = {str(fact.value) for fact in known.source.facts if isinstance(fact.value, str)}
    said |= {fact.subject.name for fact in known.source.facts} | {page.text for page in known.source.passages}
    text = known.source.text
    return any(start <= span[0] and span[1] <= start + len(one) for one in said for start in _starts(text, one))


def _starts(text: str, words: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(words), text)] if words else []


def _numbers(known: Known) -> list[re.Match[str]]:
    dates = [match.span() for match in _DATE.finditer(known.source.text)]
    found = [one for one in _NUMBER.finditer(known.source.text) if not _in_a_name(known, one.span())]
    return [one for one in found if not any(low <= one.start() < high for low, high in dates)]


def digit(known: Known, dice: random.Random) -> Edit | None:
    """Change one digit of a number, to a number no fact has."""
    numbers = _numbers(known)
    if not numbers:
        return None
    match = dice.choice(numbers)
    at = dice.choice([at for at, sign in enumerate(match.group()) if sign.isdigit()])
    new = match.group()[:at] + str(dice.randint(1, 9)) + match.group()[at + 1 :]
    is_new = known.is_new(float(new.replace(",", "")))
    return put(known.source.text, match.span(), new, "digit", "no fact has this number") if is_new else None


def number_word(known: Known, dice: random.Random) -> Edit | None:
    """Say another number in words."""
    numbers = _numbers(known)
    word = dice.choice(sorted(_WORDS))
    if not numbers or not known.is_new(_WORDS[word]):
        return None
    return put(known.source.text, dice.choice(numbers).span(), word, "number word", "no fact has this number")


def date_shift(known: Known, dice: random.Random) -> Edit | None:
    """Move a day, a weekday, a month or an hour."""
    pattern = (
        r"\d{4}年\d{1,2}月\d{1,2}日|星期[一二三四五六日]|(?<![\d一-龥])十?[一二三四五六七八九十]月|\d\d:00|\d+天前"
    )
    places = [one for one in re.finditer(pattern, known.source.text) if not _in_a_name(known, one.span())]
    if not places:
        return None
    match = dice.choice(places)
    said = match.group()
    new = _moved(said, dice)
    if new == said or new in known.source.text or not known.lacks([new]):
        return None
    return put(known.source.text, match.span(), new, "date", f"it is {said}")


def _moved(said: str, dice: random.Random) -> str:
    if "年" in said:
        year, month, day = (int(one) for one in re.findall(r"\d+", said))
        return dice.choice(
            [
                f"{year + 1}年{month}月{day}日",
                f"{year}年{month % 12 + 1}月{day}日",
                f"{year}年{month}月{day % 27 + 1}日",
            ]
        )
    if said.startswith("星期"):
        return "星期" + dice.choice("一二三四五六日")
    if said.endswith(":00"):
        return f"{(int(said[:2]) + dice.randint(1, 22)) % 24:02}:00"
    if said.endswith("天前"):
        return dice.choice(["昨天", "一年前", "上周", "三天前"])
    return dice.choice("一二三四五六七八九十") + "月"


def names(known: Known, dice: random.Random) -> Edit | None:
    """Write the name of another shop's product, category or place."""
    text = known.source.text
    said = sorted({str(one.value) for one in known.source.facts if one.unit == "name" and str(one.value) in text})
    said = [one for one in said if not any(one != other and one in other for other in said)]
    if not said:
        return None
    one, new = dice.choice(said), dice.choice(_STRANGE_NAMES)
    at = dice.choice(_starts(text, one))
    return put(text, (at, at + len(one)), new, "name", f"it is {one!r}") if known.lacks([new]) else None


def subject(known: Known, dice: random.Random) -> Edit | None:
    """Say what is true of one of another."""
    text = known.source.text
    about = sorted(
        {one.subject.name for one in known.source.facts if one.subject.name in text and len(one.subject.name) > 1}
    )
    if not about:
        return None
    one = dice.choice(about)
    new = dice.choice(("高消费玩具顾客", "藤编篮子", "张先生", "老顾客", "它", "他们", "本店"))
    at = _starts(text, one)[0]
    if not known.lacks([new]) and new not in ("它", "他们"):
        return None
    return put(text, (at, at + len(one)), new, "subject", f"it is said of {one!r}")


def _added(said: Sequence[str], trick: str, *, at_front: bool | None = None) -> Editor:
    def editor(known: Known, dice: random.Random) -> Edit | None:
        text, new = known.source.text, dice.choice(said)
        if not all(known.is_new(float(number)) for number in re.findall(r"\d+(?:\.\d+)?", new)):
            return None
        front = dice.random() < 0.5 if at_front is None else at_front
        cuts = [match.end() for match in _SENTENCE.finditer(text) if match.group().endswith(("。", "！", "？"))]
        at = 0 if front or not cuts else dice.choice(cuts)
        return put(text, (at, at), new, trick, "no fact says it")

    return editor


def question(known: Known, dice: random.Random) -> Edit | None:
    """Ask what would be a claim: a hook of the list, or a sentence of the text turned into a question."""
    text = known.source.text
    sentences = [one.group() for one in _SENTENCE.finditer(text) if _NUMBER.search(one.group())]
    if not sentences or dice.random() < 0.5:
        return _added(_HOOKS, "hook")(known, dice)
    asked = dice.choice(_QUESTIONS).format(dice.choice(sentences).rstrip("。！？"))
    return put(text, (len(text), len(text)), asked, "question", "a claim posing as a question")


MAKERS: dict[str, Editor] = {
    "changed digit": digit,
    "unit": _edit_of(_UNITS, "unit"),
    "sign": _edit_of(_SIGNS, "sign"),
    "swapped names": names,
    "invented discount": _added(_DISCOUNTS, "discount"),
    "wrong comparative": _edit_of(_COMPARATIVES, "comparative"),
    "negation": _edit_of(_NEGATIONS, "negation"),
    "number word": number_word,
    "date shift": date_shift,
    "wrong predicate": _edit_of(_PREDICATES, "predicate"),
    "wrong subject": subject,
    "promise": _added(_PROMISES, "promise"),
    "claim posing as a question": question,
}


def make_chinese_lies(texts: Sequence[TrueText], *, per_kind: int = 200, seed: int = 0) -> list[Lie]:
    """Return `per_kind` distinct lies of every kind, drawn evenly from the jobs the texts were written for.

    Raises
    ------
    ValueError
        When the texts do not hold enough to lie about.
    """
    true = {one.text for one in texts}
    lies: list[Lie] = []
    for number, kind in enumerate(MAKERS):
        found: dict[tuple[str, object], Lie] = {}
        for lie in _drawn(kind, texts, random.Random(f"{seed} {number}"), tries=per_kind * 200):
            if lie.text not in true:
                found.setdefault((lie.text, lie.source.facts), lie)
            if len(found) == per_kind:
                break
        else:
            raise ValueError(f"{kind}: only {len(found)} of {per_kind} lies could be made of {len(texts)} texts.")
        lies += found.values()
    return lies


def _drawn(kind: str, texts: Sequence[TrueText], dice: random.Random, *, tries: int) -> Iterator[Lie]:
    by_job: dict[str, list[TrueText]] = {}
    for one in texts:
        by_job.setdefault(one.job, []).append(one)
    jobs = sorted(by_job)
    for number in range(tries):
        source = dice.choice(by_job[jobs[number % len(jobs)]])
        edit = MAKERS[kind](Known(source), dice)
        if edit is not None and edit.text != source.text:
            yield Lie(kind, edit.trick, edit.text, edit.span, source, edit.why)
