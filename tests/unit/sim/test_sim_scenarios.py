"""The scenarios about ready queues that several senders share hold what their titles say."""

from sim_stage import wait

from kumo_tui.sim import Fleet, Kind, ManualClock, SimNode, load_scenario
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Criteria
from kumo_tui.sim.engine.names import parse


def _run(name: str, seconds: float) -> tuple[SimNode, ManualClock]:
    clock = ManualClock()
    node = Fleet(load_scenario(name), clock).nodes["mta1"]
    wait(node, clock, seconds)
    return node, clock


def _campaigns(node: SimNode) -> dict[str, set[str | None]]:
    """Return whose mail waits in each ready queue."""
    return {
        name: {parse(message.queue).campaign for message in ready.messages}
        for name, ready in node.engine.ready.items()
        if ready.messages
    }


def test_two_tenants_wait_in_one_ready_queue() -> None:
    node, _ = _run("two-tenants", 2.0)
    assert list(_campaigns(node).values()) == [{"one", "two"}]
    assert node.log.count(Kind.RECEPTION, tenant="s1") == node.log.count(Kind.RECEPTION, tenant="s2")


def test_two_sources_share_the_mail_of_both_tenants() -> None:
    node, _ = _run("two-sources", 2.0)
    names = ["ip-1->mx.pool.example@smtp_client", "ip-2->mx.pool.example@smtp_client"]
    assert _campaigns(node) == {name: {"promo", "news"} for name in names}


def test_mail_behind_other_mail_is_all_delivered_when_it_is_bounced() -> None:
    node, clock = _run("behind-other-mail", 5.0)
    entry = acts.bounce(node.engine, Criteria(campaign="promo"), "promo", 600.0, suppress_logging=False)
    wait(node, clock, 60.0)
    assert entry.bounced == {}
    assert node.log.count(Kind.DELIVERY, tenant="acme") == node.log.count(Kind.RECEPTION, tenant="acme") == 300


def test_the_campaign_has_500_queues_and_waits_between_others_in_several_ready_queues() -> None:
    node, _ = _run("campaign-500", 3.0)
    queues = [queue.name for queue in node.engine.book if parse(queue.name).campaign == "mailing-0"]
    assert len(queues) == 500
    assert all(queue.count >= 3 for queue in node.engine.book if queue.name in queues)
    throttled = {name: whose for name, whose in _campaigns(node).items() if "fast" not in name}
    assert len(throttled) == 5
    assert all(whose == {"mailing-0", "mailing-1", "mailing-2"} for whose in throttled.values())
