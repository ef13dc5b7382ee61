"""One look at the nodes, for a command that prints what it finds and ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from kumo_tui.cli.compose import Call, build_house, look_up, opened
from kumo_tui.cli.open_operations import Seen, seen_operations
from kumo_tui.cli.options import as_usage_error
from kumo_tui.cli.output import say
from kumo_tui.cli.standing import say_unattended
from kumo_tui.config import Settings
from kumo_tui.errors import InputError
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.units import duration_text, parse_duration

# Whoever waits for a look at a fleet wants to hear of the others before that of a node that hangs.
WAIT_S = 10.0
LONGEST_WAIT_S = 3600


@dataclass(frozen=True, eq=False)
class Look:
    """What one look at the nodes found. `operations` are ours that were open before it."""

    snapshot: Snapshot
    operations: Sequence[Seen] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a look goes: to one node alone, where `only` names it, and for how many seconds of silence.

    `timeout_s` None is `WAIT_S`, or less where the settings wait less for an answer.
    """

    only: str | None = None
    timeout_s: float | None = None

    def within(self, settings: Settings) -> Settings:
        """The settings under which the nodes are read: whoever waits for one look waits for no sweep to end."""
        poll = settings.poll
        wait_s = min(WAIT_S, poll.read_timeout_s) if self.timeout_s is None else self.timeout_s
        waits = {"read_timeout_s": wait_s, "busy_timeout_s": wait_s}
        waits["connect_timeout_s"] = min(wait_s, poll.connect_timeout_s)
        return settings.model_copy(update={"poll": poll.model_copy(update=waits)})


def _timeout(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = parse_duration(value, "--timeout")
    except InputError as error:
        raise as_usage_error(error, "--timeout") from error
    if not 1 <= seconds <= LONGEST_WAIT_S:
        raise click.BadParameter(f"between 1s and {duration_text(LONGEST_WAIT_S)}, please.")
    return float(seconds)


within = click.option(
    "--timeout",
    metavar="DURATION",
    callback=_timeout,
    help=f"How long a node may be silent before the others are printed without it.  [default: {WAIT_S:g}s]",
)


async def one_look(call: Call, bounds: Bounds) -> Look:
    """Read every node once, and say on standard error what of ours stands unattended.

    Raises click.UsageError for a node that is not there, ConfigError or InputError as `build_house`.
    """
    meant, only = look_up(call), bounds.only
    meant = replace(meant, settings=bounds.within(meant.settings))
    async with opened(build_house(replace(call, meant=meant))) as house:
        names = [node.label for node in house.target.nodes]
        if only is not None and only not in names:
            raise click.UsageError(f"--node: there is no node {only!r} here; there are: {', '.join(names)}.")
        snapshot = await house.watcher.poll_once()
        for words in house.target.unverified():
            say(words)
        say_unattended(house)
        return Look(snapshot, seen_operations(house.watcher, snapshot))
