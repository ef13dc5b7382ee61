"""Small nodes for the simulator's own tests."""

from kumo_tui.sim import Fleet, ManualClock, SimNode, parse_scenario

NEW = "2026.06.23-f3af1cd0"
OLD = "2024.11.08-d383b033"
SLOW = """
[[node.provider]]
site = "slow.example"
domains = ["slow.example"]
rate = 20
connections = 1
latency = 0.02
"""
HELD = """
[[node.provider]]
site = "hold.example"
domains = ["hold.example"]
hold = 3600
"""


def stage(body: str = "", version: str = NEW, head: str = "") -> tuple[SimNode, ManualClock]:
    """Return one node made of the given TOML, and the clock that moves it."""
    clock = ManualClock()
    text = f'[[node]]\nname = "mta1"\nversion = "{version}"\n{head}\n{body}'
    return Fleet(parse_scenario(text, "stage.toml"), clock).nodes["mta1"], clock


def wait(node: SimNode, clock: ManualClock, seconds: float) -> None:
    """Let time pass for the node."""
    clock.advance(seconds)
    node.catch_up()


def standing(node: SimNode, queue: str) -> int:
    """Return how many messages stand in a scheduled queue."""
    found = node.engine.book.get(queue)
    return found.count if found else 0
