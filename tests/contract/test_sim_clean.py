"""The ways round the defects, message by message, as recorded (KUMOMTA.md 0, "The two defects")."""

from kumo_tui.sim import Kind, SimNode
from tests.contract.ready_lab import Event, ReadyLab, mail, ready_lab

Q1, Q2 = "one:s1@rate.q.example", "two:s2@rate.q.example"
R1, R2 = "one:s1@rate.r.example", "two:s2@rate.r.example"
WAIT1, WAIT2 = "one:s1@rate.wait.example", "two:s2@rate.wait.example"
SHOT1, SHOT2 = "one:s1@rate.oneshot.example", "two:s2@rate.oneshot.example"
SLOW1, SLOW2 = "one:s1@slow.q.example", "two:s2@slow.q.example"
BREAKER2 = "two:s2@slow.breaker.example"
EMPTY = ("one:s1@slow.breaker.example", "one:s1@slow.cancel.example", "two:s2@slow.cancel.example")


def _counts(lab: ReadyLab, tenant: str) -> dict[str, int]:
    """Return how many records of each kind a tenant has, and check that no message has two of one kind."""
    kinds = (Kind.ADMIN_BOUNCE, Kind.DELIVERY, Kind.TRANSIENT_FAILURE)
    for kind in kinds:
        assert lab.log.count(kind, tenant=tenant) == len(lab.log.messages(kind, tenant=tenant))
    return {kind.value: lab.log.count(kind, tenant=tenant) for kind in kinds}


async def test_a_suspension_is_exact_in_ready_queues_as_recorded() -> None:
    def release(node: SimNode) -> None:
        (entry,) = node.engine.suspensions.listed(node.engine.now)
        node.engine.suspensions.remove(entry.id)

    first = mail(-0.75, (Q2, 60), (Q1, 100))
    then = mail(11.49, *[(R1, 20), (R2, 20)] * 5)
    async with ready_lab(lead=1.0) as lab:
        await lab.play("suspend-exact.jsonl", [*first, Event(11.0, release), *then])
        assert _counts(lab, "s1") == {"AdminBounce": 0, "Delivery": 20, "TransientFailure": 180}
        assert _counts(lab, "s2") == {"AdminBounce": 0, "Delivery": 160, "TransientFailure": 0}


async def test_stop_and_sweeps_take_all_that_is_meant_and_nothing_else_as_recorded() -> None:
    blocks = [(SHOT2, 43), (SHOT1, 20), (SHOT2, 20), (SHOT1, 20), (SHOT2, 20), (SHOT1, 20), (SHOT2, 20)]
    blocks += [(SHOT1, 21), (SHOT2, 20), (SHOT1, 20)]
    async with ready_lab() as lab:
        await lab.play("stop-and-sweep.jsonl", mail(1.5, *blocks), earlier=399)
        assert _counts(lab, "s1") == {"AdminBounce": 101, "Delivery": 0, "TransientFailure": 101}
        assert _counts(lab, "s2") == {"AdminBounce": 0, "Delivery": 123, "TransientFailure": 0}


async def test_a_live_directive_after_the_ready_queue_has_turned_over_is_exact_as_recorded() -> None:
    blocks = [(WAIT2, 22), (WAIT1, 6), *[(WAIT2, 20), (WAIT1, 20)] * 5]
    async with ready_lab() as lab:
        await lab.play("clean-bounce.jsonl", mail(1.5, *blocks), earlier=260)
        assert _counts(lab, "s1") == {"AdminBounce": 106, "Delivery": 0, "TransientFailure": 106}
        assert _counts(lab, "s2") == {"AdminBounce": 0, "Delivery": 122, "TransientFailure": 0}


async def test_a_held_ready_queue_returns_all_its_mail_everybodys_as_recorded() -> None:
    def know(node: SimNode) -> None:
        for name in EMPTY:
            node.engine.book.obtain(name, node.engine.now)

    blocks = mail(7.5, (SLOW2, 3), (SLOW1, 120), (SLOW2, 135), (BREAKER2, 10))
    async with ready_lab() as lab:
        await lab.play("clean-bounce-hold.jsonl", [Event(7.0, know), *blocks], earlier=95)
        assert _counts(lab, "s1") == {"AdminBounce": 120, "Delivery": 0, "TransientFailure": 120}
        others = _counts(lab, "s2")
        assert (others["AdminBounce"], others["TransientFailure"]) == (0, 145)


async def test_holding_one_of_two_sources_only_moves_the_mail_as_recorded() -> None:
    two = 'rate = 5.4\nsources = ["src2", "src1"]\npool = "two"'
    async with ready_lab(rate=two) as lab:
        await lab.play("clean-bounce-two-sources.jsonl", mail(0.85, *[(Q2, 20), (Q1, 20)] * 5))
        assert _counts(lab, "s1") == {"AdminBounce": 90, "Delivery": 10, "TransientFailure": 90}
        others = _counts(lab, "s2")
        assert (others["AdminBounce"], others["TransientFailure"]) == (0, 81)
