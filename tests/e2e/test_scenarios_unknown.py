"""Bounces whose outcome nobody knows at first, on the installed dashboard: late answers, dashboards killed."""

import signal
import sys
from pathlib import Path

from tests.e2e.afterwards import acts, history
from tests.e2e.scene import BOUNCES, STOPS, Desk, Scene, scene

NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
log = true
sweep_rate = 2000

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 500
due_in = [86400, 86400]

[[node.standing]]
queues = ["news:zenith@aol.com"]
messages = 300
due_in = [86400, 86400]
"""

# Nothing polls by itself: each key `r` is one poll.
BY_HAND_S = "3600"


def test_a_bounce_answered_too_late_is_unknown_is_not_sent_again_and_is_found_by_its_tag(tmp_path: Path) -> None:
    """The node does it and answers long after the time-out; the list, once readable, gives the id in two polls.

    The time-out is 1 s and the answer 30 s late, instead of 30 s and 70 s.
    """
    with scene(NODE, tmp_path) as stage, _patient(stage, answer_s=1) as desk:
        _to_the_last_key(desk, "promo", "1-2 of 2 queues")
        stage.fleet.fault(kind="delay_reply", path=BOUNCES, method="POST", seconds=30)
        stage.fleet.fault(kind="error", path=BOUNCES, method="GET")
        desk.press("enter")
        desk.wait_said("It is never sent again by itself.")
        desk.wait_for("UNKNOWN")
        lists = _lists(stage)
        stage.fleet.mend()
        desk.press("r")
        desk.wait_for("found in the list by its tag")
        assert len(_lists(stage)) - len(lists) <= 2
        (listed,) = stage.directives()
        desk.wait_for(f" {listed['id'][:8]} ")
        assert len(stage.bounces()) == 1
        assert f"[kt:{history(stage)[0]['operation']}]" in stage.bounces()[0]["reason"]


def test_a_stop_answered_too_late_is_found_by_its_tag_and_swept_without_another(tmp_path: Path) -> None:
    """The same of a clean bounce: one stop, unknown, adopted with its id, then the sweep."""
    with scene(NODE, tmp_path) as stage, _patient(stage, answer_s=2) as desk:
        _to_the_last_key(desk, "promo", "1-2 of 2 queues", plain=False)
        stage.fleet.fault(kind="delay_reply", path=STOPS, method="POST", seconds=30)
        desk.press("enter")
        stage.fleet.wait(lambda: bool(stage.stops()), "the stop")
        stage.fleet.fault(kind="error", path=STOPS, method="GET")
        desk.wait_for("UNKNOWN")
        assert stage.bounces() == []
        stage.fleet.mend()
        desk.press("r")
        stage.fleet.wait(lambda: bool(stage.bounces()), "the first sweep")
        desk.wait_gone("UNKNOWN")
        assert len(stage.stops()) == 1
        stage.fleet.wait(lambda: stage.bounced() == 1000, "all of it to be bounced")


def test_dashboards_killed_before_and_after_the_post_are_settled_by_the_next_before_any_act(
    tmp_path: Path,
) -> None:
    """One was killed between the journal's write and the POST, one between the POST and its answer.

    The next one shows both before a key is pressed: the first was not sent, the second is adopted with its id. The
    node has had one POST.
    """
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        killer = [sys.executable, "-m", "tests.e2e.killed_before", f"POST {BOUNCES}"]
        with stage.dashboard(launcher=killer) as first, stage.dashboard(ACT__ANSWER_TIMEOUT_S="60") as second:
            _to_the_last_key(first, "promo", "1-2 of 2 queues")
            _to_the_last_key(second, "news", "1-1 of 1 queue")
            first.press("enter")
            assert first.wait_end() == -signal.SIGKILL
            stage.fleet.fault(kind="delay_reply", path=BOUNCES, method="POST", seconds=60)
            second.press("enter")
            stage.fleet.wait(lambda: bool(stage.bounces()), "the POST")
            second.process.kill()
            assert second.wait_end() == -signal.SIGKILL
        (body,) = stage.bounces()
        assert body["campaign"] == "news"
        with stage.dashboard() as desk:
            desk.wait(lambda text: _row(text, "REJECTED", "promo") and _row(text, "SWEPT", "news"), "both settled")
            assert len(acts(stage)) == 1
            found = {entry["selector"]["criteria"]["campaign"]: entry["nodes"]["mta1"] for entry in history(stage)}
            assert found["promo"] == {"state": "rejected", "id": None, "bounced": 0}
            assert (found["news"]["state"], found["news"]["id"]) == ("accepted", stage.directives()[0]["id"])


def _patient(stage: Scene, *, answer_s: int) -> Desk:
    """A dashboard that waits so long for an answer, and polls when it is told to."""
    return stage.dashboard(POLL__INTERVAL_S=BY_HAND_S, ACT__ANSWER_TIMEOUT_S=str(answer_s))


def _to_the_last_key(desk: Desk, campaign: str, shown: str, *, plain: bool = True) -> None:
    """Everything up to the key that sends."""
    desk.wait_for("promo:acme@gmail.com")
    desk.show(campaign, shown)
    desk.draft("bad link", duration="10m", plain=plain)
    desk.type_confirmation(desk.review())


def _row(text: str, word: str, scope: str) -> bool:
    return any(word in line and f"campaign={scope}" in line for line in text.splitlines())


def _lists(stage: Scene) -> list[str]:
    """Every reading of the node's directives, so far."""
    found = stage.fleet.requests()
    return [request["path"] for request in found if (request["method"], request["path"]) == ("GET", BOUNCES)]
