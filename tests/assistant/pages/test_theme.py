"""The tokens: every pair of colours used together can be read (WCAG 2.2 AA), light and dark."""

from __future__ import annotations

import pytest

from assistant.pages.theme import PERSONA_COLOURS, TOKENS

TEXT = [(ink, ground) for ink in ("ink", "muted", "accent") for ground in ("page", "surface", "sunken", "accent_soft")]
TEXT += [("on_accent", "accent"), ("on_accent", "accent_hover")]
TEXT += [(ink, f"{sign}_soft") for ink in ("ink", "muted") for sign in ("warn", "bad")] + [("ink", "proof_soft")]
TEXT += [(sign, ground) for sign in ("proof", "warn", "bad") for ground in ("page", "surface", f"{sign}_soft")]
SIGNS = [("edge", "page"), ("edge", "surface"), ("proof", "surface"), ("accent", "page")]


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink: str, ground: str, mode: int) -> None:
    assert contrast(TOKENS[ink][mode], TOKENS[ground][mode]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), SIGNS)
def test_signs_can_be_seen(ink: str, ground: str, mode: int) -> None:
    assert contrast(TOKENS[ink][mode], TOKENS[ground][mode]) >= 3


@pytest.mark.parametrize("colour", PERSONA_COLOURS)
def test_persona_colours_can_be_seen_on_both_surfaces(colour: str) -> None:
    assert min(contrast(colour, ground) for ground in TOKENS["surface"]) >= 3
