"""What stands on a node is counted once for each reading, and before the event loop asks where that is much."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Selector
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, NodeState, Timed
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.composing import Composer, ProfileFacts
from kumo_tui.watch.counting import Counting
from kumo_tui.watch.tracker import start_track
from kumo_tui.watch.tracks import Tracks
from tests.fakes import FakeClock
from tests.unit.watch.worlds import GMAIL, PROMO, TAG, YAHOO, ledger, operation

NEWS = Criteria(campaign="news")


@dataclass(frozen=True, eq=False)
class Asked(QueueTable):
    """A table that notes by which selectors it is gone through."""

    by: list[Selector] = field(default_factory=list)

    def select(self, selector: Selector) -> QueueTable:
        self.by.append(selector)
        return super().select(selector)


def node(name: str, at: float, **counts: int) -> tuple[NodeSnapshot, list[Selector]]:
    plain = QueueTable.of({{"yahoo": YAHOO, "gmail": GMAIL}[key]: count for key, count in counts.items()})
    table = Asked(plain.names, plain.messages)
    return NodeSnapshot(name, f"http://{name}:8000", NodeState.OK, metrics=Timed(Metrics(table), at, at)), table.by


def test_a_reading_is_gone_through_once_for_each_selector() -> None:
    counting = Counting()
    seen, asked = node("mta1", 100, yahoo=3, gmail=4)
    assert [counting.messages(seen, PROMO) for _again in range(3)] == [7, 7, 7]
    assert counting.messages(seen, NEWS) == 0
    assert asked == [PROMO, NEWS]


def test_another_reading_is_counted_anew_and_the_one_before_is_forgotten() -> None:
    counting = Counting()
    first, asked = node("mta1", 100, yahoo=3)
    other, other_asked = node("mta2", 100, yahoo=5)
    second, _ = node("mta1", 102, yahoo=9)
    assert (counting.messages(first, PROMO), counting.messages(other, PROMO)) == (3, 5)
    assert counting.messages(second, PROMO) == 9
    counting.keep([second, other])
    assert (counting.messages(second, PROMO), counting.messages(other, PROMO)) == (9, 5)
    counting.keep([])
    assert (counting.messages(first, PROMO), counting.messages(other, PROMO)) == (3, 5)
    assert (len(asked), len(other_asked)) == (2, 2)


def test_a_node_that_was_never_read_holds_nothing() -> None:
    assert Counting().messages(NodeSnapshot("mta1", "http://mta1:8000", NodeState.STARTING), PROMO) == 0


def asked_by_a_snapshot(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """How often tables are gone through while a snapshot is prepared, and while it is composed."""
    composer, tracks = Composer(ProfileFacts(), FakeClock()), Tracks()
    acts = [NodeAct(f"mta{number}", ActState.ACCEPTED, "a") for number in range(len(verdicts))]
    for act, verdict in zip(acts, verdicts, strict=True):
        tracks[TAG, act.node] = replace(start_track(TAG, act, ledger(yahoo=1), 90.0, 5, 0), verdict=verdict)
    nodes, asked = zip(*(node(act.node, 100, yahoo=5) for act in acts), strict=True)
    operations = [operation(*acts)]
    composer.sum_up(nodes, composer.statuses(operations, tracks), 100.0)
    prepared = sum(map(len, asked))
    snapshot = composer.compose(nodes, operations, tracks, interval_s=2.0, attended=True, journal_problem=None)
    assert len(snapshot.operations) == 1
    return prepared, sum(map(len, asked)) - prepared


def test_what_a_snapshot_asks_for_is_counted_while_it_is_prepared() -> None:
    assert asked_by_a_snapshot([Verdict.DONE, Verdict.DONE]) == (2, 0)
    assert asked_by_a_snapshot([Verdict.DONE, Verdict.LOST]) == (2, 0)
