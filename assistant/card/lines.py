"""What a scorecard is made of: measured lines, sections with a verdict in plain words. It measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Interval = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One measured figure in words: what, how much, and beside what.

    `interval` 95 %; `baseline` is what a simple rival or chance gives, and its name; `better` whether more or less of it
    is good; `short` says in plain words what is not good enough, "" where it is.
    """

    section: str
    what: str
    value: float
    interval: Interval | None = None
    note: str = ""
    baseline: tuple[str, float] | None = None
    better: str = "more"
    short: str = ""


@dataclass(frozen=True)
class Table:
    """A table beside the lines of a section."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """What was measured of one room, or why it could not be.

    `why_not` is "" where it was measured.
    """

    name: str
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    why_not: str = ""

    @property
    def verdict(self) -> str:
        """Return "good enough to use", "not good enough" or "not measured"."""
        if self.why_not:
            return "not measured"
        return "not good enough" if any(line.short for line in self.lines) else "good enough to use"

    @property
    def words(self) -> tuple[str, ...]:
        """Return what is not good enough and why, a sentence each."""
        if self.why_not:
            return (f"{self.why_not[:1].upper()}{self.why_not[1:].rstrip('.')}.",)
        return tuple(dict.fromkeys(line.short for line in self.lines if line.short))


@dataclass(frozen=True)
class Scorecard:
    """All sections of a shop's scorecard."""

    shop: str
    as_of: str
    sections: tuple[Section, ...] = field(default_factory=tuple)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return the lines of all sections."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def left_out(self) -> dict[str, str]:
        """Return the sections that could not be measured with the reason."""
        return {section.name: section.why_not for section in self.sections if section.why_not}


def wilson(k: int, n: int) -> Interval:
    """Return the 95 % interval of a share of k in n.

    Source: Wilson (1927), Journal of the American Statistical Association 22(158).

    Examples
    --------
    >>> [round(one, 3) for one in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return max((middle - half) / (1 + z * z / n), 0.0), min((middle + half) / (1 + z * z / n), 1.0)


def share_line(section: str, what: str, counted: tuple[int, int], *, least: float, short: str, note: str = "") -> Line:
    """Return a share of k in n with its interval, short where it is below `least`."""
    k, n = counted
    share = k / n if n else 0.0
    return Line(
        section, what, share, wilson(k, n), note or f"{k:,} of {n:,}", short="" if share >= least else short,
        baseline=("asked for", least),
    )  # fmt: skip


def columns_of(rows: Sequence[Sequence[object]]) -> tuple[tuple[str, ...], ...]:
    """Return the cells of a table as they are shown."""
    return tuple(tuple(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row) for row in rows)
