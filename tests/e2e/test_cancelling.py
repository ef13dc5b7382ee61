"""Acceptance scenario 12: a plain bounce is cancelled at 40 percent, with honest words, and looked up after it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.afterwards import history, report
from tests.e2e.scene import BOUNCES, DEAF_S, Desk, Scene, scene

# Ten seconds of sweeping; while the spool sheds load, for ever: time enough to cancel in the middle.
NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
sweep_rate = 900
log = true

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com", "promo:acme@aol.com"]
messages = 3000
due_in = [86400, 86400]
"""
BASELINE, WANTED = 9000, 3600
MEANING = (
    "It stops matching new mail. Mail already taken from its queues still bounces, and its totals leave the list: "
    "what was read last is all that will be known."
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    with scene(NODE, tmp_path) as running:
        running.configure()
        yield running


def test_a_cancel_at_40_percent_is_sent_once_says_what_it_does_not_do_and_keeps_the_last_total(
    stage: Scene,
) -> None:
    with stage.dashboard() as desk:
        _ask_to_cancel_at(stage, desk, WANTED)
        desk.wait_said(MEANING)
        desk.press("tab", "enter")
        desk.wait_said("CANCELLED: it matches no new mail; mail already taken from its queues still bounces")
        last = _bounced(desk)
        assert WANTED <= last < BASELINE
        desk.wait_said(f"still bounces. Last total: {last:,}.")
        assert len(stage.cancels()) == len(stage.bounces()) == 1
        assert _method_just_before_the_cancel(stage) == "GET"
        _look_it_up(stage, desk, last)
        desk.quit()
    # The words are so: the node goes on with what it had taken, and nobody counts it.
    stage.fleet.fault(load_shedding=False)
    stage.fleet.wait(lambda: stage.bounced() == BASELINE, "the node to bounce what it had taken")
    assert len(stage.cancels()) == 1


def test_a_cancel_of_what_somebody_else_has_just_cancelled_says_that_it_was_already_gone(stage: Scene) -> None:
    # Nothing polls by itself: nobody notices before the cancel is sent.
    with stage.dashboard(POLL__INTERVAL_S="3600") as desk:
        _ask_to_cancel_at(stage, desk, 1, *"r")
        _cancel_from_elsewhere(stage)
        desk.press("tab", "enter")
        desk.wait_said("already gone; it was already gone.")
        assert [request["status"] for request in _on_the_list(stage) if request["method"] == "DELETE"] == [
            200,
            404,
        ]
        desk.wait_for("CANCELLED")
        assert _bounced(desk) > 0


def _ask_to_cancel_at(stage: Scene, desk: Desk, bounced: int, *keys: str) -> None:
    """Bounce, hold it when so many are bounced, and open the dialog; it takes keys when this returns.

    `keys` are pressed to have it read how many that are.
    """
    desk.wait_for("promo:acme@gmail.com")
    desk.show("promo", "showing 1-3 of 3 queues")
    desk.draft("bad link", duration="5m", plain=True)
    desk.confirm(desk.review())
    stage.fleet.wait(lambda: stage.bounced() >= bounced, "so many to be bounced")
    stage.fleet.fault(load_shedding=True)
    desk.wait_match("RUNNING|STALLED")
    desk.press(*keys)
    desk.wait(lambda _text: _bounced(desk) >= bounced, "its total to rise")
    desk.press("x")
    desk.wait_for("stops matching new mail")
    desk.pump(DEAF_S)


def _look_it_up(stage: Scene, desk: Desk, last: int) -> None:
    """In the history, on the operation's screen, in the report and as JSON: the last total as a lower bound."""
    desk.back("Directives")
    desk.press("h")
    desk.wait_for("1 operation in the journal")
    row = desk.line_with("campaign=promo")
    assert "CANCELLED" in row
    assert f">={last:,}" in row
    entry = history(stage)[0]
    assert (entry["verdict"], entry["bounced"], entry["at_least"]) == ("cancelled", last, True)
    words = report(stage, entry["operation"])
    assert f"At least {last:,} messages were bounced; 9,000 stood just before." in words
    assert "mail already taken from its queues bounced all the same, uncounted" in words
    desk.back("Directives")


def _cancel_from_elsewhere(stage: Scene) -> None:
    (listed,) = stage.directives()
    url = f"{stage.fleet.urls['mta1']}{BOUNCES}"
    httpx.request("DELETE", url, json={"id": listed["id"]}, trust_env=False).raise_for_status()


def _method_just_before_the_cancel(stage: Scene) -> str:
    """What was asked of the list of directives last before the cancel."""
    methods = [str(request["method"]) for request in _on_the_list(stage)]
    return methods[methods.index("DELETE") - 1]


def _on_the_list(stage: Scene) -> list[dict[str, Any]]:
    return [request for request in stage.fleet.requests() if request["path"] == BOUNCES]


def _bounced(desk: Desk) -> int:
    """Messages bounced so far, from the operation screen's second line."""
    found = re.search(r"([\d,]+) of 9,000", desk.text)
    return int(found[1].replace(",", "")) if found else -1
