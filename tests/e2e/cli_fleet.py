"""A simulated fleet on real ports, and the installed command run against it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.e2e.terminal import KEPT
from tests.lawful import offences
from tests.waiting import PATIENCE_S, wait

Value = TypeVar("Value")

KUMO_TUI = str(Path(sys.executable).with_name("kumo-tui"))


class ServedFleet:
    """The nodes of a fleet by name, and the ways to look behind them."""

    def __init__(self, urls: dict[str, str]) -> None:
        self.urls = urls

    @property
    def endpoints(self) -> list[str]:
        return [word for url in self.urls.values() for word in ("--endpoint", url)]

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the installed command on all nodes of the fleet."""
        return kumo_tui(*self.endpoints, *words)

    def json(self, *words: str) -> tuple[int, list[Any]]:
        """Run it with --json: its exit code, and the objects that it printed."""
        done = self.run(*words, "--json")
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    @contextlib.contextmanager
    def running(self, *words: str) -> Iterator["subprocess.Popen[str]"]:
        """The command while it runs; ended afterwards whatever happens."""
        with started([KUMO_TUI, *self.endpoints, *words], environment()) as process:
            yield process

    def acts(self) -> list[dict[str, Any]]:
        """Every request that could change a node, as it came."""
        return [request for name in self.urls for request in self.requests(name) if request["method"] != "GET"]

    def offences(self) -> list[str]:
        """What is unlawful in what kumo-tui asked; whether everything was meant, nobody can tell from here."""
        found = []
        for act in self.acts():
            if act["agent"].startswith("kumo-tui/"):
                asked = (act["method"], act["path"], act["body"])
                found += offences(*asked) and offences(*asked, everything=True)
        return found

    def requests(self, name: str = "mta1") -> list[dict[str, Any]]:
        """Every request to a node so far."""
        return list(httpx.get(f"{self.urls[name]}/_sim/requests", trust_env=False, timeout=PATIENCE_S).json())

    def fault(self, name: str = "mta1", **fault: object) -> None:
        """Let a node misbehave."""
        self.control(name, "faults", fault)

    def control(self, name: str, action: str, body: object = None) -> None:
        """Do something to a node from behind."""
        httpx.post(
            f"{self.urls[name]}/_sim/{action}", json=body, trust_env=False, timeout=PATIENCE_S
        ).raise_for_status()

    def mend(self) -> None:
        """End every fault."""
        for url in self.urls.values():
            httpx.delete(f"{url}/_sim/faults", trust_env=False, timeout=PATIENCE_S).raise_for_status()

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Return when the condition holds, of what these nodes did."""
        wait(condition, what)


@contextlib.contextmanager
def serving(scenario: str, *words: str) -> Iterator[ServedFleet]:
    """The fleet of a scenario, or of a TOML file, on free ports; `words` as `kumo_tui.sim` takes them.

    Whatever kumo-tui asked of it is judged in the end.
    """
    argv = [sys.executable, "-m", "kumo_tui.sim", scenario, "--port", "0", "--until-stdin-closes", *words]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        nodes = json.loads(child.stdout.readline())["nodes"]
        fleet = ServedFleet({node["name"]: node["url"] for node in nodes})
        yield fleet
        assert fleet.offences() == []
        assert child.stdin is not None
        child.stdin.close()
        child.wait(PATIENCE_S)


@contextlib.contextmanager
def started(argv: Sequence[str], env: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """This command while it runs; ended afterwards whatever happens."""
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """A URL that refuses connections: the port is ours, and nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"


def kumo_tui(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the installed command; standard input is closed."""
    return subprocess.run(
        [KUMO_TUI, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment(**variables),
    )


def together(*calls: Callable[[], Value]) -> list[Value]:
    """What these give, all at once: most of each is the start of a program."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(call) for call in calls]]


def environment(**variables: str) -> dict[str, str]:
    """An environment without settings of this machine, and with short waits."""
    kept = {key: value for key, value in os.environ.items() if key in KEPT}
    quick = {"KUMO_TUI_POLL__INTERVAL_S": "0.5", "KUMO_TUI_CONFIG": os.devnull, "LANG": "C.UTF-8"}
    return {**kept, **quick, **variables}
