"""Collateral and leak, message by message, as the recorded servers did it (KUMOMTA.md 0, "The two defects")."""

import pytest

from kumo_tui.sim import Kind
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Criteria
from tests.contract.ready_lab import MAIN, RELEASE, Event, ReadyLab, mail, ready_lab, waiting

S1, S2 = "one:s1@slow.q.example", "two:s2@slow.q.example"
CANCEL_1, CANCEL_2 = "one:s1@slow.cancel.example", "two:s2@slow.cancel.example"
Q1, Q2 = "one:s1@rate.q.example", "two:s2@rate.q.example"
R1, NOW1, NOW2 = "one:s1@rate.r.example", "one:s1@rate.now.example", "two:s2@rate.now.example"
WITHOUT = "2025.03.19-1d3f1f67"


def _steady(queue: str, until: float) -> list[Event]:
    """Three messages every 0.3 s, as the second tenant of the lab sent them."""
    times = [place * 0.302 - 0.06 for place in range(1, 100)]
    return [event for at in times if at < until for event in mail(at, (queue, 3))]


def _fates(lab: ReadyLab, tenant: str) -> tuple[int, int]:
    """Return how many messages of a tenant were bounced and delivered, each message counted once."""
    bounced = lab.log.messages(Kind.ADMIN_BOUNCE, tenant=tenant)
    delivered = lab.log.messages(Kind.DELIVERY, tenant=tenant)
    assert not bounced & delivered
    return len(bounced), len(delivered)


async def test_a_bounce_takes_everything_behind_its_first_message_as_recorded() -> None:
    async with ready_lab() as lab:
        await lab.play("collateral.jsonl", mail(0.7, (S1, 120), (S2, 120)))
        assert _fates(lab, "s1") == (116, 4)
        assert _fates(lab, "s2") == (120, 0)


async def test_new_mail_of_others_is_bounced_until_the_connection_ends_as_recorded() -> None:
    async with ready_lab() as lab:
        await lab.play("collateral-continues.jsonl", mail(0.1, (S1, 60), (S2, 60)) + _steady(S2, 20.0))
        assert _fates(lab, "s1") == (56, 4)
        taken = [r.at for r in lab.log.records if r.kind is Kind.ADMIN_BOUNCE and r.queue == S2]
        assert len(taken) == 141
        assert 2.134 + 5 < max(taken) < 2.134 + 6.2
        assert lab.log.count(Kind.DELIVERY, queue=S2) > 0


async def test_cancelling_stops_the_collateral_at_once_as_recorded() -> None:
    async with ready_lab() as lab:
        await lab.play(
            "collateral-cancelled.jsonl", mail(0.05, (CANCEL_1, 40), (CANCEL_2, 40)) + _steady(CANCEL_2, 9.0)
        )
        assert _fates(lab, "s1") == (37, 3)
        taken = [r.at for r in lab.log.records if r.kind is Kind.ADMIN_BOUNCE and r.queue == CANCEL_2]
        assert 3.0 < max(taken) <= 4.016
        assert min(r.at for r in lab.log.records if r.kind is Kind.DELIVERY and r.queue == CANCEL_2) > 4.016


@pytest.mark.parametrize(
    ("recording", "version", "injected_at"),
    [("leak.jsonl", MAIN, 0.08), ("leak-2026.06.23.jsonl", RELEASE, -0.72)],
)
async def test_matching_mail_behind_other_mail_is_delivered_as_recorded(
    recording: str, version: str, injected_at: float
) -> None:
    async with ready_lab(version, lead=1.0) as lab:
        await lab.play(recording, mail(injected_at, (Q2, 60), (Q1, 100)))
        assert _fates(lab, "s1") == (0, 100)
        assert _fates(lab, "s2") == (0, 60)


async def test_suspending_first_does_not_help_as_recorded() -> None:
    async with ready_lab() as lab:
        standing = [waiting(Q1, 100), waiting(R1, 8)]
        ready = mail(1.5, (NOW1, 23), (R1, 41), (NOW1, 103), (NOW2, 100))
        await lab.play("collateral-despite-suspend.jsonl", standing + ready, earlier=225)
        assert _fates(lab, "s1") == (252, 23)
        assert _fates(lab, "s2") == (100, 0)


async def test_suspending_first_does_not_help_on_the_release_as_recorded() -> None:
    async with ready_lab(RELEASE) as lab:
        ready = mail(0.95, (NOW1, 22 + 117), (NOW2, 100))
        await lab.play("collateral-despite-suspend-2026.06.23.jsonl", ready, earlier=161)
        assert _fates(lab, "s1") == (117, 22)
        assert _fates(lab, "s2") == (100, 0)


@pytest.mark.parametrize(("first", "then"), [(S1, S2), (S2, S1)])
async def test_a_version_before_the_defects_neither_leaks_nor_takes_others(first: str, then: str) -> None:
    async with ready_lab(WITHOUT) as lab:
        for event in mail(0.0, (first, 5), (then, 5)):
            event.act(lab.node)
        lab.node.clock.advance(0.5)
        lab.node.catch_up()
        acts.bounce(lab.node.engine, Criteria(tenant="s1"), "s1 only", 60.0, suppress_logging=False)
        lab.node.clock.advance(20.0)
        lab.node.catch_up()
        ahead = 2 if first == S1 else 0
        assert _fates(lab, "s1") == (5 - ahead, ahead)
        assert _fates(lab, "s2") == (0, 5)
