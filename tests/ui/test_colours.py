"""The themes: readable on their ground, kept apart for every kind of colour vision and on 16 colours."""

import itertools
import typing

import pytest
from rich.color import Color, ColorSystem

from kumo_tui.config import ThemeName
from kumo_tui.ui.colours import DARK, PLAIN, SCHEMES, THEMES, Scheme, palette
from kumo_tui.ui.theme import Look

Rgb = tuple[float, float, float]

# Viénot, Brettel and Mollon 1999, on linear RGB.
DEUTERANOPIA = ((0.29275, 0.70725, -0.02234), (0.29275, 0.70725, -0.02234), (0.0, 0.0, 1.0))
PROTANOPIA = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
COLOURED = (Look.ACCENT, Look.AMBER, Look.RED)

by_name = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


def linear(number: int | None) -> Rgb:
    """The colour of this number of the 256-colour palette in linear RGB, 0 to 1."""
    assert number is not None
    parts = [part / 255 for part in Color.from_ansi(number).get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(colour: Rgb) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: float, other: float) -> float:
    """The contrast of two luminances as WCAG defines it, 1 to 21."""
    high, low = max(one, other), min(one, other)
    return (high + 0.05) / (low + 0.05)


def seen(colour: Rgb, deficiency: tuple[Rgb, Rgb, Rgb]) -> Rgb:
    red, green, blue = (sum(weight * part for weight, part in zip(row, colour, strict=True)) for row in deficiency)
    return red, green, blue


def distance(one: Rgb, other: Rgb) -> float:
    """How far apart two colours are, each part as the eye grades it."""
    parts = [abs(max(a, 0.0) ** (1 / 2.2) - max(b, 0.0) ** (1 / 2.2)) for a, b in zip(one, other, strict=True)]
    return sum(part * part for part in parts) ** 0.5


def colours_of(scheme: Scheme) -> list[Rgb]:
    return [linear(number) for number in (scheme.accent, scheme.amber, scheme.red)]


def test_every_theme_that_can_be_set_exists_and_is_one_of_textuals() -> None:
    names = [scheme.name for scheme in SCHEMES]
    assert names == list(typing.get_args(ThemeName))
    assert {theme.name for theme in THEMES} == {*names, PLAIN}


@pytest.mark.parametrize("name", [*(scheme.name for scheme in SCHEMES), PLAIN])
def test_every_palette_styles_every_look_and_gives_a_ground_to_none(name: str) -> None:
    assert set(palette(name)) == set(Look)
    assert all(style.bgcolor is None for style in palette(name).values())
    reversed_looks = {look for look, style in palette(name).items() if style.reverse}
    assert reversed_looks == {Look.CURSOR, Look.ALARM, Look.REVERSE}


@by_name
def test_colours_can_be_read_on_their_ground(scheme: Scheme) -> None:
    ground = 0.0 if scheme.dark else 1.0
    least = 6.5 if scheme.strong else 4.5
    assert min(contrast(luminance(colour), ground) for colour in colours_of(scheme)) >= least


@pytest.mark.parametrize("deficiency", [DEUTERANOPIA, PROTANOPIA])
@pytest.mark.parametrize("name", ["kumo-colorblind", "kumo-colorblind-light"])
def test_the_blind_safe_themes_keep_look_and_act_now_apart(name: str, deficiency: tuple[Rgb, Rgb, Rgb]) -> None:
    (scheme,) = (each for each in SCHEMES if each.name == name)
    for one, other in itertools.combinations(colours_of(scheme), 2):
        assert distance(seen(one, deficiency), seen(other, deficiency)) >= 0.3


def test_the_same_measure_finds_fault_with_the_usual_colours() -> None:
    (scheme,) = (each for each in SCHEMES if each.name == "kumo-light")
    _accent, amber, red = (seen(colour, DEUTERANOPIA) for colour in colours_of(scheme))
    assert distance(amber, red) < 0.3


@by_name
def test_on_sixteen_colours_no_two_looks_become_the_same(scheme: Scheme) -> None:
    styles = [palette(scheme.name)[look] for look in COLOURED]
    nearest = [(style.color.downgrade(ColorSystem.STANDARD).number, style.bold) for style in styles if style.color]
    assert len(set(nearest)) == len(COLOURED)


def test_the_theme_for_slow_links_has_no_colours_and_few_styles() -> None:
    styles = palette(PLAIN)
    assert all(style.color is None for style in styles.values())
    plain = {look for look, style in styles.items() if not style}
    assert plain == {Look.NORMAL, Look.STRONG, Look.DIM, Look.ACCENT, Look.AMBER}
    assert palette("unknown") == palette(DARK)


def test_strong_themes_dim_nothing() -> None:
    for scheme in SCHEMES:
        assert bool(palette(scheme.name)[Look.DIM].dim) is not scheme.strong
