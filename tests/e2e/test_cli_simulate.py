"""The installed command serves a simulated fleet, and the fleet never outlives it."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, environment, kumo_tui


@contextmanager
def simulating(*words: str) -> Iterator["subprocess.Popen[str]"]:
    argv = [KUMO_TUI, "simulate", "--scenario", "quiet", *words]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def serves(url: str) -> bool:
    try:
        return httpx.get(f"{url}/metrics", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_fleet_serves_until_the_command_ends_however_it_ends(end: signal.Signals) -> None:
    with simulating("--json") as process:
        assert process.stdout is not None
        (node,) = json.loads(process.stdout.readline())["nodes"]
        assert serves(node["url"])
        process.send_signal(end)
        process.wait()
        ServedFleet({}).wait(lambda: not serves(node["url"]), "the fleet to end")


def test_it_prints_the_urls_and_how_to_open_them() -> None:
    with simulating() as process:
        assert process.stdout is not None
        head, node, how = (process.stdout.readline().split() for _ in range(3))
        assert (head, node[0]) == (["NODE", "URL"], "mta1")
        assert how[-2:] == ["--endpoint", node[1]]
        assert kumo_tui("status", "--endpoint", node[1]).returncode == 0
