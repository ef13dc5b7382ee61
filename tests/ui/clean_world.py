"""Clean bounces and stops of ours for tests of the screens, hand-built; and clean acts that only record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kumo_tui.act.clean_release import ReleaseOutcome
from kumo_tui.act.clean_rules import clean_refusals
from kumo_tui.act.draft import STOP_REASON, Checked
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.act.steps import Came
from kumo_tui.errors import KumoTuiError
from kumo_tui.model.capability import Capability
from kumo_tui.model.clean import CleanProgress, Meters
from kumo_tui.model.directives import Suspension
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Event, Mode, NodeAct, Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Criteria, Selector
from kumo_tui.model.snapshot import NodeProgress, OperationStatus
from kumo_tui.model.tags import tagged_reason
from kumo_tui.model.verdict import Verdict
from tests.ui.worlds import NOW

if TYPE_CHECKING:
    from tests.ui.acting_world import ActingApp

TAG = "7F3A2C"
STOP_ID = "77aa10c2-0000-0000"
PROMO = {
    "promo:acme@yahoo.com": 92_110,
    "promo:acme@gmail.com": 41_800,
    "promo:zenith@aol.com": 8_120,
}
SELECTOR = Criteria(campaign="promo")
HALF = {"promo:acme@yahoo.com": 81_302, "promo:acme@gmail.com": 41_812}


def clean_node(
    verdict: Verdict,
    *,
    name: str = "mta1",
    baseline: Mapping[str, int] = PROMO,
    swept: Mapping[str, int] | None = None,
    may_wait: int = 0,
    leak: int = 0,
    in_flight: int = 0,
    note: str = "",
    state: ActState = ActState.ACCEPTED,
    selector: Selector = SELECTOR,
    **clean: Any,
) -> NodeProgress:
    """A clean bounce on one node; `clean` are the fields of CleanProgress."""
    facts: dict[str, Any] = {"stop_left_s": 760.0, "stop_ids": (STOP_ID,)}
    if verdict.is_final:
        facts = {"stop_left_s": None}
    facts.update(clean)
    ledger = Ledger(selector, baseline)
    return NodeProgress(
        NodeAct(name, state, STOP_ID if state is ActState.ACCEPTED else None),
        ledger.record("sweeps", swept) if swept else ledger,
        verdict,
        left_s=facts["stop_left_s"],
        note=note,
        meters=Meters(in_flight=in_flight, leak_at_most=leak, may_wait=may_wait),
        clean=CleanProgress(**facts),
    )


def clean_status(*nodes: NodeProgress, waiting: bool = False, **values: Any) -> OperationStatus:
    """A clean bounce over these nodes; `waiting` is a stop that nobody confirmed as a bounce."""
    operation = Operation(
        TAG,
        nodes[0].ledger.selector,
        STOP_REASON if waiting else "bad link #4711",
        1800 if waiting else 300,
        False,
        "eve",
        NOW,
        "d1gest",
        tuple(node.act for node in nodes),
        (Event(NOW, "stopped on mta1"),),
        Mode.CLEAN,
        None if waiting else NOW,
    )
    return OperationStatus(replace(operation, **values), nodes)


def stopped(**values: Any) -> OperationStatus:
    """A stop of ours that waits for a decision."""
    facts: dict[str, Any] = {"standing": PROMO, "may_wait": 2_310, "return_s": 40.0}
    facts.update(values)
    return clean_status(clean_node(Verdict.STOPPED, **facts), waiting=True)


def sweeping(verdict: Verdict = Verdict.SWEEPING, **values: Any) -> OperationStatus:
    """A clean bounce that runs."""
    facts: dict[str, Any] = {
        "swept": HALF,
        "standing": {"promo:zenith@aol.com": 1_204},
        "may_wait": 2_310,
        "return_s": 40.0,
        "sweeps": 3,
        "leak": 12,
        "in_flight": 3,
        "ends_in_s": 252.0,
    }
    facts.update(values)
    return clean_status(clean_node(verdict, **facts))


def own_stop(left_s: float = 760.0, tag: str = TAG) -> Suspension:
    """The entry of a stop of ours, by criteria, as a node lists it."""
    return Suspension(STOP_ID, "promo", None, None, tagged_reason("stopped to look", tag), left_s)


# A release with the two defects, on which everything that a clean bounce needs is listed.
DEFECTIVE = Capability(
    "2026.06.23-f3af1cd0",
    frozenset({"campaign", "tenant", "domain", "routing_domain", "queue_names"}),
    True,
    frozenset({"campaign", "tenant", "domain", "queue_names"}),
    frozenset({"/api/admin/rebind/v1", "/api/admin/inspect-sched-q/v1"}),
)


@dataclass
class RecordingCleanActs:
    """Clean acts that remember what they were asked for; `*_error` is raised instead of an answer."""

    app: "ActingApp"
    forbidden: tuple[str, ...] = ()
    stop_forbidden: tuple[str, ...] = ()
    knows_stop_rules: bool = False
    stop_error: KumoTuiError | None = None
    bounce_error: KumoTuiError | None = None
    end_error: KumoTuiError | None = None
    stop_states: tuple[ActState, ...] = (ActState.ACCEPTED,)
    stops: list[tuple[Preview, Checked, str]] = field(default_factory=list)
    confirmed: list[Confirmed] = field(default_factory=list)
    ended: list[tuple[str, bool]] = field(default_factory=list)
    planned: list[Preview] = field(default_factory=list)
    came: Came = Came.DONE
    outcomes: tuple[ReleaseOutcome, ...] = ()
    after_stop: Callable[[], None] | None = None
    runs: bool = False

    def refusals(self, preview: Preview, checked: Checked) -> tuple[str, ...]:
        return (*self.app.acts.refusals(preview, checked), *self.forbidden)

    def stop_refusals(self, preview: Preview, checked: Checked) -> tuple[str, ...]:
        if not self.knows_stop_rules:
            return self.stop_forbidden
        return tuple(clean_refusals(preview, self.app.snapshot, self.app.settings, (), stop_only=True))

    def plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        self.planned.append(preview)
        body = {"campaign": "promo", "reason": tagged_reason(checked.reason, tag), "duration": "0s"}
        url = "http://mta1:8000/api/admin"
        return (
            PlannedRequest("stop", "mta1", "POST", f"{url}/suspend/v1", {**body, "duration": "1200s"}),
            PlannedRequest("sweep", "mta1", "POST", f"{url}/bounce/v1", body),
            PlannedRequest("release", "mta1", "DELETE", f"{url}/suspend/v1", {"id": "(of the stop)"}),
        )

    async def stop(self, preview: Preview, checked: Checked, tag: str) -> Operation:
        if self.stop_error:
            raise self.stop_error
        self.stops.append((preview, checked, tag))
        made = self._status(Verdict.STOPPED, preview, checked, tag, confirmed=False)
        self.app.show(replace(self.app.snapshot, operations=(made,)))
        if self.after_stop:
            self.after_stop()
        return made.operation

    async def bounce(self, confirmed: Confirmed) -> Operation:
        if self.bounce_error:
            raise self.bounce_error
        self.confirmed.append(confirmed)
        made = self._status(Verdict.SWEEPING, confirmed.preview, confirmed.checked, confirmed.tag, confirmed=True)
        self.app.show(replace(self.app.snapshot, operations=(made,)))
        return made.operation

    async def end(self, tag: str, *, flush: bool = False) -> Sequence[ReleaseOutcome]:
        if self.end_error:
            raise self.end_error
        self.ended.append((tag, flush))
        return self.outcomes or (ReleaseOutcome("mta1", self.came, "let go"),)

    async def release_other(self, node: str, suspension_id: str) -> ReleaseOutcome:
        self.ended.append((suspension_id, False))
        return ReleaseOutcome(node, self.came, "released")

    def waiting_for(self, selector: Selector, nodes: Sequence[str] = ()) -> Operation | None:
        for status in self.app.snapshot.operations:
            operation = status.operation
            if operation.is_waiting and not status.verdict.is_final and operation.selector == selector:
                return operation
        return None

    def start(self) -> None:
        self.runs = True

    async def stop_running(self) -> None:
        self.runs = False

    def _status(
        self, verdict: Verdict, preview: Preview, checked: Checked, tag: str, *, confirmed: bool
    ) -> OperationStatus:
        counts = preview.matched.as_counts()
        node = clean_node(verdict, standing=counts, selector=preview.selector, state=self.stop_states[0])
        values = {"reason": checked.reason, "tag": tag, "selector": preview.selector}
        return clean_status(node, waiting=not confirmed, **values)
