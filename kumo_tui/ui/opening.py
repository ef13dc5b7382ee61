"""Opening screens, writing papers, choosing nodes: what screens ask the app for that changes nothing on a node."""

from abc import abstractmethod
from collections.abc import Callable
from typing import cast

from textual.reactive import reactive

from kumo_tui.act.rights import Rights
from kumo_tui.errors import Refused
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui import papers
from kumo_tui.ui.directive_rows import DirectiveKey, StopKey
from kumo_tui.ui.flow_steps import open_operation
from kumo_tui.ui.one_node import no_rows_words
from kumo_tui.ui.ports import Overviewing, Watching
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.directive_detail import DirectiveDetailScreen
from kumo_tui.ui.screens.history import HistoryScreen
from kumo_tui.ui.screens.node_detail import NodeDetailScreen
from kumo_tui.ui.screens.nodes import NodesScreen
from kumo_tui.ui.screens.overview import OverviewScreen
from kumo_tui.ui.screens.past import PastScreen
from kumo_tui.ui.screens.queue_detail import QueueDetailScreen
from kumo_tui.ui.screens.stop_detail import StopDetailScreen
from kumo_tui.ui.terminal_app import TerminalApp
from kumo_tui.watch.overview_words import HOW_TO_CONFIGURE


class Opening(TerminalApp, inherit_bindings=False):
    """The app as it opens its screens. `snapshot` is the last one taken."""

    snapshot: reactive[Snapshot] = reactive(cast(Snapshot, None), repaint=False, init=False)
    overview: Overviewing | None = None
    watcher: Watching

    @property
    @abstractmethod
    def rights(self) -> Rights:
        """What this session may change, by the last snapshot."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Say something in one line, for a few seconds."""

    def open_queue(self, name: str) -> None:
        """Show one queue, by its raw name."""
        self.push_screen(QueueDetailScreen(name))

    def open_operation(self, tag: str) -> None:
        """Show one of our operations."""
        open_operation(self, tag)

    def open_directive(self, entry: DirectiveKey) -> None:
        """Show a directive of somebody else."""
        self.push_screen(DirectiveDetailScreen(entry))

    def open_stop(self, entry: StopKey) -> None:
        """Show a stop of somebody else."""
        self.push_screen(StopDetailScreen(entry))

    def open_history(self) -> None:
        """Show every operation that the journal holds."""
        self.push_screen(HistoryScreen())

    def open_past(self, tag: str) -> None:
        """Show one operation: as it is where it is followed, else as the journal has it."""
        if self.snapshot.operation(tag) is None:
            self.push_screen(PastScreen(tag))
        else:
            open_operation(self, tag)

    def open_overview(self) -> None:
        """Show what Prometheus says of the whole fleet, or how it is configured."""
        if self.overview is None:
            self.notify(HOW_TO_CONFIGURE, markup=False)
        else:
            self.push_screen(OverviewScreen(self.overview))

    def open_nodes(self) -> None:
        """Show the nodes."""
        self.push_screen(NodesScreen())

    def open_node(self, name: str) -> None:
        """Show one node."""
        self.push_screen(NodeDetailScreen(name))

    def look_at(self, node: str) -> None:
        """Show the dashboard with the rows of this node alone; say why where it has none that count."""
        why = no_rows_words(self.snapshot, node)
        if why:
            self.say(f"{why}: it has no rows of its own.")
            return
        dashboard = self.screen_stack[0]
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(dashboard, DashboardScreen):
            dashboard.look_at(node)

    def set_node_enabled(self, name: str, *, enabled: bool) -> None:
        """Read this node from now on, or not any more; say why where that must not be."""
        done = "is read again" if enabled else "is disabled: it is not read, not counted, no target"
        self._choose(lambda: self.watcher.set_enabled(name, enabled=enabled), lambda: f"{name} {done}.")

    def set_node_read_only(self, name: str, *, read_only: bool) -> None:
        """Only watch this node, or act on it too; say why where that must not be."""
        self._choose(
            lambda: self.watcher.set_read_only(name, read_only=read_only),
            lambda: self._open_words(name, read_only),
        )

    def _open_words(self, name: str, read_only: bool) -> str:
        """Whether acts reach a node now that it was made read-only, or is not any more."""
        if read_only:
            return f"{name} is read-only: nothing is begun there."
        if self.rights.may_act_on(name):
            return f"{name} takes part in acts again."
        why = f"this session is ({self.rights.order})" if self.rights.order else "it refuses acts"
        return f"{name} is read-only no more by its setting, but {why}: nothing is begun there."

    def _choose(self, change: Callable[[], None], done: Callable[[], str]) -> None:
        try:
            change()
        except Refused as error:
            self.say(str(error))
        else:
            self.snapshot = self.watcher.snapshot
            self.say(done())

    def write_report(self, tag: str) -> None:
        """Write the incident report of an operation to a new file, and say where."""
        self.run_worker(papers.report_flow(self, tag), group="papers", exit_on_error=False)

    def export_queues(self, tag: str) -> None:
        """Write the queues of an operation to a new file, and say where."""
        self.run_worker(papers.export_flow(self, tag), group="papers", exit_on_error=False)
