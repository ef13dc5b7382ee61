"""Lines: a widget of a few text lines that rewrites only the cells that changed."""

from collections.abc import Sequence
from typing import Any, Self

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from kumo_tui.ui.colours import PLAIN, Palette, palette
from kumo_tui.ui.strips import Line, changed_span, strip_of
from kumo_tui.ui.theme import Glyphs, glyphs


def palette_of(widget: Widget) -> Palette:
    """The styles of the theme that the app has now."""
    return palette(widget.app.theme)


def glyphs_of(widget: Widget) -> Glyphs:
    """The signs of this terminal: ASCII where the settings of the app say so, no bars over a slow link."""
    settings: Any = getattr(widget.app, "settings", None)
    return glyphs(bool(getattr(settings, "ascii", False)), bars=not is_low_bandwidth(widget))


def is_low_bandwidth(widget: Widget) -> bool:
    """Whether as little as possible is to be drawn."""
    return widget.app.theme == PLAIN


class PaintedLines(Widget):
    """A widget that is painted line by line; `repaint` rewrites the cells that differ, none when none do."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, classes=classes)
        self._painted: dict[int, Strip] = {}

    def strip_at(self, y: int, width: int) -> Strip:
        """The strip of one line of the widget, `width` cells wide."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Paint anew when the theme changes."""
        self.watch(self.app, "theme", self._theme_changed, init=False)

    def render_line(self, y: int) -> Strip:
        """One line as it was last painted, or as it is now."""
        strip = self._painted.get(y)
        if strip is None:
            strip = self._painted[y] = self.strip_at(y, self.size.width)
        return strip

    def repaint(self) -> None:
        """Rewrite what differs from what is on the screen."""
        if not self.is_mounted or not self.size:
            return
        width = self.size.width
        spans: list[Region] = []
        for y in range(self.size.height):
            new = self.strip_at(y, width)
            span = changed_span(self._painted.get(y), new)
            if span is not None:
                self._painted[y] = new
                spans.append(Region(span[0], y, span[1] - span[0], 1))
        if spans:
            self.refresh(*spans)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """As Textual's; but asked for everything, it rewrites only what differs from what was painted.

        Textual asks for everything at each change of focus: a whole table over a slow link.
        """
        if regions or layout or recompose or not self._painted:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        if repaint:
            self.repaint()
        return self

    def forget(self) -> None:
        """Paint every line anew."""
        self._painted.clear()
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        """Lines are laid out for the width."""
        self.forget()

    def _theme_changed(self) -> None:
        self.forget()


class Lines(PaintedLines):
    """Fixed lines of text, given by `show`. A widget of automatic height grows and shrinks with them."""

    DEFAULT_CSS = """
    Lines { height: 1; width: 1fr; }
    """

    def __init__(self, *lines: Line, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = lines

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown."""
        return self._lines

    def show(self, *lines: Line) -> None:
        """Show these lines."""
        grown = len(lines) != len(self._lines)
        self._lines = lines
        if grown and self.styles.is_auto_height:
            self._painted.clear()
            self.refresh(layout=True)
        else:
            self.repaint()

    def strip_at(self, y: int, width: int) -> Strip:
        """The strip of one line, blank below the last."""
        line = self._lines[y] if y < len(self._lines) else ()
        return strip_of(line, width, palette_of(self), glyphs_of(self).ellipsis)

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """One cell for each line."""
        return len(self._lines)
