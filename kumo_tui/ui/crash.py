"""What is shown when the dashboard ends by a mistake of its own: where, and no values."""

import traceback
from pathlib import Path

from kumo_tui.text import clean, one_line

PLACES_SHOWN = 8


def crash_words(error: BaseException) -> str:
    """Clean text, one place a line, the innermost last; nothing of what variables held."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES_SHOWN:]
    return "\n".join(
        [
            f"kumo-tui: a mistake in kumo-tui: {type(error).__name__}: {one_line(str(error))}",
            *(f"  {clean(Path(frame.filename).name)}:{frame.lineno} {clean(frame.name)}" for frame in frames),
            "What was sent goes on, and is in the journal: start kumo-tui again to follow it.",
        ]
    )
