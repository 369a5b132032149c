"""What to do next with a group, and what not to claim of it: lines of the book and names of numbers. It decides no campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.held_out import Evidence, check_claim
from assistant.writing.facts import Fact
from assistant.writing.proof import filled_lines
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book

if TYPE_CHECKING:
    from segmentation import Difference

MOST = 3


def next_steps(facts: Sequence[Fact], book: Book, printing: Printing, evidence: Evidence | None) -> tuple[str, ...]:
    """Return up to three ideas of the book for a group, each of another thing and held on its held-out customers.

    Parameters
    ----------
    facts : what may be told of the group; without evidence nothing may
    """
    if evidence is None:
        return ()
    found: dict[frozenset[str], str] = {}
    for line in filled_lines(Sheet(list(facts), printing), book, ["ideas"]):
        of = frozenset(line.wording.facts)
        if line.named or of in found or not check_claim(line.text, [line.wording], evidence, printing=printing).held:
            continue
        found[of] = line.text
    return tuple(found.values())[:MOST]


def not_to_claim(differences: Mapping[str, Difference]) -> tuple[str, ...]:
    """Return the numbers in which no difference from the other customers was found, by name."""
    return tuple(name for name, one in differences.items() if not one.is_found)
