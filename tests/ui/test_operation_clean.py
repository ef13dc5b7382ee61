"""The operation screen of a clean bounce: each verdict says what it means, no number says more than is known."""

from dataclasses import replace

import pytest

from kumo_tui.model.operation import ActState
from kumo_tui.model.snapshot import NodeState, OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.requests import RequestsScreen
from tests.frames import check_frame
from tests.ui.acting_world import HOSTILE, TAG, ActingApp, Pilot, node, open_screen, screen_text, snapshot
from tests.ui.clean_world import PROMO, clean_node, clean_status, stopped, sweeping
from tests.ui.pilots import wait_for
from tests.ui.worlds import settings

SURE = "every ready queue concerned has turned over since the stop, and none of this mail stands"
SWEPT = {**PROMO, "promo:acme@gmail.com": 42_212}
DONE = clean_node(Verdict.DONE, swept=SWEPT, sweeps=9, leak=12, in_flight=3, note=SURE)
RELEASED = clean_node(Verdict.RELEASED, note="let go, nothing was bounced")
LOST = clean_node(
    Verdict.LOST,
    swept={"promo:acme@yahoo.com": 81_302},
    sweeps=2,
    note="the node has restarted and forgot the stop: what stood there goes out at its next retry",
)


def world(shown: OperationStatus) -> ActingApp:
    return ActingApp(snapshot(node(PROMO), operations=[shown]))


async def opened(pilot: Pilot) -> str:
    await open_screen(pilot, OperationScreen(TAG))
    return screen_text(pilot)


def words_of(text: str) -> str:
    return " ".join(text.split())


def row_of(pilot: Pilot, name: str) -> list[str]:
    return next(line for line in screen_text(pilot).splitlines() if name in line).split()


FRAMED = {
    "stopped": stopped(),
    "sweeping": sweeping(),
    "returning": sweeping(Verdict.RETURNING, standing={}, return_s=None, note="nothing moves in ready queue a->b"),
    "catching": sweeping(Verdict.CATCHING, swept=SWEPT, standing={}, may_wait=0, sweeps=7),
    "done": clean_status(DONE),
    "lost": clean_status(LOST),
}


@pytest.mark.parametrize("name", FRAMED)
async def test_each_stage_fits_the_small_screen(name: str) -> None:
    app = world(FRAMED[name])
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert f"op {TAG}" in text
        assert name.upper() in text
        check_frame(app, f"clean-{name}-80x24")


@pytest.mark.parametrize("name", ["stopped", "sweeping"])
async def test_the_wide_screen_shows_the_same(name: str) -> None:
    more = clean_node(Verdict.LOST, name="mta2", note="somebody released the stop")
    shown = FRAMED[name]
    app = world(replace(shown, nodes=(*shown.nodes, more)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        check_frame(app, f"clean-{name}-120x40")


async def test_a_running_one_says_at_least_how_much_what_comes_next_and_for_how_long() -> None:
    app = world(sweeping(standing={}))
    async with app.run_test(size=(120, 40)) as pilot:
        text = await opened(pilot)
        assert "campaign=promo   op 7F3A2C   ▶ SWEEPING" in text
        words = "at least 123,102 of 142,030 +12 · 3 sweeps · next as soon as mail stands"
        assert f"{words} · catches new mail for 04:12" in text


async def test_one_whose_time_is_over_says_that_it_is_held_until_its_mail_is_back() -> None:
    app = world(sweeping(standing={}, ends_in_s=0.0))
    async with app.run_test(size=(120, 40)) as pilot:
        text = words_of(await opened(pilot))
        assert "its time is over: held and swept until what waits has come back" in text
        assert "for 00:00" not in text


async def test_what_stands_is_swept_next_unless_something_holds_the_sweep_back() -> None:
    app = world(sweeping())
    async with app.run_test(size=(120, 40)) as pilot:
        assert "next sweep now" in await opened(pilot)
        app.show(replace(app.snapshot, operations=(sweeping(waits_for="the journal cannot be written"),)))
        await wait_for(pilot, lambda: "next sweep waits" in screen_text(pilot))
        assert "next sweep waits: the journal cannot be written" in words_of(screen_text(pilot))
        assert "next sweep now" not in screen_text(pilot)


async def test_a_stop_that_waits_says_what_stands_what_comes_back_and_until_when() -> None:
    app = world(stopped())
    async with app.run_test(size=(120, 40)) as pilot:
        text = words_of(await opened(pilot))
        assert "142,030 messages stand in 3 queues" in text
        assert "up to 2,310 in ready queues" in text
        assert "stopped until 12:12 UTC (12:40)" in text
        assert "nothing is bounced yet: b bounces it, s lets it go." in text
        assert "at least" not in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "nobody knows when"), (40.0, "back in about 40s"), (610.0, "back in about 10m")],
)
async def test_the_return_is_an_estimate_or_unknown(seconds: float | None, words: str) -> None:
    app = world(sweeping(Verdict.RETURNING, return_s=seconds))
    async with app.run_test(size=(120, 40)) as pilot:
        assert f"up to 2,310 still in ready queues, {words}" in words_of(await opened(pilot))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.SWEEPING, "what stands is swept, and nothing of others"),
        (Verdict.RETURNING, "mail that waited in ready queues comes back at its turn"),
        (Verdict.CATCHING, "new mail is stopped and swept for 04:12, then the stop ends"),
        (Verdict.CANCELLED, "ended before all mail was back"),
        (Verdict.LOST, "the stop is gone. What stood or came back since may have gone out"),
        (Verdict.RELEASED, "let go: its mail goes out at its next retry, or now where flushed"),
        (Verdict.REJECTED, "nothing was stopped, nothing was bounced"),
        (Verdict.UNKNOWN, "asking: looking for [kt:7F3A2C] in the nodes' lists of stops"),
        (Verdict.STOPPED, "what stands is bounced with the first sweep"),
    ],
)
async def test_every_verdict_says_what_it_means(verdict: Verdict, words: str) -> None:
    app = world(sweeping(verdict))
    async with app.run_test(size=(120, 40)) as pilot:
        text = words_of(await opened(pilot))
        assert verdict.value.upper() in text
        assert words in text


async def test_a_sender_that_goes_on_is_named_while_new_mail_is_caught() -> None:
    shown = sweeping(Verdict.CATCHING, standing={}, may_wait=0)
    going_on = replace(shown, nodes=(replace(shown.nodes[0], rate_per_s=3.0),))
    app = world(going_on)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "new mail keeps coming, the sender has not stopped: it is swept for 04:12" in words_of(
            await opened(pilot)
        )


async def test_a_node_that_is_swept_later_than_the_others_is_no_sender_that_goes_on() -> None:
    shown = sweeping(Verdict.CATCHING, swept=PROMO, standing={}, may_wait=0)
    app = world(replace(shown, nodes=(replace(shown.nodes[0], rate_per_s=3.0),)))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "new mail is stopped and swept for 04:12, then the stop ends" in words_of(await opened(pilot))


async def test_done_says_whether_that_is_sure_and_on_which_node_it_is_not() -> None:
    doubtful = clean_node(Verdict.DONE, name="mta2", swept=PROMO, note="not sure: mail may have come back late")
    app = world(clean_status(DONE))
    async with app.run_test(size=(80, 24)) as pilot:
        assert f"DONE: the stop is over; {SURE}" in words_of(await opened(pilot))
        app.show(replace(app.snapshot, operations=(clean_status(DONE, doubtful),)))
        await wait_for(pilot, lambda: "mta2: not sure" in words_of(screen_text(pilot)))
        assert f"mta1: {SURE};" in words_of(screen_text(pilot))


async def test_a_node_on_which_it_is_lost_is_named_while_it_goes_on_elsewhere() -> None:
    app = world(clean_status(sweeping().nodes[0], replace(LOST, act=replace(LOST.act, node="mta2"))))
    async with app.run_test(size=(120, 40)) as pilot:
        text = words_of(await opened(pilot))
        assert "LOST on mta2: nothing is held there. Elsewhere it goes on." in text
        assert "s stop again x end it" in text


async def test_what_may_have_been_missed_is_an_upper_bound_and_collateral_is_none() -> None:
    app = world(sweeping())
    async with app.run_test(size=(80, 24)) as pilot:
        text = words_of(await opened(pilot))
        assert "collateral 0: sweeps take only what matches" in text
        leak = "delivered by the ready queues concerned since the stop: up to 12, nobody can say whose"
        assert leak in text
        assert "in connections' hands at the stop: up to 3" in text


async def test_somebody_elses_stop_that_is_relied_on_is_named_once() -> None:
    app = world(sweeping(stop_is_ours=False, stop_ids=()))
    async with app.run_test(size=(120, 40)) as pilot:
        assert words_of(await opened(pilot)).count("stopped by somebody else's entry") == 1
        noted = sweeping(stop_is_ours=False, note="stopped by somebody else's entry, which is left alone")
        app.show(replace(app.snapshot, operations=(noted,)))
        await wait_for(pilot, lambda: "is left alone" in words_of(screen_text(pilot)))
        assert words_of(screen_text(pilot)).count("stopped by somebody else's entry") == 1


async def test_unanswered_sweeps_are_covered_by_the_next() -> None:
    app = world(sweeping(unanswered=1))
    async with app.run_test(size=(120, 40)) as pilot:
        assert "1 sweep unanswered: the next one covers it" in await opened(pilot)


async def test_the_table_has_what_stood_at_start_what_was_swept_what_came_and_what_stands() -> None:
    app = world(sweeping(standing={"promo:zenith@aol.com": 8_120, "promo:late@web.de": 7}))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert row_of(pilot, "AT START") == ["QUEUE", "AT", "START", "SWEPT", ">=", "NEW", "STANDING"]
        assert row_of(pilot, "promo:acme@gmail.com")[-4:] == ["41,800", "41,800", "+12", "0"]
        assert row_of(pilot, "promo:zenith@aol.com")[-3:] == ["8,120", "0", "8,120"]
        assert row_of(pilot, "promo:late@web.de")[-3:] == ["-", "-", "7"]


async def test_nothing_is_said_to_stand_once_it_is_over() -> None:
    app = world(clean_status(LOST))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert row_of(pilot, "promo:acme@yahoo.com")[-1] == "-"
        assert "goes out at its next retry" in words_of(screen_text(pilot))


async def test_a_node_that_cannot_be_read_is_named() -> None:
    silent = replace(node(PROMO), state=NodeState.DOWN, errors={"metrics": "mta1: mta1:8000 refuses connections."})
    app = ActingApp(snapshot(silent, operations=[stopped()]))
    async with app.run_test(size=(80, 24)) as pilot:
        text = words_of(await opened(pilot))
        assert "DOWN 0s, not known whether its stop holds: mta1:8000 refuses" in text
        assert "not all nodes are read" in text


async def test_a_stop_of_unknown_outcome_is_asked_about() -> None:
    unknown = clean_node(Verdict.UNKNOWN, state=ActState.UNKNOWN, note="no answer in 30 s", stop_left_s=None)
    app = world(clean_status(unknown))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "(asking)" in text
        assert "no answer in 30 s" in text


@pytest.mark.parametrize(
    ("shown", "keys", "absent"),
    [
        (stopped(), "b bounce it  s let go  y requests", "x end"),
        (sweeping(), "x end it  y requests", "let go"),
        (clean_status(LOST), "s stop again  b bounce again  y requests", "x end"),
        (clean_status(DONE), " b bounce again  y requests", "x end"),
        (clean_status(RELEASED, waiting=True), " b bounce it  y requests", "s let go"),
    ],
)
async def test_the_keys_are_those_that_can_act_now(shown: OperationStatus, keys: str, absent: str) -> None:
    app = world(shown)
    async with app.run_test(size=(80, 24)) as pilot:
        last = (await opened(pilot)).splitlines()[-1]
        assert keys in last
        assert absent not in last


async def test_a_read_only_session_names_no_key_that_acts() -> None:
    app = world(stopped())
    app.settings = settings(read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "b bounce" not in text and "s let" not in text
        await pilot.press("b", "s", "x")
        await pilot.pause()
        assert isinstance(app.screen, OperationScreen)


async def test_the_requests_are_stop_sweep_and_release() -> None:
    app = world(sweeping())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: isinstance(app.screen, RequestsScreen))
        await pilot.pause()
        text = screen_text(pilot)
        assert "stop on mta1" in text
        assert "sweep on mta1" in text
        assert text.count("kcli bounce") + text.count("kcli --endpoint") == 1


async def test_enter_on_a_queue_shows_its_messages() -> None:
    app = world(stopped())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: app.opened_queues == ["promo:acme@gmail.com"])


async def test_hostile_names_are_text_and_ascii_terminals_get_ascii() -> None:
    name = f"promo:{HOSTILE}@a.de"
    app = world(sweeping(standing={name: 3}, baseline={name: 9}, waits_for="x"))
    app.settings = settings(ascii=True)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert text.isascii(), text
        assert "\\x1b" in text
