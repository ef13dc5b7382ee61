"""The directive pane: ours over all nodes, everybody else's, and what has ended."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kumo_tui.model.directives import Suspension
from kumo_tui.model.selector import Criteria, Everything
from kumo_tui.model.snapshot import NodeState, OperationStatus, Snapshot
from kumo_tui.model.tags import guard_domain
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.bar import bar
from kumo_tui.ui.directive_rows import (
    PROGRESS_WIDTH,
    DirectiveKey,
    OperationKey,
    StopKey,
    list_directives,
    progress_cell,
    rows_of,
)
from kumo_tui.ui.operation_words import verdict_words
from kumo_tui.ui.theme import ASCII_GLYPHS, GLYPHS, Look
from kumo_tui.ui.widgets.directives_table import empty_words, title_line
from kumo_tui.ui.widgets.line_table import LineRow
from tests.ui.clean_world import STOP_ID, clean_node, clean_status, own_stop, stopped, sweeping
from tests.ui.worlds import START, directive, node, operation, snapshot

QUEUE = "promo:acme@yahoo.com"


BASELINE = {"promo:acme@yahoo.com": 100}


def rows(world: Snapshot, now: float = START) -> Sequence[LineRow]:
    return rows_of(list_directives(world, now), GLYPHS, wide=False)


def texts(row: LineRow) -> list[str]:
    return [cell.text for cell in row.cells]


def test_an_operation_is_one_row_over_all_its_nodes() -> None:
    ours = operation(baseline={QUEUE: 100}, bounced={QUEUE: 88}, nodes=("mta1", "mta2"), rate=3.0)
    listed = tuple(directive(f"{name}-7F3A2C") for name in ("mta1", "mta2"))
    world = snapshot(
        node("mta1", {QUEUE: 1}, directives=listed[:1]),
        node("mta2", {QUEUE: 1}, directives=listed[1:]),
        operations=(ours,),
    )
    (row,) = rows(world)
    assert row.key == OperationKey("7F3A2C")
    assert texts(row)[:5] == ["campaign=promo", "bad link #4711", "04:12", "88", "███████░  88% 4s"]
    assert row.lead.text == "▶"


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ((NodeState.OK, NodeState.OK), "nothing is being bounced"),
        ((NodeState.OK, NodeState.DOWN), "1 of 2 nodes bounce nothing; elsewhere not known"),
        ((NodeState.DOWN, NodeState.DOWN), "not known: no node can be read"),
        ((NodeState.STARTING, NodeState.STARTING), "asking the nodes"),
    ],
)
def test_an_empty_pane_claims_nothing_of_unread_nodes(states: tuple[NodeState, ...], words: str) -> None:
    nodes = [node(f"mta{place}", {QUEUE: 1}, state=state) for place, state in enumerate(states)]
    assert empty_words(snapshot(*nodes)) == words


def test_a_directive_that_carries_the_tag_of_an_operation_is_ours_before_its_id_is_known() -> None:
    ours = operation(baseline={QUEUE: 1}, bounced={}, verdict=Verdict.UNKNOWN, left_s=None)
    tagged = directive("new-id", reason="bad link [kt:7F3A2C]")
    assert [row.key for row in rows(snapshot(node("mta1", {}, directives=(tagged,)), operations=(ours,)))] == [
        OperationKey("7F3A2C")
    ]


def test_left_counts_down_between_readings() -> None:
    ours = operation(baseline={QUEUE: 1}, bounced={})
    world = snapshot(node("mta1", {}, directives=(directive("z"),)), operations=(ours,))
    assert [texts(row)[2] for row in rows(world, START + 10)] == ["04:02", "00:38"]


def test_a_foreign_match_all_comes_first_as_an_alarm() -> None:
    free = directive("free", campaign=None)
    ours = operation(baseline={QUEUE: 1}, bounced={})
    first = rows(snapshot(node("mta1", {}, directives=(free,)), operations=(ours,)))[0]
    assert first.key == DirectiveKey("mta1", "free")
    assert (first.lead.text, first.lead.look) == ("⚠", Look.ALARM)
    assert texts(first)[0] == "everything or exact queues"
    assert "NOT OURS" in texts(first)[4]


def test_whose_a_directive_is_stands_in_words() -> None:
    listed = (
        directive("a"),
        directive("b", reason="too slow (rule_hash=abc)"),
        directive("c", reason="oops [kt:ABCDEF]"),
        directive("d", campaign=None, domain=guard_domain("ABCDEF")),
    )
    words = [texts(row)[4] for row in rows(snapshot(node("mta1", {}, directives=listed)))]
    assert words == ["not ours", "automation", "another kumo-tui", "another kumo-tui"]


def test_the_node_of_a_foreign_directive_is_named_in_a_fleet() -> None:
    world = snapshot(node("mta1", {}), node("mta2", {}, directives=(directive(),)))
    assert texts(rows(world)[0])[4] == "not ours · mta2"


def test_ended_operations_of_ours_stay_below_dimmed() -> None:
    done = operation("AAAAAA", baseline={QUEUE: 10}, bounced={QUEUE: 12}, verdict=Verdict.DONE, left_s=None)
    running = operation("BBBBBB", baseline={QUEUE: 10}, bounced={}, minutes_ago=30)
    listed = rows(snapshot(node("mta1", {}, directives=(directive(),)), operations=(done, running)))
    assert [row.key for row in listed] == [
        OperationKey("BBBBBB"), DirectiveKey("mta1", "552016f1"), OperationKey("AAAAAA"),
    ]  # fmt: skip
    assert texts(listed[-1])[2] == "ended"
    assert texts(listed[-1])[4] == "DONE 100% +2"
    assert listed[-1].cells[0].look is Look.DIM


def test_collateral_is_an_alarm_in_words() -> None:
    hurt = operation(
        baseline={QUEUE: 100}, bounced={QUEUE: 40, "other@x": 120}, selector=Criteria(campaign="promo")
    )
    cell = progress_cell(hurt, GLYPHS, wide=True)
    assert cell.look is Look.RED
    assert cell.text == "120 COLLATERAL RUNNING 40%"


def test_what_lies_beyond_the_baseline_is_no_percentage() -> None:
    caught = operation(baseline={QUEUE: 100}, bounced={QUEUE: 512}, verdict=Verdict.CATCHING)
    assert progress_cell(caught, GLYPHS, wide=False).text == "CATCHING 100% +412"
    empty = operation(baseline={}, bounced={QUEUE: 12}, verdict=Verdict.CATCHING)
    assert progress_cell(empty, GLYPHS, wide=False).text == "CATCHING - +12"


def test_a_wide_pane_has_word_and_bar() -> None:
    ours = operation(baseline={QUEUE: 200}, bounced={QUEUE: 100}, rate=1.0)
    assert progress_cell(ours, GLYPHS, wide=True).text == "RUNNING   ███████░░░░░░░  50% 1m"


def test_the_summary_counts_what_runs_finishes_and_has_ended() -> None:
    statuses = (
        operation("AAAAAA", baseline={}, bounced={}, selector=Everything()),
        operation("BBBBBB", baseline={}, bounced={}, verdict=Verdict.UNKNOWN),
        operation("CCCCCC", baseline={}, bounced={}, verdict=Verdict.DONE),
        operation("DDDDDD", baseline={}, bounced={}, verdict=Verdict.LOST),
    )
    listing = list_directives(snapshot(node("mta1", {}, directives=(directive(),)), operations=statuses), START)
    assert listing.summary() == "2 active · 1 finishing · 2 ended"


def test_the_title_fills_its_line() -> None:
    line = title_line("Directives", "2 active", 60, GLYPHS, focused=False)
    assert "".join(piece.text for piece in line) == "── Directives ── 2 active " + "─" * 34


def test_bars_are_full_only_at_the_end_and_empty_only_at_the_start() -> None:
    assert bar(0, 100, 4, GLYPHS) == "░░░░"
    assert bar(1, 100_000, 4, GLYPHS) == "▏░░░"
    assert bar(99_999, 100_000, 4, GLYPHS) == "███▉"
    assert bar(100, 100, 4, GLYPHS) == "████"
    assert bar(88, 100, 9, GLYPHS) == "███████▉░"
    assert bar(50, 100, 4, ASCII_GLYPHS) == "##.."


def lost_on_one() -> OperationStatus:
    """Caught on mta1, lost on mta2 by a restart."""
    whole = operation(verdict=Verdict.CATCHING, baseline=BASELINE, bounced=BASELINE, nodes=("mta1", "mta2"))
    first, second = whole.nodes
    return replace(whole, nodes=(first, replace(second, verdict=Verdict.LOST, left_s=None)))


def test_a_node_that_has_lost_it_is_said_while_others_go_on() -> None:
    cell = progress_cell(lost_on_one(), GLYPHS, wide=False)
    assert (cell.text, cell.look) == ("LOST on 1 CATCHING", Look.RED)


def test_one_that_was_cancelled_on_a_node_is_to_look_at_and_wants_no_act_as_one_that_is_lost_does() -> None:
    status = lost_on_one()
    cancelled = replace(status.nodes[-1], verdict=Verdict.CANCELLED)
    running = replace(status.nodes[0], verdict=Verdict.RUNNING)
    cell = progress_cell(replace(status, nodes=(running, cancelled)), GLYPHS, wide=False)
    assert (cell.text, cell.look) == ("CANCELLED on 1 RUNNING", Look.AMBER)
    lost = replace(cancelled, verdict=Verdict.LOST)
    cell = progress_cell(replace(status, nodes=(running, cancelled, lost)), GLYPHS, wide=False)
    assert (cell.text, cell.look) == ("LOST on 1 RUNNING", Look.RED)


def test_the_operation_screen_names_the_node_that_has_lost_it() -> None:
    words = verdict_words(lost_on_one(), snapshot(node("mta1", {}), node("mta2", {})))
    assert words == "LOST on mta2: nothing is caught there. Elsewhere it goes on."


def test_a_stop_of_ours_is_its_operation_by_tag_or_by_id() -> None:
    untagged = replace(own_stop(), reason="cut off")
    unknown = replace(own_stop(tag="ABCDEF"), id="other")
    world = snapshot(node("mta1", {}, suspensions=(own_stop(), untagged, unknown)), operations=(stopped(),))
    assert own_stop().id == STOP_ID
    assert [row.key for row in rows(world)] == [OperationKey("7F3A2C"), StopKey("mta1", "other")]


def test_a_stop_of_others_counts_down_says_whose_it_is_and_may_hide_what_it_stops() -> None:
    tagged = own_stop(tag="ABCDEF")
    free = Suspension("free", None, None, None, "maintenance", 60.0)
    listed = rows(snapshot(node("mta1", {}, suspensions=(tagged, free))), START + 10)
    assert [texts(row)[2] for row in listed] == ["12:30", "00:50"]
    assert [texts(row)[4] for row in listed] == ["stop · kumo-tui", "stop · not ours"]
    assert texts(listed[0])[1] == "stopped to look"
    assert (texts(listed[1])[0], listed[1].cells[0].look) == ("everything or exact queues", Look.AMBER)


def test_the_stops_of_others_stand_between_what_runs_and_what_has_ended() -> None:
    done = operation("AAAAAA", baseline={QUEUE: 10}, bounced={QUEUE: 12}, verdict=Verdict.DONE, left_s=None)
    theirs = replace(own_stop(tag="ABCDEF"), id="theirs")
    world = snapshot(node("mta1", {}, suspensions=(theirs,)), operations=(done, sweeping()))
    keys = [row.key for row in rows(world)]
    assert keys == [OperationKey("7F3A2C"), StopKey("mta1", "theirs"), OperationKey("AAAAAA")]
    assert list_directives(world, START).summary() == "1 active · 1 stop of others · 1 ended"


def test_a_stop_that_waits_shows_no_share_and_a_clean_bounce_how_far_it_is() -> None:
    assert progress_cell(stopped(), GLYPHS, wide=False).text == "STOPPED"
    assert progress_cell(sweeping(), GLYPHS, wide=False).text == "SWEEPING 87% +12"
    many = sweeping(Verdict.RETURNING, swept={QUEUE: 92_110 + 12_345})
    assert progress_cell(many, GLYPHS, wide=False).text == "RETURNING 65%"
    assert len(progress_cell(many, GLYPHS, wide=True).text) <= 34
    returning = sweeping(Verdict.RETURNING, standing={})
    assert progress_cell(returning, GLYPHS, wide=False).text == "RETURNING 87% +12"
    torn = clean_status(*stopped().nodes, clean_node(Verdict.LOST, name="mta2"), waiting=True)
    assert progress_cell(torn, GLYPHS, wide=False).text == "LOST on 1 STOPPED"


def test_what_is_left_of_a_clean_bounce_is_its_stop() -> None:
    (row,) = rows(snapshot(node("mta1", {}), operations=(sweeping(),)))
    assert texts(row)[2] == "12:40"


def test_the_same_directive_on_several_nodes_is_one_row_with_their_sums() -> None:
    world = snapshot(
        node("mta1", {}, directives=(directive("a", remaining_s=30.0, total_bounced=100),)),
        node("mta2", {}, directives=(directive("b", remaining_s=48.0, total_bounced=20),)),
        node("mta3", {}, directives=(directive("c", reason="another hand"),)),
    )
    first, second = rows(world)
    assert first.key == DirectiveKey("mta1", "a")
    assert texts(first)[2:5] == ["00:48", "120", "not ours · 2 nodes"]
    assert texts(second)[4] == "not ours · mta3"


def test_two_that_may_be_different_lists_of_queues_stay_two() -> None:
    free = [directive(identity, campaign=None) for identity in ("a", "b")]
    exact = [directive(identity, campaign=None, domain=guard_domain("ABCDEF")) for identity in ("c", "d")]
    world = snapshot(
        node("mta1", {}, directives=(free[0], exact[0])), node("mta2", {}, directives=(free[1], exact[1]))
    )
    words = [texts(row)[4] for row in rows(world)]
    assert [word.split(" · ")[-1] for word in words] == ["mta1", "mta2", "2 nodes"]


@pytest.mark.parametrize("state", [NodeState.DOWN, NodeState.BUSY, NodeState.STALE])
def test_an_operation_says_on_how_many_nodes_it_is_known_while_one_is_not_read(state: NodeState) -> None:
    nodes = ("mta1", "mta2", "mta3")
    ours = operation(baseline={QUEUE: 3}, bounced={QUEUE: 3}, verdict=Verdict.CATCHING, nodes=nodes)
    seen = [node(name, {QUEUE: 1}, state=state if name == "mta3" else NodeState.OK) for name in nodes]
    (row,) = rows(snapshot(*seen, operations=(ours,)))
    assert (row.cells[4].text, row.cells[4].look) == ("CATCHING 2/3 100%", Look.AMBER)
    assert len(texts(row)[4]) <= PROGRESS_WIDTH
    (wide,) = rows_of(list_directives(snapshot(*seen, operations=(ours,)), START), GLYPHS, wide=True)
    assert wide.cells[4].text == "CATCHING 2/3 nodes read 100%"
    (gone,) = rows(snapshot(*seen[:2], operations=(ours,)))
    assert gone.cells[4].text == "CATCHING 2/3 100%"


def test_a_stop_that_waits_says_where_it_is_not_known_and_what_is_over_needs_no_reading() -> None:
    held = stopped()
    (row,) = rows(snapshot(node("mta1", {}, state=NodeState.DOWN), operations=(held,)))
    assert (row.cells[4].text, row.cells[4].look) == ("STOPPED 0/1", Look.AMBER)
    done = operation(baseline={QUEUE: 3}, bounced={QUEUE: 3}, verdict=Verdict.DONE, left_s=None)
    (row,) = rows(snapshot(node("mta1", {}, state=NodeState.DOWN), operations=(done,)))
    assert row.cells[4].text == "DONE 100%"
