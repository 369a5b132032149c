"""Offers: what a shop promises, checked before a word is written of it. It knows no text and grants nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from assistant.writing.facts import Fact, Source, Subject, clean, fact


@dataclass(frozen=True)
class Offer:
    """So much off, everything or one product, perhaps with a code and a last day.

    Parameters
    ----------
    percent_off : above 0 to 100
    amount_off : above 0, shop currency
    code : str, optional
        What a customer enters.
    ends : date or "2026-11-30", optional
        The last day it holds.
    product : str, optional
        The id of the only product it is for.

    Raises
    ------
    ValueError
        When not exactly one of percent_off and amount_off is given, or a value is out of range.

    Examples
    --------
    >>> Offer(percent_off=110)
    Traceback (most recent call last):
    ValueError: offer, percent_off: 110; expected a number above 0, at most 100.
    """

    percent_off: float | None = None
    amount_off: float | Decimal | None = None
    code: str | None = None
    ends: date | str | None = None
    product: str | None = None

    def __post_init__(self) -> None:
        if (self.percent_off is None) == (self.amount_off is None):
            raise ValueError("offer: give percent_off or amount_off, exactly one of them.")
        _check_number("percent_off", self.percent_off, 100)
        _check_number("amount_off", self.amount_off, None)
        if self.code is not None and (not clean(str(self.code)) or len(str(self.code)) > 40):
            raise ValueError(f"offer, code: {self.code!r}; expected a code of 1 to 40 visible characters.")
        object.__setattr__(self, "ends", _day(self.ends))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Offer:
        """Return the offer of a parsed JSON object.

        Raises
        ------
        ValueError
            When a key is not known or a value is wrong.
        """
        known = [each.name for each in fields(cls)]
        strange = sorted(set(values) - set(known))
        if strange:
            raise ValueError(f"offer: unknown {', '.join(strange)}; expected some of {', '.join(known)}.")
        return cls(**values)


def _check_number(name: str, value: object, most: int | None) -> None:
    if value is None:
        return
    expected = "a number above 0" + (f", at most {most}" if most else "")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"offer, {name}: {value!r}; expected {expected}.")
    if not 0 < value < 10**12 or (most is not None and value > most):
        raise ValueError(f"offer, {name}: {value}; expected {expected}.")


def _day(value: date | str | None) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, datetime):
        return value.date()
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"offer, ends: {value!r}; expected a day such as 2026-11-30.") from error


def offer_facts(
    offer: Offer, *, product: Subject | None = None, today: date | None = None, called: str = ""
) -> list[Fact]:
    """Return the facts of an offer; what is for one product alone is never said of everything.

    Parameters
    ----------
    product : Subject, optional
        The product that is written about; needed where the offer is for one.
    today : date, optional
        An offer that ended before is refused.
    called : str
        What texts call the product, where not its title.

    Raises
    ------
    ValueError
        When the offer is over, or is for another product.
    """
    if today is not None and isinstance(offer.ends, date) and offer.ends < today:
        raise ValueError(f"offer: it ended on {offer.ends}, before {today}; give one that still holds.")
    if offer.product is not None and (product is None or product.id != offer.product):
        about = "no product" if product is None else f"product {product.id!r}"
        raise ValueError(f"offer: it is for product {offer.product!r}, and the text is about {about}.")
    subject, source = Subject("offer", offer.code or "offer", offer.code or "offer"), Source("offer", "as given")
    names = ("product_percent_off", "product_amount_off") if offer.product else ("percent_off", "amount_off")
    values: dict[str, Any] = dict(zip(names, (offer.percent_off, offer.amount_off), strict=True))
    values |= {"code": offer.code, "ends": offer.ends}
    if offer.product and product is not None:
        values["offer_product"] = product.name
    return [
        fact(subject, name, value, source, called if name == "offer_product" else "")
        for name, value in values.items()
        if value is not None
    ]
