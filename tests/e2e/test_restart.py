"""Acceptance scenario 14: the node restarts in the middle of a bounce and forgets the directive."""

from pathlib import Path

from tests.e2e.afterwards import acts, history, to_directives
from tests.e2e.scene import BOUNCES, DEAF_S, Desk, scene

# Slow enough that most of it is not yet bounced at the restart, and back in its queues after it.
NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
sweep_rate = 100
log = true

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 4000
due_in = [86400, 86400]
"""


def test_a_directive_lost_by_a_restart_raises_an_alarm_that_offers_a_new_preview_and_sends_nothing_by_itself(
    tmp_path: Path,
) -> None:
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        with stage.dashboard() as desk:
            desk.wait_for("promo:acme@gmail.com")
            desk.show("promo", "showing 1-2 of 2 queues")
            desk.draft("bad link", duration="5m", plain=True)
            desk.confirm(desk.review())
            desk.wait_for("RUNNING")
            stage.fleet.control("mta1", "restart")
            desk.back("Directives")
            desk.wait_said("LOST by a restart of mta1")
            assert stage.directives() == []
            desk.wait_for("showing 1-2 of 2 queues")
            _look_at_a_new_preview(desk)
            assert acts(stage) == [("POST", BOUNCES)]
            desk.quit()
        assert acts(stage) == [("POST", BOUNCES)]
        assert history(stage)[0]["verdict"] == "lost"


def _look_at_a_new_preview(desk: Desk) -> None:
    """From the alarm to the form, filled in as the lost one was, and to the words to type: typed by nobody."""
    to_directives(desk, "campaign=promo")
    desk.press("enter")
    desk.wait_said("the node has restarted and forgot it")
    desk.press("b")
    desk.wait_for("would hit now")
    desk.wait_for("[bad link ")
    desk.onward("CANNOT BE UNDONE")
    assert int(desk.token.split()[-1]) > 4000
    desk.pump(DEAF_S)
    desk.back("would hit now")
    desk.back("forgot it")
    desk.back("Directives")
