"""What the tabs of the page share: how a component is set up, channels by their names, an offer as it was typed. It knows no text and no event."""

from __future__ import annotations

from typing import Any

from assistant.pages.words import Words

HTML: dict[str, Any] = {
    "container": False,
    "latex_delimiters": [],
}  # sanitised Markdown; gr.HTML would need unsafe-eval
PRIVATE: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
}  # a listener is public unless it says so
CHANNELS = ("email", "push", "sms", "ad")


def channels(words: Words) -> list[tuple[str, str]]:
    """Return the channels as a choice: their names, and what they are called in calls."""
    return [(words(f"studio.{name}"), name) for name in CHANNELS]


def offer_of(percent: float, ends: str) -> dict[str, Any] | None:
    """Return the offer a form states; None without one."""
    if not percent:
        return None
    return {"percent_off": int(percent), **({"ends": ends.strip()} if ends and ends.strip() else {})}
