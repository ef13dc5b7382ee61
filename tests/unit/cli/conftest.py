from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.desk import Desk

MakeDesk = Callable[[str], Desk]


@pytest.fixture
def make_desk(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> MakeDesk:
    config = tmp_path / "config.toml"
    config.write_text("", "utf-8")
    return lambda scenario: Desk(capsys.readouterr, config, scenario)


SHARED = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 60

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 20
connections = 1
latency = 0.02

[[node.standing]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
messages = 100
due_in = [0.25, 1]
attempts = 0

[[node.standing]]
queues = ["one:s1@hold.example", "two:s2@hold.example"]
messages = 30
due_in = [86400, 86400]
"""


@pytest.fixture
def another_user(state_folder: Path) -> Callable[[], None]:
    """Go on as another user: with a journal that knows nothing of this one's operations."""
    return lambda: (state_folder / "kumo-tui").rename(state_folder / "somebody-else") and None


@pytest.fixture
def shared(make_desk: MakeDesk) -> Desk:
    """One node, two tenants: 30 messages of each stand, the others wait in one throttled ready queue."""
    desk = make_desk(SHARED)
    desk.clock.jump(3)
    return desk


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """One node, 360 messages in 6 queues, nothing moves."""
    return make_desk("quiet")
