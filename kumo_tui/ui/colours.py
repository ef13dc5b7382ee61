"""The themes: what each look is drawn with, for our own widgets (a palette) and for Textual's (a theme).

Colours are entries of the 256-colour palette, which holds over SSH; a terminal of 16 gets the nearest ones.
No look but the cursor, an alarm and the sign of a frozen screen has a ground of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.color import Color
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from kumo_tui.ui.theme import Look

Palette = Mapping[Look, Style]

DARK = "kumo-dark"
PLAIN = "kumo-plain"


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of one theme (numbers of the 256-colour palette), None where it has none.

    `dark` is the ground that it is made for. A strong scheme dims nothing and draws every colour bold.
    """

    name: str
    accent: int | None
    amber: int | None
    red: int | None
    dark: bool = True
    strong: bool = False


# The blind-safe ones keep apart by lightness and by blue against yellow, which every kind of colour vision sees.
SCHEMES = (
    Scheme(DARK, 74, 178, 203),
    Scheme("kumo-light", 25, 130, 124, dark=False),
    Scheme("kumo-contrast", 123, 226, 210, strong=True),
    Scheme("kumo-contrast-light", 18, 58, 88, dark=False, strong=True),
    Scheme("kumo-colorblind", 75, 227, 172),
    Scheme("kumo-colorblind-light", 26, 130, 53, dark=False),
)

# For slow links: each change of style costs a dozen bytes. A word or a sign says everything that it leaves out.
_PLAIN = Scheme(PLAIN, None, None, None)


def palette(theme: str) -> Palette:
    """The styles of a theme; those of kumo-dark for a theme that is not ours."""
    return _PALETTES.get(theme, _PALETTES[DARK])


def _palette(scheme: Scheme) -> Palette:
    if scheme is _PLAIN:
        return _PLAIN_STYLES
    bold = scheme.strong or None
    return {
        Look.NORMAL: Style.null(),
        Look.STRONG: Style(bold=True),
        Look.DIM: Style.null() if scheme.strong else Style(dim=True),
        Look.ACCENT: Style(color=_colour(scheme.accent), bold=bold),
        Look.AMBER: Style(color=_colour(scheme.amber), bold=bold),
        Look.RED: Style(color=_colour(scheme.red), bold=True),
        Look.ALARM: Style(color=_colour(scheme.red), bold=True, reverse=True),
        Look.CURSOR: Style(color=_colour(scheme.accent), bold=bold, reverse=True),
        Look.REVERSE: Style(reverse=True),
    }


_PLAIN_STYLES: Palette = {
    **dict.fromkeys(Look, Style.null()),
    Look.RED: Style(bold=True),
    Look.ALARM: Style(reverse=True),
    Look.CURSOR: Style(reverse=True),
    Look.REVERSE: Style(reverse=True),
}


def _colour(number: int | None) -> str:
    return "default" if number is None else f"color({number})"


def _theme(scheme: Scheme) -> Theme:
    """A theme on the terminal's own ground, for Textual's own widgets in dialogs."""
    accent, ground = _hex(scheme.accent), "ansi_default"
    is_plain = scheme.accent is None
    on_accent = ground if is_plain else "ansi_black" if scheme.dark else "ansi_bright_white"
    cursor_style = "reverse" if is_plain else "none"
    quiet = ground if is_plain or scheme.strong else "ansi_bright_black" if scheme.dark else "ansi_white"
    return Theme(
        name=scheme.name,
        ansi=True,
        dark=scheme.dark,
        primary=accent,
        secondary=accent,
        accent=accent,
        warning=_hex(scheme.amber),
        error=_hex(scheme.red),
        success=ground,
        foreground=ground,
        background=ground,
        surface=ground,
        panel=ground,
        boost=ground,
        variables={
            **BUILTIN_THEMES["ansi-dark" if scheme.dark else "ansi-light"].variables,
            "border": accent,
            "border-blurred": quiet,
            "block-cursor-foreground": on_accent,
            "block-cursor-background": accent,
            "block-cursor-text-style": cursor_style,
            "input-cursor-background": accent,
            "input-cursor-foreground": on_accent,
            "input-cursor-text-style": cursor_style,
            "input-selection-background": "ansi_bright_black" if scheme.dark else "ansi_white",
            "input-selection-foreground": ground,
            "button-focus-text-style": "reverse",
            "scrollbar": accent,
            "scrollbar-background": ground,
        },
    )


def _hex(number: int | None) -> str:
    """The colour as Textual takes it."""
    return "ansi_default" if number is None else Color.from_ansi(number).get_truecolor().hex


_PALETTES: Mapping[str, Palette] = {scheme.name: _palette(scheme) for scheme in (*SCHEMES, _PLAIN)}
THEMES = tuple(_theme(scheme) for scheme in (*SCHEMES, _PLAIN))
