"""The conditions of wordings: parsed, never evaluated as code, with units checked when read. They know no text.

`share < 12 %, revenue_share > 1.4 * share`: a comma means and; a literal carries its unit (`%`, `days`, `money`, `h`, or a
weekday's or month's English name; counts, means and ratios have none); sums, products and brackets are as usual. A day
of the calendar is compared with another (`sent_on <= delivered_on`).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation

from assistant.writing.known import known

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z_0-9]*)|(<=|>=|[<>=+\-*/(),%]))")
_UNIT_WORDS = {"days": "days", "day": "days", "money": "money", "h": "hour"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
_NAMED = {
    **{name: ("weekday", number) for number, name in enumerate(_DAYS, 1)},
    **{name: ("month", number) for number, name in enumerate((*_MONTHS, "November", "December"), 1)},
}
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_CALCULATE: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class ConditionError(ValueError):
    """A condition cannot be read; the message says what was found."""


@dataclass(frozen=True)
class Term:
    """A value of a condition: a literal (`number`), a fact (`name`), or `left sign right`; `unit` of the whole."""

    unit: str
    number: Decimal | None = None
    name: str = ""
    sign: str = ""
    left: Term | None = None
    right: Term | None = None

    def value(self, values: Mapping[str, Decimal]) -> Decimal:
        """Return the number for these facts."""
        if self.left is not None and self.right is not None:
            return _CALCULATE[self.sign](self.left.value(values), self.right.value(values))
        return values[self.name] if self.number is None else self.number

    def names(self) -> frozenset[str]:
        """Return the facts it needs."""
        if self.left is not None and self.right is not None:
            return self.left.names() | self.right.names()
        return frozenset([self.name] if self.name else [])


@dataclass(frozen=True)
class Comparison:
    """`left sign right`."""

    left: Term
    sign: str
    right: Term

    def holds(self, values: Mapping[str, Decimal]) -> bool:
        """Return whether it holds; a division by zero does not."""
        try:
            return _COMPARE[self.sign](self.left.value(values), self.right.value(values))
        except (DivisionByZero, InvalidOperation):
            return False


@dataclass(frozen=True)
class Condition:
    """Comparisons that must all hold; none at all always holds."""

    comparisons: tuple[Comparison, ...] = ()

    def names(self) -> frozenset[str]:
        """Return the facts it needs."""
        return frozenset().union(*(each.left.names() | each.right.names() for each in self.comparisons))

    def holds(self, values: Mapping[str, Decimal]) -> bool:
        """Return whether every comparison holds for `values`, by fact name."""
        return all(each.holds(values) for each in self.comparisons)

    def says_over_half(self) -> bool:
        """Return whether a share is held above 50 %."""
        half = Decimal("0.5")
        return any(
            each.left.unit == "share"
            and each.left.name != ""
            and each.right.number is not None
            and (each.sign == ">" and each.right.number >= half or each.sign == ">=" and each.right.number > half)
            for each in self.comparisons
        )


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ConditionError(f"{text[at:].strip()[:12]!r} is no part of a condition")
            self.tokens.append(match.group().strip())
            at = match.end()

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def comparison(self) -> Comparison:
        left = self.total()
        sign = self.take()
        if sign not in _COMPARE:
            raise ConditionError(f"{sign or 'the end'!r} where one of < <= > >= = was expected")
        right = self.total()
        if left.unit != right.unit:
            raise ConditionError(f"mixed units: {left.unit} {sign} {right.unit}")
        return Comparison(left, sign, right)

    def total(self) -> Term:
        left = self.product()
        while self.peek() in ("+", "-"):
            sign = self.take()
            right = self.product()
            if left.unit != right.unit or left.unit == "date":  # days of the calendar come before or after, no more
                raise ConditionError(f"mixed units: {left.unit} {sign} {right.unit}")
            left = Term(left.unit, sign=sign, left=left, right=right)
        return left

    def product(self) -> Term:
        left = self.factor()
        while self.peek() in ("*", "/"):
            sign = self.take()
            right = self.factor()
            left = Term(_unit_of(left, sign, right), sign=sign, left=left, right=right)
        return left

    def factor(self) -> Term:
        token = self.take()
        if token == "(":
            inner = self.total()
            if self.take() != ")":
                raise ConditionError("a bracket is not closed")
            return inner
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return self.literal(Decimal(token))
        if token in _NAMED:
            unit, number = _NAMED[token]
            return Term(unit, number=Decimal(number))
        if re.fullmatch(r"[a-z_][a-z_0-9]*", token):
            return _fact_term(token)
        raise ConditionError(f"{token or 'the end'!r} where a fact or a number was expected")

    def literal(self, number: Decimal) -> Term:
        if self.peek() == "%":
            self.take()
            return Term("share", number=number / 100)
        if self.peek() in _UNIT_WORDS:
            return Term(_UNIT_WORDS[self.take()], number=number)
        return Term("number", number=number)


def _fact_term(name: str) -> Term:
    try:
        unit = known(name).unit
    except KeyError as error:
        raise ConditionError(str(error.args[0])) from error
    if unit in ("name", "text"):
        raise ConditionError(f"{name} is a {unit}; a condition compares numbers and days")
    plain = {"count": "number", "mean": "number", "times": "number", "percent": "share"}
    return Term(plain.get(unit, unit), name=name)


def _unit_of(left: Term, sign: str, right: Term) -> str:
    if "date" in (left.unit, right.unit):
        raise ConditionError(f"mixed units: {left.unit} {sign} {right.unit}")
    if right.unit == "number":
        return left.unit
    if sign == "*" and left.unit == "number":
        return right.unit
    if sign == "/" and left.unit == right.unit:
        return "number"
    raise ConditionError(f"mixed units: {left.unit} {sign} {right.unit}")


def read_condition(text: str) -> Condition:
    """Return the condition written in `text`; an empty one always holds.

    Raises
    ------
    ConditionError
        When it cannot be read, names an unknown fact or mixes units.

    Examples
    --------
    >>> condition = read_condition("revenue_share > 1.4 * share, share < 12 %")
    >>> condition.holds({"share": Decimal("0.1"), "revenue_share": Decimal("0.15")})
    True
    >>> read_condition("share < 30 days")
    Traceback (most recent call last):
    assistant.writing.conditions.ConditionError: mixed units: share < days
    """
    reader = _Reader(text)
    if not reader.tokens:
        return Condition()
    comparisons = [reader.comparison()]
    while reader.peek() == ",":
        reader.take()
        comparisons.append(reader.comparison())
    if reader.peek():
        raise ConditionError(f"{reader.peek()!r} after the end of the condition")
    return Condition(tuple(comparisons))
