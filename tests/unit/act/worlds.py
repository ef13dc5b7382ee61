"""Snapshots for tests of acts."""

from collections.abc import Iterable, Mapping
from typing import Any

from kumo_tui.model.capability import Capability
from kumo_tui.model.directives import Directive, ReadyQueue, Suspension
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, NodeState, Snapshot, Timed
from kumo_tui.model.trend import Trend
from tests.fakes import START

FIELDS = frozenset({"campaign", "tenant", "domain", "routing_domain", "queue_names"})
ABLE = Capability("2026.06.23-f3af1cd0", FIELDS, True, FIELDS, frozenset())
EXACT_PLAIN = Capability("2025.03.19-1d3f1f67", FIELDS - {"queue_names"}, True, frozenset(), frozenset())

COUNTS = {
    "promo:acme@yahoo.com": 50,
    "promo:acme@gmail.com": 40,
    "news:zenith@yahoo.com": 30,
    "acme@aol.com": 20,
    "aol.com": 10,
    "promo:acme@empty.com": 0,
}


def node(
    name: str = "mta1",
    counts: Mapping[str, int] = COUNTS,
    *,
    at: float = 0.0,
    ready: Mapping[str, int] | None = None,
    directives: Iterable[Directive] = (),
    suspensions: Iterable[Suspension] = (),
    capability: Capability | None = ABLE,
    state: NodeState = NodeState.OK,
) -> NodeSnapshot:
    waiting = tuple(ReadyQueue(queue, waiting=count) for queue, count in (ready or {}).items())
    return NodeSnapshot(
        name,
        f"http://{name}:8000",
        state,
        metrics=Timed(Metrics(QueueTable.of(counts), waiting), at, at),
        directives=Timed(tuple(directives), at, at),
        suspensions=Timed(tuple(suspensions), at, at),
        capability=capability,
    )


def snapshot(
    *nodes: NodeSnapshot,
    at: float = 0.0,
    profile: str = "prod",
    production: bool = False,
    trend: Trend | None = None,
) -> Snapshot:
    return Snapshot(1, at, START, profile, production, 2.0, nodes or (node(),), trend=trend or Trend())


def entry(entry_id: str = "552016f1-aaaa", reason: str = "theirs", **parts: Any) -> Directive:
    values = {"campaign": None, "tenant": None, "domain": None, "routing_domain": None, **parts}
    return Directive(entry_id, reason=reason, remaining_s=60.0, **values)
