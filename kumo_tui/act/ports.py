"""What a confirmed bounce is, and what came of an act: the values that screens and commands hand over."""

from dataclasses import dataclass
from enum import StrEnum

from kumo_tui.act.draft import Checked
from kumo_tui.model.preview import Preview


@dataclass(frozen=True, eq=False)
class Confirmed:
    """A bounce that an operator confirmed: the frozen preview, the checked draft, the tag.

    `typed` is what was typed, compared once more with the token before anything is sent; None on the command
    line, where `--expect` or `--at-most` took its place. `partial` allows target nodes to be left out that
    cannot be read.
    """

    preview: Preview
    checked: Checked
    tag: str
    typed: str | None = None
    partial: bool = False


class CancelState(StrEnum):
    """What became of a cancel."""

    REMOVED = "removed"
    ALREADY_GONE = "already gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """One directive after a cancel: its last total, read just before, and words for what happened."""

    node: str
    id: str
    state: CancelState
    last_total: int | None
    text: str
