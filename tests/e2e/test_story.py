"""The main job by keys alone, with the installed command in a terminal of 80 columns and 24 lines."""

import re
from collections.abc import Iterator

import pytest

from tests.e2e.afterwards import to_directives
from tests.e2e.cli_fleet import KUMO_TUI
from tests.e2e.scene import Desk


@pytest.fixture
def terminal() -> Iterator[Desk]:
    # Whether a plain bounce takes other queues' mail is chance; here it goes on to its end all the same.
    with Desk([KUMO_TUI, "demo", "--seed", "3"], env={"KUMO_TUI_ACT__STOP_AT_COLLATERAL": "false"}) as running:
        yield running


def test_a_campaign_is_found_previewed_confirmed_bounced_and_followed_to_its_end(terminal: Desk) -> None:
    terminal.wait_for("promo:acme@gmail.com")
    terminal.press("/")
    terminal.type("promo")
    terminal.press("enter")
    terminal.wait_for("showing 1-12 of 12 queues")
    _fill_the_form(terminal)
    _confirm(terminal, terminal.review())
    _watch_it_to_the_end(terminal)
    terminal.press("escape")
    terminal.wait_for("Directives")
    # Much collateral before it leaves the word no room.
    terminal.wait_match(r"campaign=promo\S* .*(DONE|COLLATERAL)")
    _cancel_another(terminal)
    terminal.press("q")
    assert terminal.wait_end() == 0


def _fill_the_form(terminal: Desk) -> None:
    terminal.press("b")
    terminal.wait_for("would hit now")
    terminal.wait_for("12 queues · ")
    terminal.wait_match(r"campaign +\[promo ")
    terminal.type("bad link in footer")
    terminal.wait_for("[bad link in footer ")
    terminal.press("tab")
    terminal.type("#4711")
    terminal.wait_for("[#4711 ")
    terminal.press("tab", "ctrl+u")
    terminal.type("30s")
    terminal.wait_for("[30s ")
    _choose_plain(terminal)


def _choose_plain(terminal: Desk) -> None:
    """Clean is the default here; plain is told with its price."""
    terminal.wait_for("clean: stop, then sweep")
    terminal.press("tab", "tab", "tab", "down", "space")
    terminal.wait_for("(●) plain")


def _confirm(terminal: Desk, token: str) -> None:
    assert re.fullmatch(r"demo \d{5}", token)
    terminal.pump(0.6)
    terminal.type(token[:-1])
    terminal.press("enter")
    terminal.pump(0.6)
    terminal.wait_for("CANNOT BE UNDONE")
    terminal.type(token[-1])
    terminal.pump(0.6)
    terminal.press("enter")


def _watch_it_to_the_end(terminal: Desk) -> None:
    terminal.wait_for("RUNNING")
    first = _bounced(terminal)
    terminal.wait(lambda _text: _bounced(terminal) > first, "totals to rise")
    terminal.wait_match(r"promo:acme@gmail\.com +[\d,]+ +[\d,]+")
    terminal.wait_for("SWEPT")
    terminal.wait_for("CATCHING")
    terminal.wait_for("DONE")
    assert _bounced(terminal) > first


def _bounced(terminal: Desk) -> int:
    """Messages bounced so far, from the operation screen's second line."""
    found = re.search(r"([\d,]+) of [\d,]+", terminal.text)
    return int(found[1].replace(",", "")) if found else -1


def _cancel_another(terminal: Desk) -> None:
    """The directive of somebody else, in the lower pane."""
    to_directives(terminal, "campaign=surv")
    terminal.press("x")
    terminal.wait_for("stops matching new mail")
    terminal.pump(0.6)
    terminal.press("tab", "enter")
    terminal.wait_gone("campaign=surv")
