"""Notices: one line for each node that fails, and alarms above them."""

from dataclasses import replace

from kumo_tui.model.directives import Suspension
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import ListTrouble, Metrics, NodeState, OperationStatus, Snapshot, Timed
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.theme import GLYPHS, Look
from kumo_tui.ui.widgets.notice import Notice, notices
from tests.frames import frame_of
from tests.ui.clean_world import clean_node, clean_status, stopped, sweeping
from tests.ui.pilots import WidgetApp
from tests.ui.worlds import START, directive, node, snapshot


def lines(world: Snapshot, now: float = START) -> list[str]:
    return ["".join(piece.text for piece in line) for line in notices(world, now, GLYPHS)]


def test_a_fleet_without_trouble_needs_no_line() -> None:
    assert lines(snapshot(node("mta1", {"a@x": 1}))) == []


def test_a_failing_node_has_one_line_however_many_requests_fail() -> None:
    errors = {"metrics": "mta3: refused.", "directives": "mta3: refused.", "suspensions": "mta3: cut."}
    world = snapshot(node("mta3", {"a@x": 1}, state=NodeState.DOWN, errors=errors))
    assert lines(world, START + 40) == [" ✗ mta3 DOWN, last read 40s ago: refused. (and 1 more)"]


def test_a_busy_node_says_for_how_long_it_has_been_silent() -> None:
    world = snapshot(node("mta1", {"a@x": 1}, state=NodeState.BUSY, silent_s=38.0))
    assert lines(world, START + 2) == [" ⚠ mta1 busy, silent for 40 s"]


def test_a_node_list_that_cannot_be_had_is_said_with_its_age() -> None:
    trouble = ListTrouble("/etc/prod.nodes: no such\x1b[2J file.", START - 720)
    world = snapshot(node("mta1", {"a@x": 1}), list_trouble=trouble)
    assert lines(world) == [" ⚠ node list: /etc/prod.nodes: no such\\x1b[2J file; last read 12m ago"]


def test_the_worst_stands_first() -> None:
    stop = Suspension("s", None, None, None, "hold", 720.0)
    troubled = Timed(Metrics(QueueTable.of({}), troubles=("the spool sheds load",)), START)
    world = snapshot(
        node("busy", {}, state=NodeState.BUSY),
        node("down", {}, state=NodeState.DOWN),
        node("free", {}, directives=(directive(campaign=None),), suspensions=(stop,)),
    )
    second, third, fourth = lines(world)
    assert "down DOWN" in second and "busy busy" in third
    assert "stopped for 12m: everything, or an exact list" in fourth
    sheds = node("mta1", None)
    world = snapshot(type(sheds)(sheds.name, sheds.url, NodeState.OK, metrics=troubled))
    assert lines(world) == [" ⚠ mta1: the spool sheds load"]


def test_a_node_that_answers_and_takes_no_mail_has_a_line_and_one_that_fails_says_it_on_its_own() -> None:
    full = node("mta1", {"a@x": 1}, liveness="storage is too full\x1b")
    assert lines(snapshot(full)) == [" ⚠ mta1: it takes no mail: storage is too full\\x1b"]
    failing = node("mta1", {"a@x": 1}, state=NodeState.STALE, liveness="shutting down")
    assert [line for line in lines(snapshot(failing)) if "mail" in line] == [
        " ⚠ mta1 STALE, last read 0s ago: it takes no mail: shutting down"
    ]
    assert lines(snapshot(node("mta1", {"a@x": 1}, liveness="OK"))) == []


DAMAGED = (
    "/home/ann/state/journal.db is damaged: file is not a database. Set it aside with "
    "`kumo-tui doctor --set-aside-journal`, and a new one is begun; delete nothing. Then start kumo-tui again."
)


async def test_why_there_is_no_journal_and_what_to_do_is_all_there_where_it_fits() -> None:
    world, notice = snapshot(node("mta1", {}), journal_problem=DAMAGED), Notice()
    app = WidgetApp(notice)
    async with app.run_test(size=(80, 24)) as pilot:
        notice.show_notices(world, START)
        await pilot.pause()
        assert [line for line in frame_of(app) if line] == [
            " ⚠ bounces are off: no journal: journal.db is damaged: file is not a database.",
            "   Set it aside with `kumo-tui doctor --set-aside-journal`, and a new one is",
            "   begun; delete nothing. Then start kumo-tui again.",
        ]


async def test_in_a_low_terminal_why_there_is_no_journal_takes_one_line() -> None:
    world, notice = snapshot(node("mta1", {}, state=NodeState.DOWN), journal_problem=DAMAGED), Notice()
    app = WidgetApp(notice)
    async with app.run_test(size=(80, 16)) as pilot:
        notice.show_notices(world, START)
        await pilot.pause()
        shown = [line for line in frame_of(app) if line]
        assert shown[0].startswith(" ⚠ bounces are off: no journal: journal.db is damaged") and "mta1" in shown[1]
        assert len(shown) == 2


async def test_many_notices_leave_room_for_the_tables() -> None:
    down = [node(f"mta{number}", {}, state=NodeState.DOWN) for number in range(9)]
    world = snapshot(*down, node("mta9", {}))
    notice = Notice()
    app = WidgetApp(notice)
    async with app.run_test(size=(60, 24)) as pilot:
        notice.show_notices(world, START)
        await pilot.pause()
        assert [line for line in frame_of(app) if line] == [
            " ✗ mta0 DOWN, last read 0s ago",
            " ✗ mta1 DOWN, last read 0s ago",
            " ⚠ 7 more",
        ]


async def test_when_no_node_can_be_read_that_is_said_with_what_stands_still_and_each_cause() -> None:
    down = [
        node(f"mta{number}", {}, state=NodeState.DOWN, errors={"metrics": f"mta{number}: cause {number}"})
        for number in range(3)
    ]
    notice = Notice()
    app = WidgetApp(notice)
    async with app.run_test(size=(110, 24)) as pilot:
        notice.show_notices(snapshot(*down), START + 240)
        await pilot.pause()
        assert [line for line in frame_of(app) if line] == [
            " ⚠ no node can be read: all of this is at least 4m old, nothing can be bounced",
            " ✗ mta0 DOWN, last read 4m ago: cause 0",
            " ✗ mta1 DOWN, last read 4m ago: cause 1",
            " ✗ mta2 DOWN, last read 4m ago: cause 2",
        ]


def test_the_same_server_twice_a_leaving_node_and_an_unwatched_part_are_said() -> None:
    again = replace(node("mta2b", {}), same_as="mta2")
    assert lines(snapshot(node("mta2", {}), again)) == [
        " ⚠ mta2b is the same server as mta2: it is counted and acted on once"
    ]
    leaving = replace(node("mta3", {}), leaving=True)
    assert (
        "not in the node list any more: read until what was sent there is settled" in lines(snapshot(leaving))[0]
    )


def test_a_disabled_node_is_no_trouble_on_the_dashboard() -> None:
    off = replace(node("mta2", {}, errors={"metrics": "mta2: refused"}), enabled=False, state=NodeState.DISABLED)
    assert lines(snapshot(node("mta1", {}), off)) == []


def test_a_journal_that_cannot_be_written_is_said_before_anybody_wants_to_bounce() -> None:
    world = snapshot(node("mta1", {"a@x": 1}), journal_problem="/x/journal.db: the disk is full.")
    assert lines(world) == [" ⚠ bounces are off: no journal: journal.db: the disk is full."]


def test_a_node_that_does_not_answer_is_named_before_its_time_is_over() -> None:
    world = snapshot(node("mta1", {"a@x": 1}, silent_s=8.0))
    assert lines(world, START + 2) == [" ⚠ mta1 has not answered for 10 s"]
    assert lines(snapshot(node("mta1", {"a@x": 1}, silent_s=2.0))) == []


def shown(status: OperationStatus, now: float = START) -> list[tuple[str, Look]]:
    world = snapshot(node("mta1", {"promo:a@x": 1}), operations=(status,))
    return [(line[0].text, line[0].look) for line in notices(world, now, GLYPHS)]


def test_a_stop_of_ours_that_waits_is_named_and_red_when_it_is_about_to_end() -> None:
    words = " ■ promo stopped until 12:12 UTC, not bounced: Enter on its row below opens it"
    assert shown(stopped()) == [(words, Look.AMBER)]
    soon = " ■ promo stopped until 12:12 UTC, in 00:40: then its mail goes out"
    assert shown(stopped(), START + 720) == [(soon, Look.RED)]


def test_a_clean_bounce_that_runs_needs_no_notice() -> None:
    assert shown(sweeping()) == []


def test_a_stop_of_ours_that_is_gone_is_said_for_a_while() -> None:
    lost = clean_status(clean_node(Verdict.SWEEPING), clean_node(Verdict.LOST, name="mta2"))
    words = " ✗ promo: its stop is gone on mta2: Enter on its row below opens it"
    assert shown(lost) == [(words, Look.RED)]
    over = replace(clean_status(clean_node(Verdict.LOST)), ended_at=START)
    assert len(shown(over, START + 599)) == 1
    assert shown(over, START + 600) == []


def test_a_stop_that_was_released_is_said_for_a_minute() -> None:
    over = replace(clean_status(clean_node(Verdict.RELEASED), waiting=True), ended_at=START)
    assert shown(over, START + 1) == [(" ⚠ promo is stopped no more", Look.AMBER)]
    assert shown(over, START + 61) == []
