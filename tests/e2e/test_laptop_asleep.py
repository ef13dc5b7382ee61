"""Acceptance scenario 13: the end of a bounce comes while the laptop sleeps, and nobody reads for ten minutes.

The program's own rooms and a journal on disk, on a simulated fleet whose clock the test moves: asleep, no reading
runs while the node's time goes on. Afterwards the installed command reads the journal.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import LoggedRequest
from kumo_tui.ui.theme import GLYPHS
from kumo_tui.ui.widgets.notice import notices
from tests.clean_world import World
from tests.e2e.cli_fleet import kumo_tui
from tests.e2e.scene import BOUNCES

ASLEEP_S = 600.0
PROMO = Draft(campaign="promo", reason="bad link", duration="1m")
EVERYTHING = Draft(scope=Scope.EVERYTHING, reason="purge", duration="1m")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World("quiet")
    world.journal_path = tmp_path / "journal.db"
    world.start_program()
    return world


async def fall_asleep_in_the_middle_of(world: World, draft: Draft) -> str:
    """Bounce, follow for twenty seconds, and let ten minutes pass without a reading; mail comes past the end."""
    await world.poll()
    operation = await world.acts.bounce(world.confirmed(draft))
    await world.play(20.0)
    world.time.advance(ASLEEP_S / 2)
    world.node.inject("news:zenith@aol.com", 50)
    world.time.advance(ASLEEP_S / 2)
    return operation.tag


async def wake_up(world: World) -> list[LoggedRequest]:
    """Read once, as the program does when its timer goes on; the requests of that."""
    before = len(world.node.requests)
    await world.watcher.poll_once()
    return world.node.requests[before:]


def in_history(world: World) -> dict[str, Any]:
    done = kumo_tui("history", "--json", KUMO_TUI_JOURNAL=str(world.journal_path))
    (entry,) = json.loads(done.stdout)["operations"]
    return dict(entry)


def told(world: World) -> str:
    """The notices of the dashboard."""
    lines = notices(world.snapshot, world.clock.monotonic(), GLYPHS)
    return "\n".join("".join(piece.text for piece in line) for line in lines)


async def test_one_reading_after_ten_minutes_asleep_settles_it_and_history_has_the_last_total_as_a_lower_bound(
    world: World,
) -> None:
    tag = await fall_asleep_in_the_middle_of(world, PROMO)
    seen = await wake_up(world)
    assert [request.method for request in seen if request.path == BOUNCES] == ["GET"]
    assert {request.method for request in seen} == {"GET"}
    assert world.status(tag).verdict is Verdict.DONE
    entry = in_history(world)
    assert (entry["verdict"], entry["bounced"], entry["at_least"]) == ("done", 240, True)
    line = kumo_tui("history", KUMO_TUI_JOURNAL=str(world.journal_path)).stdout
    assert ">=240" in line
    report = kumo_tui("report", tag, KUMO_TUI_JOURNAL=str(world.journal_path)).stdout
    assert "At least 240 messages were bounced" in report
    assert re.search(r"at least: totals last read 3\ds before its end", report)
    assert "new mail all that time" not in report


async def test_a_match_all_that_outlived_its_end_while_asleep_is_ended_by_one_reading_and_reported(
    world: World,
) -> None:
    tag = await fall_asleep_in_the_middle_of(world, EVERYTHING)
    assert world.node.tally["news:zenith@aol.com"].bounced == 30 + 50
    assert "was not read since its end 9m ago: it goes on bouncing new mail until its list is read" in told(world)
    seen = await wake_up(world)
    assert [request.method for request in seen if request.path == BOUNCES] == ["GET"]
    assert {request.method for request in seen} == {"GET"}
    assert told(world) == ""
    world.node.inject("news:zenith@aol.com", 7)
    world.time.advance(5.0)
    world.fleet.catch_up()
    assert world.node.tally["news:zenith@aol.com"].bounced == 30 + 50
    assert (in_history(world)["bounced"], in_history(world)["at_least"]) == (360, True)
    report = kumo_tui("report", tag, KUMO_TUI_JOURNAL=str(world.journal_path)).stdout
    assert "not read until 9m after its end: it may have bounced new mail all that time, uncounted" in report
