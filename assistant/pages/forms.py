"""What the forms of the page share: channels by their names, an offer as it was typed. It knows no text and no event."""

from __future__ import annotations

from typing import Any

CHANNELS = {"Email": "email", "Push": "push", "SMS": "sms", "Ad": "ad"}


def offer_of(percent: float, ends: str) -> dict[str, Any] | None:
    """Return the offer a form states; None without one."""
    if not percent:
        return None
    return {"percent_off": int(percent), **({"ends": ends.strip()} if ends and ends.strip() else {})}
