"""What is summed beside the event loop is what the next snapshot asks for, and whether it is can be asked."""

import pytest

from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, NodeState, Snapshot, Timed
from kumo_tui.watch.composing import Composer, ProfileFacts
from kumo_tui.watch.tracks import Tracks
from tests.fakes import FakeClock


@pytest.fixture
def composer() -> Composer:
    return Composer(ProfileFacts(), FakeClock())


def node(name: str, at: float = 100.0, **counts: int) -> NodeSnapshot:
    metrics = Timed(Metrics(QueueTable.of(counts)), at, at)
    return NodeSnapshot(name, f"http://{name}:8000", NodeState.OK, metrics=metrics)


def composed(composer: Composer, *nodes: NodeSnapshot) -> Snapshot:
    return composer.compose(nodes, [], Tracks(), interval_s=2.0, attended=True, journal_problem=None)


def test_what_came_after_the_sum_is_still_to_be_summed(composer: Composer) -> None:
    first, second = node("mta1", a=1), node("mta2", a=2, b=3)
    assert not composer.has_summed([first, second])
    composer.sum_up([first, second], (), 100.0)
    assert composer.has_summed([first, second])
    later = node("mta2", 102.0, a=2, b=4)
    assert not composer.has_summed([first, later])
    composer.sum_up([first, later], (), 102.0)
    assert composer.has_summed([first, later])
    assert composed(composer, first, later).queues.as_counts() == {"a": 3, "b": 4}


def test_a_snapshot_of_what_came_after_the_sum_has_it_all_the_same(composer: Composer) -> None:
    first, second = node("mta1", a=1), node("mta2", a=2, b=3)
    composer.sum_up([first, second], (), 100.0)
    later = node("mta2", 102.0, a=9)
    assert composed(composer, first, later).queues.nonempty().as_counts() == {"a": 10}


def test_one_table_needs_no_sum(composer: Composer) -> None:
    waiting = NodeSnapshot("mta2", "http://mta2:8000", NodeState.STARTING)
    assert composer.has_summed([node("mta1", a=1), waiting])
    assert composer.has_summed([])
