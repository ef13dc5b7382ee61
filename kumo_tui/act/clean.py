"""The clean bounce as the dashboard and the command line ask for it: stop, confirm, release (KUMOMTA.md 0)."""

from collections.abc import Iterable

from kumo_tui.act.clean_release import ReleaseOutcome, Releaser
from kumo_tui.act.clean_requests import BOUNCE_PATH, SUSPEND_PATH, choose_batch
from kumo_tui.act.clean_rules import clean_refusals, same_words_rule
from kumo_tui.act.clean_start import Starter
from kumo_tui.act.confirming import check_confirmed, check_draft_holds
from kumo_tui.act.desk import Desk
from kumo_tui.act.draft import Checked
from kumo_tui.act.others import OtherActs
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.act.sweeper import Sweeper
from kumo_tui.errors import Refused
from kumo_tui.model.operation import Operation
from kumo_tui.model.partial import stopped_nodes
from kumo_tui.model.preview import NodePreview, Preview
from kumo_tui.model.selector import Everything, Selector
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.tags import TAG_LENGTH
from kumo_tui.text import clean

__all__ = ["CleanActs", "ReleaseOutcome"]


class CleanActs:
    """Stops, confirms and releases clean bounces; the sweeping in between is the Sweeper's."""

    def __init__(self, desk: Desk, others: OtherActs) -> None:
        self._desk = desk
        self.sweeper = Sweeper(desk)
        self._starter = Starter(desk)
        self._releaser = Releaser(desk, self.sweeper, others)

    def start(self) -> None:
        """Go on with what is confirmed, and keep stops standing, from now on."""
        self.sweeper.start()

    async def stop_running(self) -> None:
        """Sweep no more; stops stand until their own end."""
        await self.sweeper.stop()

    def refusals(self, preview: Preview, checked: Checked, *, partial: bool = False) -> tuple[str, ...]:
        """Every rule that forbids a clean bounce here, in words; empty when it may be confirmed."""
        return self._refusals(preview, checked, partial=partial, stop_only=False)

    def stop_refusals(self, preview: Preview, checked: Checked, *, partial: bool = False) -> tuple[str, ...]:
        """The same for a stop alone, which destroys nothing."""
        return self._refusals(preview, checked, partial=partial, stop_only=True)

    def plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        """The requests as they would leave: a stop per node, a sweep of what stands now, a release."""
        if checked.selector is None or checked.duration_s is None:
            return ()
        planned = []
        for node in preview.nodes:
            sweep = self._sweep_of(node, checked, tag)
            stop = self._starter.stop_request(node, checked, tag, confirmed=True)
            planned += [request for request in (stop, sweep) if request]
            url = self._desk.url(node.node, SUSPEND_PATH)
            planned.append(PlannedRequest("release", node.node, "DELETE", url, {"id": "the id of the stop"}))
        return tuple(planned)

    def stop_plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        """The stops of a stop alone, as they would leave: one per node."""
        stops = [self._starter.stop_request(node, checked, tag, confirmed=False) for node in preview.nodes]
        return tuple(request for request in stops if request is not None)

    def waiting_for(self, selector: Selector, nodes: Iterable[str] = ()) -> Operation | None:
        """Our own stop that has this selector, and waits for a decision on one of these nodes.

        Where none are named, on any node.
        """
        wanted = set(nodes)
        for status in self._desk.watcher.snapshot.operations:
            stopped = set(stopped_nodes(status))
            if stopped and status.operation.selector == selector and (not wanted or wanted & stopped):
                return status.operation
        return None

    async def stop(self, preview: Preview, checked: Checked, tag: str, *, partial: bool = False) -> Operation:
        """Stop the mail that the draft means, and sweep nothing.

        Raises Refused before anything is sent, and JournalError when the intent cannot be written.
        """
        self._desk.health.problem_now()
        words = self.stop_refusals(preview, checked, partial=partial)
        if words:
            raise Refused(" ".join(words), "Nothing was sent.")
        return await self._starter.begin(preview, checked, tag, partial=partial, confirmed=False)

    async def bounce(self, confirmed: Confirmed) -> Operation:
        """Begin a confirmed clean bounce: with the stop that waits for it on its nodes, else with a stop.

        On other nodes of that stop it stays only stopped, until it is confirmed there or comes to its own end.
        Raises Refused before anything is sent, and JournalError when it cannot be written down. The sweeps follow
        by themselves while the sweeper runs.
        """
        check_draft_holds(confirmed)
        self._desk.health.problem_now()
        words = self.refusals(confirmed.preview, confirmed.checked, partial=confirmed.partial)
        snapshot, now = self._desk.watcher.snapshot, self._desk.clock.monotonic()
        check_confirmed(confirmed, words, snapshot, self._desk.settings, now)
        waiting = self._waiting(confirmed)
        if waiting is not None:
            with self.sweeper.taking(waiting.operation.tag):
                return await self._starter.confirm(waiting, confirmed)
        preview, checked = confirmed.preview, confirmed.checked
        with self.sweeper.taking(confirmed.tag):
            return await self._starter.begin(
                preview, checked, confirmed.tag, partial=confirmed.partial, confirmed=True
            )

    async def end(self, tag: str, *, flush: bool = False) -> tuple[ReleaseOutcome, ...]:
        """Let go what an operation still holds, on all nodes at once; with `flush` its mail is due at once.

        A release without an answer is tried again by the sweeper. Raises Refused in a read-only session.
        """
        return await self._releaser.end(tag, flush=flush)

    async def release_other(self, node: str, suspension_id: str) -> ReleaseOutcome:
        """End a stop that this journal does not have; who asked for it has said so. Raises Refused, NodeError."""
        return await self._releaser.release_other(node, suspension_id)

    def _refusals(self, preview: Preview, checked: Checked, *, partial: bool, stop_only: bool) -> tuple[str, ...]:
        tag = "0" * TAG_LENGTH
        stops = [self._starter.stop_request(node, checked, tag, confirmed=True) for node in preview.nodes]
        plan = [request for request in stops if request is not None]
        found = clean_refusals(
            preview, self._desk.watcher.snapshot, self._desk.settings, plan, partial=partial, stop_only=stop_only
        )
        words = () if stop_only else same_words_rule(preview, checked, self._desk.watcher.snapshot)
        found = [*found, *words]
        problem = self._desk.health.problem()
        return (*found, f"no journal: {problem}") if problem else tuple(found)

    def _waiting(self, confirmed: Confirmed) -> OperationStatus | None:
        """The stop that waits for this confirmation. Raises Refused unless it waits on each of its nodes."""
        snapshot, there = self._desk.watcher.snapshot, confirmed.preview.node_names
        waiting = snapshot.operation(confirmed.tag)
        if waiting is None or not (waiting.operation.is_waiting or waiting.operation.held):
            found = self.waiting_for(confirmed.preview.selector, there)
            waiting = snapshot.operation(found.tag) if found else None
        if waiting is None:
            return None
        if waiting.operation.selector != confirmed.preview.selector:
            raise Refused("What is stopped is not what would be bounced.", "Nothing was bounced.")
        stopped = stopped_nodes(waiting)
        absent = [name for name in there if name not in stopped]
        if absent:
            names = ", ".join(map(clean, sorted(absent)))
            raise Refused(
                f"It is not stopped on {names}.", "Choose the other nodes, or let the stop go and begin anew."
            )
        return waiting

    def _sweep_of(self, node: NodePreview, checked: Checked, tag: str) -> PlannedRequest | None:
        """The first sweep as it would leave now; None where nothing stands that one could take."""
        seen = self._desk.watcher.snapshot.node(node.node)
        selector, standing = checked.selector, node.matched.as_counts()
        if selector is None or seen is None or not standing or isinstance(selector, Everything):
            return None
        listed = seen.directives.value if seen.directives else ()
        batch = choose_batch(
            selector,
            standing,
            seen.capability,
            listed,
            checked.reason,
            tag,
            suppress_logging=checked.suppress_logging,
        )
        if isinstance(batch, str):
            return None
        return PlannedRequest("sweep", node.node, "POST", self._desk.url(node.node, BOUNCE_PATH), batch.body)
