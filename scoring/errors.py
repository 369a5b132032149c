"""The error of a prediction that would be a guess. It knows no predictor."""

from __future__ import annotations


class CannotPredictError(ValueError):
    """The data do not carry what was asked for; the message says what was found, what is needed and what can be done."""
