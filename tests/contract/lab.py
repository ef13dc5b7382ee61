"""The lab of the recordings, as a scenario: one node, held domains, one slow destination."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kumo_tui.sim import Fleet, ManualClock, parse_scenario
from tests.contract.replay import START, Replay, client_of

HELD = [f"hold.{letter}.example" for letter in "abcdefghklmnrz"] + ["hold.new.example", "Hold.Z.example"]
HELD += ["r.example", "x.com@hold.z.example", "click=app.quit]x[/]@hold.z.example", "r!r2", "[10.0.0.1]"]
HELD += ["http://127.0.0.1:9/.xfer", ""]
_NODE = """
[[node]]
name = "mta1"
version = "{version}"
sweep_rate = {sweep_rate}
retry_interval = 60
uptime = {uptime}

[[node.provider]]
site = "mx_list:127.0.0.1:2026"
domains = {held}
hold = 3600

[[node.provider]]
site = "mx_list:127.0.0.1:2026"
domains = ["slow.x.example"]
rate = 1
connections = 1
max_ready = 50000
latency = 0.01
"""


@asynccontextmanager
async def lab(sweep_rate: float = 2300, version: str = "2026.08.04-3ebc1e85") -> AsyncIterator[Replay]:
    """Yield a replay on an empty node of the lab."""
    text = _NODE.format(held=HELD, sweep_rate=sweep_rate, version=version, uptime=81)
    clock = ManualClock(START)
    node = Fleet(parse_scenario(text, "lab.toml"), clock).nodes["mta1"]
    async with client_of(node) as client:
        yield Replay(node, clock, client)


def inject(replay: Replay, mail: dict[str, int]) -> None:
    """Inject messages per queue at the present moment."""
    for queue, messages in mail.items():
        replay.node.inject(queue, messages)
