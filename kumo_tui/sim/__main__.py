"""``python -m kumo_tui.sim SCENARIO``: serve a simulated fleet on loopback until told to end."""

import argparse
import asyncio
import json
import os
import signal
import sys

from kumo_tui.sim.clock import WallClock
from kumo_tui.sim.fleet import Fleet, serving
from kumo_tui.sim.scenario import load_scenario, scenario_names
from kumo_tui.sim.table import ScenarioError


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code (2: the scenario or the arguments are wrong)."""
    parser = argparse.ArgumentParser(prog="python -m kumo_tui.sim", description="Serve a simulated KumoMTA fleet.")
    parser.add_argument("scenario", help=f"a TOML file or one of: {', '.join(scenario_names())}")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the first node; the others follow (default: free)"
    )
    parser.add_argument("--seed", type=int, default=1, help="same seed, same mail (default: 1)")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second (default: 1)")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    parser.add_argument("--deaths", action="store_true", help="let the deaths of the scenario happen")
    options = parser.parse_args(arguments)
    try:
        scenario = load_scenario(options.scenario)
        fleet = Fleet(scenario, WallClock(options.speed), options.seed, deaths=options.deaths)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    asyncio.run(_serve(fleet, options.port, until_stdin_closes=options.until_stdin_closes))
    return 0


async def _serve(fleet: Fleet, port: int, *, until_stdin_closes: bool) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    if until_stdin_closes:
        loop.add_reader(sys.stdin, lambda: _drain(loop, ended))
    async with serving(fleet, port) as running:
        nodes = [{"name": name, "url": url} for name, url in running.urls.items()]
        print(json.dumps({"nodes": nodes}), flush=True)
        await ended.wait()


def _drain(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 65_536):
        loop.remove_reader(sys.stdin)
        ended.set()


if __name__ == "__main__":
    sys.exit(main())
