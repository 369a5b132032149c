"""The error of a call the assistant cannot serve. It knows no room and no text."""

from __future__ import annotations


class CallError(ValueError):
    """The assistant was asked for something the shop does not have; the message says what there is."""
