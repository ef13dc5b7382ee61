"""A journal with a history, and the dashboard on it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.port import Intent, Past
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, Mode, NodeAct
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.app import KumoTuiApp
from tests.fakes import START, FakeClock
from tests.frames import frame_of
from tests.ui import worlds
from tests.unit.journal.worlds import BODY, GMAIL, STOP_BODY, STOP_URL, URL, YAHOO, an_operation

AOL = "news:zenith@aol.com"
FORGOT = "the node has restarted and forgot it; mail not yet bounced is back in its queues"


def write(
    journal: MemoryJournal,
    tag: str,
    hours_ago: float,
    selector: Selector,
    *,
    verdict: Verdict | None = Verdict.DONE,
    bounced: Mapping[str, int] | None = None,
    baseline: Mapping[str, int] | None = None,
    note: str = "",
    nodes: tuple[str, ...] = ("mta1",),
    **values: Any,
) -> None:
    """Write an operation down that began so long ago and, unless `verdict` is None, came to this end."""
    at = START - timedelta(hours=hours_ago)
    begun = replace(an_operation(tag, *nodes, selector=selector), created_at=at, **values)
    stands = dict(baseline or {YAHOO: 92_110, GMAIL: 1_200})
    first = Intent("", "POST", URL, BODY, stands, stands)
    if begun.mode is Mode.CLEAN:
        first = replace(first, url=STOP_URL, body=STOP_BODY, step=Step.STOP)
    journal.record_intent(begun, [replace(first, node=node) for node in nodes])
    for node in nodes:
        journal.record_act(tag, NodeAct(node, ActState.ACCEPTED, f"552016f1-{tag}"), at)
        if begun.confirmed_at is not None:
            sweep = StepRecord(tag, node, Step.SWEEP, BODY, RequestState.ACCEPTED, method="POST", url=URL)
            journal.record_step(sweep, at)
        journal.record_totals(tag, node, {f"552016f1-{tag}": dict(bounced or {})}, at)
        if verdict is not None:
            over = at + timedelta(seconds=60)
            journal.record_verdict(tag, node, verdict, over)
            text = f"{node} {verdict.value.upper()}"
            journal.record_event(tag, over, f"{text}: {note}" if note else text)


def history() -> MemoryJournal:
    """Seven operations, one of which `worlds.fleet` follows (7F3A2C)."""
    journal = MemoryJournal()
    zenith = Criteria(tenant="zenith")
    write(journal, "0C0001", 8400, zenith, bounced={AOL: 12_400}, baseline={AOL: 12_000}, reason="old template")
    write(journal, "0C0002", 63, Criteria("promo", domain="yahoo.com"), bounced={YAHOO: 92_110, AOL: 12})
    both, bob = ExactQueues.of([YAHOO, GMAIL]), "bob@desk"
    write(journal, "0C0003", 49, both, verdict=Verdict.LOST, bounced={YAHOO: 41_302}, note=FORGOT, who=bob)
    write(journal, "0C0004", 35, Criteria("promo"), verdict=None, bounced={YAHOO: 2})
    write(journal, "0C0005", 14, Everything(), verdict=Verdict.CANCELLED, bounced={YAHOO: 1_204_002})
    clean = {"mode": Mode.CLEAN, "confirmed_at": START - timedelta(hours=7)}
    write(journal, "0C0006", 7, zenith, bounced={AOL: 8_000}, baseline={AOL: 8_120}, note="sure", **clean)
    write(journal, "7F3A2C", 0.02, Criteria("promo", domain="yahoo.com"), verdict=None, bounced={YAHOO: 3})
    return journal


def app_on(past: Past | None, world: Snapshot | None = None, folder: Path = Path(), **settings: Any) -> KumoTuiApp:
    """The dashboard with this journal to look back on."""
    return KumoTuiApp(
        worlds.FakeWatching(world or worlds.fleet()),
        worlds.FakeActs(worlds.sample_of(3)),  # type: ignore[arg-type]  # sampling only
        worlds.settings(**settings),
        FakeClock(),
        past,
        folder,
    )


def screen(app: KumoTuiApp) -> str:
    """What is painted."""
    return "\n".join(frame_of(app))


def row(app: KumoTuiApp, piece: str) -> str:
    """The first painted line that holds this piece; empty when none does."""
    return next((line for line in frame_of(app) if piece in line), "")
