"""An operation with a part on a node that the config does not have any more is never drawn as whole."""

from dataclasses import replace

from kumo_tui.model.snapshot import NodeProgress
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui import clean_lines, operation_lines
from kumo_tui.ui.clean_words import meaning_words
from kumo_tui.ui.fleet_lines import fleet_notices
from kumo_tui.ui.operation_words import verdict_words
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import GLYPHS
from tests.ui.clean_world import sweeping
from tests.ui.worlds import node, operation, snapshot

NOTE = "mta3 is not in the config any more; a stop of ours stands there until 12:40 UTC; add it again to settle it"


def text(lines: list[Line]) -> str:
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
