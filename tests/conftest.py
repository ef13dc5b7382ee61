"""What holds for every test: none touches the journal of whoever runs it, nothing unlawful leaves the program."""

import inspect
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.lawful import offences

Act = tuple[str, str, str]

# Only a test that speaks of everything may see a bounce without criteria leave.
_SPEAKS_OF_EVERYTHING = re.compile(r"\bEverything\b|\bEVERYTHING\b|--everything")


# These ask how the client alone and the server take bodies, odd ones too.
_OF_THE_CLIENT = "tests.contract"


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder for this test alone, for the program in this process and for those that it starts."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def lawful_requests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Act]]:
    """Every request of the program in this process that could change a node, judged when the test is over.

    Each is its method, path and body. A test marked `odd_bodies` sends what the program itself never would.
    """
    acts: list[Act] = []
    really_send = httpx.AsyncClient.send

    async def sending(client: httpx.AsyncClient, request: httpx.Request, **values: Any) -> httpx.Response:
        if request.method != "GET" and request.headers.get("user-agent", "").startswith("kumo-tui/"):
            acts.append((request.method, request.url.path, request.content.decode("utf-8", "surrogatepass")))
        return await really_send(client, request, **values)

    monkeypatch.setattr(httpx.AsyncClient, "send", sending)
    yield acts
    is_odd = request.node.get_closest_marker("odd_bodies") or request.module.__name__.startswith(_OF_THE_CLIENT)
    if not is_odd:
        assert [f"{words}: {act}" for act in acts for words in _judged(act, request.module)] == []


def pytest_configure(config: pytest.Config) -> None:
    """Know the marker, and hear what a shell in the background has turned off for whoever it starts."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "odd_bodies: the test sends bodies that the program itself never builds")


def _judged(act: Act, module: Any) -> list[str]:
    found = offences(*act)
    if not found or not _SPEAKS_OF_EVERYTHING.search(inspect.getsource(module)):
        return found
    return offences(*act, everything=True) and found
