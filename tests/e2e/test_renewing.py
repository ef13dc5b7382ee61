"""Acceptance scenario 15: a bounce with the criteria of a live one, for longer, takes its place; one story."""

from pathlib import Path

from tests.e2e.afterwards import history, report, said
from tests.e2e.scene import Desk, Scene, scene

NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
log = true

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 120
due_in = [86400, 86400]
"""


def test_a_second_post_of_equal_criteria_says_what_it_replaces_and_both_totals_are_summed(tmp_path: Path) -> None:
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        with stage.dashboard() as desk:
            _bounce(desk)
            _inject(stage, 30)
            desk.wait_for("240 of 240 +30")
            first = stage.directives()[0]["id"][:8]
            desk.back("Directives")
            _bounce_for_longer(desk, first)
            _inject(stage, 5)
            desk.wait_for("+5")
            second = stage.directives()[0]["id"][:8]
            desk.back("Directives")
            desk.quit()
        newest, oldest = history(stage)
        assert [body["duration"] for body in stage.bounces()] == ["120s", "900s"]
        assert stage.cancels() == []
        assert first != second
        assert (oldest["replaced_by"], oldest["bounced"]) == (newest["operation"], 270)
        assert (newest["replaced_by"], newest["bounced"]) == (None, 5)
        chain = (
            f"{oldest['operation']} -> {newest['operation']}: each replaced by the next, >=275 bounced together"
        )
        assert chain in said(stage, "history").splitlines()
        assert "together at least 275 messages bounced" in report(stage, newest["operation"])
        assert stage.bounced() == 275


def _bounce(desk: Desk) -> None:
    desk.wait_for("promo:acme@gmail.com")
    desk.show("promo", "showing 1-2 of 2 queues")
    desk.draft("bad link", duration="2m", plain=True)
    desk.confirm(desk.review())
    desk.wait_for("SWEPT")


def _bounce_for_longer(desk: Desk, first: str) -> None:
    """All is swept: the form suggests the queue under the cursor, and plain: there is nothing to sweep."""
    desk.press("b")
    desk.wait_for("now")
    desk.press("backtab", "backtab", "ctrl+u", "backtab", "ctrl+u", "tab", "tab", "tab")
    desk.type("still bad")
    desk.wait_for("[still bad ")
    desk.press("tab", "tab", "ctrl+u")
    desk.type("15m")
    desk.wait_for("[15m ")
    desk.wait_said(f"directive {first}")
    desk.wait_said("it is REPLACED, its totals restart")
    desk.onward("CANNOT BE UNDONE")
    desk.wait_said("it is REPLACED, its totals restart")
    desk.confirm(desk.token)
    desk.wait_for("SWEPT")


def _inject(stage: Scene, count: int) -> None:
    stage.fleet.control("mta1", "inject", {"queue": "promo:acme@gmail.com", "count": count})
