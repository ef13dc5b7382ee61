"""The figures of a preview, worked out once per preview and away from the screen's own thread."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.widget import Widget

from kumo_tui.act.blast import blast_words
from kumo_tui.act.caution import Caution
from kumo_tui.act.cautions import cautions_for
from kumo_tui.act.preview import take_preview
from kumo_tui.act.stake import Stake, stake_of
from kumo_tui.act.token import target_name
from kumo_tui.config import Settings
from kumo_tui.model.feeders import Feeders
from kumo_tui.model.names import Part
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean, plural

TOP = 30


@dataclass(frozen=True, eq=False)
class Figures:
    """A preview with everything that dialogs show of it.

    `blast` says how far it reaches: share, tenants, campaigns, domains. `top_queues` and `top_domains` are clean
    names with messages, largest first, at most TOP of them. `stake` is that of a plain bounce, by `feeders` where
    the nodes were asked for them.
    """

    preview: Preview
    snapshot: Snapshot
    domains: int
    blast: Sequence[str]
    top_queues: Sequence[tuple[str, int]]
    top_domains: Sequence[tuple[str, int]]
    cautions: Sequence[Caution]
    stake: Stake
    feeders: Feeders | None = None

    @property
    def target(self) -> str:
        """What the whole target is called."""
        return target_name(self.snapshot)

    def summary(self, hidden: int) -> Sequence[str]:
        """`412 queues`, `183,220 messages`, `38% of prod`, `2 tenants`, `1 campaign`, `61 domains`."""
        preview = self.preview
        queues = plural(preview.queues, "queue")
        counted = f"{queues}, {hidden:,} hidden by filter" if hidden else queues
        return (counted, plural(preview.messages, "message"), *self.blast)


def figures_of(
    preview: Preview, snapshot: Snapshot, settings: Settings, feeders: Feeders | None = None
) -> Figures:
    """The figures of a preview. Takes seconds at a million queues."""
    stake = stake_of(preview, snapshot, settings, feeders)
    domains = preview.matched.distinct(Part.DOMAIN)
    largest = sorted(domains.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    names, counts = preview.matched.names[:TOP], preview.matched.messages[:TOP]
    return Figures(
        preview=preview,
        snapshot=snapshot,
        domains=len(domains),
        blast=blast_words(preview, target_name(snapshot), len(snapshot.servers)),
        top_queues=[(clean(name), count) for name, count in zip(names, counts, strict=True)],
        top_domains=[(clean(name), count) for name, count in largest],
        cautions=cautions_for(preview, snapshot, settings.act.max_preview_age_s, stake),
        stake=stake,
        feeders=feeders,
    )


class FiguresTaker:
    """Takes figures for one screen, one at a time, in a thread: no key waits for them.

    A wish is dropped when a newer one for another selector overtakes it. `feeders` stand for every taking.
    """

    def __init__(
        self,
        screen: Widget,
        settings: Settings,
        deliver: Callable[[Figures], None],
        feeders: Feeders | None = None,
    ) -> None:
        self._screen = screen
        self._settings = settings
        self._deliver = deliver
        self._feeders = feeders
        self._wish: tuple[Snapshot, Selector, Sequence[str]] | None = None
        self._is_busy = False

    def ask(self, snapshot: Snapshot, selector: Selector, nodes: Sequence[str]) -> None:
        """Have the figures of this selector on these nodes taken; `deliver` gets them on the screen's thread.

        No node means all targets.
        """
        self._wish = (snapshot, selector, nodes)
        if not self._is_busy:
            self._is_busy = True
            self._screen.run_worker(self._take(), group="figures", exit_on_error=False)

    def forget(self) -> None:
        """Drop what was asked for: nothing is selected now."""
        self._wish = None

    async def _take(self) -> None:
        try:
            while self._wish is not None:
                snapshot, selector, nodes = wish = self._wish
                figures = await asyncio.to_thread(self._count, snapshot, selector, nodes)
                overtaken = self._wish
                if overtaken is wish:
                    self._wish = None
                if overtaken is not None and overtaken[1:] == (selector, nodes):
                    self._deliver(figures)
        finally:
            self._is_busy = False

    def _count(self, snapshot: Snapshot, selector: Selector, nodes: Sequence[str]) -> Figures:
        return figures_of(take_preview(snapshot, selector, nodes), snapshot, self._settings, self._feeders)
