"""What an administrator's request does to an engine: bounce, suspend, hold a ready queue, rebind."""

from collections.abc import Mapping

from kumo_tui.sim.engine.directives import Criteria, Entry
from kumo_tui.sim.engine.engine import Engine
from kumo_tui.sim.engine.mail import Run
from kumo_tui.sim.engine.names import compose, parse

_REBIND_DELAY_S = 0.05


def bounce(engine: Engine, criteria: Criteria, reason: str, duration: float, suppress_logging: bool) -> Entry:
    """Place a directive and sweep. The sweep runs whatever ``duration`` (seconds) is, also for zero."""
    entry = Entry(engine.new_id(), criteria, reason, engine.now + duration, suppress_logging)
    engine.bounces.insert(entry)
    swept = 0
    for queue in engine.book:
        if criteria.is_match_all or criteria.matches(queue.name):
            swept += 1
            engine.sweeper.take(queue.name, engine.book.drain(queue, engine.now), entry)
    engine.silent_until = max(engine.silent_until, engine.now + swept * engine.settings.silence_per_queue)
    return entry


def suspend(engine: Engine, criteria: Criteria, reason: str, duration: float) -> Entry:
    """Suspend scheduled queues; their mail is deferred when its turn comes, in ready queues too."""
    entry = Entry(engine.new_id(), criteria, reason, engine.now + duration)
    engine.suspensions.insert(entry)
    return entry


def suspend_ready(engine: Engine, name: str, reason: str, duration: float) -> Entry:
    """Hold one ready queue, existing or not: all its mail goes back when a connection has emptied its hands."""
    entry = Entry(engine.new_id(), Criteria(), reason, engine.now + duration)
    engine.ready_suspensions[name] = entry
    return entry


def release_ready(engine: Engine, entry_id: str) -> bool:
    """End the hold with this id; False when there is none."""
    for name, entry in engine.ready_suspensions.items():
        if entry.id == entry_id:
            del engine.ready_suspensions[name]
            return True
    return False


def rebind(engine: Engine, criteria: Criteria, data: Mapping[str, str], always_flush: bool) -> None:
    """Change metadata of scheduled messages a moment later; ``always_flush`` makes them due at once."""

    def act(now: float) -> None:
        for queue in engine.book:
            if not criteria.matches(queue.name):
                continue
            target = _renamed(queue.name, data)
            for run in engine.book.drain(queue, now):
                due = now if always_flush else run.due
                engine.insert(target, Run(run.first, run.count, run.created, run.attempts, due))

    engine.agenda.at(engine.now + _REBIND_DELAY_S, act)


def _renamed(name: str, data: Mapping[str, str]) -> str:
    if not {"queue", "campaign", "tenant", "routing_domain"} & data.keys():
        return name
    if "queue" in data:
        return data["queue"]
    parts = parse(name)
    return compose(
        data.get("campaign", parts.campaign),
        data.get("tenant", parts.tenant),
        parts.domain,
        data.get("routing_domain", parts.routing_domain),
    )
