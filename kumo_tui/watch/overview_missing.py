"""The overview where Prometheus cannot even be asked, as with a secret that cannot be had."""

from collections.abc import Callable
from dataclasses import replace

from kumo_tui.errors import ConfigError
from kumo_tui.model.overview import Ailment, Overview, Part, Span, Trouble


class MissingOverview:
    """Takes the place of an OverviewWatch: it says what is wrong with the settings, and asks nobody.

    The nodes are watched all the same.
    """

    def __init__(self, url: str, error: ConfigError) -> None:
        step = f"{error.next_step} Then start kumo-tui again.".strip()
        trouble = Trouble(Ailment.NOT_ASKED, f"Prometheus {url} is not asked: {error.what}", step)
        self._overview = Overview(url, troubles={Part.TARGETS: trouble})

    @property
    def overview(self) -> Overview:
        """No numbers, and why."""
        return self._overview

    def subscribe(self, listener: Callable[[Overview], None]) -> None:
        """Nothing new ever comes."""

    def start(self) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        """Nothing to end."""

    def open(self) -> None:
        """Nothing to read."""

    def close(self) -> None:
        """Nothing to leave."""

    def refresh(self) -> None:
        """Nothing to read."""

    def look_back(self, span: Span) -> None:
        """Have the title of the graph say so."""
        self._overview = replace(self._overview, span=span)
