"""The operation screen: it follows the snapshots, never shows more than 100%, and hides no collateral."""

from dataclasses import replace

import pytest

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Event, NodeAct
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress, NodeState, OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.screens.cancel import CancelScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.requests import RequestsScreen
from tests.frames import check_frame
from tests.ui.acting_world import (
    CLICKABLE,
    HOSTILE,
    PROMO,
    TAG,
    ActingApp,
    Pilot,
    entry,
    node,
    open_screen,
    screen_text,
    snapshot,
    status,
)
from tests.ui.pilots import wait_for
from tests.ui.worlds import NOW, START, settings

SELECTOR = Criteria(campaign="promo")
EMPTY = Ledger(SELECTOR, PROMO)
HALF = EMPTY.record("552016f1", {"promo:acme@yahoo.com": 81_302, "promo:acme@gmail.com": 41_812})
UNANSWERED = NodeProgress(
    NodeAct("mta3", ActState.UNKNOWN, None, "no answer in 30 s"),
    Ledger(SELECTOR, {}),
    Verdict.UNKNOWN,
    note="no answer in 30 s",
)
REFUSED = NodeProgress(
    NodeAct("mta2", ActState.REJECTED, None, "401"),
    Ledger(SELECTOR, {}),
    Verdict.REJECTED,
    note="mta2: not allowed (401)",
)


def world(shown: OperationStatus, **kinds: object) -> ActingApp:
    return ActingApp(snapshot(node(PROMO, directives=[entry()], **kinds), operations=[shown]))


async def opened(pilot: Pilot) -> str:
    await open_screen(pilot, OperationScreen(TAG))
    return screen_text(pilot)


def row_of(pilot: Pilot, name: str) -> str:
    return next(line for line in screen_text(pilot).splitlines() if name in line)


async def test_an_operation_is_shown_with_sums_nodes_queues_and_timeline() -> None:
    app = world(status(HALF))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "campaign=promo   op 7F3A2C   ▶ RUNNING" in text
        assert "123,102 of 142,030 +12 · 2,310/s · done in 8s · matches new mail for 04:12" in text
        check_frame(app, "operation-80x24")


async def test_the_wide_screen_shows_the_same() -> None:
    app = world(status(HALF, Verdict.RUNNING, REFUSED, UNANSWERED))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        check_frame(app, "operation-120x40")


async def test_what_lies_beyond_the_baseline_is_named_and_no_bar_is_over_full() -> None:
    more = EMPTY.record("552016f1", {**PROMO, "promo:acme@gmail.com": 42_212, "promo:new@a.de": 3})
    app = world(status(more, Verdict.CATCHING))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "142,030 of 142,030 +415" in text
        assert row_of(pilot, "promo:acme@gmail.com").split()[-4:] == ["41,800", "+412", "0", "█" * 10]
        assert row_of(pilot, "promo:new@a.de").split()[-4:] == ["-", "-", "+3", "-"]
        assert "%" not in text


async def test_collateral_is_an_alarm_and_its_queues_come_first_in_the_table() -> None:
    taken = HALF.record("552016f1", {"news:a@gmail.com": 100, "news:b@gmail.com": 50, "news:c@gmail.com": 2})
    app = world(status(taken))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "⚠ 3 queues of others: 152 messages not meant" in text
        lines = text.splitlines()
        first = next(number for number, line in enumerate(lines) if "BASELINE" in line) + 1
        assert all("NOT MEANT" in line for line in lines[first : first + 3])
        assert "news:a@gmail.com" in lines[first]
        assert "promo:acme@yahoo.com" in lines[first + 3]


async def test_without_collateral_there_is_no_alarm() -> None:
    app = world(status(HALF))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "not meant" not in (await opened(pilot)).lower()


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.RUNNING, "the queues look empty at once"),
        (Verdict.STALLED, "no total rises"),
        (Verdict.SWEPT, "still catching new mail for 04:12"),
        (Verdict.CATCHING, "the sender has not stopped"),
        (Verdict.DONE, "its time is over"),
        (Verdict.LOST, "the node restarted and forgot it"),
        (Verdict.CANCELLED, "mail already taken from its queues still bounces"),
        (Verdict.REPLACED, "a new entry took over"),
        (Verdict.REJECTED, "it is not in force"),
        (Verdict.UNKNOWN, "asking: looking for [kt:7F3A2C] in the nodes' lists"),
    ],
)
async def test_every_verdict_says_what_it_means(verdict: Verdict, words: str) -> None:
    app = world(status(HALF, verdict))
    async with app.run_test(size=(120, 40)) as pilot:
        text = await opened(pilot)
        assert verdict.value.upper() in text
        assert words in text


async def test_a_stall_names_its_cause_and_does_not_advise_to_bounce_again() -> None:
    app = world(status(HALF, Verdict.STALLED, note="the spool sheds load"))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "the spool sheds load" in text
        assert "again" not in text


async def test_mail_in_ready_queues_is_named_while_new_mail_is_caught() -> None:
    app = world(status(HALF, Verdict.SWEPT), ready=2_310)
    async with app.run_test(size=(120, 40)) as pilot:
        assert "Up to 2,310 wait in ready queues" in await opened(pilot)


async def test_unknown_and_rejected_nodes_stand_first_with_their_reason() -> None:
    app = world(status(HALF, Verdict.RUNNING, REFUSED, UNANSWERED))
    async with app.run_test(size=(80, 24)) as pilot:
        lines = (await opened(pilot)).splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith(" node")) + 1
        assert "mta2" in lines[first]
        assert "REJECTED" in lines[first]
        assert "not allowed (401)" in lines[first + 1]
        assert "mta3" in lines[first + 2]
        assert "(asking)" in lines[first + 2]
        assert "mta1" in lines[first + 4]


async def test_a_node_that_cannot_be_read_says_so_and_shows_no_rate() -> None:
    silent = replace(
        node(PROMO, directives=[entry()]),
        state=NodeState.DOWN,
        errors={"directives": "mta1: mta1:8000 refuses connections."},
    )
    shown = status(HALF, last_seen=START - 90.0)
    app = ActingApp(snapshot(silent, operations=[shown]))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "DOWN, totals 1m old: mta1:8000 refuses connections." in " ".join(text.split())
        assert "at least 123,102 of 142,030 +12 · matches new mail" in text
        assert "/s" not in text


async def test_many_nodes_are_summed_up_below_the_first_few() -> None:
    more = [replace(REFUSED, act=replace(REFUSED.act, node=f"mta{number}"), note="") for number in range(2, 12)]
    app = world(status(HALF, Verdict.RUNNING, *more))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "5 more nodes: 4 REJECTED, 1 RUNNING" in text


async def test_it_follows_the_snapshots_by_itself() -> None:
    app = world(status(EMPTY))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "0 of 142,030" in await opened(pilot)
        app.show(replace(app.snapshot, operations=(status(HALF, Verdict.DONE, left_s=None),)))
        await wait_for(pilot, lambda: "123,102 of 142,030" in screen_text(pilot))
        assert "✓ DONE" in screen_text(pilot)


async def test_it_catches_up_after_another_screen_was_on_top() -> None:
    app = world(status(EMPTY))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: isinstance(app.screen, RequestsScreen))
        app.show(replace(app.snapshot, operations=(status(HALF),)))
        await pilot.press("escape")
        await wait_for(pilot, lambda: "123,102 of 142,030" in screen_text(pilot))


async def test_an_operation_that_no_snapshot_knows_yet_says_so() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "op 7F3A2C: waiting for the first look at the nodes" in await opened(pilot)


async def test_the_timeline_keeps_its_last_lines() -> None:
    shown = status(HALF)
    events = tuple(Event(NOW, f"event {number}") for number in range(9))
    app = world(replace(shown, operation=replace(shown.operation, events=events)))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert f"{NOW:%H:%M:%S} event 8" in text
        assert "event 5" not in text


async def test_requests_are_shown_as_they_were_sent() -> None:
    app = world(status(HALF))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: isinstance(app.screen, RequestsScreen))
        await pilot.pause()
        body = '{"campaign": "promo", "reason": "bad link #4711 [kt:7F3A2C]", "duration": "300s"}'
        assert body in screen_text(pilot)


async def test_x_asks_before_it_cancels_what_is_in_force() -> None:
    app = world(status(HALF))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await wait_for(pilot, lambda: isinstance(app.screen, CancelScreen))
        assert app.acts.cancelled == []


async def test_a_read_only_session_offers_no_cancel() -> None:
    app = world(status(HALF))
    app.settings = settings(read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "x cancel" not in text
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(app.screen, OperationScreen)


async def test_escape_and_q_go_back() -> None:
    for key in ("escape", "q"):
        app = world(status(HALF))
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await pilot.press(key)
            await wait_for(pilot, lambda app=app: not isinstance(app.screen, OperationScreen))


async def test_hostile_names_are_flagged_and_shown_as_text() -> None:
    name = f"promo:{HOSTILE}@{CLICKABLE}"
    app = world(status(EMPTY.record("552016f1", {name: 5, f"news:{HOSTILE}@a.de": 2})))
    async with app.run_test(size=(120, 40)) as pilot:
        text = await opened(pilot)
        assert all(char.isprintable() for char in text.replace("\n", ""))
        assert f"⚠promo:e\\x1b]52;c;aGk=\\x07[/x]\\u202e@{CLICKABLE}" in text


async def test_a_terminal_of_ascii_only_gets_ascii_only() -> None:
    app = world(status(HALF, Verdict.RUNNING, UNANSWERED))
    app.settings = settings(ascii=True)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert text.isascii(), text
