"""What the app writes to its terminal, frame by frame, where no terminal is."""

from collections.abc import Iterator
from contextlib import contextmanager

from textual.app import App


class Frames(list[str]):
    """The frames that were written, each as the terminal gets it."""

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(len(frame.encode()) for frame in self)


@contextmanager
def frames_of(app: App[None]) -> Iterator[Frames]:
    """The frames that the app writes inside the block."""
    frames = Frames()
    running = app._driver
    assert running is not None

    class Writing(type(running)):  # type: ignore[misc]  # the driver of tests, but it is told what to write
        is_headless = False

        def write(self, data: str) -> None:
            frames.append(data)

    running.__class__ = Writing
    try:
        yield frames
    finally:
        running.__class__ = Writing.__mro__[1]
