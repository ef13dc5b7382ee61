"""Clean bounces on one node for tests: tracks, and nodes as they were read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kumo_tui.model.backlog import Backlog
from kumo_tui.model.directives import ReadyQueue, Suspension
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, Timed
from kumo_tui.model.tags import guard_domain
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.clean_advance import advance_clean
from kumo_tui.watch.clean_track import CleanTrack, OwnStop
from tests.unit.act.worlds import node as plain_node
from tests.unit.watch.worlds import PROMO, TAG, act

SINCE = 100.0
STOP_ID = "stop-1"
READY = "source->mx.example@smtp_client"


def clean_track(state: ActState = ActState.ACCEPTED, *, selector: Selector = PROMO, **values: Any) -> CleanTrack:
    """A confirmed clean bounce, stopped at 100 s for 1,200 s, wanted for 300 s; no ready queue holds mail."""
    own = (OwnStop(STOP_ID, SINCE + 1200),) if state is ActState.ACCEPTED else ()
    given: dict[str, Any] = {
        "since": SINCE,
        "confirmed": True,
        "wanted_until": SINCE + 300,
        "own": own,
        "posted_at": SINCE,
        "backlog": Backlog.of_reading(Timed(Metrics(QueueTable.of({})), SINCE - 1, SINCE - 1)),
        "verdict": Verdict.SWEEPING if state is ActState.ACCEPTED else Verdict.UNKNOWN,
        **values,
    }
    ledger = given.pop("ledger", Ledger(selector, {}))
    return CleanTrack(TAG, act(state, STOP_ID), ledger, **given)


def stop(
    stop_id: str = STOP_ID, remaining_s: float = 1000.0, *, tag: str | None = TAG, **parts: Any
) -> Suspension:
    """One entry of the list: by default our stop of campaign=promo; tag None is somebody else's."""
    criteria = {"campaign": "promo", "tenant": None, "domain": None, **parts}
    return Suspension(
        stop_id, **criteria, reason=f"bad link [kt:{tag}]" if tag else "theirs", remaining_s=remaining_s
    )


def exact_stop(stop_id: str, remaining_s: float = 1000.0) -> Suspension:
    return stop(stop_id, remaining_s, campaign=None, domain=guard_domain(TAG))


def seen(
    at: float,
    standing: Mapping[str, int] | None = None,
    stops: Iterable[Suspension] | None = None,
    *,
    waiting: int = 0,
    handled: int = 0,
    connections: int = 0,
    **values: Any,
) -> NodeSnapshot:
    """The node as it was read at this moment: what stands, what waits in its one ready queue, the stops there."""
    ready = (
        (ReadyQueue(READY, waiting, connections, delivered=handled),) if waiting or handled or connections else ()
    )
    metrics = Metrics(QueueTable.of(standing or {}), ready, troubles=values.pop("troubles", ()))
    entries = (stop(remaining_s=SINCE + 1200 - at),) if stops is None else tuple(stops)
    return replace(
        plain_node(),
        metrics=Timed(metrics, at, at),
        suspensions=Timed(entries, at, at),
        directives=Timed(values.pop("directives", ()), at, at),
        **values,
    )


def follow(track: CleanTrack, *nodes: NodeSnapshot) -> CleanTrack:
    for each in nodes:
        assert each.metrics is not None
        track = advance_clean(track, each, each.metrics.at)
    return track
