"""The story of three nodes: one dies in the middle of a bounce and comes back, and is finished by a second act."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli_fleet import KUMO_TUI, serving
from tests.e2e.scene import Desk, Scene
from tests.e2e.terminal import Terminal


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    with serving("fleet", "--deaths") as fleet:
        made = Scene(fleet, tmp_path)
        made.configure()
        yield made


def test_a_node_dies_in_the_middle_of_a_bounce_is_back_without_it_and_gets_it_by_a_second_confirmed_act(
    stage: Scene,
) -> None:
    with stage.dashboard() as desk:
        desk.wait_for("prod · 3 nodes")
        desk.wait_for("promo:acme@gmail.com")
        desk.show("promo", "showing 1-3 of 3 queues")
        desk.draft("bad link", duration="40s")
        desk.confirm(desk.review())
        _it_dies(desk, stage)
        _it_is_back_without_it(desk, stage)
        _it_is_sent_there(desk, stage)
        desk.wait_for("✓ DONE")
        _nothing_stands(stage)


def _it_dies(desk: Desk, stage: Scene) -> None:
    """Everywhere it is swept; then mta2 is gone."""
    desk.wait_for("not known whether its stop holds")
    desk.back("2 of 3 nodes (mta2")
    desk.wait_for("showing 1-3 of 3 queues, 2 of 3 nodes answering")
    assert [len(stage.stops(name)) for name in stage.fleet.urls] == [1, 1, 1]
    desk.press("tab", "enter")
    desk.wait_for("campaign=promo   op ")


def _it_is_back_without_it(desk: Desk, stage: Scene) -> None:
    """The restarted node has forgotten the stop; what it had not bounced yet stands again."""
    desk.wait_for("LOST")
    desk.wait_said("mta2 has it no more: ")
    desk.wait(
        lambda _text: bool(re.search(r"[\d,]{4,} matching messages stand there\. t sends", desk.flat)), "the offer"
    )
    desk.wait_for("PARTIAL")
    assert [len(stage.stops(name)) for name in stage.fleet.urls] == [1, 1, 1]


def _it_is_sent_there(desk: Desk, stage: Scene) -> None:
    """A new preview of mta2 alone, for a shorter time, and a confirmation of its own."""
    desk.press("t")
    desk.wait_for("would hit now")
    desk.press("tab", "tab", "ctrl+u")
    desk.type("10s")
    desk.wait_for("[10s ")
    token = desk.review()
    desk.wait_for("mta2")
    assert [len(stage.stops(name)) for name in stage.fleet.urls] == [1, 1, 1]
    desk.confirm(token)
    stage.fleet.wait(lambda: len(stage.stops("mta2")) == 2, "the second stop on mta2")
    desk.wait(lambda text: bool(re.search(r"mta2 +. (CATCHING|RETURNING|DONE)", text)), "mta2 to be swept")


def _nothing_stands(stage: Scene) -> None:
    """The first bounce ends on the other two nodes a while before or after the second one on mta2."""
    stage.fleet.wait(lambda: not any(stage.standing(name) for name in stage.fleet.urls), "every stop to end")
    assert [len(stage.stops(name)) for name in stage.fleet.urls] == [1, 2, 1]
    assert {body["duration"] for name in stage.fleet.urls for body in stage.bounces(name)} == {"0s"}
    assert all(stage.directives(name) == [] for name in stage.fleet.urls)


def test_the_demo_has_the_story() -> None:
    with Terminal([KUMO_TUI, "demo", "--scenario", "fleet"]) as terminal:
        terminal.wait_for("demo · 3 nodes")
        terminal.press("q")
        assert terminal.wait_end() == 0
