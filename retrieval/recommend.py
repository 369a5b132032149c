"""What is recommended, and what is left out of it. It holds forms and ranks nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from retrieval.reasons import Reason
from retrieval.terms import Term

Owned = Literal["auto", "exclude", "include"]


@dataclass(frozen=True)
class Recommendation:
    """One recommended product; more `score` is better. Where `terms` are told, `math.fsum` of their amounts is the score."""

    product_id: str
    title: str
    score: float
    reasons: tuple[Reason, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Exclude:
    """What is not recommended: products the customer owns or sent back, products without stock, and any named.

    `owned` "auto" leaves out what the customer bought before unless the shop's own past says that showing it pays
    (`retrieval.choice.shows_repeats`); "exclude" always, "include" never.
    """

    owned: Owned = "auto"
    out_of_stock: bool = True
    products: frozenset[str] = field(default_factory=frozenset)
    returned: bool = True  # what the customer sent back, all of it

    @property
    def hides_owned(self) -> bool:
        """Whether what the customer bought before is left out; as long as nobody has decided, it is."""
        return self.owned != "include"
