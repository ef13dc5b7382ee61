"""A small world for tests of the acting screens: nodes with queues, a clock that stands, acts that only record."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Static

from kumo_tui.act.draft import Checked, Draft, check_draft
from kumo_tui.act.ports import CancelOutcome, CancelState, Confirmed
from kumo_tui.act.preview import take_preview
from kumo_tui.act.requests import BOUNCE_PATH, PlannedRequest, bounce_body
from kumo_tui.act.rights import Rights, rights_of
from kumo_tui.act.rules import refusals
from kumo_tui.config import ActSettings, Settings
from kumo_tui.errors import KumoTuiError
from kumo_tui.model.capability import Capability
from kumo_tui.model.directives import Directive, ReadyQueue
from kumo_tui.model.feeders import Feeders
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Event, NodeAct, Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Selector
from kumo_tui.model.snapshot import (
    Metrics,
    NodeProgress,
    NodeSnapshot,
    NodeState,
    OperationStatus,
    Snapshot,
    Timed,
)
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.wire import QueueSample
from kumo_tui.ui import clean_flows, flows
from kumo_tui.ui.colours import DARK, THEMES
from kumo_tui.ui.figures import Figures, figures_of
from kumo_tui.ui.ports import Live
from tests.fakes import FakeClock
from tests.frames import frame_of
from tests.ui.clean_world import RecordingCleanActs
from tests.ui.pilots import wait_for
from tests.ui.worlds import NOW, START

TAG = "7F3A2C"
ScreenType = TypeVar("ScreenType", bound=Screen[Any])
HOSTILE = "e\x1b]52;c;aGk=\x07[/x]\u202e"
CLICKABLE = "[@click=app.quit]name[/]"
PROMO = {
    "promo:acme@yahoo.com": 92_110,
    "promo:acme@gmail.com": 41_800,
    "promo:zenith@aol.com": 8_120,
}
OTHERS = {"news:zenith@gmail.com": 12_000, "bulk:acme@web.de": 1_970}
# Nothing here is so much that a dialog would wait before it takes an answer.
SETTINGS = Settings(act=ActSettings(wait_above=1_000_000))
ABLE = Capability(
    "2024.11.08-x",
    frozenset({"campaign", "tenant", "domain", "routing_domain", "queue_names"}),
    True,
    frozenset(),
    frozenset(),
)


def node(
    counts: Mapping[str, int],
    at: float = START,
    name: str = "mta1",
    ready: int = 0,
    directives: Sequence[Directive] = (),
    capability: Capability | None = ABLE,
) -> NodeSnapshot:
    """A node that was read at this time."""
    waiting = (ReadyQueue("s1->yahoo@smtp_client", ready),) if ready else ()
    return NodeSnapshot(
        name,
        f"http://{name}:8000",
        NodeState.OK,
        metrics=Timed(Metrics(QueueTable.of(counts), waiting), at),
        directives=Timed(tuple(directives), at),
        capability=capability,
    )


def snapshot(
    *nodes: NodeSnapshot,
    at: float = START,
    operations: Sequence[OperationStatus] = (),
    production: bool = True,
    profile: str = "prod",
) -> Snapshot:
    """A snapshot of these nodes, of one with promo and other mail where none is given."""
    several = nodes or (node({**PROMO, **OTHERS}, at),)
    return Snapshot(1, at, NOW, profile, production, 2.0, several, tuple(operations))


def entry(**values: object) -> Directive:
    """A listed directive."""
    base = Directive("552016f1-aaaa-bbbb", "promo", None, None, None, f"bad link [kt:{TAG}]", 252.0, 81_302)
    return replace(base, **values)


def status(
    ledger: Ledger,
    verdict: Verdict = Verdict.RUNNING,
    *more: NodeProgress,
    selector: Selector | None = None,
    **values: object,
) -> OperationStatus:
    """An operation on mta1, and on whatever nodes `more` speaks of."""
    act = NodeAct("mta1", ActState.ACCEPTED, "552016f1-aaaa-bbbb")
    nodes = (NodeProgress(act, ledger, verdict, **{"left_s": 252.0, "rate_per_s": 2_310.0, **values}), *more)
    operation = Operation(
        TAG,
        selector or Criteria(campaign="promo"),
        "bad link #4711",
        300,
        False,
        "eve",
        NOW,
        "d1gest",
        tuple(progress.act for progress in nodes),
        (Event(NOW, "confirmed, sent to mta1"), Event(NOW, "mta1 accepted 552016f1")),
    )
    return OperationStatus(operation, nodes)


def figures(shot: Snapshot, selector: Selector | None = None) -> Figures:
    """The figures of a preview of this snapshot."""
    return figures_of(take_preview(shot, selector or Criteria(campaign="promo")), shot, Settings())


def checked(draft: Draft | None = None) -> Checked:
    """A draft that holds, checked."""
    return check_draft(draft or Draft(campaign="promo", reason="bad link", ticket="#4711"), Settings().act)


@dataclass
class RecordingActs:
    """Acts that remember what they were asked for; `*_error` is raised instead of an answer.

    A cancel on the node `silent` waits for `hold`.
    """

    app: "ActingApp"
    asked: list[str] = field(default_factory=list)
    confirmed: list[Confirmed] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(default_factory=list)
    read_error: KumoTuiError | None = None
    bounce_error: KumoTuiError | None = None
    cancel_error: KumoTuiError | None = None
    cancel_errors: Mapping[str, KumoTuiError] = field(default_factory=dict)
    cancel_state: CancelState = CancelState.REMOVED
    outcome: OperationStatus | None = None
    tags: int = 0
    hold: asyncio.Event | None = None
    hold_reading: asyncio.Event | None = None
    silent: str = ""
    clean: RecordingCleanActs = field(init=False)

    def __post_init__(self) -> None:
        self.clean = RecordingCleanActs(self.app)

    def new_tag(self) -> str:
        self.tags += 1
        return TAG

    def plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        if checked.selector is None or checked.duration_s is None:
            return ()
        body = bounce_body(
            checked.selector, checked.reason, checked.duration_s, tag, suppress_logging=checked.suppress_logging
        )
        return tuple(
            PlannedRequest("bounce", target.node, "POST", f"http://{target.node}:8000{BOUNCE_PATH}", body)
            for target in preview.nodes
        )

    def refusals(self, preview: Preview, checked: Checked) -> tuple[str, ...]:
        plan = self.plan(preview, checked, "000000")
        return tuple(refusals(preview, self.app.snapshot, self.app.settings, plan))

    async def fresh_preview(self, selector: Selector, nodes: Sequence[str]) -> Preview:
        self.asked.append("fresh_preview")
        if self.hold_reading:
            await self.hold_reading.wait()
        if self.read_error:
            raise self.read_error
        return take_preview(self.app.snapshot, selector, nodes)

    async def feeders(self, preview: Preview) -> Feeders:
        return {}

    async def bounce(self, confirmed: Confirmed) -> Operation:
        self.asked.append("bounce")
        if self.hold:
            await self.hold.wait()
        if self.bounce_error:
            raise self.bounce_error
        self.confirmed.append(confirmed)
        made = self.outcome or status(Ledger(confirmed.preview.selector, confirmed.preview.matched.as_counts()))
        self.app.show(replace(self.app.snapshot, operations=(made,)))
        return made.operation

    async def cancel(self, node: str, directive_id: str) -> CancelOutcome:
        error = self.cancel_errors.get(node, self.cancel_error)
        if error:
            raise error
        if node == self.silent and self.hold:
            await self.hold.wait()
        self.cancelled.append((node, directive_id))
        return CancelOutcome(node, directive_id, self.cancel_state, 81_302, "it no longer matches new mail")

    async def sample_queue(self, node: str, name: str) -> QueueSample | None:
        return None


class ActingApp(App[None]):
    """A host for acting screens; `show` hands a snapshot to the screen on top, as the dashboard's app does."""

    snapshot: var[Snapshot] = var(snapshot)

    def __init__(self, shot: Snapshot | None = None, settings: Settings | None = None) -> None:
        super().__init__(ansi_color=True)
        self.clock = FakeClock()
        self.settings = settings or SETTINGS
        self.acts = RecordingActs(self)
        self.opened_queues: list[str] = []
        self.set_reactive(ActingApp.snapshot, shot or snapshot())
        for theme in THEMES:
            self.register_theme(theme)

    @property
    def rights(self) -> Rights:
        """As the dashboard's app has it."""
        return rights_of(self.settings, self.snapshot)

    def compose(self) -> ComposeResult:
        yield Static("dashboard", markup=False)

    def on_mount(self) -> None:
        self.theme = DARK

    def cancel_operation(self, tag: str) -> None:
        """As the dashboard's app does it."""
        self.run_worker(flows.cancel_operation_flow(self, tag))

    def bounce(self, draft: Draft) -> None:
        """As the dashboard's app does it."""
        self.run_worker(flows.bounce_flow(self, draft))

    def stop(self, draft: Draft) -> None:
        """As the dashboard's app does it."""
        self.run_worker(clean_flows.stop_flow(self, draft))

    def open_queue(self, name: str) -> None:
        """Remember that it was asked for."""
        self.opened_queues.append(name)

    def read_now(self) -> None:
        """Nothing is read here."""

    def show(self, shot: Snapshot) -> None:
        """A new snapshot came."""
        self.snapshot = shot
        if isinstance(self.screen, Live):
            self.screen.show_snapshot(shot)

    def pass_time(self, seconds: float) -> None:
        """Time goes on, and the screen on top hears of it."""
        self.clock.jump(seconds)
        if isinstance(self.screen, Live):
            self.screen.tick(self.clock.monotonic())


def screen_text(pilot: Pilot[None]) -> str:
    """The painted screen."""
    return "\n".join(frame_of(pilot.app))


async def open_screen(
    pilot: Pilot[None], screen: ScreenType, ended: Callable[[Any], None] | None = None
) -> ScreenType:
    """Put a screen on top and let it draw itself; `ended` is called with its result."""
    pilot.app.push_screen(screen, ended)
    await wait_for(pilot, lambda: pilot.app.screen is screen and screen.is_mounted)
    await pilot.pause()
    return screen


async def press_all(pilot: Pilot[None], text: str) -> None:
    """Type this text, key by key."""
    for char in text:
        await pilot.press("space" if char == " " else char)


async def paste(pilot: Pilot[None], text: str) -> None:
    """Paste this text, as a terminal with bracketed paste does."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
