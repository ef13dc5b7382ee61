"""Choosing nodes in the form, going on without those that cannot, and sending an act on to further nodes."""

from dataclasses import replace

from textual.pilot import Pilot

from kumo_tui.act.draft import Draft
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress, NodeState, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.directive_rows import list_directives, rows_of
from kumo_tui.ui.screens.choose_nodes import ChooseNodesScreen
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.theme import GLYPHS
from kumo_tui.ui.widgets.notice import notices
from tests.ui.acting_world import TAG, ActingApp, node, open_screen, screen_text, snapshot, status
from tests.ui.pilots import wait_for

READY = Draft(campaign="promo", reason="bad link")
YAHOO = {"promo:acme@yahoo.com": 12_000}
PROMO = Criteria(campaign="promo")


def fleet() -> Snapshot:
    return snapshot(node(YAHOO, name="mta1"), node(YAHOO, name="mta2"), node(YAHOO, name="mta3"))


def one_down() -> Snapshot:
    shot = fleet()
    words = {"metrics": "mta3: connection refused."}
    dead = replace(shot.nodes[2], state=NodeState.DOWN, errors=words)
    return replace(shot, nodes=(*shot.nodes[:2], dead))


async def choosing_nodes(pilot: Pilot[None]) -> ComposeScreen:
    """The form, and the choice of nodes that Space has opened over it."""
    screen = await open_screen(pilot, ComposeScreen(READY, TAG))
    screen.query_one("#nodes").focus()
    await pilot.press("space")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, ChooseNodesScreen))
    return screen


async def test_the_form_shows_for_which_nodes_it_is_meant() -> None:
    app = ActingApp(fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        await wait_for(pilot, lambda: "36,000 messages" in screen_text(pilot))
        assert "nodes [all 3" in screen_text(pilot)


async def test_space_on_the_field_opens_the_choice_and_the_preview_is_over_what_was_taken() -> None:
    app = ActingApp(fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await choosing_nodes(pilot)
        await pilot.press("space", "enter")
        await wait_for(pilot, lambda: app.screen is screen)
        assert screen.draft.nodes == ("mta2", "mta3")
        await wait_for(pilot, lambda: "24,000 messages" in screen_text(pilot))
        assert "nodes [2 of 3" in screen_text(pilot)


async def test_those_that_cannot_take_part_stand_first_and_one_key_takes_all_or_none() -> None:
    app = ActingApp(one_down())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await choosing_nodes(pilot)
        boxes = [line for line in screen_text(pilot).splitlines() if "[x] mta" in line]
        assert "mta3  takes no part: DOWN" in boxes[0] and "mta1" in boxes[1]
        assert "a all or none" in screen_text(pilot)
        await pilot.press("a")
        assert "[x]" not in screen_text(pilot)
        await pilot.press("down", "space", "enter")
        await wait_for(pilot, lambda: app.screen is screen)
        assert screen.draft.nodes == ("mta1",)


async def test_one_key_takes_all_of_them_again() -> None:
    app = ActingApp(fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await choosing_nodes(pilot)
        await pilot.press("space", "a", "enter")
        await wait_for(pilot, lambda: app.screen is screen)
        assert screen.draft.nodes == ()


async def test_no_node_at_all_is_not_taken_and_esc_changes_nothing() -> None:
    app = ActingApp(fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await choosing_nodes(pilot)
        await pilot.press("space", "down", "space", "down", "space", "enter")
        assert "At least one node is needed." in screen_text(pilot)
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is screen)
        assert screen.draft.nodes == ()


async def test_a_node_that_is_down_refuses_and_one_key_goes_on_with_the_others() -> None:
    app = ActingApp(one_down())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        words = "mta3 takes no part: DOWN, connection refused."
        await wait_for(pilot, lambda: words in screen_text(pilot))
        assert "F6 goes on" in screen_text(pilot)
        await pilot.press("f6")
        assert screen.draft.nodes == ("mta1", "mta2")
        await wait_for(pilot, lambda: words not in screen_text(pilot))


def torn() -> Snapshot:
    said_no = NodeProgress(
        NodeAct("mta2", ActState.REJECTED, None, "mta2: POST failed (500): boom."),
        Ledger(PROMO, {}),
        Verdict.REJECTED,
    )
    running = status(Ledger(PROMO, YAHOO), Verdict.RUNNING, said_no)
    offer = Offer(TAG, "mta2", Why.REFUSED, 12_000, "POST failed (500): boom.")
    return replace(fleet(), operations=(running,), offers=(offer,))


async def test_a_node_that_said_no_is_named_with_the_key_that_opens_the_form_for_it_alone() -> None:
    app = ActingApp(torn())
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, OperationScreen(TAG))
        text = " ".join(screen_text(pilot).split())
        assert "PARTIAL RUNNING" in text
        assert "PARTIAL: REJECTED on mta2: nothing is caught there. Elsewhere it goes on." in text
        assert "mta2 did not take it (POST failed (500): boom): 12,000 matching messages stand there." in text
        assert "t send to mta2" in text
        await pilot.press("t")
        await wait_for(pilot, lambda: isinstance(app.screen, ComposeScreen))
        draft = app.screen.draft if isinstance(app.screen, ComposeScreen) else Draft()
        assert (draft.campaign, draft.reason, draft.nodes) == ("promo", "bad link #4711", ("mta2",))
        assert draft.continues == TAG


async def test_where_nothing_is_offered_the_key_does_nothing() -> None:
    app = ActingApp(replace(torn(), offers=()))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, OperationScreen(TAG))
        await pilot.press("t")
        assert app.screen is screen


def test_the_pane_says_how_many_nodes_took_it() -> None:
    shot = torn()
    listing = list_directives(shot, shot.at)
    row = next(row for row in rows_of(listing, GLYPHS, wide=True) if row.key == (TAG,))
    assert (row.cells[4].text, row.lead.text) == ("PARTIAL 1/2 RUNNING 0%", "◐")


def test_a_partial_one_is_never_told_as_whole() -> None:
    shot = torn()
    swept = Ledger(PROMO, YAHOO).record("552016f1", YAHOO)
    nodes = (replace(shot.operations[0].nodes[0], ledger=swept), shot.operations[0].nodes[1])
    shot = replace(shot, operations=(replace(shot.operations[0], nodes=nodes),))
    row = next(row for row in rows_of(list_directives(shot, shot.at), GLYPHS, wide=False) if row.key == (TAG,))
    assert row.cells[4].text == "PARTIAL 1/2"


def test_the_dashboard_names_the_node_that_it_could_be_sent_to_and_the_key() -> None:
    shot = torn()
    lines = ["".join(piece.text for piece in line) for line in notices(shot, shot.at, GLYPHS)]
    assert lines == [
        " ⚠ promo: mta2 did not take it (POST failed (500): boom): 12,000 matching messages stand there: "
        "Enter on its row, t sends it there"
    ]
    assert not any("t sends" in line for line in map(str, notices(shot, shot.at, GLYPHS, may_act=False)))
