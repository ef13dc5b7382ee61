"""After the end of a bounce: mail that gathers again, a directive past its end, the same bounce once more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kumo_tui.model.gathering import Gathered
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria, Everything
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.aftermath_words import gathered_words, rate_text
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.theme import GLYPHS, Look
from kumo_tui.ui.widgets.notice import notices
from tests.fakes import FakeClock
from tests.frames import check_frame, frame_of
from tests.ui import worlds
from tests.ui.acting_world import TAG, ActingApp, Pilot, entry, node, open_screen, screen_text, snapshot, status
from tests.ui.clean_world import PROMO, clean_node, clean_status
from tests.ui.pilots import wait_for
from tests.ui.worlds import START, settings

MORE = Gathered(101, 8.0)
SURE = "sure: every ready queue that held mail at the stop has turned over, all that stood was swept"
CLEAN_DONE = clean_status(clean_node(Verdict.DONE, swept=PROMO, sweeps=9, note=SURE))
SWEPT = Ledger(Criteria(campaign="promo"), PROMO).record("552016f1", PROMO)
PLAIN_DONE = status(SWEPT, Verdict.DONE, left_s=None, rate_per_s=0.0)
STANDING = {"promo:acme@yahoo.com": 101}


def after(shown: OperationStatus, more: Gathered | None = MORE) -> Snapshot:
    """A snapshot in which so much has gathered since the end of this operation."""
    found = {} if more is None else {TAG: more}
    return replace(snapshot(node(STANDING), operations=[shown]), gathered=found)


async def opened(pilot: Pilot) -> str:
    await open_screen(pilot, OperationScreen(TAG))
    return " ".join(screen_text(pilot).split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("shown", [CLEAN_DONE, PLAIN_DONE], ids=["clean", "plain"])
async def test_mail_that_gathers_again_is_told_on_the_operation_with_the_way_on(
    shown: OperationStatus, size: tuple[int, int]
) -> None:
    app = ActingApp(after(shown))
    async with app.run_test(size=size) as pilot:
        text = await opened(pilot)
        assert "⚠ 101 messages in 8 s since the end (758/min): the sender has not stopped." in text
        assert "b bounces it again, after a new preview." in text
        assert "If this mail gathers again" not in text
        check_frame(app, f"gathered-{shown.operation.mode.value}-{size[0]}x{size[1]}")


async def test_where_nothing_gathers_nothing_is_claimed() -> None:
    app = ActingApp(after(PLAIN_DONE, None))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "since the end" not in text
        assert "If this mail gathers again, the sender has not stopped." in text


async def test_a_read_only_session_is_told_without_the_key() -> None:
    app = ActingApp(after(CLEAN_DONE), settings(read_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "the sender has not stopped." in text
        assert "b bounces" not in text and "b bounce" not in text
        await pilot.press("b")
        await pilot.pause()
        assert isinstance(app.screen, OperationScreen)


def words_of(shown: OperationStatus, more: Gathered) -> str:
    return gathered_words(shown, after(shown, more))


def test_no_more_is_said_than_is_known() -> None:
    assert words_of(PLAIN_DONE, Gathered(1, 240.0)) == (
        "1 message in 4m since the end (<1/min): the sender has not stopped"
    )
    assert words_of(PLAIN_DONE, Gathered(12, 8.0, 210)).endswith(
        ": back from ready queues, or the sender has not stopped"
    )
    everything = replace(PLAIN_DONE, operation=replace(PLAIN_DONE.operation, selector=Everything()))
    assert words_of(everything, MORE).endswith(": new mail stands again")
    assert rate_text(1204.4) == "1,204/min"


def lines(shot: Snapshot, *, may_act: bool = True, now: float = START) -> list[tuple[str, Look]]:
    return [(line[0].text, line[0].look) for line in notices(shot, now, GLYPHS, may_act=may_act)]


def test_the_dashboard_tells_it_in_a_notice() -> None:
    words = " ⚠ promo: 101 in 8 s since the end (758/min): the sender has not stopped: "
    assert lines(after(CLEAN_DONE)) == [(f"{words}Enter on its row, b opens a new preview", Look.AMBER)]
    assert lines(after(CLEAN_DONE), may_act=False) == [(f"{words}Enter on its row below opens it", Look.AMBER)]
    assert lines(after(CLEAN_DONE, None)) == []
    long = Criteria(campaign="a-campaign-with-a-long-name", domain="mail.example.org")
    shown = replace(PLAIN_DONE, operation=replace(PLAIN_DONE.operation, selector=long))
    assert lines(after(shown))[0][0].startswith(" ⚠ campaign=a-c…example.org: 101 in 8 s")


LOST = replace(status(SWEPT, Verdict.LOST, left_s=None), ended_at=START)


def test_a_bounce_that_a_restart_ended_is_named_with_the_way_on_for_a_while() -> None:
    shot = snapshot(node(PROMO), operations=[LOST])
    words = " ✗ promo: LOST by a restart of mta1: "
    assert lines(shot) == [(f"{words}Enter on its row, b opens a new preview", Look.RED)]
    assert lines(shot, may_act=False) == [(f"{words}Enter on its row below opens it", Look.RED)]
    assert lines(shot, now=START + 600) == []


async def test_the_key_of_an_ended_bounce_opens_the_form_with_the_same_draft() -> None:
    for shown in (PLAIN_DONE, LOST, CLEAN_DONE):
        app = ActingApp(after(shown))
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await pilot.press("b")
            await wait_for(pilot, lambda app=app: isinstance(app.screen, ComposeScreen))
            await wait_for(pilot, lambda pilot=pilot: "would hit now" in screen_text(pilot))
            text = screen_text(pilot)
            assert "promo" in text and "bad link #4711" in text and "[5m" in text
            assert app.acts.asked.count("bounce") == 0
            assert app.acts.clean.stops == []


async def test_a_bounce_lost_on_one_node_may_be_begun_anew_while_it_goes_on_elsewhere() -> None:
    lost = NodeProgress(NodeAct("mta2", ActState.ACCEPTED, "9d0c"), SWEPT, Verdict.LOST)
    app = ActingApp(snapshot(node(PROMO), operations=[status(SWEPT, Verdict.RUNNING, lost)]))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert " b bounce again  x cancel  y requests" in screen_text(pilot).splitlines()[-1]


def late(shown: OperationStatus, *, listed: bool) -> Snapshot:
    """An EVERYTHING of ours whose minute was over 30 s ago."""
    began = replace(
        shown.operation,
        selector=Everything(),
        duration_s=60,
        created_at=shown.operation.created_at - timedelta(seconds=90),
    )
    directives = [entry(campaign=None)] if listed else []
    shot = snapshot(node(PROMO, directives=directives), operations=[replace(shown, operation=began)])
    read_at = START if listed else START - 60
    nodes = tuple(
        replace(each, directives=replace(each.directives, asked_at=read_at))
        for each in shot.nodes
        if each.directives is not None
    )
    return replace(shot, nodes=nodes)


RUNNING = status(SWEPT, Verdict.SWEPT, left_s=0.0)


async def test_an_everything_past_its_end_is_the_alarm_until_a_list_shows_that_it_is_gone() -> None:
    listed, unread = late(RUNNING, listed=True), late(RUNNING, listed=False)
    assert lines(listed) == [
        (
            " ⚠ EVERYTHING: mta1 lists it still, 30s past its end: it may go on bouncing new mail. x cancels it",
            Look.RED,
        )
    ]
    assert lines(unread) == [
        (
            " ⚠ EVERYTHING: mta1 was not read since its end 30s ago: "
            "it goes on bouncing new mail until its list is read",
            Look.RED,
        )
    ]
    assert lines(listed, may_act=False)[0][0].endswith("30s past its end: it may go on bouncing new mail")
    app = ActingApp(listed)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "mta1 lists it still, 30s past its end" in await opened(pilot)
        app.show(unread)
        await wait_for(pilot, lambda: "mta1 was not read since its end" in screen_text(pilot))


async def test_the_dashboard_of_a_read_only_session_names_no_key_that_acts() -> None:
    for read_only, hint in ((True, "Enter on its row below opens it"), (False, "b opens a new preview")):
        app = KumoTuiApp(
            worlds.FakeWatching(after(CLEAN_DONE)),
            worlds.FakeActs(),  # type: ignore[arg-type]  # sampling only
            settings(read_only=read_only),
            FakeClock(),
        )
        async with app.run_test(size=(120, 40)) as pilot:
            await wait_for(pilot, lambda app=app: "the sender has not stopped" in "\n".join(frame_of(app)))
            assert hint in "\n".join(frame_of(app))
