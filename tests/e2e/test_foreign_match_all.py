"""Acceptance scenario 16: a directive without criteria that is not ours, as somebody places it while we look."""

import re
from pathlib import Path

import httpx

from tests.e2e.afterwards import acts, to_directives
from tests.e2e.scene import BOUNCES, DEAF_S, Desk, Scene, scene

NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 120
due_in = [86400, 86400]
"""
WIDTH = 80


def test_somebody_elses_match_all_raises_an_alarm_over_the_full_width_and_goes_by_its_typed_id_only(
    tmp_path: Path,
) -> None:
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        with stage.dashboard() as desk:
            desk.wait_for("promo:acme@gmail.com")
            identity = _bounce_everything_by_hand(stage)
            desk.wait_for("everything or exact queues")
            _is_alarmed_over_the_full_width(desk, identity)
            desk.wait_match(r"everything or exact queues\S* .*NOT OURS")
            to_directives(desk, "everything or exact queues")
            desk.press("x")
            desk.wait_for("to cancel it: [")
            desk.pump(DEAF_S)
            desk.wait_said("everything or exact queues")
            _only_the_id_cancels(desk, identity)
            desk.wait_gone("everything or exact queues")
            desk.quit()
        assert acts(stage) == [("POST", BOUNCES), ("DELETE", BOUNCES)]
        assert stage.cancels() == [{"id": identity}]


def _bounce_everything_by_hand(stage: Scene) -> str:
    body = {"reason": "purge", "duration": "600s"}
    answer = httpx.post(f"{stage.fleet.urls['mta1']}{BOUNCES}", json=body, trust_env=False)
    return str(answer.json()["id"])


def _is_alarmed_over_the_full_width(desk: Desk, identity: str) -> None:
    """Two lines whose ground is coloured from edge to edge, as that of no line around them."""

    def is_alarmed(_text: str) -> bool:
        rows = [row for row, line in enumerate(desk.lines) if f"{identity[:8]} NOT OURS" in line]
        alarming = [all(desk.screen.buffer[each][column].reverse for column in range(WIDTH)) for each in range(24)]
        return bool(rows) and alarming[rows[0] - 1 : rows[0] + 3] == [False, True, True, False]

    desk.wait(is_alarmed, "the alarm")
    row = next(row for row, line in enumerate(desk.lines) if f"{identity[:8]} NOT OURS" in line)
    assert "everything, or an exact list" in desk.lines[row]
    assert re.search(r"purge · seen \d+s · (10:00|0?9:\d\d) left · Tab, x cancels it", desk.lines[row + 1])


def _only_the_id_cancels(desk: Desk, identity: str) -> None:
    """Nearly right is wrong: the button stays off, and Enter on the field does nothing."""
    asked = re.search(r"Type\s+(\S+)\s+to cancel it", desk.text)
    assert asked is not None
    token = asked[1]
    assert len(token) >= 4
    assert identity.startswith(token)
    desk.press("up")
    for wrong in ("yes", token[:-1], token + " ", identity[:-1]):
        desk.press("ctrl+u")
        desk.type(wrong)
        desk.wait_for(f"to cancel it: [{wrong.rstrip()}")
        desk.press("enter", "enter")
        desk.pump(0.2)
        desk.wait_for("to cancel it: [")
    desk.press("ctrl+u")
    desk.type(token)
    desk.wait_for(f"to cancel it: [{token} ")
    desk.pump(DEAF_S)
    desk.press("enter", "enter")
