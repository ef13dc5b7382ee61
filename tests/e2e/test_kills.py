"""A clean bounce outlives the death of its process: killed for real, or ended by a signal that can be heard."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.e2e.cli_fleet import ServedFleet, serving
from tests.e2e.kill_checks import MEANT, OTHERS, STOPS, Evidence
from tests.e2e.kills import BACKLOG, BOUNCE, NODE, SCENARIO, run_many
from tests.waiting import PATIENCE_S

NOTHING = Evidence(requests=(), records=(), standing=(), recorded=None, kills=1, goes_on=False, code=None)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    scenario = tmp_path / "killed.toml"
    scenario.write_text(SCENARIO)
    with serving(str(scenario)) as fleet:
        for queue in (MEANT, OTHERS):
            fleet.control(NODE, "inject", {"queue": queue, "count": BACKLOG})
        yield fleet


def standing(fleet: ServedFleet) -> list[object]:
    return list(httpx.get(f"{fleet.urls[NODE]}{STOPS}", trust_env=False).json())


def test_killed_three_times_over_nothing_leaks_and_nothing_else_is_bounced(tmp_path: Path) -> None:
    runs = list(run_many(range(3), 2, 3, tmp_path))
    assert [run.violations for run in runs] == [(), (), ()]
    assert sum(run.bounced for run in runs) > 0


def test_what_is_held_against_a_killed_bounce_can_fail() -> None:
    wrong = {"kind": "AdminBounce", "queue": OTHERS, "message": 1, "at": 1.0}
    stop = {"method": "POST", "path": STOPS, "body": "{}", "status": 200, "at": 1.0}
    assert list(NOTHING.violations()) == []
    assert list(replace(NOTHING, records=(wrong,)).violations()) == ["1 messages of others were bounced"]
    assert list(replace(NOTHING, requests=(stop,)).violations()) == [
        "1 requests left of which nothing was written down"
    ]
    assert list(replace(NOTHING, standing=({},)).violations()) == ["1 stops stand at the end"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_sweeping_with_words_and_leaves_the_stop_to_the_next_start(
    fleet: ServedFleet, number: signal.Signals, code: int
) -> None:
    with fleet.running(*BOUNCE, "--duration", "10s") as process:
        fleet.wait(lambda: bool(standing(fleet)), "the stop to stand")
        fleet.wait(lambda: any("bounce/v1" in act["path"] for act in fleet.acts()), "the first sweep")
        process.send_signal(number)
        _out, words = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert "Traceback" not in words
    assert len(standing(fleet)) == 1
    tag = words.partition("kumo-tui watch ")[2][:6]
    assert f"op {tag}: tenant=s1 is stopped on" in words
    done, lines = fleet.json("watch", tag)
    assert (done, lines[-1]["verdict"]) == (0, "done")
    assert standing(fleet) == []
