"""How much room the screens need: below that they say so."""

from textual.geometry import Size

# Screens are made for 80x24; tables and details get along with less.
LEAST = Size(36, 10)

# A form must show what it would hit while it is filled in.
LEAST_FOR_FORMS = Size(60, 16)


def is_too_small(size: Size) -> bool:
    """Whether nothing useful can be shown. Before the terminal has told its size, nothing is."""
    return bool(size) and not _fits(size, LEAST)


def has_no_room_for_forms(size: Size) -> bool:
    """Whether a form would hide what it must show."""
    return bool(size) and not _fits(size, LEAST_FOR_FORMS)


def needs_words(size: Size, least: Size = LEAST_FOR_FORMS) -> str:
    """`needs 60x16, this is 40x12`."""
    return f"needs {least.width}x{least.height}, this is {size.width}x{size.height}"


def _fits(size: Size, least: Size) -> bool:
    return size.width >= least.width and size.height >= least.height
