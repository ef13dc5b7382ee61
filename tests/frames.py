"""Frames: the painted screen as plain text, and their snapshots under `tests/ui/frames/`.

`check_frame(app, "dashboard-80x24")` compares with the kept file. KUMO_TUI_UPDATE_FRAMES=1 writes it instead,
and is refused where CI is set.
"""

import os
from pathlib import Path

from textual.app import App
from textual.strip import Strip

FRAMES = Path(__file__).parent / "ui" / "frames"


def strips_of(app: App) -> list[Strip]:
    """What the compositor paints, top to bottom."""
    return app.screen._compositor.render_strips()


def frame_of(app: App) -> list[str]:
    """The screen as lines of text, without blanks at their ends."""
    return [strip.text.rstrip() for strip in strips_of(app)]


def check_frame(app: App, name: str) -> None:
    """Fail unless the screen is the kept frame of this name."""
    text = "\n".join(frame_of(app)).rstrip() + "\n"
    path = FRAMES / f"{name}.txt"
    if os.environ.get("KUMO_TUI_UPDATE_FRAMES"):
        if os.environ.get("CI"):
            raise AssertionError("frames are not updated in CI")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    if not path.exists():
        raise AssertionError(f"no frame {name}; the screen is:\n{text}\nKUMO_TUI_UPDATE_FRAMES=1 keeps it")
    kept = path.read_text("utf-8")
    assert text == kept, f"frame {name} differs; the screen is:\n{text}"
