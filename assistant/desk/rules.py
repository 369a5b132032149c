"""The shop's rules: which flow needs what, in which statuses and how long it may run. Rules decide; no model and no typed word does.

They are read from `flows.toml`, the shop's own file over ours. Nothing is written here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.desk.orders import Order
from assistant.errors import CallError
from assistant.writing.facts import Fact, Source, fact
from assistant.writing.known import KNOWN
from shop.tables import STATUSES

if TYPE_CHECKING:
    from shop import Shop

Need = Literal["customer", "order", "address", "words", "yes"]
_NEEDS = ("customer", "order", "address", "words", "yes")
_WAY = ("placed", "paid", "packed", "sent", "delivered")  # the statuses an order goes through, in their order
# flows of an order → the fact that says whether the rules let it be done, and the field that says it was done already
_MAY = {
    "invoice": "may_invoice",
    "return": "may_return",
    "exchange": "may_exchange",
    "cancel": "may_cancel",
    "change_address": "may_change_address",
}
RULES = Source("flows.toml")


@dataclass(frozen=True)
class Season:
    """Orders placed from one day of the year to another may come back until a third; each (month, day)."""

    first: tuple[int, int]
    last: tuple[int, int]
    until: tuple[int, int]


@dataclass(frozen=True)
class Rule:
    """One flow. `days` are those after delivery, None where nothing limits them; the rest as in `flows.toml`."""

    name: str
    label: str
    needs: tuple[Need, ...]
    statuses: tuple[str, ...] = ()
    days: int | None = None
    seasons: tuple[Season, ...] = ()
    asks: tuple[tuple[str, ...], ...] = ()
    done: tuple[tuple[str, ...], ...] = ()

    @property
    def writes(self) -> bool:
        """Return whether it changes something: it then asks for a yes first."""
        return "yes" in self.needs


@dataclass(frozen=True)
class Ruling:
    """Whether a flow may run on an order, the facts that say so, and of a refusal the facts of its sentence."""

    is_allowed: bool
    facts: tuple[Fact, ...]
    refused: tuple[str, ...] = ()


def read_rules(shop: Shop, own: Path | None = None, *, language: str = "en") -> dict[str, Rule]:
    """Return the rules by name: ours, with what the shop's own file says otherwise; flows that are off are left out.

    Raises
    ------
    CallError
        When a file is no TOML, or names a flow, key, need, status or fact that is not known.
    """
    ours = Path(__file__).with_name("flows.toml")
    told = _read(ours)
    if own is not None and own.is_file():
        for name, keys in _read(own).items():
            if name not in told:
                raise CallError(f"{own.name}: no flow is called {name!r}; there are {', '.join(sorted(told))}.")
            told[name] = {**told[name], **keys}
    where = ours.name if own is None else own.name
    return {
        name: _rule(name, {**keys, "label": keys.get(f"label_{language}", keys.get("label", name))}, shop, where)
        for name, keys in told.items()
        if not keys.get("off")
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CallError(f"{path.name}: not readable as TOML: {error}. Mend or delete the line.") from error


_KEYS = {"label", "label_zh", "needs", "statuses", "days", "asks", "done", "off"}


def _rule(name: str, keys: Mapping[str, Any], shop: Shop, where: str) -> Rule:
    at = f"{where}, [{name}]"
    _known(keys, _KEYS, at, "key")
    _known(keys.get("needs", ()), _NEEDS, at, "need")
    _known(keys.get("statuses", ()), STATUSES, at, "status")
    asks, done = (tuple(tuple(one.split()) for one in keys.get(key, ())) for key in ("asks", "done"))
    _known([name for names in (*asks, *done) for name in names], KNOWN, at, "fact")
    needs, statuses = tuple(keys.get("needs", ())), tuple(keys.get("statuses", ()))
    rule = Rule(name, str(keys.get("label", name)), needs, statuses, asks=asks, done=done)
    days = keys.get("days")
    if days == "policy":
        found = policy_days(shop)
        return rule if found is None else replace(rule, days=found[0], seasons=found[1])
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 0):
        raise CallError(f'{at}: days {days!r}; expected a whole number of days, or "policy".')
    return replace(rule, days=days)


def _known(found: Sequence[str] | Mapping[str, Any], there: Any, at: str, what: str) -> None:
    strange = [one for one in found if one not in there]
    if strange:
        raise CallError(f"{at}: {what} {strange[0]!r}; expected one of {', '.join(sorted(there)[:40])}.")


_MONTHS = ("january february march april may june july august september october november december").split()
_BACK = re.compile(r"\b(return\w*|come back|sen[dt] back|bring back|brought back)\b", re.IGNORECASE)
_TERM = re.compile(r"\b\d+ (?:calendar )?days\b|\buntil\b|\bweeks?\b|\bmonths?\b", re.IGNORECASE)
_DAYS = re.compile(r"\bwithin (\d+) (?:calendar )?days\b", re.IGNORECASE)
_SEASON = re.compile(r"between (\d+) (\w+) and (\d+) (\w+)\b.*?\buntil (\d+) (\w+)", re.IGNORECASE)


def policy_days(shop: Shop) -> tuple[int, tuple[Season, ...]] | None:
    """Return within how many days after delivery something may come back, and the seasons of another term, as the shop's page says.

    None where no page on returns says it, two numbers are given, or a sentence on it has a form this does not read: then
    nothing is refused for being late, and a person decides.
    """
    days: set[int] = set()
    seasons: list[Season] = []
    for title, text in shop.policies.select("title", "text").iter_rows():
        if not re.search(r"\breturns?\b", title, re.IGNORECASE):
            continue
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            if not _BACK.search(sentence) or not _TERM.search(sentence):
                continue
            season, within = _season(sentence), _DAYS.search(sentence)
            if season is not None:
                seasons.append(season)
            elif within is not None:
                days.add(int(within.group(1)))
            else:
                return None
    return (days.pop(), tuple(seasons)) if len(days) == 1 else None


def _season(sentence: str) -> Season | None:
    found = _SEASON.search(sentence)
    if found is None:
        return None
    cells = found.groups()
    months = [cells[at].lower() for at in (1, 3, 5)]
    if not set(months) <= set(_MONTHS):
        return None
    first, last, until = (
        (_MONTHS.index(month) + 1, int(cells[at])) for month, at in zip(months, (0, 2, 4), strict=True)
    )
    return Season(first, last, until)


def last_day(rule: Rule, order: Order) -> date | None:
    """Return the last day a return of an order may be asked for; None where no rule or no delivery says."""
    if rule.days is None or order.delivered_on is None:
        return None
    until = order.delivered_on + timedelta(days=rule.days)
    for season in rule.seasons:
        bought = order.placed_on
        if bought is not None and season.first <= (bought.month, bought.day) <= season.last:
            year = bought.year + (season.until < season.first)
            until = max(until, date(year, *season.until))
    return until


def rule_on(rule: Rule, order: Order, today: date) -> Ruling:
    """Return whether a flow may run on an order today, with the facts of the sentence that asks or refuses."""
    may = _MAY.get(rule.name)
    if may is None:
        return Ruling(True, ())
    until = last_day(rule, order)
    is_late = until is not None and today > until
    is_allowed = (not rule.statuses or order.status in rule.statuses) and not is_late
    facts = [fact(order.subject, may, int(is_allowed), RULES)]
    if until is not None:
        facts.append(fact(order.subject, "return_until", until, RULES))
    if is_allowed:
        return Ruling(True, tuple(facts))
    if order.status in rule.statuses:
        return _late(rule, order, facts)
    bound = _bound(rule, order)
    facts += [fact(order.subject, name, status, RULES) for name, status in bound.items()]
    return Ruling(False, tuple(facts), ("order_number", "status", may, *bound))


def _late(rule: Rule, order: Order, facts: list[Fact]) -> Ruling:
    """Return the refusal of what comes too late; the number of days is said only where it alone made the last day."""
    may, days = _MAY[rule.name], rule.days or 0
    if order.delivered_on is None or last_day(rule, order) != order.delivered_on + timedelta(days=days):
        return Ruling(False, tuple(facts), ("order_number", "return_until", may))
    counted = fact(order.subject, "return_days", days, RULES)
    return Ruling(False, (*facts, counted), ("order_number", "delivered_on", "return_days", "return_until", may))


def _bound(rule: Rule, order: Order) -> dict[str, str]:
    """Return the status up to which, or from which, the flow may run, where the order is past it or before it."""
    way = [_WAY.index(status) for status in rule.statuses if status in _WAY]
    if order.status not in _WAY or not way:
        return {}
    at = _WAY.index(order.status)
    if rule.name in ("cancel", "change_address"):
        return {"last_status": _WAY[max(way)]} if at > max(way) else {}
    return {"first_status": _WAY[min(way)]} if at < min(way) else {}
