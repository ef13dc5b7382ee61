"""The operation screen on a fleet: what matters stays in sight, and what is not known is not claimed."""

from dataclasses import replace
from typing import Any

import pytest

from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.operation import ActState, Apart, Event
from kumo_tui.model.snapshot import NodeSnapshot, NodeState, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.theme import GLYPHS
from kumo_tui.ui.widgets.notice import notices
from tests.frames import check_frame, frame_of
from tests.ui.acting_world import TAG, ActingApp, Pilot, node, open_screen, screen_text, snapshot
from tests.ui.clean_world import PROMO, clean_node, clean_status
from tests.ui.pilots import wait_for
from tests.ui.worlds import NOW

GONE = "the node has restarted and forgot the stop: what stood there goes out at its next retry"
CUT = "GET /metrics: the connection ended before the answer was complete. It may have been restarted."


def fleet(count: int, down: tuple[str, ...] = ()) -> list[NodeSnapshot]:
    names = [f"mta{number}" for number in range(1, count + 1)]
    return [
        replace(
            node(PROMO, name=name),
            state=NodeState.DOWN if name in down else NodeState.OK,
            errors={"metrics": f"{name}: {CUT}"} if name in down else {},
        )
        for name in names
    ]


def catching(count: int, lost: str = "") -> OperationStatus:
    """A clean bounce that catches on so many nodes, and is lost on one of them."""
    nodes = [
        clean_node(Verdict.LOST, name=f"mta{number}", swept=PROMO, sweeps=2, note=GONE)
        if f"mta{number}" == lost
        else clean_node(
            Verdict.CATCHING, name=f"mta{number}", swept=PROMO, sweeps=6, leak=9, in_flight=3, ends_in_s=288.0
        )
        for number in range(1, count + 1)
    ]
    events = tuple(Event(NOW, f"mta{number} CATCHING") for number in range(1, 4))
    return replace(clean_status(*nodes), operation=replace(clean_status(*nodes).operation, events=events))


async def opened(pilot: Pilot) -> str:
    await open_screen(pilot, OperationScreen(TAG))
    return screen_text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20)])
async def test_head_and_keys_stay_however_many_nodes_there_are(size: tuple[int, int]) -> None:
    shown = catching(12, lost="mta7")
    app = ActingApp(snapshot(*fleet(12, down=("mta3", "mta4", "mta5")), operations=[shown]))
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        lines = frame_of(app)
        assert lines[0].startswith(f" campaign=promo   op {TAG}   ◐ PARTIAL CATCHING")
        assert "Esc back" in lines[-1]
        assert not app.screen.show_vertical_scrollbar
        assert any(line.startswith("›  promo:") for line in lines)


async def test_a_partial_one_fits_the_small_screen() -> None:
    app = ActingApp(snapshot(*fleet(3), operations=[catching(3, lost="mta2")]))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        check_frame(app, "operation-partial-80x24")


async def test_nodes_in_trouble_stand_first_and_the_others_are_summed_up() -> None:
    app = ActingApp(snapshot(*fleet(12, down=("mta9",)), operations=[catching(12, lost="mta11")]))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        lines = frame_of(app)
        first = next(place for place, line in enumerate(lines) if line.startswith(" node "))
        named = [line.split()[0] for line in lines[first + 1 :] if line.startswith(" mta")]
        assert named[:2] == ["mta11", "mta9"]
        assert "more nodes: " in "\n".join(lines)


async def test_a_larger_screen_names_more_nodes() -> None:
    app = ActingApp(snapshot(*fleet(12), operations=[catching(12)]))
    async with app.run_test(size=(120, 60)) as pilot:
        text = await opened(pilot)
        assert " mta12 " in text and "more node" not in text


async def test_the_headline_says_on_how_many_nodes_it_is_known() -> None:
    app = ActingApp(snapshot(*fleet(3, down=("mta2",)), operations=[catching(3)]))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert "▶ CATCHING, known on 2 of 3 nodes" in text.splitlines()[0]
        check_frame(app, "operation-node-down-80x24")


async def test_what_was_counted_is_no_lower_bound_where_a_node_came_back_with_its_mail() -> None:
    app = ActingApp(snapshot(*fleet(3), operations=[catching(3, lost="mta2")]))
    async with app.run_test(size=(80, 24)) as pilot:
        words = " ".join((await opened(pilot)).split())
        assert "counted 426,090 of 426,090, perhaps fewer on mta2 · 14 sweeps" in words
        assert "at least" not in words


async def test_of_many_nodes_that_lost_it_the_first_are_named() -> None:
    shown = catching(12)
    lost = [clean_node(Verdict.LOST, name=node.act.node, swept=PROMO, sweeps=2, note=GONE) for node in shown.nodes]
    app = ActingApp(snapshot(*fleet(12), operations=[replace(shown, nodes=(*lost[:10], *shown.nodes[10:]))]))
    async with app.run_test(size=(80, 24)) as pilot:
        words = " ".join((await opened(pilot)).split())
        assert "PARTIAL: LOST on mta1, mta2, mta3 and 7 more: nothing is held there." in words
        assert "perhaps fewer on mta1, mta2, mta3 and 7 more" in words


async def test_why_a_node_cannot_be_read_is_said_in_full() -> None:
    app = ActingApp(snapshot(*fleet(3, down=("mta2",)), operations=[catching(3)]))
    async with app.run_test(size=(80, 24)) as pilot:
        words = " ".join((await opened(pilot)).split())
        assert "not known whether its stop holds: the connection ended before the answer was complete." in words


async def test_an_unknown_node_that_is_down_stands_above_those_that_go_on() -> None:
    asked = clean_node(Verdict.UNKNOWN, name="mta3", state=ActState.UNKNOWN, note="no answer in 30 s")
    shown = catching(2)
    app = ActingApp(snapshot(*fleet(3, down=("mta3",)), operations=[replace(shown, nodes=(*shown.nodes, asked))]))
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert text.index(" mta3 ") < text.index(" mta1 ")


async def test_a_screen_that_grows_names_more_nodes_at_once() -> None:
    app = ActingApp(snapshot(*fleet(12), operations=[catching(12)]))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "more nodes: " in await opened(pilot)
        await pilot.resize_terminal(80, 60)
        await wait_for(pilot, lambda: " mta12 " in screen_text(pilot))
        assert "Esc back" in frame_of(app)[-1]


def held(others: Verdict) -> OperationStatus:
    """A clean bounce that is confirmed on two nodes, and on the third is only a stop."""
    facts: dict[str, Any] = {"swept": PROMO, "sweeps": 3} | ({} if others.is_final else {"ends_in_s": 288.0})
    nodes = [clean_node(others, name=f"mta{number}", **facts) for number in (1, 2)]
    nodes.append(clean_node(Verdict.STOPPED, name="mta3", standing=PROMO, may_wait=40))
    return clean_status(*nodes, apart=(Apart("mta3", 1800),))


def bringing(others: Verdict, *down: str) -> Snapshot:
    """What the watch shows of it: where the node answers, that it can be confirmed there."""
    shot = snapshot(*fleet(3, down=down), operations=[held(others)])
    offer = Offer(TAG, "mta3", Why.HELD, sum(PROMO.values()))
    return shot if down else replace(shot, offers=(offer,))


async def test_where_it_is_only_stopped_is_said_while_it_goes_on_elsewhere() -> None:
    app = ActingApp(bringing(Verdict.CATCHING, "mta3"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        check_frame(app, "operation-held-80x24")


async def test_where_all_that_is_left_is_a_stop_it_is_not_said_to_go_on() -> None:
    app = ActingApp(bringing(Verdict.LOST, "mta3"))
    async with app.run_test(size=(80, 24)) as pilot:
        words = " ".join((await opened(pilot)).split())
        assert "LOST on mta1, mta2: nothing is held there. Only stopped on mta3: nothing is bounced" in words
        assert "goes on" not in words


async def test_once_the_node_answers_t_bounces_it_there_too() -> None:
    app = ActingApp(bringing(Verdict.DONE))
    async with app.run_test(size=(80, 24)) as pilot:
        words = " ".join((await opened(pilot)).split())
        assert "mta3 is only stopped: 142,030 matching messages stand there. t bounces it there too" in words
        assert "t bounce on mta3" in words
        assert "b bounce it" in words and "s let go" in words
        check_frame(app, "operation-held-back-80x24")


@pytest.mark.parametrize(("down", "way"), [((), "t bounces it"), (("mta3",), "Enter on its row opens it")])
async def test_the_first_screen_says_where_it_is_only_stopped_and_what_to_do(
    down: tuple[str, ...], way: str
) -> None:
    shot = bringing(Verdict.DONE, *down)
    lines = ["".join(piece.text for piece in line) for line in notices(shot, shot.at, GLYPHS)]
    (said,) = [line for line in lines if "only stopped" in line]
    assert said.startswith(" ■ promo only stopped on mta3 until 12:12 UTC: Enter on its row")
    assert said.endswith(way) and len(said) <= 80
    assert not [line for line in lines if "not bounced" in line]
