"""What an earlier run left open is gone on with, never sent again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kumo_tui.journal.durable import SqliteJournal, open_journal
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import Recorded, RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.resume import DIED
from kumo_tui.watch.watcher import Watcher
from tests.fakes import START, FakeClock
from tests.scripted import URL, ScriptedNode

BOUNCE = "/api/admin/bounce/v1"
QUEUE = "promo:acme@yahoo.com"
TAG, DIRECTIVE = "7F3A2C", "00000000-0000-4000-8000-00000000aaaa"


@pytest.fixture
def journal(tmp_path: Path, clock: FakeClock) -> Iterator[SqliteJournal]:
    journal = open_journal(tmp_path / "journal.db", clock)
    yield journal
    journal.close()


def written(journal: SqliteJournal, state: ActState, url: str = URL, node: str = "mta1") -> None:
    """An earlier run: the intent, and the answer to it unless the run ended before."""
    operation = Operation(
        TAG, Criteria(campaign="promo"), "bad link", 60, False, "ann", START, "", (NodeAct(node, ActState.INTENT),)
    )
    journal.record_intent(operation, [Intent(node, "POST", f"{url}{BOUNCE}", "{}", {QUEUE: 100})])
    if state is not ActState.INTENT:
        directive_id = DIRECTIVE if state is ActState.ACCEPTED else None
        journal.record_act(TAG, NodeAct(node, state, directive_id), START)


def listed(node: ScriptedNode, total: int) -> list[dict[str, object]]:
    """The directive as the node lists it now."""
    return [node.list_entry(DIRECTIVE, "30s", campaign="promo", reason=f"x [kt:{TAG}]", bounced={QUEUE: total})]


def resumed(journal: SqliteJournal, clock: FakeClock) -> tuple[ScriptedNode, Watcher]:
    node = ScriptedNode(clock)
    watcher = Watcher([node.watch()], clock, journal)
    watcher.resume(journal.operations(open_only=True))
    return node, watcher


async def test_a_running_operation_goes_on_against_its_old_baseline(
    journal: SqliteJournal, clock: FakeClock
) -> None:
    written(journal, ActState.ACCEPTED)
    journal.record_totals(TAG, "mta1", {DIRECTIVE: {QUEUE: 40}}, START)
    clock.jump(20)
    node, watcher = resumed(journal, clock)
    node.directives = listed(node, 70)
    status = (await watcher.poll_once()).operation(TAG)
    assert status is not None
    assert status.verdict is Verdict.RUNNING
    assert (status.ledger.progress.baseline, status.ledger.progress.bounced) == (100, 70)
    await watcher.stop()


async def test_an_intent_without_an_answer_is_adopted_by_its_tag_and_not_sent_again(
    journal: SqliteJournal, clock: FakeClock
) -> None:
    written(journal, ActState.INTENT)
    clock.jump(10)
    node, watcher = resumed(journal, clock)
    assert watcher.snapshot.operations[0].verdict is Verdict.UNKNOWN
    assert watcher.snapshot.operations[0].nodes[0].act.error == DIED
    node.directives = listed(node, 100)
    status = (await watcher.poll_once()).operations[0]
    assert status.nodes[0].act.id == DIRECTIVE
    assert status.verdict is Verdict.SWEPT
    assert node.count("POST", BOUNCE) == 0
    recorded = journal.operation(TAG)
    assert recorded is not None
    assert recorded.operation.acts[0].id == DIRECTIVE
    await watcher.stop()


async def test_an_intent_that_never_left_is_told_not_there(journal: SqliteJournal, clock: FakeClock) -> None:
    written(journal, ActState.INTENT)
    clock.jump(10)
    node, watcher = resumed(journal, clock)
    node.directives = []
    for _poll in range(3):
        clock.jump(3)
        snapshot = await watcher.poll_once()
    assert snapshot.operations[0].verdict is Verdict.REJECTED
    assert node.count("POST", BOUNCE) == 0
    assert journal.operations(open_only=True) == ()
    await watcher.stop()


async def test_what_ended_meanwhile_is_done_with_what_was_seen_last(
    journal: SqliteJournal, clock: FakeClock
) -> None:
    written(journal, ActState.ACCEPTED)
    journal.record_totals(TAG, "mta1", {DIRECTIVE: {QUEUE: 40}}, START)
    clock.jump(3600)
    node, watcher = resumed(journal, clock)
    node.directives = []
    status = (await watcher.poll_once()).operations[0]
    assert status.verdict is Verdict.DONE
    assert status.ledger.progress.bounced == 40
    assert "not known" in status.nodes[0].note or "at least" in status.nodes[0].note
    await watcher.stop()


def cancelled(journal: SqliteJournal) -> None:
    """An earlier run that ended between its cancel and the answer."""
    written(journal, ActState.ACCEPTED)
    journal.record_step(StepRecord(TAG, "mta1", Step.CANCEL, "{}", RequestState.INTENT, DIRECTIVE), START)


async def test_a_cancel_that_an_earlier_run_sent_is_no_surprise(journal: SqliteJournal, clock: FakeClock) -> None:
    cancelled(journal)
    clock.jump(10)
    node, watcher = resumed(journal, clock)
    node.directives = []
    for _poll in range(3):
        clock.jump(3)
        snapshot = await watcher.poll_once()
    progress = snapshot.operations[0].nodes[0]
    assert (progress.verdict, progress.note) == (Verdict.CANCELLED, "")
    assert journal.operations(open_only=True) == ()
    await watcher.stop()


async def test_a_cancel_of_an_earlier_run_that_did_not_arrive_is_denied_by_the_list(
    journal: SqliteJournal, clock: FakeClock
) -> None:
    cancelled(journal)
    clock.jump(10)
    node, watcher = resumed(journal, clock)
    clock.jump(1)
    node.directives = listed(node, 100)
    assert (await watcher.poll_once()).operations[0].verdict is Verdict.SWEPT
    node.directives = []
    clock.jump(60)
    assert (await watcher.poll_once()).operations[0].verdict is Verdict.DONE
    await watcher.stop()


async def test_operations_of_other_nodes_are_left_alone(journal: SqliteJournal, clock: FakeClock) -> None:
    written(journal, ActState.ACCEPTED, url="http://another:8000")
    _node, watcher = resumed(journal, clock)
    assert watcher.snapshot.operations == ()
    await watcher.stop()


def put_off(recorded: Recorded, hours: int) -> Recorded:
    """What was written, with our wall clock wrong by so much at that time."""
    requests = tuple(
        replace(
            request,
            changes=tuple(replace(change, at=change.at + timedelta(hours=hours)) for change in request.changes),
        )
        for request in recorded.requests
    )
    return replace(recorded, requests=requests)


def resumed_later(journal: SqliteJournal, clock: FakeClock, hours: int) -> tuple[ScriptedNode, Watcher]:
    recorded = journal.operation(TAG)
    assert recorded is not None
    node = ScriptedNode(clock)
    watcher = Watcher([node.watch()], clock, journal)
    watcher.resume([put_off(recorded, hours)])
    return node, watcher


async def test_a_clock_that_was_set_back_counts_as_no_time(journal: SqliteJournal, clock: FakeClock) -> None:
    written(journal, ActState.ACCEPTED)
    _node, watcher = resumed_later(journal, clock, 1)
    left = watcher.snapshot.operations[0].left_s
    assert left == pytest.approx(60)
    await watcher.stop()


@pytest.mark.parametrize("hours", [1, -1])
async def test_with_a_wrong_clock_what_the_list_has_is_followed_to_the_end_that_the_list_tells(
    journal: SqliteJournal, clock: FakeClock, hours: int
) -> None:
    written(journal, ActState.ACCEPTED)
    node, watcher = resumed_later(journal, clock, hours)
    node.directives = listed(node, 70)
    status = (await watcher.poll_once()).operations[0]
    assert status.verdict is Verdict.RUNNING
    assert status.left_s == pytest.approx(30)
    node.directives = []
    clock.jump(30.2)
    assert (await watcher.poll_once()).operations[0].verdict is Verdict.DONE
    await watcher.stop()


@pytest.mark.parametrize("hours", [1, -1])
async def test_with_a_wrong_clock_what_the_list_has_no_more_was_cancelled_by_nobody(
    journal: SqliteJournal, clock: FakeClock, hours: int
) -> None:
    written(journal, ActState.ACCEPTED)
    journal.record_totals(TAG, "mta1", {DIRECTIVE: {QUEUE: 40}}, START)
    _node, watcher = resumed_later(journal, clock, hours)
    (seen,) = (await watcher.poll_once()).operations[0].nodes
    assert (seen.verdict, seen.ledger.progress.bounced) == (Verdict.DONE, 40)
    await watcher.stop()


@pytest.mark.parametrize("hours", [1, -1])
async def test_with_a_wrong_clock_nobody_says_that_an_intent_was_not_carried_out(
    journal: SqliteJournal, clock: FakeClock, hours: int
) -> None:
    written(journal, ActState.INTENT)
    node, watcher = resumed_later(journal, clock, hours)
    node.queues = {QUEUE: 3}
    (seen,) = (await watcher.poll_once()).operations[0].nodes
    assert seen.verdict is Verdict.EXPIRED
    assert "100 stood in its queues before, 3 stand there" in seen.note
    assert journal.operations(open_only=True) == ()
    await watcher.stop()


async def test_an_intent_that_would_be_over_is_closed_with_what_the_queues_say_and_claims_no_number(
    journal: SqliteJournal, clock: FakeClock
) -> None:
    written(journal, ActState.INTENT)
    clock.jump(600)
    node, watcher = resumed(journal, clock)
    node.queues = {QUEUE: 99}
    status = (await watcher.poll_once()).operations[0]
    assert (status.verdict, status.ledger.progress.bounced) == (Verdict.EXPIRED, 0)
    assert journal.operations(open_only=True) == ()
    entry = journal.history().entries[0]
    assert (entry.verdict, entry.at_least, entry.is_open) == (Verdict.EXPIRED, True, False)
    recorded = journal.operation(TAG)
    assert recorded is not None
    assert "99 stand there 9m after its end: it most probably took nothing" in recorded.operation.events[-1].text
    await watcher.stop()


async def test_of_a_bounce_of_several_nodes_those_that_are_watched_are_gone_on_with(
    journal: SqliteJournal, clock: FakeClock
) -> None:
    acts = tuple(NodeAct(name, ActState.INTENT) for name in ("mta1", "mta2"))
    operation = Operation(TAG, Criteria(campaign="promo"), "bad link", 60, False, "ann", START, "", acts)
    intents = [Intent(act.node, "POST", f"{URL}{BOUNCE}", "{}", {QUEUE: 100}) for act in acts]
    journal.record_intent(operation, intents)
    node, watcher = resumed(journal, clock)
    node.directives = listed(node, 70)
    (seen,) = (await watcher.poll_once()).operations[0].nodes
    assert (seen.act.node, seen.act.id) == ("mta1", DIRECTIVE)
    recorded = journal.operation(TAG)
    assert recorded is not None
    assert [act.state for act in recorded.operation.acts] == [ActState.ACCEPTED, ActState.INTENT]
    await watcher.stop()
