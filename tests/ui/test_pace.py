"""How often nodes are read is told where it is not what was set, with the reason."""

from dataclasses import replace

import pytest

from kumo_tui.model.snapshot import Arriving, NodeSnapshot, NodeState
from kumo_tui.ui.freshness import Freshness, node_freshness
from kumo_tui.ui.node_lines import node_facts
from kumo_tui.ui.pace_words import every_text, pace_words, slowest
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import glyphs
from kumo_tui.ui.widgets.header import Mode, age_line
from kumo_tui.ui.widgets.notice import notices
from tests.frames import frame_of
from tests.ui.past_world import app_on
from tests.ui.pilots import wait_for
from tests.ui.worlds import START, node, settings, snapshot

SLOW = node("mta1", {"a@x": 1}, every_s=12.0, reading_s=1.2)
QUICK = node("mta2", {"a@x": 1}, every_s=2.0, reading_s=0.05)


def text(line: Line) -> str:
    return "".join(piece.text for piece in line)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.5, "0.5s"), (2.0, "2s"), (3.25, "3.2s"), (12.04, "12s"), (12.3, "13s"), (300, "300s")],
)
def test_an_interval_is_told_in_whole_seconds_from_ten_on(seconds: float, words: str) -> None:
    assert every_text(seconds) == words


def test_a_node_that_is_read_less_often_says_why() -> None:
    assert pace_words(SLOW, snapshot(SLOW, QUICK)) == "every 12s: a reading takes 1.2 s"
    assert pace_words(QUICK, snapshot(SLOW, QUICK)) == "every 2s"
    assert pace_words(node("mta3", None), snapshot(SLOW)) == ""


def test_without_the_focus_that_is_the_reason_unless_readings_take_longer_still() -> None:
    unseen = replace(QUICK, every_s=10.0)
    assert pace_words(unseen, snapshot(unseen, attended=False)) == "every 10s: not in focus"
    assert pace_words(SLOW, snapshot(SLOW, attended=False)) == "every 12s: a reading takes 1.2 s"


def test_many_nodes_are_the_reason_where_a_reading_of_one_is_quick() -> None:
    one_of_many = replace(QUICK, every_s=11.0)
    assert pace_words(one_of_many, snapshot(one_of_many, QUICK)) == "every 11s: 2 nodes to read"
    assert pace_words(one_of_many, snapshot(one_of_many, QUICK, attended=False)) == "every 11s: 2 nodes to read"


def test_the_header_tells_the_interval_of_the_slowest_node_and_where_there_is_room_why() -> None:
    world = snapshot(SLOW, QUICK)
    told = [
        text(age_line(world, START, Mode(), glyphs(ascii_only=True), short=short, reasoned=reasoned))
        for short, reasoned in ((True, False), (False, False), (False, True))
    ]
    assert [line.split("live")[-1].strip() for line in told[1:]] == ["12s", "12s: a reading takes 1.2 s"]
    assert told[0].endswith(" 12s") and len(told[0]) <= 19
    assert slowest(snapshot(QUICK)) is None


async def test_a_wide_dashboard_says_why_it_is_slow() -> None:
    app = app_on(None, snapshot(SLOW, QUICK))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: "live 12s: a reading takes 1.2 s" in "\n".join(frame_of(app)))


def test_numbers_are_as_fresh_as_the_pace_of_their_node_allows() -> None:
    aged = replace(SLOW, metrics=replace(SLOW.metrics, at=START - 20)) if SLOW.metrics else SLOW
    assert node_freshness(aged, START, 2.0) is Freshness.FRESH
    assert node_freshness(replace(aged, every_s=2.0), START, 2.0) is Freshness.GONE


def dripping() -> NodeSnapshot:
    return node("mta1", {"a@x": 1}, state=NodeState.OK, arriving=Arriving(40.0, 41))


def test_an_answer_that_comes_drop_by_drop_is_told_as_that() -> None:
    world = snapshot(dripping())
    notice = [text(line) for line in notices(world, START, glyphs(ascii_only=True))]
    assert any("mta1 answers drop by drop: 41 bytes in 40 s" in line for line in notice)
    facts = [text(line) for line in node_facts(dripping(), world, START, settings(), 400, insecure=False)]
    assert any("answers drop by drop: 41 bytes in 40 s" in line for line in facts)


def test_an_answer_that_comes_in_well_is_no_news() -> None:
    large = node("mta1", {"a@x": 1}, arriving=Arriving(12.0, 80_000_000))
    assert not [line for line in notices(snapshot(large), START, glyphs(ascii_only=True)) if "mta1" in text(line)]
