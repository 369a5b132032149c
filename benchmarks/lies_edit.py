"""Edits that make a true text false at one place: digits, units, signs, negations, number words, dates.

Each takes a text and its known values and returns an edit, or None where it finds nothing to change. It never reads a label.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from benchmarks.lies_disguise import DIGITS
from benchmarks.lies_known import DATE, Edit, Known, numbers_in, put, sentences_in, value_of

Editor = Callable[[Known, random.Random], Edit | None]
_UNITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"£({n})", ("€{n}", "${n}", "{n}%", "{n} pence", "¥{n}", "£{n} thousand", "£{n} a month", "{n} customers", "₤{n}k", "p{n}",
    "CHF {n}")),
    (r"({n})%", ("{n} customers", "£{n}", "{n}‰", "{n} times", "{n} percentage points", "{n} days", "{n} in number",
    "{n}% a month", "{n}%%", "{n} points")),
    (r"({n}) days", ("{n} weeks", "{n} months", "{n} hours", "{n} years", "{n} opening days", "{n} minutes", "{n} orders", "£{n}", "{n}%")),
    (r"({n}) customers", ("{n} orders", "{n} thousand customers", "{n}% of customers", "{n} shops", "{n} families",
    "{n} products", "{n} million customers", "£{n}")),
    (r"({n}) cm", ("{n} mm", "{n} m", "{n} inches", "{n} km", "{n} ml")),
    (r"({n}) g\b", ("{n} kg", "{n} mg", "{n} pounds", "{n} cm")),
    (r"({n}) litres", ("{n} gallons", "{n} millilitres", "{n} pints", "{n} kilos")),
    (r"({n}) working days", ("{n} working weeks", "{n} hours", "{n} months", "{n} calendar days")),
    (r"({n}) times", ("{n} percent", "{n}%", "{n} points", "{n} customers")),
    (r"({n}) items", ("{n} orders", "{n}%", "{n} boxes", "£{n}")),
    (r"({n}) on hand", ("{n} dozen on hand", "{n}% on hand", "{n} boxes on hand", "{n} on order")),
)  # fmt: skip
_SIGNS = (
    (r"£(?=\d)", "-£"), (r"£(?=\d)", "−£"), (r"£(?=\d)", "£-"), (r"£(?=\d)", "minus £"), (r"(?<![\w.,£])(?=\d[\d.,]*%)", "-"),
    (r"(?<![\w.,£])(?=\d[\d.,]*%)", "minus "), (r"(?<![\w.,£])(?=\d[\d.,]*%)", "–"), (r"(?<=%) off\b", " extra"),
    (r"(?<=%) off\b", " added"), (r"(?<=\d) off\b", " on top of the price"), (r"(?<=%) off\b", " surcharge"), (r"(?<=\d) off\b", " more"),
    (r"\bsince\b", "until"), (r"\bago\b", "from now"), (r"\bor more\b", "or less"), (r"\btaken off\b", "added to"),
    (r"\bbring in\b", "cost us"),
    (r"\bcosts (?=£)", "pays you "), (r"\bbought\b", "returned"), (r"\bis free\b", "is charged twice"), (r"\bSave\b", "Lose"),
    (r"\bafter\b", "before"), (r"\bbefore\b", "after"), (r"\bwithin\b", "not before"), (r"\bmore often\b", "less often"),
    (r"\bincluded\b", "excluded"),
    (r"\bin stock\b", "out of stock"), (r"\bup to\b", "more than"), (r"\bmore than\b", "less than"), (r"\bFew of\b", "Most of"),
    (r"\bcome back\b", "sell out"),
    (r"(?<![\w.,])(?=\d+ customers)", "-"), (r"(?<![\w.,])(?=\d+ days)", "-"), (r"(?<![\w.,])(?=\d+ (?:cm|g|ml|litres))", "-"),
)  # fmt: skip
_NEGATIONS = (
    (r"\bmake up\b", "do not make up"), (r"\bbring in\b", "do not bring in"), (r"\bare\b", "are not"), (r"\bis\b", "is not"),
    (r"\bis\b", "isn't"),
    (r"\bare\b", "aren't"), (r"\bis\b", "is no longer"), (r"\bhave\b", "have not"), (r"\bhave\b", "have never"), (r"\bcosts\b",
    "does not cost"),
    (r"\bcost\b", "do not cost"), (r"\bgoes on\b", "does not go on"), (r"\bcomes from\b", "does not come from"), (r"\bholds\b",
    "never holds"),
    (r"\bcan\b", "cannot"), (r"\bcan\b", "can't"), (r"\bcannot\b", "can"), (r"\bwill\b", "will not"), (r"\bdo not\b", "do"),
    (r"\bdoes not\b", "does indeed"),
    (r"\band not\b", "and"), (r"\bnot\b ", ""), (r"\bunless\b", "even if"), (r"\bexcept\b", "including"), (r"\bwithout\b",
    "with"), (r"\bYes\b", "No"),
    (r"\bNo\b", "Yes"), (r"\bnothing\b", "something"), (r"\bno\b", "any"), (r"\bnever\b", "always"), (r"\ball\b", "not all"),
    (r"\bAll\b", "None"),
    (r"\bmost\b", "not most"), (r"\bMost\b", "Hardly any"), (r"\bonly\b", "not only"), (r"\bJust\b", "Not just"),
    (r"\bNearly all\b", "Not nearly all"),
    (r"\bbought\b", "never bought"), (r"\bYou get\b", "You do not get"), (r"\bTake\b", "Do not take"), (r"\bEnter\b", "Never enter"),
    (r"\bof them\b", "of none of them"), (r"\bcustomers\b", "non-customers"), (r"\bfrom\b", "not from"), (r"\bfor (?=£)", "not for "),
    (r"\bat (?=£)", "not at "), (r"\bWith the code\b", "Without the code"), (r"\bwith (?=[A-Z]{3})", "without "), (r"\buntil\b",
    "not until"),
    (r"(?<![\w.,])(?=\d[\d.,]*%)", "not "), (r"(?<![\w.,])(?=\d[\d.,]*%)", "not only "), (r"\bThis is\b",
    "This is by no means"), (r"\bIn stock\b", "Not in stock"),
)  # fmt: skip
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VAGUE: tuple[tuple[str, float, float], ...] = (  # the words, and between which values they could be true
    ("hundreds of thousands of", 9e4, 1e9), ("half of", 0.4, 0.6), ("a third of", 0.28, 0.38), ("two thirds of", 0.6, 0.72),
    ("three quarters of", 0.7, 0.8), ("nine in ten of", 0.86, 0.94), ("one in a hundred of", 0.005, 0.015),
)  # fmt: skip


def spelled(number: int) -> str:
    """Return a number below 1,000,000 in words.

    Examples
    --------
    >>> spelled(12), spelled(31), spelled(1381)
    ('twelve', 'thirty-one', 'one thousand three hundred and eighty-one')
    """
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10 - 2] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {spelled(number % 100)}" if number % 100 else ""
        return f"{_ONES[number // 100]} hundred{rest}"
    rest = f" {spelled(number % 1000)}" if number % 1000 else ""
    return f"{spelled(number // 1000)} thousand{rest}"


def _other_number(said: str, dice: random.Random) -> str:
    at = dice.choice([place for place, sign in enumerate(said) if sign.isdigit()])
    way = dice.randrange(6)
    if way == 0 and len(said) > 1:
        return said[:at] + said[at + 1 :]
    if way == 1:
        return said[:at] + str(dice.randrange(10)) + said[at:]
    if way == 2 and "." in said:
        return said.replace(".", "")
    if way == 3 and "," in said:
        return said.replace(",", ".")
    return said[:at] + str(dice.randrange(10)) + said[at + 1 :]


def digit(known: Known, dice: random.Random) -> Edit | None:
    """Change a digit; the new number is near none that is known."""
    text, found = known.source.text, numbers_in(known.source.text)
    if not found:
        return None
    match = dice.choice(found)
    new = _other_number(match.group(), dice)
    if (
        not re.fullmatch(r"[\d,]*\d(\.\d+)?", new)
        or re.search(r"^0\d|,(?!\d{3}(?!\d))", new)
        or not known.is_new(value_of(new))
    ):
        return None
    way = dice.choice(["plain", *DIGITS])
    hedge = (
        dice.choice(["", "", "", "", "nearly ", "over ", "up to ", "about "]) if text[match.start() - 1] == " " else ""
    )
    why = f"{match.group()} became {new}; no fact or page holds it"
    return put(text, match.span(), hedge + DIGITS[way](new), f"{hedge.strip() or 'no hedge'}, {way}", why)


def unit(known: Known, dice: random.Random) -> Edit | None:
    """Give a number another unit, in which no fact has it."""
    text = known.source.text
    options = []
    for pattern, others in _UNITS:
        for match in re.finditer(pattern.replace("{n}", r"(?<![\d.,])\d[\d,]*(?:\.\d+)?"), text):
            options += [(match, other.replace("{n}", match.group(1))) for other in others]
    if not options:
        return None
    match, new = dice.choice(options)
    if new in text or new.lower() in known.words:
        return None
    return put(text, match.span(), new, new.replace(match.group(1), "n"), f"{match.group()} became {new}")


def _replaced(pairs: Sequence[tuple[str, str]], known: Known, dice: random.Random, why: str) -> Edit | None:
    text = known.source.text
    options = [(match, new) for pattern, new in pairs for match in re.finditer(pattern, text)]
    if not options:
        return None
    match, new = dice.choice(options)
    made = put(text, match.span(), new, f"{match.group()!r} → {new!r}", why)
    spans = [one for one in sentences_in(made.text) if one[0] <= made.span[0] < one[1] + 1]
    said = made.text[spans[0][0] : spans[0][1]].lower() if spans else ""
    return None if not said or said in known.words.replace(text.lower(), "") else made


def sign(known: Known, dice: random.Random) -> Edit | None:
    """Turn a value or a direction round."""
    return _replaced(_SIGNS, known, dice, "the direction of what is said is turned round")


def negation(known: Known, dice: random.Random) -> Edit | None:
    """Deny what is true, or take a denial out; now and then by a clause around the sentence."""
    if dice.random() < 0.8:
        return _replaced(_NEGATIONS, known, dice, "what the text says is denied, or its denial is gone")
    text = known.source.text
    spans = [(a, b) for a, b in sentences_in(text) if re.search(r"\d", text[a:b])]
    if not spans:
        return None
    start, end = dice.choice(spans)
    said = text[start:end]
    frames = ("It is not true that {}", "Nobody says: {}", "It is a myth that {}", "Not so: {}", "False: {}", "{} Not.",
    "{} Not really.", "{} Or not.",
              "{} Just kidding.", "Do not believe that {}", "{}, not.")  # fmt: skip
    new = dice.choice(frames).format(said)
    return put(text, (start, end), new, "a frame that denies", "a true sentence is denied by what stands around it")


def number_word(known: Known, dice: random.Random) -> Edit | None:
    """Write another number in words in place of one in digits."""
    text, found = known.source.text, numbers_in(known.source.text)
    if not found:
        return None
    match = dice.choice(found)
    if dice.random() < 0.25:
        return _vague(known, match, dice)
    number = int(value_of(match.group())) + dice.choice((-7, -3, -2, -1, 1, 2, 3, 5, 9, 11, 20))
    if not 0 < number < 10**6 or not known.is_new(number):
        return None
    word = "a dozen" if number == 12 and dice.random() < 0.5 else spelled(number)
    follows = text[match.end() : match.end() + 1]
    start, end = match.start(), match.end()
    if follows == "%":
        word, end = word + dice.choice((" per cent", " percent", "%", " out of a hundred")), end + 1
    if text[start - 1 : start] == "£":
        word, start = word + dice.choice((" pounds", " quid", " pounds sterling")), start - 1
    word = dice.choice((word, word, word.capitalize(), "some " + word, "almost " + word, "well over " + word))
    return put(text, (start, end), word, "spelled out", f"{match.group()} became {number}, in words; no fact holds it")


def _vague(known: Known, match: re.Match[str], dice: random.Random) -> Edit | None:
    text, end = known.source.text, match.end()
    if text[end : end + 5] != "% of ":
        return None
    words, low, high = dice.choice(_VAGUE)
    if low <= value_of(match.group()) / 100 <= high:
        return None
    return put(
        text, (match.start(), end + 4), words, "a part in words", f"{match.group()}% is not {words.removesuffix(' of')}"
    )


_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def date_shift(known: Known, dice: random.Random) -> Edit | None:
    """Move a date, a month, a weekday or an hour."""
    text = known.source.text
    options: list[tuple[tuple[int, int], str]] = []
    for match in DATE.finditer(text):
        options += [(match.span(), new) for new in _other_dates(match, dice)]
    for names in (_MONTHS, _DAYS):
        for match in re.finditer(rf"\b({'|'.join(names)})\b(?! \d)", text):
            options += [(match.span(), name) for name in names if name.lower() not in known.words]
    for match in re.finditer(r"\b(\d{1,2}):(\d\d)\b", text):
        options.append((match.span(), f"{(int(match[1]) + 1) % 24}:{match[2]}"))
    for match in re.finditer(r"\b(\d{1,2}) ([ap])m\b", text):
        options += [
            (match.span(), f"{match[1]} {'a' if match[2] == 'p' else 'p'}m"),
            (match.span(), f"{int(match[1]) + 1} {match[2]}m"),
        ]
    for pattern, news in _WHEN:
        options += [(match.span(), new) for match in re.finditer(pattern, text) for new in news]
    options = [(span, new) for span, new in options if new.lower() not in known.words]
    if not options:
        return None
    span, new = dice.choice(options)
    return put(text, span, new, "another time", f"{text[slice(*span)]} became {new}")


_WHEN = (
    (r"\buntil (?=\d)", ("from ", "after ", "before ", "since ")), (r"\bIn the last 30 days\b", ("In the last 30 weeks",
    "Today", "In the next 30 days", "Last year", "In the last thirty-one days")),
    (r"\bOver the last year\b", ("Over the last month", "Over the last two years", "Next year", "Since yesterday")),
    (r"\bso far\b", ("today", "this morning", "since yesterday")),
    (r"\blast order\b", ("first order", "next order")), (r"\bfirst order\b", ("last order", "next order")),
    (r"\bnext working day\b", ("same working day", "second working day")),
    (r"\bsame day\b", ("next day", "same week")),
)  # fmt: skip


def _other_dates(match: re.Match[str], dice: random.Random) -> list[str]:
    day, month, year = int(match[1]), _MONTHS.index(match[2]) + 1, int(match[3])
    shifted = day - 1 if day > 1 else day + 1
    return [
        f"{shifted} {match[2]} {year}",
        f"{day} {_MONTHS[month % 12]} {year}",
        f"{day} {match[2]} {year + 1}",
        f"{day:02d}/{month % 12 + 1:02d}/{year}",
        f"{match[2]} {shifted}, {year}",
        f"the {spelled(shifted)}th of {match[2]}",
        f"{match[2]} {year + 1}",
        dice.choice(("midnight", "tonight", "Sunday", "next week", "further notice", "we say so", "stocks run out")),
    ]
