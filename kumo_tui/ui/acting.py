"""What the acting screens need from the rest of the program: the acts, and an app that shows snapshots."""

from collections.abc import Sequence
from typing import Protocol, cast

from textual.widget import Widget

from kumo_tui.act.clean_release import ReleaseOutcome
from kumo_tui.act.draft import Checked, Draft
from kumo_tui.act.ports import CancelOutcome, Confirmed
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.act.rights import Rights
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.model.feeders import Feeders
from kumo_tui.model.operation import Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.wire import QueueSample


class CleanActing(Protocol):
    """The clean bounce, as the screens ask for it: stop, sweep, release."""

    def refusals(self, preview: Preview, checked: Checked) -> tuple[str, ...]:
        """Every safety rule that forbids a clean bounce here, in words."""

    def stop_refusals(self, preview: Preview, checked: Checked) -> tuple[str, ...]:
        """The same for a stop alone."""

    def plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        """The requests of this clean bounce, as they would leave; nothing is sent."""

    async def stop(self, preview: Preview, checked: Checked, tag: str) -> Operation:
        """Stop the mail and bounce none. Raises Refused or JournalError while nothing was sent."""

    async def bounce(self, confirmed: Confirmed) -> Operation:
        """Bounce what was confirmed, going on with our stop where one stands. Raises as `stop`."""

    async def end(self, tag: str, *, flush: bool = False) -> Sequence[ReleaseOutcome]:
        """Release all our stops of an operation; `flush` makes their mail due now. Raises Refused."""

    async def release_other(self, node: str, suspension_id: str) -> ReleaseOutcome:
        """Release a stop of another kumo-tui. Raises Refused, or NodeError."""

    def waiting_for(self, selector: Selector, nodes: Sequence[str] = ()) -> Operation | None:
        """Our own stop that waits, has this selector, and stands on one of these nodes; none means any."""

    def start(self) -> None:
        """Go on with every confirmed clean bounce, by itself."""

    async def stop_running(self) -> None:
        """Leave them as they stand: nothing is sent any more."""


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

    @property
    def clean(self) -> CleanActing:
        """Stops and clean bounces."""

    def new_tag(self) -> str:
        """A tag that no operation has."""

    def plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        """The requests of this bounce, exactly as they would leave; nothing is sent."""

    def refusals(self, preview: Preview, checked: Checked) -> tuple[str, ...]:
        """Every safety rule that forbids this bounce here, in words."""

    async def fresh_preview(self, selector: Selector, nodes: Sequence[str]) -> Preview:
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

    @property
    def rights(self) -> Rights:
        """What this session may change, by the last snapshot."""

    def bounce(self, draft: Draft) -> None:
        """Open the form for a bounce."""

    def stop(self, draft: Draft) -> None:
        """Open the dialog for a stop."""

    def cancel_operation(self, tag: str) -> None:
        """Open the dialog that ends whatever of an operation still stands."""

    def open_queue(self, name: str) -> None:
        """Show one queue, by its raw name."""

    def write_report(self, tag: str) -> None:
        """Write the incident report of an operation to a new file, and say where."""

    def export_queues(self, tag: str) -> None:
        """Write the queues of an operation to a new file, and say where."""

    def read_now(self) -> None:
        """Read all nodes now."""


def host_of(widget: Widget) -> Host:
    """The app that a widget lives in."""
    return cast(Host, widget.app)
