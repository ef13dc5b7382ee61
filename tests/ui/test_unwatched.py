"""An operation with a part on a node that the config does not have any more is never drawn as whole."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from kumo_tui.act.fleet_words import left_behind_words
from kumo_tui.model.snapshot import LeftBehind, NodeProgress
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui import clean_lines, operation_lines
from kumo_tui.ui.clean_words import meaning_words
from kumo_tui.ui.fleet_lines import fleet_notices
from kumo_tui.ui.operation_words import verdict_words
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import GLYPHS, Look
from kumo_tui.ui.widgets.notice import notices
from tests.ui.clean_world import sweeping
from tests.ui.worlds import node, operation, snapshot

NOTE = "mta3 is not in the config any more; a stop of ours stands there until 12:40 UTC; add it again to settle it"


def text(lines: Sequence[Line]) -> str:
    return " ".join(" ".join(piece.text for piece in line) for line in lines)


def away(progress: NodeProgress) -> NodeProgress:
    act = replace(progress.act, node="mta3")
    return replace(progress, act=act, verdict=Verdict.UNKNOWN, note=NOTE, is_watched=False)


def test_a_clean_bounce_names_the_node_and_what_stands_there() -> None:
    known = sweeping()
    status = replace(known, nodes=(*known.nodes, away(known.nodes[0])))
    world = snapshot(node("mta1", {}), operations=(status,))
    drawn = " ".join(text(list(clean_lines.node_lines(status, world, 200, GLYPHS))).split())
    assert "(not watched)" in drawn and NOTE in drawn and "(asking)" not in drawn
    assert "not settled on mta3" in meaning_words(status, may_act=True)
    assert [line[0].text for line in fleet_notices(world, GLYPHS)] == [f" ⚠ op {status.operation.tag}: {NOTE}"]


def test_a_plain_bounce_too() -> None:
    known = operation(baseline={"a@x": 5}, bounced={"a@x": 2})
    status = replace(known, nodes=(*known.nodes, away(known.nodes[0])))
    world = snapshot(node("mta1", {}), operations=(status,))
    drawn = " ".join(text(list(operation_lines.node_lines(status, world, 200, GLYPHS))).split())
    assert "(not watched)" in drawn and NOTE in drawn
    assert "not settled on mta3" in verdict_words(status, world)


def test_what_no_node_is_left_of_is_said_on_the_dashboard_and_until_when() -> None:
    quiet = snapshot(node("mta1", {}))
    left = LeftBehind("7F3A2C", ("mta2", "mta3"), quiet.taken_at + timedelta(minutes=40), is_stop=True)
    world = replace(quiet, left_behind=(left,))
    until = f"{left.until:%H:%M} UTC"
    drawn = notices(world, 0.0, GLYPHS, width=80)
    assert {line[0].look for line in drawn} == {Look.AMBER}
    assert " ".join(text(drawn).split()) == (
        f"⚠ op 7F3A2C: a stop of ours stands until {until} on mta2, mta3, which are not among the nodes here: "
        "add them to settle it"
    )
    later = replace(left, nodes=("mta2",), until=quiet.taken_at + timedelta(days=2), is_stop=False)
    words = left_behind_words(later, quiet.taken_at)
    assert words.startswith(
        f"a bounce of ours stands until {later.until:%Y-%m-%d %H:%M} UTC on mta2, which is not"
    )
