"""One table of commands feeds bindings, footer, help and palette."""

import pytest
from textual.binding import Binding

from kumo_tui.act.rights import Rights
from kumo_tui.ui import keys
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.keys import COMMANDS, Place
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.detail import DetailScreen
from kumo_tui.ui.screens.help import help_rows
from kumo_tui.ui.screens.history import HistoryScreen
from kumo_tui.ui.screens.nodes import NodesScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.overview import OverviewScreen
from kumo_tui.ui.screens.palette import PaletteScreen, found
from kumo_tui.ui.screens.past import PastScreen
from kumo_tui.ui.theme import ASCII_GLYPHS, GLYPHS
from kumo_tui.ui.widgets.footer import footer_line
from kumo_tui.ui.widgets.line_table import LineTable

# Screens that `q` leaves, as Esc does.
LOOKING = (DetailScreen, NodesScreen, HistoryScreen, PastScreen, OperationScreen, OverviewScreen)
FULL = Rights()
DESIGNED = {
    "bounce": "b", "stop": "s", "cancel": "x", "open": "enter", "back": "escape", "mark": "space",
    "filter": "slash", "keep": "enter", "sort": "o", "reverse": "O", "group": "g", "freeze": "f", "refresh": "r",
    "slower": "plus", "faster": "minus", "other_pane": "tab", "history": "h", "nodes": "n", "report": "w",
    "export": "e", "copy": "y", "help": "question_mark", "palette": "colon", "quit": "q", "low_bandwidth": "l",
    "overview": "v", "span": "t", "send_there": "t",
    "alone": "a", "profiles": "p", "enabled": "d", "read_only": "w",
}  # fmt: skip


def bound(owner: type) -> dict[str, str]:
    return {
        entry.key: entry.action.removeprefix("app.")
        for entry in owner.__dict__.get("BINDINGS", [])
        if isinstance(entry, Binding)
    }


def test_the_keys_are_those_of_the_design() -> None:
    first_keys = {entry.id: entry.keys[0] for entry in COMMANDS if entry.id not in keys.MOVES}
    assert first_keys == DESIGNED


def test_no_key_means_two_things_at_one_place() -> None:
    seen: set[tuple[str, Place]] = set()
    for entry in COMMANDS:
        for key in entry.keys:
            for place in entry.places:
                assert (key, place) not in seen
                seen.add((key, place))


def test_every_command_is_bound_and_every_binding_is_a_command() -> None:
    actions: set[str] = set()
    for owner in (KumoTuiApp, DashboardScreen, LineTable, *LOOKING):
        for key, action in bound(owner).items():
            if action in ("quit_hint", "suspend_process") or (owner in LOOKING and key == "q"):
                continue
            assert key in keys.command(action).keys
            actions.add(action)
    assert actions == {entry.id for entry in COMMANDS}


def test_the_actions_of_all_commands_exist() -> None:
    owners = (KumoTuiApp, DashboardScreen, LineTable, *LOOKING)
    missing = [entry.id for entry in COMMANDS if not any(hasattr(owner, f"action_{entry.id}") for owner in owners)]
    assert missing == []


def test_footer_help_and_palette_show_what_the_table_says() -> None:
    places = {Place.EVERYWHERE, Place.DASHBOARD, Place.TABLE, Place.QUEUES}
    footer = "".join(piece.text for piece in footer_line(keys.in_footer(places, FULL), 200, GLYPHS))
    for entry in keys.in_footer(places, FULL):
        assert entry.label in footer
    shown = {row.key: row.cells[1].text for row in help_rows(GLYPHS, FULL)}
    assert shown == {entry.id: entry.help for entry in COMMANDS}
    offered = {entry.id for entry in PaletteScreen(places, FULL)._commands}
    expected = {entry.id for entry in COMMANDS if entry.applies(places, FULL)} - keys.MOVES - {"palette", "back"}
    assert offered == expected


@pytest.mark.parametrize(
    "rights",
    [Rights(order="--read-only"), Rights("", {"mta1": {"POST /x": "no"}}, ("mta1",))],
    ids=["order", "found out"],
)
def test_read_only_mode_has_no_command_that_acts_anywhere(rights: Rights) -> None:
    places = set(Place)
    destructive = {entry.id for entry in COMMANDS if entry.destructive}
    assert destructive == {"bounce", "cancel", "send_there"}
    changing = {entry.id for entry in COMMANDS if entry.changing}
    assert changing == {"stop"}
    acting = destructive | changing
    in_footer = {entry.id for entry in keys.in_footer(places, rights)}
    in_help = {row.key for row in help_rows(GLYPHS, rights)}
    in_palette = {entry.id for entry in PaletteScreen(places, rights)._commands}
    assert not acting & (in_footer | in_help | in_palette)
    assert not any(keys.may_run(identity, places, rights) for identity in acting)


def test_a_footer_of_80_cells_offers_the_main_keys_of_each_pane() -> None:
    queues = {Place.EVERYWHERE, Place.DASHBOARD, Place.TABLE, Place.QUEUES}
    directives = {Place.EVERYWHERE, Place.DASHBOARD, Place.TABLE, Place.DIRECTIVES}
    texts = [
        "".join(piece.text for piece in footer_line(keys.in_footer(places, FULL), 80, signs))
        for places in (queues, directives)
        for signs in (GLYPHS, ASCII_GLYPHS)
    ]
    for text in texts[:2]:
        assert "b bounce" in text and "s stop" in text and "x cancel" not in text
    for text in texts[2:]:
        assert "x cancel" in text and "b bounce" not in text
    assert all("? help" in text and len(text) <= 80 for text in texts)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_every_screen_but_the_dashboard_shows_the_way_back(width: int) -> None:
    for place in (Place.NODES, Place.OVERVIEW, Place.HISTORY, Place.DETAIL):
        entries = keys.in_footer({Place.EVERYWHERE, Place.TABLE, Place.DETAIL, place}, FULL)
        text = "".join(piece.text for piece in footer_line(entries, width, GLYPHS))
        assert "Esc back" in text and "? help" in text and len(text) <= width
    at_home = keys.in_footer({Place.EVERYWHERE, Place.DASHBOARD, Place.QUEUES, Place.TABLE}, FULL)
    assert all(entry.id != "back" for entry in at_home)
    assert "? help" in "".join(piece.text for piece in footer_line(at_home, width, GLYPHS))


def test_the_palette_puts_commands_named_like_the_words_first() -> None:
    assert found(COMMANDS, "sor")[0].id == "sort"
    assert [entry.id for entry in found(COMMANDS, "bounce marks")] == ["bounce"]
    assert found(COMMANDS, "no such words") == []
