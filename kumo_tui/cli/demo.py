"""demo and simulate: the simulated fleet under the dashboard, or on its own."""

from dataclasses import replace

import click

from kumo_tui.cli.compose import Call, house_for
from kumo_tui.cli.dashboard import check_terminal, open_dashboard
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.options import Options, not_blank, with_global_options
from kumo_tui.cli.output import print_table, print_text
from kumo_tui.cli.simulator import Serving, Simulation, serving
from kumo_tui.cli.target import Target
from kumo_tui.journal.memory import MemoryJournal

_scenario = click.option(
    "--scenario", default="demo", show_default=True, callback=not_blank, help="A name, or a TOML file."
)
_seed = click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same mail.")
_speed = click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Simulated seconds a second.",
)


@click.command("demo")
@_scenario
@_seed
@_speed
@with_global_options
@click.pass_obj
def demo_command(call: Call, given: Options, *, scenario: str, seed: int, speed: float) -> int:
    """The dashboard on a simulated fleet; nothing real is touched."""
    options = call.options.merged(given)
    _refuse_target(options)
    check_terminal(replace(call, options=options))
    with serving(Simulation(scenario, seed=seed, speed=speed)) as fleet:
        target = Target("demo", False, fleet.nodes)
        # No Prometheus scrapes it, whatever a profile of the same name says.
        settings = options.settings().model_copy(update={"profile": {}})
        house = house_for(target, settings, call.surroundings, MemoryJournal())
        return open_dashboard(house).code


@click.command("simulate")
@_scenario
@_seed
@_speed
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the first node (default: free).")
@with_global_options
@click.pass_obj
def simulate_command(call: Call, given: Options, *, scenario: str, seed: int, speed: float, port: int) -> Exit:
    """Serve a simulated fleet on 127.0.0.1 until Ctrl-C, for training and tests."""
    options = call.options.merged(given)
    _refuse_target(options)
    with serving(replace(Simulation(scenario, seed=seed, speed=speed), port=port)) as fleet:
        if options.json:
            print_text(fleet.line)
        else:
            _print_fleet(fleet)
        fleet.child.wait()
    return Exit.DONE


def _print_fleet(fleet: Serving) -> None:
    print_table(("NODE", "URL"), [(node.label, node.url) for node in fleet.nodes])
    endpoints = " ".join(f"--endpoint {node.url}" for node in fleet.nodes)
    print_text(f"open it with: kumo-tui {endpoints}", "end it with Ctrl-C")


def _refuse_target(options: Options) -> None:
    if options.endpoints or options.profile:
        raise click.UsageError("a simulated fleet has its own nodes: leave out --endpoint and --profile.")
