"""Wording files read and checked line by line; a wrong line is named by file and number. It knows no fact's value.

A line is `facts | condition | text`, the text perhaps behind its tone in brackets (`[warm]`); `#` starts a comment. Some
files hold lists instead: `_LISTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.writing.conditions import ConditionError, read_condition
from assistant.writing.facts import hidden_characters
from assistant.writing.free import TAGS, why_not_free
from assistant.writing.known import KNOWN, known
from assistant.writing.line_rules import NEEDS, Line, Rules
from assistant.writing.script import Script, script_of
from assistant.writing.slots import Slot, SlotError, read_slots
from assistant.writing.voice import TONES
from assistant.writing.wordings import Book, FreeWords, Join, Wording, WordingError

_LISTS = (
    "joins",
    "free_words",
    "free_lines",
    "strength_words",
    "estimate_words",
    "caution_words",
    "pronouns",
    "cue_words",
    "plain_words",
)
_FORMS = ("question", "invite", "greet", "close")

Entry = tuple[str, int, str]  # file name, line number, the line


def read_book(language: str, folders: Sequence[Path]) -> Book:
    """Return the book of all `*.txt` in the folders; later folders add lines and words.

    Raises
    ------
    WordingError
        At the first wrong line, or where a folder holds no wording.
    """
    entries: dict[str, list[Entry]] = {}
    for number, folder in enumerate(folders):
        files = sorted(Path(folder).glob("*.txt")) if Path(folder).is_dir() else []
        if not files:
            raise WordingError(f"{folder}: no wording files; expected a folder with *.txt such as personas.txt.")
        for path in files:
            name = path.name if number == 0 else f"{Path(folder).name}/{path.name}"
            entries.setdefault(path.stem, []).extend(_entries(path, name))
    script = script_of(language)
    rules = Rules(
        script,
        dict(_strength(entry) for entry in entries.get("strength_words", [])),
        dict(_pronoun(entry) for entry in entries.get("pronouns", [])),
        _word_list(entries.get("estimate_words", [])),
    )
    lines = [
        _wording(section, entry, rules) for section in sorted(set(entries) - set(_LISTS)) for entry in entries[section]
    ]
    _refuse_repeats(lines)
    joins = tuple(_join(entry, script) for entry in entries.get("joins", []))
    free = _free(entries.get("free_words", []), script)
    return Book(
        language,
        tuple(lines),
        joins,
        free,
        rules,
        frozenset(_word_list(entries.get("caution_words", []))),
        _free_lines(entries.get("free_lines", []), free),
        dict(_cues(entry) for entry in entries.get("cue_words", [])),
        frozenset(_word_list(entries.get("plain_words", []))),
    )


def _word_list(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for _, _, line in entries for word in line.lower().split()))


def _cues(entry: Entry) -> tuple[str, tuple[str, ...]]:
    name, words = _cells(entry, 2, "fact | words one of which says what it is")
    if name not in KNOWN:
        raise _wrong(entry, f"unknown fact: {name!r}")
    return name, tuple(words.split())


def read_line(section: str, line: str, book: Book) -> Wording | str:
    """Return a line that is not in a book yet, read and checked as its files are; of free_lines the sentence itself.

    Raises
    ------
    WordingError
        When its form, a slot, a condition or a strength word is wrong, there is no such section, or the text is there already.
    """
    entry = ("offered", 1, line.strip())
    hidden = hidden_characters(line)
    if hidden or "\n" in line.strip():
        raise _wrong(entry, f"invisible characters {', '.join(hidden)}" if hidden else "more than one line")
    if section == "free_lines":
        part, text = next((part, texts[0]) for part, texts in _free_lines([entry], book.free).items())
        if text in book.free_lines.get(part, ()):
            raise _wrong(entry, "the book has this sentence already")
        return text
    there = {known_line.section for known_line in book.lines}
    if section not in there:
        raise _wrong(entry, f"section {section!r}; expected one of {', '.join(sorted(there))}, free_lines")
    read = _wording(section, entry, book.rules)
    if any(one.text == read.text for one in book.section(section)):
        raise _wrong(entry, "the book has this text already")
    return read


def _free_lines(entries: Sequence[Entry], free: FreeWords) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        part, text = _cells(entry, 2, "opening or closing | sentence")
        reason = why_not_free(text, free)
        if reason:
            raise _wrong(entry, f"{text!r} is not claim-free: {reason}")
        found.setdefault(part, []).append(text)
    return {part: tuple(texts) for part, texts in found.items()}


def _entries(path: Path, name: str) -> Iterator[Entry]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WordingError(f"{name}: not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            hidden = hidden_characters(line)
            if hidden:
                raise WordingError(f"{name}, line {number}: invisible characters {', '.join(hidden)}; take them out.")
            yield name, number, line.strip()


def _wrong(entry: Entry, reason: str) -> WordingError:
    return WordingError(f"{entry[0]}, line {entry[1]}: {reason.rstrip('.')}.")


def _cells(entry: Entry, count: int, form: str) -> list[str]:
    cells = [cell.strip() for cell in entry[2].split("|", count - 1)]
    if len(cells) != count:
        raise _wrong(entry, f"{len(cells)} part(s) between bars; expected {form}")
    return cells


def _strength(entry: Entry) -> tuple[str, str]:
    phrase, needs = _cells(entry, 2, "phrase | what it needs")
    for need in needs.split(" or "):
        if need not in NEEDS and not need.startswith("with "):
            raise _wrong(entry, f"need {need!r}; expected one of {', '.join(NEEDS)} or 'with words'")
    return phrase.lower(), needs


def _pronoun(entry: Entry) -> tuple[str, tuple[str, ...]]:
    kind, words = _cells(entry, 2, "kind of subject | pronouns")
    return kind, tuple(words.split())


def _join(entry: Entry, script: Script) -> Join:
    without, template = _cells(entry, 2, "what the first must not hold | {first} … {second}")
    match = re.fullmatch(r"\{first\}(.+?)\{(second|bare)\}(.*)", template)
    if match is None:
        raise _wrong(entry, f"{template!r}; expected {{first}}, words, then {{second}} or {{bare}}")
    forbidden = tuple(without.split())
    return Join(f"{entry[0]}:{entry[1]}", forbidden, match.group(1), match.group(2) == "bare", match.group(3), script)


def _free(entries: Sequence[Entry], script: Script) -> FreeWords:
    openers: dict[str, list[str]] = {form: [] for form in _FORMS}
    tags: dict[str, str] = {}
    for entry in entries:
        form, rest = _cells(entry, 2, "form or kind of word | text")
        if re.search(r"\d", rest):
            raise _wrong(entry, "a digit; claim-free sentences hold none")
        if form in TAGS:
            tags |= {word: TAGS[form] for word in rest.lower().split()}
        elif form in openers:
            openers[form].append(rest.lower())
        else:
            raise _wrong(entry, f"form {form!r}; expected one of {', '.join((*_FORMS, *TAGS))}")
    ordered = {form: tuple(sorted(found, key=len, reverse=True)) for form, found in openers.items()}
    return FreeWords(ordered, tags, script.is_spaced)


def _wording(section: str, entry: Entry, rules: Rules) -> Wording:
    column, condition_text, text = _cells(entry, 3, "facts | condition | text")
    tone, text = _toned(entry, text)
    facts = column.split()
    for name in facts:
        try:
            known(name)
        except KeyError as error:
            raise _wrong(entry, f"unknown fact: {error.args[0]}") from error
    try:
        condition, pieces = read_condition(condition_text), read_slots(text)
    except (ConditionError, SlotError) as error:
        raise _wrong(entry, str(error)) from error
    slots = [piece for piece in pieces if isinstance(piece, Slot)]
    covers = tuple(dict.fromkeys(slot.name for slot in slots if slot.name in KNOWN))
    used = set(covers) | condition.names()
    if used != set(facts):
        missing, idle = sorted(used - set(facts)), sorted(set(facts) - used)
        said = (
            f"uses {', '.join(missing)} without listing it" if missing else f"lists {', '.join(idle)} without using it"
        )
        raise _wrong(entry, said)
    complaint = rules.complaint(Line(section, pieces, facts, covers, condition))
    if complaint:
        raise _wrong(entry, complaint)
    ordered = (*covers, *(name for name in facts if name not in covers))
    return Wording(section, entry[0], entry[1], ordered, covers, condition, text, pieces, condition_text, tone)


def _toned(entry: Entry, text: str) -> tuple[str, str]:
    match = re.match(r"\[(\w+)\] *", text)
    if match is None:
        return "", text
    if match.group(1) not in TONES:
        raise _wrong(entry, f"tone {match.group(1)!r}; expected one of {', '.join(TONES)}")
    return match.group(1), text[match.end() :]


def _refuse_repeats(lines: Sequence[Wording]) -> None:
    seen: dict[tuple[str, str], Wording] = {}
    for line in lines:
        first = seen.setdefault((line.section, line.text), line)
        if first is not line:
            raise WordingError(f"{line.file}, line {line.line}: the same text as {first.file}, line {first.line}.")
