"""Nodes and operations for tests of the tracker and the watcher."""

from collections.abc import Iterable, Mapping
from typing import Any

from kumo_tui.model.directives import Directive, ReadyQueue
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Selector
from kumo_tui.model.snapshot import MachineInfo, Metrics, NodeSnapshot, NodeState, Timed
from tests.fakes import START

PROMO = Criteria(campaign="promo")
YAHOO, GMAIL = "promo:acme@yahoo.com", "promo:acme@gmail.com"
TAG = "7F3A2C"


def act(state: ActState = ActState.ACCEPTED, entry_id: str | None = "a", **values: Any) -> NodeAct:
    error = None if state is ActState.ACCEPTED else "mta1: silent for 30 s."
    return NodeAct("mta1", state, entry_id if state is ActState.ACCEPTED else None, error, **values)


def entry(entry_id: str = "a", remaining_s: float = 60.0, **values: Any) -> Directive:
    bounced: Mapping[str, int] = values.pop("bounced", {})
    parts = {"campaign": "promo", "tenant": None, "domain": None, "routing_domain": None}
    parts |= {key: values.pop(key) for key in list(values) if key in parts}
    reason = values.pop("reason", f"bad link [kt:{TAG}]")
    return Directive(entry_id, **parts, reason=reason, remaining_s=remaining_s, bounced=bounced, **values)


def node(
    at: float,
    entries: Iterable[Directive],
    *,
    took_s: float = 0.0,
    held: int | None = 0,
    troubles: tuple[str, ...] = (),
    restarts: int = 0,
    info: MachineInfo | None = None,
    ready: Iterable[ReadyQueue] = (),
    queues: Mapping[str, int] | None = None,
) -> NodeSnapshot:
    return NodeSnapshot(
        "mta1",
        "http://127.0.0.1:8000",
        NodeState.OK,
        metrics=reading(at, took_s=took_s, held=held, troubles=troubles, ready=ready, queues=queues),
        directives=Timed(tuple(entries), at, at - took_s),
        info=info,
        restarts=restarts,
    )


def reading(
    at: float,
    *,
    took_s: float = 0.0,
    held: int | None = 0,
    troubles: tuple[str, ...] = (),
    ready: Iterable[ReadyQueue] = (),
    queues: Mapping[str, int] | None = None,
) -> Timed[Metrics]:
    """Metrics of a node with this scheduled mail; `held` is what is in no scheduled queue."""
    waiting = tuple(ready)
    count = None if held is None else held + sum(queue.waiting for queue in waiting)
    return Timed(Metrics(QueueTable.of(queues or {}), waiting, count, troubles=troubles), at, at - took_s)


def operation(*acts: NodeAct, selector: Selector = PROMO, duration_s: int = 60, tag: str = TAG) -> Operation:
    return Operation(tag, selector, "bad link", duration_s, False, "ann", START, "digest", acts)


def ledger(selector: Selector = PROMO, **baseline: int) -> Ledger:
    names = {"yahoo": YAHOO, "gmail": GMAIL}
    return Ledger(selector, {names[key]: count for key, count in baseline.items()})
