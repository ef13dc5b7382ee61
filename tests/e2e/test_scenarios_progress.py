"""What progress says while a sweep runs, while new mail is caught, and while the node is held up."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kumo_tui.act.draft import Draft, How
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim.scenario import Scenario, parse_scenario
from kumo_tui.ui.operation_words import verdict_words
from tests.clean_world import World
from tests.e2e.scene import Desk, scene

DRAFT = Draft(campaign="promo", reason="bad link", duration="5m", how=How.PLAIN)
BIG = 100_000
RATE = 5_000


def big(queues: int = 20) -> Scenario:
    """100,000 messages of one campaign; the node bounces 5,000 of them a second."""
    return parse_scenario(
        f"""
        [[node]]
        name = "mta1"
        version = "2026.06.23-f3af1cd0"
        sweep_rate = {RATE}

        [[node.generate]]
        pattern = "promo:acme@d{{i}}.example"
        queues = {queues}
        messages = {BIG // queues}
        """,
        "big.toml",
    )


async def test_a_long_sweep_empties_the_gauge_at_once_and_its_progress_runs_straight_to_the_end() -> None:
    """100,000 messages at 5,000/s, on the program's own rooms and a clock that is moved by hand, so in no time.

    The gauge is 0 at the first look; progress rises straight for 20 s; the time it says is left is right to a
    fifth; then SWEPT, and with new mail still CATCHING.
    """
    world = World(big())
    await world.poll()
    assert world.snapshot.queues.total == BIG
    operation = await world.acts.bounce(world.confirmed(DRAFT))
    began = world.time.monotonic()
    looks = [await _look(world, operation.tag, 0.5)]
    assert world.snapshot.queues.total == 0
    assert looks[0].verdict is Verdict.RUNNING
    while looks[-1].verdict is Verdict.RUNNING:
        elapsed, status = world.time.monotonic() - began, looks[-1]
        assert status.ledger.progress.bounced == pytest.approx(RATE * elapsed, abs=RATE * 0.1)
        left = BIG / RATE - elapsed
        if len(looks) > 2 and left > 1:
            assert status.eta_s == pytest.approx(left, rel=0.2)
        looks.append(await _look(world, operation.tag, 2.0))
    assert world.time.monotonic() - began == pytest.approx(20, abs=2.5)
    assert (looks[-1].verdict, looks[-1].ledger.progress.bounced) == (Verdict.SWEPT, BIG)
    assert "still catching new mail for" in verdict_words(looks[-1], world.snapshot)
    world.node.inject("promo:acme@d0.example", 7)
    status = await _look(world, operation.tag, 2.0)
    assert status.verdict is Verdict.CATCHING
    assert (status.ledger.progress.from_baseline, status.ledger.progress.beyond) == (BIG, 7)
    assert "new mail keeps coming and is bounced" in verdict_words(status, world.snapshot)


async def test_progress_that_stops_where_the_spool_sheds_load_is_stalled_within_three_polls() -> None:
    """At the usual pace of a poll every 2 s; the spool is named; once it is well again the bounce goes on."""
    world = World(big())
    await world.poll()
    operation = await world.acts.bounce(world.confirmed(DRAFT))
    await world.play(8.0)
    world.node.shed_load(active=True)
    share = (await _look(world, operation.tag, 0.0)).ledger.progress.bounced / BIG
    assert share == pytest.approx(0.4, abs=0.05)
    looks = [await _look(world, operation.tag, 2.0) for _poll in range(3)]
    assert looks[-1].verdict is Verdict.STALLED
    assert world.progress(operation.tag).note == "spool /var/spool/kumomta/data sheds load"
    world.node.shed_load(active=False)
    await world.play_until(lambda: world.status(operation.tag).verdict is Verdict.SWEPT)
    assert world.status(operation.tag).ledger.progress.bounced == BIG


async def _look(world: World, tag: str, after_s: float) -> OperationStatus:
    """The operation as the next poll shows it, so many seconds from now."""
    world.time.advance(after_s)
    world.fleet.catch_up()
    await world.watcher.poll_once()
    return world.status(tag)


GOING_ON = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
log = true
sweep_rate = {rate}

[[node.provider]]
site = "hold.example"
domains = ["gmail.com", "yahoo.com"]
hold = 86400

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 1000
due_in = [86400, 86400]
"""
SENDER = """
[[node.sender]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
rate = 3.334
"""


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "clean"])
def test_new_mail_is_shown_beyond_the_whole_and_never_as_more_than_all_of_it(tmp_path: Path, plain: bool) -> None:
    """200 new messages a minute while it is active, plain or clean: `2,010 of 2,010 +6`, `100%`, never 101%."""
    with scene(GOING_ON.format(rate=5000) + SENDER, tmp_path) as stage, stage.dashboard() as desk:
        _bounce_promo(desk, plain=plain)
        shown: list[str] = []

        def watched(pattern: str) -> Callable[[str], bool]:
            def is_shown(text: str) -> bool:
                shown.append(text)
                return re.search(pattern, text) is not None

            return is_shown

        desk.wait(watched(r" ([\d,]+) of \1 \+([5-9]|\d\d+)\b"), "five messages beyond all")
        desk.wait(lambda _text: not plain or _queues_are_whole(desk), "its queues")
        desk.press("escape")
        desk.wait(watched(r"100% +\+\d+"), "its row")
        assert not [percent for text in shown for percent in re.findall(r"(\d+)%", text) if int(percent) > 100]
        assert stage.bounced() > 2000


def test_a_stalled_bounce_names_the_spool_and_does_not_advise_to_bounce_again(tmp_path: Path) -> None:
    """The words on the screen of the operation and in its row, while the spool sheds load."""
    with scene(GOING_ON.format(rate=100), tmp_path) as stage, stage.dashboard() as desk:
        _bounce_promo(desk, plain=True)
        desk.wait(lambda _text: stage.bounced() >= 300, "15%")
        stage.fleet.fault(load_shedding=True)
        desk.wait_for("STALLED: no total rises, mail is still held.")
        desk.wait_said("spool /var/spool/kumomta/data sheds load")
        assert "bounce again" not in desk.text
        desk.back("Directives")
        desk.wait_for("STALLED")
        assert len(stage.bounces()) == 1


def _bounce_promo(desk: Desk, *, plain: bool) -> None:
    desk.wait_for("promo:acme@gmail.com")
    desk.show("promo", "1-2 of 2 queues")
    desk.draft("bad link", plain=plain)
    desk.confirm(desk.review())


def _queues_are_whole(desk: Desk) -> bool:
    """Each queue has its new mail in a column of its own, and nothing of the baseline remains."""
    rows = [line for line in desk.lines if "promo:acme@" in line]
    return len(rows) == 2 and all(re.search(r"\+\d+ +0 ", row) for row in rows)
