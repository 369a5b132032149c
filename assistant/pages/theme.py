"""The look of the page as tokens: colours, type and radius, light and dark. It knows no tab and no component of ours."""

from __future__ import annotations

from importlib.resources import files

from gradio.themes import Base, LocalFont
from gradio.themes.utils import colors, sizes

# name: (light, dark); every pair used for text meets WCAG AA, held by tests/assistant/pages/test_theme.py
TOKENS = {
    "page": ("#f6f5f1", "#141613"),  # behind everything
    "surface": ("#ffffff", "#1c1f1b"),  # cards and inputs
    "sunken": ("#eeece6", "#252923"),  # quiet marks, code
    "line": ("#e2dfd7", "#31362f"),  # hairlines that only separate
    "edge": ("#8b877c", "#767c72"),  # borders of what can be used
    "ink": ("#1d1f1b", "#eceae3"),
    "muted": ("#5d5b53", "#abaaa0"),
    "accent": ("#16525e", "#86c9d4"),
    "accent_hover": ("#0f3f49", "#a3d8e1"),
    "accent_soft": ("#e0edef", "#1d3439"),
    "on_accent": ("#ffffff", "#0c2429"),
    "proof": ("#1b7047", "#6fcb97"),  # proven, and nothing else
    "proof_soft": ("#e3f1e8", "#1b3325"),
    "warn": ("#855300", "#e5b864"),
    "warn_soft": ("#faf0da", "#372b13"),
    "bad": ("#a3312a", "#f2938a"),
    "bad_soft": ("#fbe9e6", "#3c201d"),
}
PERSONA_COLOURS = ("#2a90a5", "#83973a", "#c4743a", "#a273b0")  # 3:1 on both surfaces; always with a sign as well
PERSONA_SIGNS = ("circle", "diamond", "square", "triangle-up")
_SYSTEM = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
)
_TEXT = sizes.Size(name="shopkeeper", xxs="11px", xs="12px", sm="13px", md="14px", lg="16px", xl="20px", xxl="26px")
_RADIUS = sizes.Size(name="shopkeeper", xxs="2px", xs="4px", sm="6px", md="6px", lg="10px", xl="14px", xxl="20px")
# token: the variables of Gradio that take it
_USES = {
    "page": "body_background_fill background_fill_secondary",
    "surface": "background_fill_primary panel_background_fill table_even_background_fill table_odd_background_fill "
    "input_background_fill checkbox_background_color checkbox_label_background_fill button_secondary_background_fill "
    "button_cancel_background_fill",
    "sunken": "code_background_fill button_secondary_background_fill_hover checkbox_label_background_fill_hover",
    "line": "border_color_primary border_color_accent_subdued block_border_color block_label_border_color panel_border_color "
    "table_border_color checkbox_label_border_color",
    "edge": "input_border_color checkbox_border_color button_secondary_border_color checkbox_label_border_color_hover",
    "ink": "body_text_color accordion_text_color table_text_color checkbox_label_text_color "
    "checkbox_label_text_color_selected button_secondary_text_color button_secondary_text_color_hover",
    "muted": "body_text_color_subdued block_info_text_color block_label_text_color block_title_text_color input_placeholder_color",
    "accent": "border_color_accent link_text_color link_text_color_active link_text_color_visited input_border_color_focus "
    "input_border_color_hover loader_color slider_color stat_background_fill checkbox_background_color_selected "
    "checkbox_border_color_selected checkbox_border_color_focus checkbox_label_border_color_selected "
    "button_primary_background_fill button_primary_border_color button_secondary_border_color_hover",
    "accent_hover": "link_text_color_hover button_primary_background_fill_hover",
    "accent_soft": "color_accent_soft table_row_focus checkbox_label_background_fill_selected",
    "on_accent": "button_primary_text_color button_primary_text_color_hover",
    "bad": "error_border_color error_text_color error_icon_color button_cancel_border_color button_cancel_text_color",
    "bad_soft": "error_background_fill",
}


class ShopkeeperTheme(Base):  # type: ignore[misc]
    """Gradio's theme filled from `TOKENS`; `page.css` is served with it, untouched."""

    def __init__(self) -> None:
        super().__init__(
            primary_hue=colors.teal,
            neutral_hue=colors.stone,
            text_size=_TEXT,
            spacing_size=sizes.spacing_md,
            radius_size=_RADIUS,
            # 400 and 700 only: the 600 files in the wheel lack the euro sign and accents
            font=[LocalFont("IBM Plex Sans", weights=(400, 700)), *_SYSTEM],
            font_mono=[LocalFont("IBM Plex Mono", weights=(400,)), "ui-monospace", "Consolas", "monospace"],
        )
        for name, (light, dark) in TOKENS.items():  # any attribute becomes a custom property: --sk-page, --sk-ink …
            setattr(self, f"sk_{name}", light)
            setattr(self, f"sk_{name}_dark", dark)
        for token, variables in _USES.items():
            for variable in variables.split():
                setattr(self, variable, f"*sk_{token}")
                setattr(self, f"{variable}_dark", f"*sk_{token}")
        self._flatten()
        self.custom_css = (files("assistant") / "pages" / "page.css").read_text(encoding="utf-8")

    def _flatten(self) -> None:
        """Take away the boxes Gradio draws around everything; ours are drawn where they mean something."""
        none = {
            name: "0px"
            for name in (
                "block_border_width",
                "block_label_border_width",
                "panel_border_width",
                "form_gap_width",
                "block_padding",
                "block_radius",
            )
        }
        clear = {
            f"{name}{dark}": "transparent"
            for name in ("block_background_fill", "block_label_background_fill")
            for dark in ("", "_dark")
        }
        shadows = {
            name: "none"
            for name in (
                "block_shadow",
                "input_shadow",
                "button_primary_shadow",
                "button_secondary_shadow",
                "checkbox_shadow",
                "checkbox_label_shadow",
                "shadow_drop",
            )
        }
        self.set(
            **none,
            **clear,
            **shadows,
            body_text_size="*text_md",
            prose_text_size="*text_md",
            chatbot_text_size="15px",
            prose_header_text_weight="700",
            block_title_text_size="*text_sm",
            block_title_text_weight="400",
            block_label_text_size="*text_sm",
            block_info_text_size="*text_xs",
            layout_gap="12px",
            input_border_width="1px",
            input_radius="*radius_md",
            input_padding="8px 10px",
            input_shadow_focus="inset 0 0 0 1px *sk_accent",
            input_text_size="*text_md",
            button_border_width="1px",
            button_large_padding="8px 14px",
            button_small_padding="4px 10px",
            button_large_radius="*radius_md",
            button_small_radius="*radius_md",
            button_large_text_size="*text_md",
            button_small_text_size="*text_sm",
            button_large_text_weight="400",
            button_small_text_weight="400",
            shadow_drop_lg="0 6px 24px rgb(0 0 0 / .14)",
        )
