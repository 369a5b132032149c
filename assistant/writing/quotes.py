"""Verbatim sentences of a cited passage, with what must stand beside them. It knows passages by shape only, not how they were found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.writing.facts import clean
from assistant.writing.reading import GOES_ON, WIDE_ENDS, flat, next_break
from assistant.writing.script import UNSPACED, in_a_row


class Passage(Protocol):
    """What may be quoted: an entry of the FAQ, a policy or a product text."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def title(self) -> str:
        """Its title, or the question it answers."""
        ...

    @property
    def text(self) -> str:
        """Its words."""
        ...

    @property
    def source(self) -> str:
        """Where it lies."""
        ...


_EXCEPTION = re.compile(
    r"\b(except|exception|exceptions|unless|excluding|excluded|exclude|but not|do not apply|does not apply|however|only|"
    r"provided that|as long as|not available|not possible|cannot|can't|with the exception)\b"
    r"|除外|除非|不包括|不适用|不参加|但是|但|不过|然而|仅限|只限|只有|仅|前提|不能|不可|不得|无法|不支持|例外|另计",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"(yes|no|it|its|this|that|these|those|they|them|their|he|she|there|then|so|otherwise|however|but|and|or|unless|"
    r"except|in that case|in this case|if not|if so|not|also|both|such|the same|until then|after that)\b"
    r"|[它他她该此那这其]|上述|前述|以上|是的|不是|可以|不可以|不行|能|不能|会|不会|有|没有|否则|但|不过|然而|因此|所以|因为|如果不|同时|另外"
    r"|此外|除外|除非|也|都|同样|之后|届时|到时",
    re.IGNORECASE,
)


_NOT_COPY = re.compile(
    r"[£$€¥%@]|https?:|www\.|\b(\d+ ?(off|gbp|eur|usd|pounds?|euros?|dollars?)|20\d\d|free|sale|sales|save|saving|savings|offer|"
    r"offers|discount|discounted|deal|price|priced|guarantee|guaranteed|guarantees|warranty|refund|promise|promised|promises|"
    r"deliver|delivered|delivery|shipping|ships|dispatch|stock|today|tomorrow|yesterday|now|soon|new|latest|best|cheapest|"
    r"lowest|limited|until|january|february|march|april|june|july|august|september|october|november|december|click|order|"
    r"buy|voucher|coupon|code|gift with)\b"
    r"|[￥元折]|优惠|打折|特价|减价|立减|满减|降价|原价|现价|售价|价格|便宜|最低|最好|最佳|第一|唯一|免费|包邮|赠|送|保证|保障|承诺|保修|质保|退款|退货|退换"
    r"|发货|配送|快递|现货|库存|今天|明天|昨天|今日|现在|马上|立即|即将|新品|新款|上新|限时|限量|截止|截至|月\d|\d月|\d日|点击|下单|购买|抢购|代金券|优惠券|优惠码",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quote:
    """Sentences of a passage, found from `start` to `end` of a text; `reason` says why they may not stand so.

    `opens` says whether the passage is quoted from its beginning, where it says what it is about.
    """

    passage: Passage
    start: int
    end: int
    reason: str = ""
    opens: bool = True


def sentences_of(passage: Passage) -> list[str]:
    """Return the title (where it is a question) and the sentences of a passage, each as it may be quoted."""
    text = flat(passage.text.strip())
    found, at = [], 0
    while at < len(text):
        end = next_break(text, at)
        sentence = clean(text[at:end])
        if sentence:
            found.append(sentence)
        at = end
    title = clean(passage.title)
    return [title, *found] if title.endswith(("?", "？")) else found


def quotable_sentences(description: str) -> list[str]:
    """Return the sentences of a product description that copy may quote word for word.

    Whole sentences of 15 to 240 characters without price, offer, date, promise, link or exception, and not followed by
    an exception.

    Examples
    --------
    >>> quotable_sentences("A mug of glazed stoneware. Now 20% off! It keeps tea warm. Not for use in ovens only.")
    ['A mug of glazed stoneware.']
    """
    text, found, at = flat(description.strip()), [], 0
    while at < len(text):
        end = next_break(text, at)
        found.append(clean(text[at:end]))
        at = end
    return [
        one
        for one, after in zip(found, [*found[1:], ""], strict=True)
        if (8 if one[-1] in WIDE_ENDS else 15) <= len(one) <= 240
        and one[-1] in ".!。！"
        and (one[0].isupper() or one[0].isdigit() or unicodedata.category(one[0]) == "Lo")
        and not _NOT_COPY.search(one)
        and not is_exception(one)
        and not is_exception(after)
    ]


def leans_back(sentence: str) -> bool:
    """Return whether a sentence says nothing whole without the one before it: an answer, a pronoun, an exception."""
    return _LEANS.match(sentence) is not None


_SPEC = re.compile(
    r"[:;|•*/\\_]|\d[a-z]{2}|\b(co|inc|ltd|llc|gmbh|corp|company|companies|manufacturer|founded|"
    r"established|headquarter\w*|brands?|item|model|sku|upc|part number|choose from|select from|available in|see|note|package|blister|"
    r"make sure|we|our products|rest assured|(may|will) vary|sold separately|not included|such|"
    r"affordable|cheap|bargain|most popular|leading|disorders?)\b|#\d|\b(pt|oz|lb|approx|vs|etc)\.$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[a-z]{2}[A-Z][a-z]")
_TORN = re.compile(  # what files leave in a text: lost apostrophes, ends of lists, dashes without their blanks, other tongues
    r"\b(they|you|we)(re|ll|ve)\b(?<!were)(?<!well)(?<!weve)|\b(dont|cant|wont|doesnt|isnt|arent|didnt|thats|whats|its an?)\b"
    r"|'[,\]]|&\w+|\w- |[\x00-\x1f\x7f-\x9f\u200b-\u200f]|\b(much more|must[- ]have|und|auf|mit|für|nach|pour|avec|dans|para)\b",
    re.IGNORECASE,
)
_QUOTE_WORDS = (4, 24)  # words of a sentence that stands under a headline
_COMMAS = 3  # with more of them it is a list


def tells_of_it(sentence: str, names: Iterable[str] = ()) -> bool:
    """Return whether a sentence of a description reads well under the product's name: no list, no firm, not the name again.

    Examples
    --------
    >>> [tells_of_it(one, ["red mug"]) for one in ("Holds a pint and a half.", "Color:Red", "The Red Mug is by Larch Co.")]
    [True, False, False]
    >>> [tells_of_it(one) for one in ("Fits models 410, 420 and 430.", "Theyre more than cards.", "Blue, red, tan, grey, pink.")]
    [False, False, False]
    """
    if leans_back(sentence) or any(signs.search(sentence) for signs in (_SPEC, _JOINED, _TORN)):
        return False
    low = sentence.casefold()
    if any(name in low for name in names) or low.count(",") > _COMMAS:
        return False
    words = sentence.split()
    if len(words) < 3 or not sentence.isascii() and len(words) < 2:
        return len(sentence) >= 8 and not sentence.isascii()
    capitals = sum(word[0].isupper() for word in words[1:])
    numbers = sum(any(char.isdigit() for char in word) for word in words)
    few, many = _QUOTE_WORDS
    return few <= len(words) <= many and 4 * max(capitals, numbers) <= len(words) and not _says_again(words, names)


def _says_again(words: Sequence[str], names: Iterable[str]) -> bool:
    """Return whether half of what a sentence says is said by the product's name."""
    told = {stem for word in words if len(stem := word.strip(".,!?()").casefold()) > 3}
    return any(2 * len(told & set(name.replace(",", " ").split())) > len(told) for name in names)


def is_exception(sentence: str) -> bool:
    """Return whether a sentence narrows the one before it.

    Examples
    --------
    >>> is_exception("Sale items cannot be returned."), is_exception("Pack it well.")
    (True, False)
    """
    return _EXCEPTION.search(sentence) is not None


def whole_quote(passage: Passage, sentence: str) -> str:
    """Return a sentence of a passage with every neighbour it must be quoted with; what proof accepts.

    Raises
    ------
    ValueError
        When the passage holds no such sentence.
    """
    units = sentences_of(passage)
    wanted = clean(sentence)
    if wanted not in units:
        raise ValueError(f"passage {passage.id!r} holds no sentence {wanted[:60]!r}; quote it word for word.")
    first = last = units.index(wanted)
    first, last = _grown(units, first, last)
    return in_a_row(units[first : last + 1], UNSPACED)


def _grown(units: Sequence[str], first: int, last: int) -> tuple[int, int]:
    while first > 0 and leans_back(units[first]):
        first -= 1
    while last + 1 < len(units) and units[last].endswith(("?", "？")):  # a question says nothing without its answer
        last += 1
    while last + 1 < len(units) and is_exception(units[last + 1]):
        last += 1
    return first, last


Units = tuple[Passage, tuple[str, ...]]


def units_of(passages: Sequence[Passage]) -> tuple[Units, ...]:
    """Return each passage with its sentences, split once for many texts."""
    return tuple((passage, tuple(sentences_of(passage))) for passage in passages)


def quote_at(text: str, start: int, passages: Sequence[Units]) -> Quote | None:
    """Return the longest run of a passage's sentences that begins at `start` of a flat text, None where there is none.

    A run that lacks an exception after it, or the sentence it leans on, is returned with the reason.
    """
    best: Quote | None = None
    for passage, units in passages:
        for first in range(len(units)):
            quote = _run(text, start, (passage, units, first))
            if quote and (best is None or (quote.end, not quote.reason) > (best.end, not best.reason)):
                best = quote
    return best


def _run(text: str, start: int, place: tuple[Passage, Sequence[str], int]) -> Quote | None:
    passage, units, first = place
    end, last = start, first - 1
    for number in range(first, len(units)):
        at = end + (1 if number > first and text[end : end + 1] in (" ", "\n") else 0)
        if number > first and at == end and units[number - 1][-1] not in WIDE_ENDS:
            break
        after = at + len(units[number])
        if text[at:after].replace("\n", " ") != units[number] or not _ends(text, after):
            break
        end, last = after, number
    if last < first:
        return None
    need_first, need_last = _grown(units, first, last)
    reason = ""
    if need_last > last and units[last].endswith(("?", "？")):
        reason = f"the question stands without the words that answer it: {units[last + 1]!r}"
    elif need_last > last:
        reason = f"the passage goes on with an exception that is left out: {units[last + 1]!r}"
    elif need_first < first:
        reason = f"the sentence leans on the one before it in the passage: {units[first - 1]!r}"
    return Quote(passage, start, end, reason, opens=first == 0)


def _ends(text: str, end: int) -> bool:
    after = text[end : end + 1]
    return after in ("", " ", "\n") or text[end - 1] in WIDE_ENDS and after not in GOES_ON
