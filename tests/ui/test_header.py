"""The header: which nodes, is it production, how much mail, how old."""

from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.ui.freshness import Freshness, freshness, shown, totals_freshness
from kumo_tui.ui.strips import Line, line_width
from kumo_tui.ui.theme import GLYPHS, Look
from kumo_tui.ui.widgets.header import Mode, age_line, data_age_s, where_line
from tests.ui.worlds import START, node, snapshot

LIVE = Mode()


def text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def where(world: Snapshot, *, now: float = START, width: int = 200, mode: Mode = LIVE) -> str:
    return text(where_line(world, now, width, mode, GLYPHS))


def age(world: Snapshot, now: float, mode: Mode = LIVE) -> Line:
    return age_line(world, now, mode, GLYPHS, short=False)


def three_nodes(**more: object) -> Snapshot:
    return snapshot(
        node("mta1", {"a@x": 183_000}),
        node("mta2", {"b@x": 220}),
        node("mta3", None, state=NodeState.DOWN),
        **more,
    )


def test_it_says_who_answers_and_how_much_is_queued() -> None:
    assert where(three_nodes()) == " kumo-tui  prod · 2 of 3 nodes (mta3 DOWN)   183,220 msgs · 2 queues"


def test_a_whole_fleet_is_just_counted() -> None:
    world = snapshot(node("mta1", {"a@x": 1}), node("mta2", {"a@x": 2}))
    assert where(world) == " kumo-tui  prod · 2 nodes   3 msgs · 1 queue"


def test_production_read_only_and_unverified_certificates_are_words() -> None:
    line = where(three_nodes(production=True), mode=Mode(read_only_by="--read-only", insecure=1))
    assert " prod PRODUCTION READ-ONLY (--read-only) TLS NOT VERIFIED ·" in line


def test_why_nothing_may_be_changed_goes_before_the_mark_itself() -> None:
    mode = Mode(read_only_by="mta1, mta2 and 1 more refuse acts")
    for width in range(30, 140):
        assert "READ-ONLY" in where(three_nodes(), width=width, mode=mode)
    assert "READ-ONLY (mta1, mta2 and 1 more refuse acts)" in where(three_nodes(), width=100, mode=mode)


def test_what_matters_least_goes_first_when_room_is_short() -> None:
    world = three_nodes(production=True)
    for width in range(20, 120):
        line = where(world, width=width)
        assert "PRODUCTION" in line and "2 of 3 nodes" in line
    assert where(world, width=61) == " prod PRODUCTION · 2 of 3 nodes (mta3 DOWN)   183,220 msgs"
    assert where(world, width=50) == " prod PRODUCTION · 2 of 3 nodes (1 DOWN)"
    assert line_width(where_line(world, START, 61, Mode(), GLYPHS)) <= 61


def test_a_long_name_gives_way_to_what_is_wrong() -> None:
    world = three_nodes(production=True, profile="production-eu-central")
    for width in range(46, 60):
        line = where(world, width=width)
        assert len(line) <= width
        assert " PRODUCTION · 2 of 3 nodes (1 DOWN)" in line and line.startswith(" pro")
    assert where(world, width=60).startswith(" production-eu-central PRODUCTION")


def test_a_busy_node_is_not_down() -> None:
    world = snapshot(node("mta1", {"a@x": 1}, state=NodeState.BUSY))
    assert "(mta1 BUSY)" in where(world)


def test_before_the_first_answer_there_is_no_number() -> None:
    world = snapshot(node("mta1", None, state=NodeState.STARTING))
    assert "no data yet" in where(world)
    assert "msgs" not in where(world)
    assert text(age(world, START)).strip() == "▶ live 2s"


def test_the_age_is_that_of_the_nodes_that_answer_and_grows_with_the_clock() -> None:
    world = snapshot(node("mta1", {"a@x": 1}), node("mta2", {"a@x": 1}, at=START - 500, state=NodeState.DOWN))
    assert data_age_s(world, START + 1) == 1
    assert text(age(world, START + 1)) == " data 1s   ▶ live 2s"


def test_the_age_turns_amber_then_red() -> None:
    world = snapshot(node("mta1", {"a@x": 1}))
    looks = [age(world, START + seconds)[1].look for seconds in (0, 5.9, 6, 19.9, 20)]
    assert looks == [Look.NORMAL, Look.NORMAL, Look.AMBER, Look.AMBER, Look.RED]


def test_a_frozen_screen_says_so_in_reverse() -> None:
    line = age(snapshot(node("mta1", {"a@x": 1})), START, Mode(frozen=True))
    assert (line[-1].text, line[-1].look) == (" FROZEN ", Look.REVERSE)


def test_numbers_get_a_tilde_after_three_missed_polls_and_vanish_after_ten() -> None:
    world = snapshot(node("mta1", {"a@x": 1234}))
    assert "   1,234 msgs" in where(world, now=START + 5.9)
    assert "   ~1,234 msgs · ~1 queue" in where(world, now=START + 6)
    assert "   -- msgs · -- queue" in where(world, now=START + 20)


def test_a_sum_with_one_old_part_is_old_and_gone_only_when_all_are() -> None:
    fresh, old = node("mta1", {"a@x": 1}), node("mta2", {"a@x": 1}, at=START - 100)
    assert totals_freshness(snapshot(fresh, old), START) is Freshness.STALE
    assert totals_freshness(snapshot(old), START) is Freshness.GONE
    assert totals_freshness(snapshot(fresh), START) is Freshness.FRESH


def test_short_intervals_do_not_make_numbers_old() -> None:
    assert freshness(3.0, 0.5) is Freshness.FRESH
    assert freshness(30.0, 60.0) is Freshness.FRESH


def test_shown_numbers() -> None:
    assert [shown("7", state) for state in Freshness] == ["7", "~7", "--"]
