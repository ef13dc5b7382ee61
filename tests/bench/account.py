"""What a bounce did to every single message, counted from the delivery log of a simulated node.

The mail that is not meant is compared with a run of the same scenario and seed in which nobody bounces anything.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kumo_tui.act.draft import Draft
from kumo_tui.model.selector import Selector
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Fleet, Kind, LogRecord, ManualClock, load_scenario
from kumo_tui.sim.scenario import Scenario
from tests.slow_world import SlowWorld

AFTER_S = 70.0
"""Seconds that are played after the end, so that what was let go shows as delivered."""

LONGEST_S = 900.0
TOLERANCE_S = 0.1
"""How much later than without any act a message of others may be delivered and not count as delayed.

Which of several connections or sources takes the next message changes with the mail that stands before it: two
permits of a throttle of 20 a second.
"""


class How(StrEnum):
    """How the bounce is done."""

    PLAIN = "plain"
    CLEAN = "clean"


@dataclass(frozen=True)
class Case:
    """One row of the table: the draft, which catches new mail for so many `seconds`.

    The act comes at `act_at` seconds of the scenario, or up to `jitter_s` later, by the seed.
    """

    title: str
    scenario: str | Scenario
    draft: Draft
    act_at: float
    seconds: int
    jitter_s: float = 1.0


@dataclass(frozen=True)
class Fates:
    """What became of the mail of one node, and what kumo-tui says of it, in messages.

    `meant` is mail of matching queues that came before the time of the act was over. It was `bounced`, or it was
    delivered `before` the act, `in_flight` when a connection held it then, or `leaked` after it, or it is `left`;
    what was in flight and came back may be left too. `real` is what was bounced of matching queues, late ones too,
    of which kumo-tui `counted` so many; `hands` is what it says connections held.
    """

    meant: int
    bounced: int
    before: int
    in_flight: int
    leaked: int
    left: int
    others_bounced: int
    counted: int
    real: int
    hands: int


@dataclass(frozen=True)
class Account(Fates):
    """One run. `others_latest_s` is by how much a message of others came later at most than without the act."""

    others_delayed: int
    others_latest_s: float
    ended_s: float
    verdict: Verdict
    note: str


def fates_of(world: SlowWorld, tag: str, over_at: float, name: str = "") -> Fates:
    """Count on one node, the first unless it is named; nothing that came after `over_at` was meant."""
    node = world.fleet.nodes[name or world.node.name]
    moment = world.moments[node.name]
    status = world.status(tag)
    progress = next(each for each in status.nodes if each.act.node == node.name)
    mail = Mail.of(node.log.records, status.operation.selector, over_at)
    delivered = set(mail.delivered) & mail.meant
    after = {number for number in delivered if mail.delivered[number] > moment.at}
    return Fates(
        meant=len(mail.meant),
        bounced=len(mail.bounced & mail.meant),
        before=len(delivered - after),
        in_flight=len(after & moment.hands),
        leaked=len(after - moment.hands),
        left=len(mail.meant - mail.bounced - delivered),
        others_bounced=len(mail.bounced - mail.matching),
        counted=progress.ledger.progress.bounced,
        real=len(mail.bounced & mail.matching),
        hands=progress.meters.in_flight,
    )


async def take_account(case: Case, how: How, seed: int = 1) -> Account:
    """Play a case on a fleet of its own, and count."""
    world = SlowWorld(_scenario(case), seed=seed)
    await world.play(case.act_at + random.Random(seed).uniform(0.0, case.jitter_s))
    tag = await _bounce(world, case, how)
    await world.play_until(lambda: world.status(tag).verdict.is_final, LONGEST_S)
    ended_at = world.time.monotonic()
    await world.play(AFTER_S, 20.0)
    began_at, until = world.moments[world.node.name].at, world.time.monotonic()
    status = world.status(tag)
    mail = Mail.of(world.node.log.records, status.operation.selector, until)
    late = Lateness.of(mail, await _untouched(case, seed, until), until)
    return Account(
        **vars(fates_of(world, tag, min(began_at + case.seconds, ended_at))),
        others_delayed=len(late.delayed),
        others_latest_s=late.latest_s,
        ended_s=ended_at - began_at,
        verdict=status.verdict,
        note=status.nodes[0].note,
    )


def _scenario(case: Case) -> Scenario:
    return load_scenario(case.scenario) if isinstance(case.scenario, str) else case.scenario


async def _bounce(world: SlowWorld, case: Case, how: How) -> str:
    if how is How.CLEAN:
        return (await world.bounce(case.draft)).tag
    operation = await world.acts.bounce(world.confirmed(case.draft))
    await world.poll()
    return operation.tag


async def _untouched(case: Case, seed: int, until: float) -> "Mail":
    """The same mail when nobody acts."""
    clock = ManualClock()
    fleet = Fleet(_scenario(case), clock=clock, seed=seed, log=True)
    clock.advance(until)
    fleet.catch_up()
    (node,) = fleet.nodes.values()
    return Mail.of(node.log.records, None, until)


@dataclass(frozen=True)
class Mail:
    """The messages of one log, by their numbers."""

    meant: frozenset[int]
    matching: frozenset[int]
    bounced: frozenset[int]
    delivered: Mapping[int, float]
    deferred: Mapping[int, int]

    @classmethod
    def of(cls, records: Iterable[LogRecord], selector: Selector | None, over_at: float) -> "Mail":
        """Sort the records; without a selector nothing matches. `over_at` is when nothing is meant any more."""
        queues: dict[str, bool] = {}
        meant, matching, bounced = set(), set(), set()
        delivered: dict[int, float] = {}
        deferred: dict[int, int] = {}
        for record in records:
            if record.queue not in queues:
                queues[record.queue] = selector is not None and selector.matches(record.queue)
            if queues[record.queue]:
                matching.add(record.message)
                if record.kind is Kind.RECEPTION and record.at <= over_at:
                    meant.add(record.message)
            if record.kind is Kind.ADMIN_BOUNCE:
                bounced.add(record.message)
            elif record.kind is Kind.DELIVERY:
                delivered[record.message] = record.at
            elif record.kind is Kind.TRANSIENT_FAILURE:
                deferred[record.message] = deferred.get(record.message, 0) + 1
        return cls(frozenset(meant), frozenset(matching), frozenset(bounced), delivered, deferred)


@dataclass(frozen=True)
class Lateness:
    """What became later for mail that is not meant and was not bounced."""

    delayed: frozenset[int]
    latest_s: float

    @classmethod
    def of(cls, mail: Mail, untouched: Mail, until: float) -> "Lateness":
        """Compare a run with one in which nobody acts; both were played until then."""
        delayed, latest = set(), 0.0
        for number, planned in untouched.delivered.items():
            if number in mail.matching or number in mail.bounced:
                continue
            late = mail.delivered.get(number, until) - planned
            latest = max(latest, late)
            if late > TOLERANCE_S or mail.deferred.get(number, 0) > untouched.deferred.get(number, 0):
                delayed.add(number)
        return cls(frozenset(delayed), latest)
