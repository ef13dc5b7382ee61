"""A node is taken out of the config between two runs while an operation is open there."""

from pathlib import Path

import httpx

from kumo_tui.act.draft import Draft, How, Scope
from kumo_tui.act.steps import Came
from kumo_tui.config import PollSettings
from kumo_tui.journal.durable import open_journal
from kumo_tui.model.snapshot import NodeProgress
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import NodeClient
from kumo_tui.profiles import NodeSettings
from kumo_tui.sim.faults import Fault
from kumo_tui.watch.earlier import Earlier
from kumo_tui.watch.node_watch import NodeWatch
from tests.clean_world import World
from tests.unit.act.clean_cases import scenario

PROMO = Draft(Scope.MATCHING, campaign="promo", reason="bad link", duration="1m", how=How.CLEAN)


def started(tmp_path: Path) -> World:
    world = World(scenario(names=("mta1", "mta2")))
    world.journal_path = tmp_path / "journal.db"
    world.start_program()
    return world


async def begun_and_taken_out(tmp_path: Path, after_s: float = 4.0) -> tuple[World, str]:
    """A clean bounce on both nodes, its tag; so long after, kumo-tui is started anew without mta2."""
    world = started(tmp_path)
    await world.play(0.5)
    tag = (await world.bounce(PROMO)).tag
    await world.play(after_s)
    await world.acts.clean.stop_running()
    without(world, "mta2")
    return world, tag


def without(world: World, *names: str) -> None:
    """Start kumo-tui anew with a config that does not have these nodes any more."""
    every = world.fleet.nodes
    world.fleet.nodes = {name: node for name, node in every.items() if name not in names}
    world.start_program()
    world.fleet.nodes = every
    world.acts.clean.start()


def put_back(world: World, *names: str) -> None:
    """The list of nodes is these again, while kumo-tui runs."""

    def make(node: NodeSettings) -> NodeWatch:
        transport = httpx.ASGITransport(app=world.fleet.nodes[node.label].app)
        client = NodeClient(node.label, node.url, clock=world.clock, transport=transport)
        return NodeWatch(client, node.url, world.clock, PollSettings())

    world.watcher.set_nodes([NodeSettings(url=f"http://{name}:8000", name=name) for name in names], make)


def part(world: World, tag: str, node: str) -> NodeProgress:
    return next(each for each in world.status(tag).nodes if each.act.node == node)


async def test_a_clean_bounce_is_swept_on_the_nodes_that_are_there_and_is_not_called_whole(tmp_path: Path) -> None:
    world, tag = await begun_and_taken_out(tmp_path)
    gone = part(world, tag, "mta2")
    assert (gone.is_watched, gone.verdict) == (False, Verdict.UNKNOWN)
    assert gone.note.startswith("mta2 is not in the config any more; a stop of ours stands there until ")
    assert gone.note.endswith(" UTC; add it again to settle it")
    await world.play_until(lambda: part(world, tag, "mta1").verdict.is_final, 200.0)
    assert part(world, tag, "mta1").verdict is Verdict.DONE
    status = world.status(tag)
    assert (status.verdict, status.ended_at) == (Verdict.UNKNOWN, None)


async def test_the_node_that_is_added_again_is_gone_on_with(tmp_path: Path) -> None:
    world, tag = await begun_and_taken_out(tmp_path)
    await world.play(5.0)
    put_back(world, "mta1", "mta2")
    assert part(world, tag, "mta2").is_watched
    await world.play_until(lambda: world.status(tag).verdict.is_final, 200.0)
    assert world.status(tag).verdict is Verdict.DONE


async def test_a_release_ends_it_where_it_can_and_says_where_it_cannot(tmp_path: Path) -> None:
    world, tag = await begun_and_taken_out(tmp_path, 2.0)
    await world.play(3.0)
    ended = {outcome.node: outcome for outcome in await world.acts.clean.end(tag, flush=False)}
    assert ended["mta1"].came is Came.DONE
    assert ended["mta2"].came is Came.REFUSED
    assert "not released: mta2 is not in the config any more" in ended["mta2"].text


async def test_a_plain_bounce_goes_on_elsewhere_and_names_the_node(tmp_path: Path) -> None:
    world = started(tmp_path)
    await world.play(0.5)
    plain = Draft(Scope.MATCHING, campaign="promo", reason="bad link", duration="30s", how=How.PLAIN)
    tag = (await world.acts.bounce(world.confirmed(plain))).tag
    await world.poll()
    without(world, "mta2")
    await world.play(40.0)
    assert part(world, tag, "mta1").verdict is Verdict.DONE
    gone = part(world, tag, "mta2")
    assert gone.note.startswith("mta2 is not in the config any more; this bounce stands there until ")
    assert world.status(tag).verdict is Verdict.UNKNOWN
    put_back(world, "mta1", "mta2")
    await world.play(6.0)
    assert part(world, tag, "mta2").verdict is Verdict.DONE
    assert world.status(tag).verdict is Verdict.DONE


async def test_a_node_of_the_same_name_at_another_address_is_not_taken_for_it(tmp_path: Path) -> None:
    world = started(tmp_path)
    await world.play(0.5)
    tag = (await world.bounce(PROMO)).tag
    await world.acts.clean.stop_running()
    without(world, "mta2")
    other = NodeSettings(url="http://elsewhere:8000", name="mta2")

    def make(node: NodeSettings) -> NodeWatch:
        transport = httpx.ASGITransport(app=world.fleet.nodes["mta2"].app)
        client = NodeClient("mta2", node.url, clock=world.clock, transport=transport)
        return NodeWatch(client, node.url, world.clock, PollSettings())

    world.watcher.set_nodes([NodeSettings(url="http://mta1:8000", name="mta1"), other], make)
    await world.play(4.0)
    assert not part(world, tag, "mta2").is_watched
    assert part(world, tag, "mta2").clean is not None
    assert not world.watcher.is_held("mta2")


async def test_where_none_of_its_nodes_is_left_it_is_named_until_nothing_stands_there(tmp_path: Path) -> None:
    world = started(tmp_path)
    await world.play(0.5)
    tag = (await world.bounce(PROMO)).tag
    await world.acts.clean.stop_running()
    without(world, "mta1", "mta2")
    assert world.snapshot.operation(tag) is None
    (left,) = world.snapshot.left_behind
    assert (left.tag, left.nodes, left.is_stop) == (tag, ("mta1", "mta2"), True)
    assert 0 < (left.until - world.snapshot.taken_at).total_seconds() < 3600
    await world.play((left.until - world.snapshot.taken_at).total_seconds() + 1)
    assert (await world.watcher.poll_once()).left_behind == ()


async def test_it_is_named_no_more_where_it_is_gone_on_with(tmp_path: Path) -> None:
    world = started(tmp_path)
    await world.play(0.5)
    tag = (await world.bounce(PROMO)).tag
    await world.acts.clean.stop_running()
    without(world, "mta1", "mta2")
    put_back(world, "mta2")
    assert world.snapshot.operation(tag) is not None
    assert world.snapshot.left_behind == ()


async def test_a_plain_bounce_is_named_too_but_for_the_node_that_refused_it(tmp_path: Path) -> None:
    world = started(tmp_path)
    await world.play(0.5)
    world.fleet.nodes["mta2"].faults.add(Fault("error", path="/api/admin/bounce/v1", method="POST"))
    plain = Draft(Scope.MATCHING, campaign="promo", reason="bad link", duration="30s", how=How.PLAIN)
    tag = (await world.acts.bounce(world.confirmed(plain))).tag
    await world.play(10.0)
    assert part(world, tag, "mta2").verdict is Verdict.REJECTED
    without(world, "mta1", "mta2")
    assert [(left.tag, left.nodes, left.is_stop) for left in world.snapshot.left_behind] == [
        (tag, ("mta1",), False)
    ]


async def test_what_another_profile_goes_on_with_is_not_named(tmp_path: Path) -> None:
    world = started(tmp_path)
    await world.play(0.5)
    await world.bounce(PROMO)
    await world.acts.clean.stop_running()
    without(world, "mta1", "mta2")
    assert world.journal_path is not None
    recorded = open_journal(world.journal_path, world.clock).operations(open_only=True)
    at, now = world.clock.monotonic(), world.clock.now()
    for others, named in (((), 1), (("lab",), 0)):
        earlier = Earlier("eu", others)
        assert list(earlier.resumed(recorded, (), at, now)) == []
        assert len(earlier.left_behind((), now)) == named
