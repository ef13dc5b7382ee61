"""What the acting screens need from the rest of the program: the acts, and an app that shows snapshots."""

from typing import Protocol, cast

from textual.widget import Widget

from kumo_tui.act.draft import Checked
from kumo_tui.act.ports import CancelOutcome, Confirmed
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.model.feeders import Feeders
from kumo_tui.model.operation import Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.wire import QueueSample


class Guarding(Protocol):
    """Ends plain bounces that take other queues' mail, by itself."""

    def start(self) -> None:
        """Look at every snapshot from now on."""

    async def finish(self) -> None:
        """Wait for the cancels that are on their way."""


class Acting(Protocol):
    """Doing, as the screens ask for it. `kumo_tui.act.service.Acts` is it."""

    @property
    def guardian(self) -> Guarding:
        """Stop at the first collateral."""

    def new_tag(self) -> str:
        """A tag that no operation has."""

    def plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        """The requests of this bounce, exactly as they would leave; nothing is sent."""

    def refusals(self, preview: Preview, checked: Checked) -> tuple[str, ...]:
        """Every safety rule that forbids this bounce here, in words."""

    async def fresh_preview(self, selector: Selector) -> Preview:
        """The preview after every node was read once more. Raises NodeError."""

    async def feeders(self, preview: Preview) -> Feeders:
        """What feeds the ready queues of the target nodes, asked now; raises nothing."""

    async def bounce(self, confirmed: Confirmed) -> Operation:
        """Send a confirmed bounce. Raises Refused or JournalError while nothing was sent."""

    async def cancel(self, node: str, directive_id: str) -> CancelOutcome:
        """Cancel one directive, once. Raises Refused, or NodeError when it was certainly not done."""

    async def sample_queue(self, node: str, name: str) -> QueueSample | None:
        """A few messages of a queue, None when the queue is not there now."""


class Host(Protocol):
    """The app, as far as the acting screens see it; `snapshot` is a reactive that they watch."""

    snapshot: Snapshot
    acts: Acting
    settings: Settings
    clock: Clock

    def cancel_operation(self, tag: str) -> None:
        """Open the dialog for a cancel of everything of an operation that still stands."""

    def read_now(self) -> None:
        """Read all nodes now."""


def host_of(widget: Widget) -> Host:
    """The app that a widget lives in."""
    return cast(Host, widget.app)
