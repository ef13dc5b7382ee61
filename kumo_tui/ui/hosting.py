"""What the screens of the dashboard ask of the app."""

from pathlib import Path
from typing import Protocol, cast

from textual.dom import DOMNode

from kumo_tui.act.draft import Draft
from kumo_tui.act.rights import Rights
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.journal.port import Past
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui.acting import Acting
from kumo_tui.ui.directive_rows import DirectiveKey, StopKey
from kumo_tui.ui.drawn import Drawn
from kumo_tui.ui.ports import Overviewing
from kumo_tui.ui.widgets.header import Mode


class DashboardHost(Protocol):
    """The app as the dashboard and its detail screens see it."""

    snapshot: Snapshot
    acts: Acting
    settings: Settings
    clock: Clock
    past: Past
    folder: Path
    drawn: Drawn
    overview: Overviewing | None

    @property
    def mode(self) -> Mode:
        """How the screen is used: read-only, unverified certificates."""

    @property
    def rights(self) -> Rights:
        """What this session may change, by the last snapshot."""

    def said(self, now: float) -> str:
        """What the program said last, empty when that is a while ago."""

    def say(self, text: str) -> None:
        """Say something, in one line, for a while."""

    def bounce(self, draft: Draft) -> None:
        """Open the form for a bounce."""

    def stop(self, draft: Draft) -> None:
        """Open the dialog for a stop."""

    def release_stop(self, entry: StopKey) -> None:
        """Open the dialog that releases a stop of somebody else."""

    @property
    def is_opening(self) -> bool:
        """Whether a dialog was asked for and does not stand yet."""

    def has_opened(self) -> None:
        """The dialog stands."""

    def cancel_directives(self, *entries: DirectiveKey) -> None:
        """Open the dialog for a cancel of all of these."""

    def cancel_operation(self, tag: str) -> None:
        """Open the dialog that ends whatever of an operation still stands."""

    def open_queue(self, name: str) -> None:
        """Show one queue, by its raw name."""

    def open_operation(self, tag: str) -> None:
        """Show one of our operations."""

    def open_directive(self, entry: DirectiveKey) -> None:
        """Show a directive of somebody else."""

    def open_stop(self, entry: StopKey) -> None:
        """Show a stop of somebody else."""

    def open_history(self) -> None:
        """Show every operation that the journal holds."""

    def open_past(self, tag: str) -> None:
        """Show one operation: as it is where it is followed, else as the journal has it."""

    def open_overview(self) -> None:
        """Show what Prometheus says of the whole fleet, or how it is configured."""

    def open_profiles(self) -> None:
        """Show the profiles, and go to the one that is chosen there."""

    def open_nodes(self) -> None:
        """Show the nodes."""

    def open_node(self, name: str) -> None:
        """Show one node."""

    def look_at(self, node: str) -> None:
        """Show the dashboard with the rows of this node alone."""

    def set_node_enabled(self, name: str, *, enabled: bool) -> None:
        """Read this node from now on, or not any more."""

    def set_node_read_only(self, name: str, *, read_only: bool) -> None:
        """Only watch this node, or act on it too."""

    def write_report(self, tag: str) -> None:
        """Write the incident report of an operation to a new file, and say where."""

    def export_queues(self, tag: str) -> None:
        """Write the queues of an operation to a new file, and say where."""

    def read_now(self) -> None:
        """Read all nodes now."""

    def change_interval(self, factor: float) -> None:
        """Read more or less often."""


def dashboard_host(node: DOMNode) -> DashboardHost:
    """The app that a screen or widget lives in."""
    return cast(DashboardHost, node.app)
