"""What is shown when the dashboard ends by a mistake of its own: where, and no values."""

import traceback
from pathlib import Path

from kumo_tui.text import clean, one_line

WHAT_NOW = "What was sent goes on, and is in the journal: start kumo-tui again to follow it."


def crash_words(error: BaseException | None, log_file: str = "") -> str:
    """The mistake and its place in one line, then what to do; clean text, nothing of what variables held.

    The whole trace is in the log, where there is one.
    """
    what = f"{type(error).__name__}: {one_line(str(error))}" if error is not None else "the keys cannot be read"
    where = "".join(
        f" ({clean(Path(frame.filename).name)}:{frame.lineno} {clean(frame.name)})"
        for frame in traceback.extract_tb(error.__traceback__ if error is not None else None)[-1:]
    )
    report = f"send {clean(log_file)}" if log_file else "do it again with --log bug.log, and send that"
    return f"kumo-tui: a mistake in kumo-tui: {what}{where}\n{WHAT_NOW}\nTo report it, {report}."
