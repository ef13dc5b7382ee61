"""Hand-built snapshots, and the fakes that the dashboard runs on in tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kumo_tui.act.clean_release import ReleaseOutcome
from kumo_tui.act.draft import Checked
from kumo_tui.act.ports import CancelOutcome, CancelState
from kumo_tui.act.steps import Came
from kumo_tui.config import Settings
from kumo_tui.errors import KumoTuiError
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
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
from kumo_tui.model.trend import Trend
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.wire import QueueSample, SampledMessage
from kumo_tui.profiles import ProfileSettings
from tests.fakes import START as NOW

START = 1000.0


class FakeWatching:
    """A watcher that hands out what a test gives it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.interval_s = 2.0
        self.attended = True
        self.is_whole = False
        self.refreshes = 0
        self.is_running = False
        self._snapshot = snapshot
        self._listeners: list[Callable[[Snapshot], None]] = []

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        self._listeners.append(listener)

    def start(self) -> None:
        self.is_running = True

    async def stop(self) -> None:
        self.is_running = False

    def set_enabled(self, node: str, *, enabled: bool) -> None:
        self._set(node, enabled=enabled, state=NodeState.OK if enabled else NodeState.DISABLED)

    def set_read_only(self, node: str, *, read_only: bool) -> None:
        self._set(node, read_only=read_only)

    def _set(self, name: str, **values: Any) -> None:
        nodes = [replace(node, **values) if node.name == name else node for node in self._snapshot.nodes]
        self._snapshot = replace(self._snapshot, nodes=tuple(nodes))

    def refresh(self) -> None:
        self.refreshes += 1

    async def poll_once(self) -> Snapshot:
        return self._snapshot

    def give(self, snapshot: Snapshot) -> None:
        """A new snapshot for everybody who listens."""
        self._snapshot = snapshot
        for listener in self._listeners:
            listener(snapshot)


class FakeCleanActs:
    """Clean acts that know whether they run, and remember what was released; nothing forbids a stop."""

    def __init__(self) -> None:
        self.runs = False
        self.ended: list[tuple[str, bool]] = []
        self.released: list[tuple[str, str]] = []
        self.came = Came.DONE

    def stop_refusals(self, _preview: Preview, _checked: Checked) -> tuple[str, ...]:
        return ()

    async def end(self, tag: str, *, flush: bool = False) -> Sequence[ReleaseOutcome]:
        self.ended.append((tag, flush))
        return (ReleaseOutcome("mta1", self.came, "let go"),)

    async def release_other(self, node: str, suspension_id: str) -> ReleaseOutcome:
        self.released.append((node, suspension_id))
        return ReleaseOutcome(node, self.came, "released")

    def start(self) -> None:
        self.runs = True

    async def stop_running(self) -> None:
        self.runs = False


class FakeGuardian:
    """A guardian that has nothing to do."""

    def start(self) -> None:
        """Nothing is guarded here."""

    async def finish(self) -> None:
        """Nothing is on its way."""


class FakeActs:
    """Acts of which only the sample of a queue and the cancel answer."""

    def __init__(self, sample: QueueSample | KumoTuiError | None = None) -> None:
        self.clean = FakeCleanActs()
        self.guardian = FakeGuardian()
        self.sample = sample
        self.sampled: list[tuple[str, str]] = []
        self.cancelled: list[tuple[str, str]] = []
        self.cancel_came = CancelState.REMOVED

    async def cancel(self, node: str, directive_id: str) -> CancelOutcome:
        self.cancelled.append((node, directive_id))
        return CancelOutcome(node, directive_id, self.cancel_came, None, "as the test has it")

    async def sample_queue(self, node: str, name: str) -> QueueSample | None:
        self.sampled.append((node, name))
        if isinstance(self.sample, KumoTuiError):
            raise self.sample
        return self.sample


def node(
    name: str,
    counts: Mapping[str, int] | None,
    *,
    at: float = START,
    state: NodeState = NodeState.OK,
    directives: tuple[Directive, ...] = (),
    suspensions: tuple[Suspension, ...] = (),
    **more: Any,
) -> NodeSnapshot:
    """A node with these queues; None: it was never read."""
    return NodeSnapshot(
        name=name,
        url=f"http://{name}.example:8000",
        state=state,
        metrics=None if counts is None else Timed(Metrics(QueueTable.of(counts)), at),
        directives=Timed(directives, at),
        suspensions=Timed(suspensions, at),
        **more,
    )


def snapshot(*nodes: NodeSnapshot, at: float = START, **more: Any) -> Snapshot:
    """A snapshot of these nodes, with the trend of two samples a minute apart unless it is given."""
    facts: dict[str, Any] = {"number": 1, "profile": "prod", "production": False, "interval_s": 2.0}
    facts.update(more)
    return Snapshot(at=at, taken_at=NOW, nodes=nodes, **facts)


def directive(identity: str = "552016f1", **more: Any) -> Directive:
    """A directive of somebody else for campaign promo."""
    facts: dict[str, Any] = {
        "campaign": "promo",
        "tenant": None,
        "domain": None,
        "routing_domain": None,
        "reason": "purge",
        "remaining_s": 48.0,
        "total_bounced": 9001,
    }
    facts.update(more)
    return Directive(id=identity, **facts)


def operation(
    tag: str = "7F3A2C",
    *,
    verdict: Verdict = Verdict.RUNNING,
    baseline: Mapping[str, int],
    bounced: Mapping[str, int],
    selector: Selector | None = None,
    left_s: float | None = 252.0,
    rate: float = 0.0,
    minutes_ago: float = 1.0,
    reason: str = "bad link #4711",
    nodes: tuple[str, ...] = ("mta1",),
) -> OperationStatus:
    """One of our operations, with all its figures on its first node."""
    chosen = selector or Criteria(campaign="promo")
    acts = tuple(NodeAct(name, ActState.ACCEPTED, f"{name}-{tag}") for name in nodes)
    confirmed = Operation(
        tag=tag,
        selector=chosen,
        reason=reason,
        duration_s=300,
        suppress_logging=False,
        who="ops",
        created_at=NOW - timedelta(minutes=minutes_ago),
        digest="0" * 12,
        acts=acts,
    )
    first = Ledger(chosen, baseline, {acts[0].id or "": bounced})
    progress = [NodeProgress(acts[0], first, verdict, left_s, rate)]
    progress += [NodeProgress(act, Ledger(chosen, {}, {}), verdict, left_s) for act in acts[1:]]
    return OperationStatus(confirmed, tuple(progress))


NAMES = [
    ("promo:acme@yahoo.com", 92_110),
    ("promo:acme@gmail.com", 41_800),
    ("promo:acme@aol.com", 12_044),
    ("news:zenith@aol.com", 8_120),
    ("news:zenith@gmail.com", 7_777),
    ("receipts:northwind-traders@hotmail.com", 6_004),
    ("receipts:northwind-traders-eu@hotmail.com", 5_881),
    ("promo:a-very-long-tenant-name-1@mail.example.org", 4_100),
    ("promo:a-very-long-tenant-name-2@mail.example.org", 4_099),
    ("alerts@corp.example!relay.example.net", 640),
    ("acme@t-online.de", 310),
    ("zenith@gmx.net", 122),
    ("evil\x1b]52;c;aGk=\x07x@hold.example", 3),
    ("café:ünï漢字@hold.example", 2),
    ("qq.example", 1),
]


def fleet(at: float = START, scale: float = 1.0, **more: Any) -> Snapshot:
    """Three nodes in the middle of an incident: one down, one bounce running, somebody else's purge."""
    counts = {name: int(count * scale) for name, count in NAMES}
    first = {name: count // 2 for name, count in counts.items()}
    second = {name: count - first[name] for name, count in counts.items()}
    calm = {name: int(count * (0.9 if name.startswith("promo") else 1.02)) for name, count in counts.items()}
    total = QueueTable.of(counts)
    facts: dict[str, Any] = {
        "trend": Trend(((at - 60, QueueTable.of(calm)), (at, total))),
        "operations": (
            operation(
                baseline={"promo:acme@yahoo.com": 92_110},
                bounced={"promo:acme@yahoo.com": 81_302},
                selector=Criteria(campaign="promo", domain="yahoo.com"),
                rate=2310.0,
                nodes=("mta1", "mta2"),
            ),
            operation(
                "0C11AA",
                verdict=Verdict.DONE,
                baseline={"news:zenith@aol.com": 12_000},
                bounced={"news:zenith@aol.com": 12_400},
                selector=Criteria(tenant="zenith"),
                left_s=None,
                minutes_ago=20,
                reason="typo in template",
            ),
        ),
    }
    facts.update(more)
    purge = directive(campaign=None, reason="purge")
    stop = Suspension("s1", None, "northwind-traders", None, "waiting for legal", 720.0)
    broken = {"metrics": "mta3: connection refused.", "directives": "mta3: connection refused."}
    return snapshot(
        node("mta1", first, at=at, directives=(purge,)),
        node("mta2", second, at=at, suspensions=(stop,)),
        node("mta3", None, at=at, state=NodeState.DOWN, errors=broken),
        at=at,
        **facts,
    )


def sample_of(count: int) -> QueueSample:
    """A sample of this many messages."""
    messages = tuple(
        SampledMessage(
            id=f"{number:032x}",
            sender=f"news-{number}@sender.example",
            recipients=(f"somebody{number}@yahoo.com",),
            due=NOW + timedelta(minutes=number),
            attempts=number,
            created_at=NOW - timedelta(hours=number + 1),
        )
        for number in range(count)
    )
    return QueueSample(num_scheduled=count * 100, messages=messages)


def settings(**more: Any) -> Settings:
    """Settings without any file or environment."""
    return replace_settings(Settings.model_construct(), **more)


def replace_settings(base: Settings, **more: Any) -> Settings:
    """The settings with some values replaced."""
    return base.model_copy(update=more)


def profile(*, insecure: bool = False) -> ProfileSettings:
    """A profile of one node."""
    return ProfileSettings.model_validate({"nodes": [{"url": "https://mta1:8000", "insecure": insecure}]})


def later(old: Snapshot, **changes: Any) -> Snapshot:
    """The snapshot with some fields replaced."""
    return replace(old, number=old.number + 1, **changes)
