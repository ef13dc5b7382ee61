"""Cancels and releases of what somebody else had placed, in the history of the command line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.other_act import OtherKind
from kumo_tui.journal.records import Change, RequestState
from kumo_tui.sim import Fault
from tests.fakes import START
from tests.unit.cli.desk import Desk
from tests.unit.cli.test_release import S1, STOP_PATH, stopped
from tests.unit.journal.test_other_acts import HOSTILE, an_act
from tests.unit.journal.worlds import URL, YAHOO


def journal_of(state_folder: Path) -> Path:
    return state_folder / "kumo-tui" / "journal.db"


def test_a_release_of_another_kumo_tuis_stop_is_in_the_history(
    shared: Desk, another_user: Callable[[], None]
) -> None:
    operation, stop_id = stopped(shared)
    another_user()
    shared.run("release", stop_id, "--other")
    answer = shared.json("history")
    assert answer["operations"] == []
    (act,) = answer["acts"]
    assert list(act) == ["kind", "at", "who", "node", "id", "entry", "request", "state", "error", "changes"]
    assert (act["kind"], act["who"], act["node"], act["id"]) == ("release", "kim@desk", "mta1:8000", stop_id)
    assert (act["state"], act["error"]) == ("accepted", None)
    url = f"http://mta1:8000{STOP_PATH}"
    assert act["request"] == {"method": "DELETE", "url": url, "body": {"id": stop_id}}
    entry = act["entry"]
    assert (entry["tenant"], entry["scope"], entry["total_bounced"]) == ("s1", "tenant=s1", None)
    assert entry["reason"] == f"look first [kt:{operation}]"
    assert [change["state"] for change in act["changes"]] == ["intent", "accepted"]
    shared.run("history")
    assert f"released somebody's stop {stop_id[:8]} (tenant=s1) on mta1:8000" in shared.out
    assert "no operations yet" not in shared.out


def test_a_release_that_is_tried_again_is_one_act(shared: Desk, another_user: Callable[[], None]) -> None:
    _operation, stop_id = stopped(shared)
    another_user()
    shared.node.faults.add(Fault("cut", path=STOP_PATH, method="DELETE", times=1))
    assert shared.run("release", stop_id, "--other") == 0
    (act,) = shared.json("history")["acts"]
    assert [change["state"] for change in act["changes"]] == ["intent", "unknown", "intent", "accepted"]


def test_an_intent_whose_run_died_is_settled_by_the_next_command_that_reads(
    shared: Desk, state_folder: Path
) -> None:
    assert shared.run(*S1) == 0
    journal = open_journal(journal_of(state_folder), shared.clock)
    # What is not listed any more is gone; nothing else is known of it.
    journal.record_other(an_act(node="mta1:8000"))
    journal.close()
    before = len(shared.posts)
    assert shared.run("status") == 0
    (act,) = shared.json("history")["acts"]
    assert (act["state"], act["error"]) == ("gone", "not answered; it is not in the list any more")
    assert len(shared.posts) == before


def test_acts_stand_among_the_operations_by_their_time(shared: Desk, state_folder: Path) -> None:
    for tenant in ("s1", "s2"):
        shared.run("stop", "--tenant", tenant, "--reason", "look first")
        shared.clock.jump(60)
    journal = open_journal(journal_of(state_folder), shared.clock)
    between = (Change(RequestState.INTENT, shared.clock.now() - timedelta(seconds=90)),)
    journal.record_other(an_act(kind=OtherKind.RELEASE, changes=between, entry=None))
    journal.close()
    shared.run("history")
    rows = shared.out.splitlines()[1:]
    assert ["tenant=s2" in rows[0], "somebody's stop" in rows[1], "tenant=s1" in rows[2]] == [True] * 3
    assert len(rows) == 3
    shared.run("history", "--limit", "1")
    assert "showing 2 of 3" in shared.out


def test_the_filters_hold_for_acts_too(desk: Desk, state_folder: Path) -> None:
    journal = open_journal(journal_of(state_folder), desk.clock)
    journal.record_other(an_act(RequestState.ACCEPTED))
    journal.close()
    assert len(desk.json("history", "--who", "ANN")["acts"]) == 1
    assert desk.json("history", "--who", "bob")["acts"] == []
    assert len(desk.json("history", "--selector", "campaign=promo")["acts"]) == 1
    assert desk.json("history", "--open")["acts"] == []
    assert desk.run("history", "--who", "bob") == 0
    assert desk.out == "no such operation\n"


def test_names_are_raw_in_json_and_harmless_in_text(desk: Desk, state_folder: Path) -> None:
    journal = open_journal(journal_of(state_folder), desk.clock)
    journal.record_other(an_act(RequestState.REJECTED, who="a\x9b", id="\x1b[2J-id", url=URL))
    journal.close()
    (act,) = desk.json("history")["acts"]
    assert desk.out.isascii()
    # Two lone surrogates side by side are one character in JSON; all the rest is there.
    assert [name[:4] for name in act["entry"]["bounced"]] == [YAHOO[:4], HOSTILE[:4]]
    assert (act["at"], act["id"]) == (
        START.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "\x1b[2J-id",
    )
    desk.run("history")
    assert all(line.isprintable() for line in desk.out.splitlines())
    assert "cancel of somebody's directive" in desk.out and "NOT DONE" in desk.out
    desk.run("doctor")
    assert "1 act on entries of others" in desk.out
