"""The composition root: settings and options become nodes, clients, the watch, the journal and the acts."""

import contextlib
import getpass
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from kumo_tui.act.service import Acts
from kumo_tui.cli.options import Options
from kumo_tui.cli.target import Target, choose_target
from kumo_tui.clock import Clock, SystemClock
from kumo_tui.config import NodeSettings, Settings
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.node.client import NodeClient
from kumo_tui.node.link import Timeouts
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import ProfileFacts, Watcher


def both_ends_are_terminals() -> bool:
    """Whether standard input and standard output are terminals: the dashboard needs both."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def who_am_i() -> str:
    """`user@host`, as operations are signed."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def make_client(node: NodeSettings, settings: Settings, clock: Clock) -> NodeClient:
    """The client of one node. Raises ConfigError when its CA file holds no certificates."""
    timeouts = Timeouts(connect_s=settings.poll.connect_timeout_s, read_s=settings.poll.read_timeout_s)
    verify = False if node.insecure else str(node.ca_file) if node.ca_file else True
    return NodeClient(node.label, node.url, clock=clock, timeouts=timeouts, verify=verify)


@dataclass(frozen=True)
class Surroundings:
    """What commands touch of the world. Tests bring their own."""

    clock: Clock = field(default_factory=SystemClock)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    make_client: Callable[[NodeSettings, Settings, Clock], NodeClient] = make_client
    is_terminal: Callable[[], bool] = both_ends_are_terminals
    who: Callable[[], str] = who_am_i


@dataclass(frozen=True)
class Call:
    """One command as it was called: its surroundings and the global options in force."""

    surroundings: Surroundings
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class House:
    """Everything a command works with, built for one target."""

    settings: Settings
    target: Target
    clock: Clock
    watcher: Watcher
    acts: Acts


def build_house(call: Call) -> House:
    """Build the rooms for this call. Asks nothing of any node; raises ConfigError or InputError."""
    settings = call.options.settings()
    return house_for(choose_target(call.options, settings, call.surroundings.environ), settings, call.surroundings)


def house_for(target: Target, settings: Settings, world: Surroundings) -> House:
    """The rooms for the nodes of a target."""
    clients = {node.label: world.make_client(node, settings, world.clock) for node in target.nodes}
    journal = MemoryJournal()
    watcher = Watcher(
        [NodeWatch(clients[node.label], node.url, world.clock, settings.poll) for node in target.nodes],
        world.clock,
        journal,
        profile=ProfileFacts(target.profile, target.production),
        interval_s=settings.poll.interval_s,
    )
    acts = Acts(clients, watcher, journal, settings, world.clock, world.who())
    return House(settings, target, world.clock, watcher, acts)


@contextlib.asynccontextmanager
async def opened(house: House) -> AsyncIterator[House]:
    """The house while it is in use; its loops and connections end afterwards."""
    try:
        yield house
    finally:
        await house.watcher.stop()
