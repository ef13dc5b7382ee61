"""The app: takes snapshots, hands them to the screen on top, and runs what the operator asks for."""

import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import ModalScreen, Screen
from textual.worker import Worker, WorkerState

from kumo_tui.act.draft import Draft
from kumo_tui.act.rights import Rights, rights_of
from kumo_tui.clock import Clock, SystemClock
from kumo_tui.config import Settings
from kumo_tui.errors import JournalError, KumoTuiError
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.journal.port import Past
from kumo_tui.model.overview import Overview
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import one_line
from kumo_tui.ui import clean_flows, flows, keys, leaving
from kumo_tui.ui.acting import Acting
from kumo_tui.ui.alarms import Alarms
from kumo_tui.ui.choosing import another_profile
from kumo_tui.ui.directive_rows import DirectiveKey, StopKey
from kumo_tui.ui.keys import Command, Place
from kumo_tui.ui.node_lines import insecure_nodes
from kumo_tui.ui.opening import Opening
from kumo_tui.ui.ports import Live, Overviewing, Watching
from kumo_tui.ui.room import has_no_room_for_forms, needs_words
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.help import HelpScreen
from kumo_tui.ui.screens.overview import OverviewScreen
from kumo_tui.ui.screens.palette import PaletteScreen
from kumo_tui.ui.screens.profiles import LookAt
from kumo_tui.ui.slow_link import Frames, interval_for
from kumo_tui.ui.terminal_app import TerminalApp
from kumo_tui.ui.theme import glyphs
from kumo_tui.ui.widgets.header import Mode

_log = logging.getLogger(__name__)

SAID_FOR_S = 8.0
SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 0.5, 3600.0


class SnapshotTaken(Message):
    """The watcher has a new snapshot; an older one that was not drawn yet is skipped."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """Whether this makes the other message needless."""
        return isinstance(message, SnapshotTaken)


class OverviewTaken(Message):
    """There is something new from Prometheus."""

    def can_replace(self, message: Message) -> bool:
        """Whether this makes the other message needless."""
        return isinstance(message, OverviewTaken)


class KumoTuiApp(Opening, inherit_bindings=False):
    """The dashboard on a watcher and its acts. `snapshot` is the last one taken.

    Nothing here calls the network: the watcher reads, the acts write, both are given. `past` looks back on the
    journal, `folder` is where reports are written to, `overview` is read from Prometheus where there is one.
    `look_at` looks whether it could go on with another profile, None where there is no other: once it has ended,
    `chosen` is the one that is wanted next, empty for none. `words` are said at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit_hint", "how to quit", show=False),
        *TerminalApp.BINDINGS,
    ]
    TITLE = "kumo-tui"

    def __init__(
        self,
        watcher: Watching,
        acts: Acting,
        settings: Settings,
        clock: Clock | None = None,
        past: Past | None = None,
        folder: Path = Path(),
        overview: Overviewing | None = None,
        look_at: LookAt | None = None,
        words: str = "",
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        super().__init__(settings, self.clock)
        self.watcher = watcher
        self.acts = acts
        self.past: Past = past or MissingJournal(JournalError("There is no journal here."))
        self.folder = folder
        self.overview = overview
        self.chosen = ""
        self._look_at = look_at
        self._interval_s = watcher.interval_s
        self._frames = Frames()
        self._said, self._told = (one_line(words), self.clock.monotonic() + SAID_FOR_S), ""
        self._alarms = Alarms(watcher.snapshot)
        self._opening: Worker[None] | None = None
        self._is_leaving = False
        self.set_reactive(KumoTuiApp.snapshot, watcher.snapshot)

    def get_default_screen(self) -> Screen[Any]:
        """The dashboard."""
        return DashboardScreen()

    def on_mount(self) -> None:
        """Start to look, and to go on with what was confirmed.

        The screen is drawn before the first connection is made: that is slow, and says nothing yet.
        """
        self._set_interval()
        self.watcher.subscribe(self._hear)
        self.acts.guardian.start()
        self.call_after_refresh(self.watcher.start)
        if self.overview is not None:
            self.overview.subscribe(self._hear_overview)
            self.overview.start()
        self.acts.clean.start()
        self.set_interval(1.0, self._beat)

    async def on_unmount(self) -> None:
        """Stop to sweep and to look; what is stopped stays so until its own end."""
        await self.acts.clean.stop_running()
        await self.acts.guardian.finish()
        await self.watcher.stop()
        if self.overview is not None:
            await self.overview.stop()

    def _hear_overview(self, _overview: Overview) -> None:
        self.post_message(OverviewTaken())

    @on(OverviewTaken)
    def _show_overview(self) -> None:
        """Draw it where it is on top; elsewhere the next tick shows what of it is an alarm."""
        if isinstance(self.screen, OverviewScreen) and self.screen.is_mounted and self._draws(self.snapshot):
            self.screen.tick(self.clock.monotonic())

    def _hear(self, snapshot: Snapshot) -> None:
        self.post_message(SnapshotTaken(snapshot))

    @on(SnapshotTaken)
    def _take_snapshot(self, message: SnapshotTaken) -> None:
        self.snapshot = message.snapshot
        for words in self._alarms.news(
            message.snapshot, glyphs(bool(self.settings.ascii)), are_shown=isinstance(self.screen, DashboardScreen)
        ):
            self.notify(words, severity="error", markup=False)

    def watch_snapshot(self, snapshot: Snapshot) -> None:
        """Hand it to the screen on top; covered ones catch up when they are uncovered."""
        self._set_interval()
        if self._draws(snapshot):
            self._draw(snapshot)

    def _draw(self, snapshot: Snapshot) -> None:
        self._frames.drawn(snapshot, self.clock.monotonic())
        if isinstance(self.screen, Live) and self.screen.is_mounted:
            self.screen.show_snapshot(snapshot)

    def _draws(self, snapshot: Snapshot) -> bool:
        """Whether this is drawn now. Over a slow link not everything is, but for a dialog: it waits for news."""
        is_thrifty = self.settings.low_bandwidth and not isinstance(self.screen, ModalScreen)
        return not is_thrifty or self._frames.is_due(snapshot, self.clock.monotonic())

    def _beat(self) -> None:
        """Once a second, until the end begins: the screen on top is taken apart then, and is still on top."""
        if not self.is_running:
            return
        self.catch_up()
        self.watcher.is_whole = isinstance(self.screen, ModalScreen)
        if not self.settings.low_bandwidth or isinstance(self.screen, ModalScreen):
            self.tick()
        elif self._draws(self.snapshot) or self.said(self.clock.monotonic()) != self._told:
            self._draw(self.snapshot)
            self.tick()

    def tick(self) -> None:
        """Let ages and countdowns go on."""
        now = self.clock.monotonic()
        self._told = self.said(now)
        if isinstance(self.screen, Live) and self.screen.is_mounted:
            self.screen.tick(now)

    def _set_interval(self) -> None:
        """Have nodes read as often as is wanted, less often for a slow link."""
        wanted = interval_for(self._interval_s, self.snapshot, low_bandwidth=self.settings.low_bandwidth)
        if self.watcher.interval_s != wanted:
            self.watcher.interval_s = wanted

    # What screens ask for (hosting.DashboardHost)

    @property
    def mode(self) -> Mode:
        """Read-only, and how many nodes' certificates are not verified."""
        insecure = len(insecure_nodes(self.settings, self.snapshot))
        return Mode(
            read_only_by=self.rights.read_only_by, insecure=insecure, low_bandwidth=self.settings.low_bandwidth
        )

    @property
    def rights(self) -> Rights:
        """What this session may change, by the last snapshot."""
        return rights_of(self.settings, self.snapshot)

    def say(self, text: str) -> None:
        """Say something in one line, for a few seconds."""
        self._said = (one_line(text), self.clock.monotonic() + SAID_FOR_S)
        self.tick()

    def said(self, now: float) -> str:
        """What was said last, empty when that is a while ago."""
        text, until = self._said
        return text if now < until else ""

    def bounce(self, draft: Draft) -> None:
        """Open the form for a bounce."""
        self._change(lambda: flows.bounce_flow(self, draft), has_form=True)

    def stop(self, draft: Draft) -> None:
        """Open the dialog for a stop."""
        self._change(lambda: clean_flows.stop_flow(self, draft), has_form=True)

    def release_stop(self, entry: StopKey) -> None:
        """Open the dialog that releases a stop of somebody else."""
        self._change(lambda: clean_flows.release_other_flow(self, entry))

    def cancel_directives(self, *entries: DirectiveKey) -> None:
        """Open the dialog for a cancel of all of these."""
        self._change(lambda: flows.cancel_flow(self, entries))

    def cancel_operation(self, tag: str) -> None:
        """Open the dialog that ends whatever of an operation still stands."""
        self._change(lambda: flows.cancel_operation_flow(self, tag), ends=tag)

    def open_profiles(self) -> None:
        """Show the profiles, and go to the one that is chosen there."""
        if self._look_at is None or not self.settings.profile:
            self.say("There is no other profile: config.example.toml says how one is made.")
        elif not self._is_leaving:
            self._is_leaving = True
            self._act(self._change_profile(self._look_at))

    def read_now(self) -> None:
        """Read all nodes now."""
        self.watcher.refresh()

    def change_interval(self, factor: float) -> None:
        """Read more or less often."""
        wanted = self.watcher.interval_s * factor
        self._interval_s = min(LONGEST_INTERVAL_S, max(SHORTEST_INTERVAL_S, wanted))
        self._set_interval()
        self.say(f"reading every {self.watcher.interval_s:g} s")

    # Commands of every screen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A command acts only where the table of commands says so."""
        del parameters
        allowed = keys.may_run(action, self._places, self.rights)
        return allowed and not (self.is_opening and isinstance(self.screen, DashboardScreen))

    @property
    def _places(self) -> frozenset[Place]:
        if isinstance(self.screen, DashboardScreen):
            return self.screen.places
        return frozenset({Place.EVERYWHERE})

    def action_help(self) -> None:
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(HelpScreen())

    def action_palette(self) -> None:
        self.push_screen(PaletteScreen(self._places, self.rights), self._press)

    def action_low_bandwidth(self) -> None:
        """Draw less from now on, or as ever again."""
        low = not self.settings.low_bandwidth
        self.settings = self.settings.model_copy(update={"low_bandwidth": low})
        self._set_interval()
        self.set_theme()
        self._draw(self.snapshot)
        self.say(f"low bandwidth: {'on' if low else 'off'}")

    def attend(self, *, is_attended: bool) -> None:
        """Read less often while nobody looks."""
        self.watcher.attended = is_attended

    def cannot_suspend(self) -> str:
        """A stop of ours is left unattended by nobody but who says so."""
        if leaving.asks_before_leaving(self.snapshot):
            return "Ctrl+Z would leave what is stopped or bounced here unattended; q asks what is to become of it."
        return ""

    async def action_quit(self) -> None:
        """Leave; where a stop or an EVERYTHING of ours is in force, ask what is to become of it."""
        if not self._is_leaving:
            self._is_leaving = True
            self._act(self._leave())

    async def action_quit_hint(self) -> None:
        if leaving.asks_before_leaving(self.snapshot):
            await self.action_quit()
        else:
            self.notify("q quits, on the dashboard; Esc goes back to it.")

    async def _leave(self) -> None:
        try:
            if await leaving.quit_flow(self):
                self.exit()
        finally:
            self._is_leaving = False

    async def _change_profile(self, look_at: LookAt) -> None:
        try:
            self.chosen = await another_profile(self, self.settings, self.snapshot.profile, look_at)
            if self.chosen:
                self.exit()
        finally:
            self._is_leaving = False

    def _press(self, command: Command | None) -> None:
        if command is not None:
            self.call_after_refresh(self.simulate_key, command.keys[0])

    def on_paste(self, event: events.Paste) -> None:
        """Text that is pasted where nobody types does nothing."""
        event.stop()
        self.say("Pasted text was ignored.")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say it in the dashboard's line of notices; elsewhere a toast of plain text."""
        if isinstance(self.screen, DashboardScreen):
            self.say(message)
        else:
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def _change(
        self, flow: Callable[[], Coroutine[Any, Any, None]], *, ends: str = "", has_form: bool = False
    ) -> None:
        """Run a flow that changes something, where this session may: `ends` is the operation that it ends.

        One that `has_form` needs the room to show what it would hit.
        """
        status = self.snapshot.operation(ends) if ends else None
        if has_form and has_no_room_for_forms(self.size):
            self.notify(f"The form {needs_words(self.size)}.", markup=False)
        elif self.rights.may_act or (status is not None and self.rights.may_end(status.operation)):
            self._act(flow())
        else:
            self.say(f"READ-ONLY: {self.rights.read_only_by}")

    def _act(self, flow: Coroutine[Any, Any, None]) -> None:
        """Run a flow to its end; it is never cancelled by what the operator looks at next."""
        self._opening = self.run_worker(self._surfacing(flow), group="acts", exit_on_error=False)

    @property
    def is_opening(self) -> bool:
        """Whether a dialog was asked for and does not stand yet: keys that come meanwhile are meant for it."""
        return self._opening is not None and not self._opening.is_finished

    def has_opened(self) -> None:
        """The dialog stands."""
        self._opening = None

    async def _surfacing(self, flow: Coroutine[Any, Any, None]) -> None:
        try:
            await flow
        except KumoTuiError as error:
            self.notify(str(error), severity="error", markup=False)

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            _log.error("a worker failed", exc_info=event.worker.error)
            self.notify(
                f"{type(event.worker.error).__name__}: {event.worker.error}", severity="error", markup=False
            )
