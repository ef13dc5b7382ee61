"""Screens that are left once, however often they are told."""

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType


class LeavesOnce(Screen[ScreenResultType]):
    """A second Enter, bounced by a key or held back by a slow line, ends nothing but the screen that it came to.

    Textual takes whatever is on top off the stack, whoever asks for it.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """As Textual's; nothing where this screen is not on top any more."""
        return super().dismiss(result) if self.is_current else AwaitComplete()


class Modal(ModalScreen[ScreenResultType], LeavesOnce[ScreenResultType]):
    """A dialog."""
