"""What is done to entries of others is in the journal before it leaves, and told by a list when nobody answers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kumo_tui.act.others import GONE_WORDS, LISTED_WORDS, TRY_AGAIN_S
from kumo_tui.act.service import Acts
from kumo_tui.config import Settings
from kumo_tui.errors import JournalError, NodeError
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.journal.other_act import OtherAct, OtherKind
from kumo_tui.journal.records import Change, RequestState
from kumo_tui.node.client import BOUNCE, SUSPEND
from tests.fakes import START
from tests.unit.act.house import YAHOO, House

REMOVED = httpx.Response(200, text="removed 77aa10c2-b")
SILENT = httpx.ReadTimeout("silent")
ANSWER_S = Settings().act.answer_timeout_s


@pytest.fixture
async def house() -> House:
    """A node that lists a directive and a stop of somebody else, both read."""
    house = House()
    node = house.nodes[0]
    node.directives = [node.list_entry("552016f1-a", "48s", campaign="promo", reason="purge", bounced={YAHOO: 41})]
    stop = {"id": "77aa10c2-b", "tenant": "acme", "reason": "hold", "duration": "10m"}
    node.suspensions = [{"campaign": None, "domain": None, **stop}]
    node.answers["DELETE", SUSPEND] = REMOVED
    await house.watcher.poll_once()
    return house


async def cancel(house: House) -> Any:
    return await house.acts.cancel("mta1", "552016f1-a")


async def release(house: House) -> Any:
    return await house.acts.clean.release_other("mta1", "77aa10c2-b")


def written(house: House) -> OtherAct:
    """The only act in the journal."""
    (act,) = house.journal.others().acts
    whole = house.journal.other(act.number)
    assert whole is not None
    return whole


def states(house: House) -> list[str]:
    return [change.state.value for change in written(house).changes]


async def test_a_cancel_of_somebodys_directive_is_written_with_what_was_listed(house: House) -> None:
    house.clock.jump(3)
    assert (await cancel(house)).last_total == 41
    act = written(house)
    assert (act.who, act.node, act.kind, act.id) == ("ann", "mta1", OtherKind.CANCEL, "552016f1-a")
    assert (act.method, act.url) == ("DELETE", f"http://127.0.0.1:8000{BOUNCE}")
    assert act.body == '{"id": "552016f1-a"}'
    assert act.entry is not None
    assert (act.entry.scope, act.entry.campaign, act.entry.reason) == ("campaign=promo", "promo", "purge")
    assert (act.entry.remaining_s, act.entry.total, act.entry.queues) == (48.0, 41, {YAHOO: 41})
    assert act.changes[0].at == START + timedelta(seconds=3)
    assert states(house) == ["intent", "accepted"]
    assert house.journal.history().found == 0


async def test_a_release_of_somebodys_stop_is_written_too(house: House) -> None:
    await release(house)
    act = written(house)
    assert (act.kind, act.url) == (OtherKind.RELEASE, f"http://127.0.0.1:8000{SUSPEND}")
    assert act.words == "released somebody's stop 77aa10c2 (tenant=acme) on mta1"


async def test_the_intent_is_in_the_journal_before_the_request_leaves(house: House) -> None:
    found: list[str] = []

    def look(_request: httpx.Request) -> httpx.Response:
        found.extend(states(house))
        return httpx.Response(200, text="OK")

    house.nodes[0].answers["DELETE", BOUNCE] = look
    await cancel(house)
    assert found == ["intent"]


@pytest.mark.parametrize(("act", "path"), [(cancel, BOUNCE), (release, SUSPEND)], ids=["cancel", "release"])
class TestWhatTheNodeSaid:
    async def test_what_was_gone_is_gone(self, house: House, act: Any, path: str) -> None:
        house.nodes[0].answers["DELETE", path] = httpx.Response(404, text="552016f1-a 77aa10c2-b not found")
        await act(house)
        assert states(house) == ["intent", "gone"]

    async def test_what_was_refused_is_told_with_its_words(self, house: House, act: Any, path: str) -> None:
        house.nodes[0].answers["DELETE", path] = httpx.Response(401, text="no")
        with pytest.raises(NodeError):
            await act(house)
        assert states(house) == ["intent", "rejected"]
        assert "not allowed" in (written(house).error or "")
        assert not house.journal.open_others()

    async def test_what_was_not_answered_is_gone_once_no_list_has_it(
        self, house: House, act: Any, path: str
    ) -> None:
        await unanswered(house, act, path)
        assert states(house) == ["intent", "unknown"]
        house.nodes[0].directives, house.nodes[0].suspensions = [], []
        house.clock.jump(1)
        await house.watcher.poll_once()
        assert states(house) == ["intent", "unknown", "gone"]
        assert written(house).error == GONE_WORDS
        assert house.nodes[0].count("DELETE", path) == 1

    async def test_what_was_not_answered_and_stays_in_the_list_was_not_done(
        self, house: House, act: Any, path: str
    ) -> None:
        await unanswered(house, act, path)
        house.clock.jump(ANSWER_S - 1)
        await house.watcher.poll_once()
        assert states(house)[-1] == "unknown"
        house.clock.jump(2)
        await house.watcher.poll_once()
        assert (states(house)[-1], written(house).error) == ("rejected", LISTED_WORDS)
        assert house.nodes[0].count("DELETE", path) == 1

    async def test_a_list_that_cannot_be_read_in_full_tells_nothing(
        self, house: House, act: Any, path: str
    ) -> None:
        await unanswered(house, act, path)
        house.nodes[0].directives, house.nodes[0].suspensions = [{"reason": "?"}], [{"reason": "?"}]
        house.clock.jump(ANSWER_S + 1)
        await house.watcher.poll_once()
        assert states(house)[-1] == "unknown"

    async def test_what_is_asked_for_again_is_the_same_act(self, house: House, act: Any, path: str) -> None:
        await unanswered(house, act, path)
        house.nodes[0].answers["DELETE", SUSPEND] = REMOVED
        await act(house)
        assert states(house) == ["intent", "unknown", "intent", "accepted"]


async def unanswered(house: House, act: Any, path: str) -> None:
    house.nodes[0].answers["DELETE", path] = SILENT
    if path == BOUNCE:
        assert (await act(house)).state == "unknown"
    else:
        with pytest.raises(NodeError):
            await act(house)
    house.nodes[0].answers.clear()


# Who comes back


def left_behind(house: House, entry_id: str, seconds_ago: float, url: str = "http://127.0.0.1:8000") -> None:
    """The intent of a cancel whose run died."""
    at = house.clock.now() - timedelta(seconds=seconds_ago)
    body = f'{{"id": "{entry_id}"}}'
    changes = (Change(RequestState.INTENT, at),)
    act = OtherAct("bob", "mta1", OtherKind.CANCEL, entry_id, "DELETE", f"{url}{BOUNCE}", body, None, changes)
    house.journal.record_other(act)


def come_back(house: House) -> None:
    """Start the acts anew, as the next start does."""
    clients = {node.name: node.client for node in house.nodes}
    house.acts = Acts(clients, house.watcher, house.journal, Settings(), house.clock, "ann")


@pytest.mark.parametrize(
    ("entry_id", "seconds_ago", "state"),
    [
        ("gone-id", 1, "gone"),
        ("552016f1-a", ANSWER_S + 1, "rejected"),
        ("552016f1-a", 1, "intent"),
    ],
)
async def test_an_intent_whose_run_died_is_settled_by_the_list_and_never_sent_again(
    house: House, entry_id: str, seconds_ago: float, state: str
) -> None:
    left_behind(house, entry_id, seconds_ago)
    come_back(house)
    await house.watcher.poll_once()
    assert written(house).state == state
    assert house.nodes[0].count("DELETE", BOUNCE) == 0


async def test_an_intent_for_another_node_of_the_same_name_is_left_alone(house: House) -> None:
    left_behind(house, "gone-id", 60, url="http://elsewhere:8000")
    come_back(house)
    await house.watcher.poll_once()
    assert written(house).state is RequestState.INTENT


async def test_an_open_intent_blocks_no_act(house: House) -> None:
    left_behind(house, "552016f1-a", 1)
    come_back(house)
    assert (await cancel(house)).state == "removed"
    assert [act.state.value for act in house.journal.others().acts] == ["accepted", "intent"]


async def test_what_another_process_was_answered_meanwhile_stays(house: House) -> None:
    left_behind(house, "gone-id", 1)
    come_back(house)
    house.journal.record_other_change(1, Change(RequestState.ACCEPTED, house.clock.now()), None)
    await house.watcher.poll_once()
    assert states(house) == ["intent", "accepted"]


# A journal that fails


@pytest.fixture
def full(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The disk is full until this is undone."""

    def fail(*_given: object, **_named: object) -> int:
        raise JournalError("the disk is full.", "Make room there.")

    monkeypatch.setattr(house.journal, "record_other", fail)
    monkeypatch.setattr(house.journal, "record_other_change", fail)
    yield monkeypatch


@pytest.mark.parametrize("act", [cancel, release])
async def test_a_journal_that_cannot_be_written_keeps_nobody_from_ending_and_that_is_said(
    house: House, full: pytest.MonkeyPatch, act: Any
) -> None:
    outcome = await act(house)
    assert outcome.text.endswith("; not in the journal: the disk is full. Make room there")
    assert sum(method == "DELETE" for method, _path in house.nodes[0].asked) == 1
    full.undo()
    house.clock.jump(TRY_AGAIN_S - 1)
    await house.watcher.poll_once()
    assert house.journal.others().found == 0
    house.clock.jump(1)
    await house.watcher.poll_once()
    assert states(house) == ["intent", "accepted"]


async def test_what_a_failing_journal_did_not_take_of_a_silent_act_is_settled_later_too(
    house: House, full: pytest.MonkeyPatch
) -> None:
    await unanswered(house, cancel, BOUNCE)
    house.nodes[0].directives = []
    full.undo()
    house.clock.jump(TRY_AGAIN_S)
    await house.watcher.poll_once()
    assert states(house) == ["intent", "unknown", "gone"]


async def test_without_any_journal_a_cancel_goes_on(house: House) -> None:
    clients = {node.name: node.client for node in house.nodes}
    missing = MissingJournal(JournalError("/x/journal.db: Is a directory.", "Set KUMO_TUI_JOURNAL."))
    acts = Acts(clients, house.watcher, missing, Settings(), house.clock, "ann")
    outcome = await acts.cancel("mta1", "552016f1-a")
    assert "not in the journal: /x/journal.db: Is a directory" in outcome.text
    assert house.nodes[0].count("DELETE", BOUNCE) == 1
