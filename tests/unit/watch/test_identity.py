"""Who answers at a node's URL: kumod, and the same server as before, or somebody else."""

import httpx

from kumo_tui.model.snapshot import NodeState
from kumo_tui.node.client import BOUNCE, MACHINE_INFO
from kumo_tui.watch.flaws import SWAP_TOLD_S
from tests.fakes import FakeClock
from tests.scripted import ScriptedNode


async def test_another_server_at_the_url_is_said_for_a_while(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    assert watch.snapshot().errors == {}
    node.node_id, node.online_since = "another id", "2026-11-21T12:00:00Z"
    clock.jump(11)
    await watch.poll()
    seen = watch.snapshot()
    assert seen.state is NodeState.OK
    assert "another server answers at its URL than before: its node_id has changed." in seen.errors["identity"]
    clock.jump(11)
    await watch.poll()
    assert "identity" in watch.snapshot().errors
    clock.jump(SWAP_TOLD_S)
    await watch.poll()
    assert watch.snapshot().errors == {}


async def test_a_restart_of_the_same_server_is_no_other_server(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    node.online_since, node.uptime_s = "2026-11-21T12:00:00Z", 1.0
    clock.jump(11)
    await watch.poll()
    assert (watch.snapshot().restarts, watch.snapshot().errors) == (1, {})


async def test_another_server_is_known_though_its_metrics_look_like_a_restart(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    await watch.poll()
    node.node_id, node.online_since, node.uptime_s = "another id", "2026-11-21T12:00:00Z", 1.0
    clock.jump(2)
    await watch.poll()
    assert (watch.snapshot().restarts, list(watch.snapshot().errors)) == (1, ["identity"])


async def test_another_program_of_the_same_family_is_named(node: ScriptedNode) -> None:
    watch = node.watch()
    node.answers["GET", BOUNCE] = httpx.Response(404)
    known = {"node_id": "x", "version": "2026.06.23-f3af1cd0", "online_since": "2026-11-21T00:00:00Z"}
    node.answers["GET", MACHINE_INFO] = httpx.Response(200, json={**known, "process_kind": "tsa-daemon"})
    await watch.poll()
    first, *_others = watch.snapshot().errors.values()
    assert first.startswith("mta1: what answers there is tsa-daemon, not kumod. Check the node's URL")
