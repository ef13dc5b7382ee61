"""The story of three nodes: one dies in the middle of a bounce and comes back without it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli_fleet import KUMO_TUI, serving
from tests.e2e.scene import Desk, Scene
from tests.e2e.terminal import Terminal

LONG_S = 90.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    with serving("fleet", "--deaths") as fleet:
        made = Scene(fleet, tmp_path)
        made.configure()
        yield made


def test_a_node_dies_in_the_middle_of_a_bounce_and_is_back_without_it(
    stage: Scene,
) -> None:
    with stage.dashboard() as desk:
        desk.wait_for("prod · 3 nodes")
        desk.wait_for("showing 1-8 of 8 queues")
        desk.show("promo", "showing 1-3 of 3 queues")
        desk.draft("bad link", duration="40s")
        desk.confirm(desk.review())
        _it_dies(desk, stage)
        _it_is_back_without_it(desk, stage)


def _it_dies(desk: Desk, stage: Scene) -> None:
    """Everywhere it is swept; then mta2 is gone."""
    desk.wait(lambda text: bool(re.search(r"mta2 .*\n.*(STALE|DOWN)|DOWN:", text)), "mta2 to be gone")
    desk.back("2 of 3 nodes (mta2")
    assert "showing 1-3 of 3 queues, 2 of 3 nodes answering" in desk.text
    assert [len(stage.stops(name)) for name in stage.fleet.urls] == [1, 1, 1]
    desk.press("tab", "enter")
    desk.wait_for("campaign=promo   op ")


def _it_is_back_without_it(desk: Desk, stage: Scene) -> None:
    """The restarted node has forgotten the stop; what it had not bounced yet stands again."""
    desk.wait_for("LOST", LONG_S)
    desk.wait_said("mta2 has it no more: ")
    desk.wait(
        lambda _text: bool(re.search(r"[\d,]{4,} matching messages stand there\. t sends", desk.flat)), "the offer"
    )
    assert "PARTIAL" in desk.text
    assert [len(stage.stops(name)) for name in stage.fleet.urls] == [1, 1, 1]


def test_the_demo_has_the_story() -> None:
    with Terminal([KUMO_TUI, "demo", "--scenario", "fleet"]) as terminal:
        terminal.wait_for("demo · 3 nodes")
        terminal.press("q")
        assert terminal.wait_end() == 0
