"""The composition root: settings and options become nodes, clients, the watch, the journal and the acts."""

import contextlib
import getpass
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kumo_tui.act.desk import remembers_nothing
from kumo_tui.act.service import Acts
from kumo_tui.cli.list_refresh import ListRefresh
from kumo_tui.cli.log_file import LogFile, log_start
from kumo_tui.cli.node_lists import ListReader
from kumo_tui.cli.options import Options
from kumo_tui.cli.prometheus import make_prometheus, overview_watch
from kumo_tui.cli.target import Target, choose_target
from kumo_tui.clock import Clock, SystemClock
from kumo_tui.config import LogSettings, Settings
from kumo_tui.errors import ConfigError, JournalError
from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.journal.place import journal_path
from kumo_tui.journal.port import Kept, Past
from kumo_tui.journal.records import Recorded
from kumo_tui.node.client import NodeClient
from kumo_tui.node.link import Timeouts
from kumo_tui.node.login import Login, Logins
from kumo_tui.node.prometheus import PrometheusClient
from kumo_tui.node.tls import tls_context
from kumo_tui.profiles import NodeSettings
from kumo_tui.prometheus_settings import PrometheusSettings
from kumo_tui.watch.composing import ProfileFacts
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.overview import OverviewWatch
from kumo_tui.watch.watcher import Watcher

# An act waits so long for another process that writes; the screen must not.
JOURNAL_WAIT_S = 2.0


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


def make_client(node: NodeSettings, settings: Settings, clock: Clock, login: Login | None) -> NodeClient:
    """The client of one node. Raises ConfigError when its certificates or its key cannot be used."""
    timeouts = Timeouts(connect_s=settings.poll.connect_timeout_s, read_s=settings.poll.read_timeout_s)
    return NodeClient(
        node.label,
        node.url,
        clock=clock,
        timeouts=timeouts,
        verify=_trust(node),
        compress=settings.poll.is_compressed,
        login=login,
        ssh=settings.ssh.command,
    )


def _trust(node: NodeSettings) -> bool | ssl.SSLContext:
    if not node.url.startswith("https:"):
        return True
    try:
        return tls_context(
            ca_file=node.ca_file,
            insecure=node.insecure,
            client_cert=node.client_cert,
            client_key=node.client_key,
        )
    except ConfigError as error:
        raise ConfigError(f"{node.label}: {error.what}", error.next_step) from error


@dataclass(frozen=True)
class Surroundings:
    """What commands touch of the world. Tests bring their own."""

    clock: Clock = field(default_factory=SystemClock)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    make_client: Callable[[NodeSettings, Settings, Clock, Login | None], NodeClient] = make_client
    make_prometheus: Callable[[PrometheusSettings, Clock, Login | None], PrometheusClient] = make_prometheus
    is_terminal: Callable[[], bool] = both_ends_are_terminals
    who: Callable[[], str] = who_am_i

    def lists(self) -> ListReader:
        """What reads the node lists of profiles."""
        return ListReader(self.environ, self.clock)


@dataclass(frozen=True)
class Meant:
    """What the options of a call come to: the settings in force, and the nodes."""

    settings: Settings
    target: Target


@dataclass(frozen=True)
class Call:
    """One command as it was called: its surroundings and the global options in force.

    `meant` is what they come to, where that was looked at before: lists of nodes are then not read once more.
    """

    surroundings: Surroundings
    options: Options = field(default_factory=Options)
    meant: Meant | None = None


@dataclass(frozen=True)
class House:
    """Everything a command works with, built for one target.

    `past` looks back on the journal; where there is none, it says why. `recall` reads an operation back from it,
    None when it has none of this tag; `history` its newest operations, at most so many, also those that are over.
    `overview` gives the watch over Prometheus, None where the target has none; its secret is fetched then, so that
    no other command waits for it or fails by it. Who calls it stops it.
    `watch_of` gives the watch of one more node, as `Watcher.set_nodes` wants it; `refresh`, once started, hands it
    the nodes of the target's lists.
    """

    settings: Settings
    target: Target
    clock: Clock
    watcher: Watcher
    acts: Acts
    past: Past
    watch_of: Callable[[NodeSettings], NodeWatch]
    close_journal: Callable[[], None] = lambda: None
    recall: Callable[[str], Recorded | None] = remembers_nothing
    history: Callable[[int], Sequence[Recorded]] = lambda _most: ()
    log: LogFile = field(default_factory=lambda: LogFile(LogSettings(), SystemClock()))
    overview: Callable[[], OverviewWatch | None] = lambda: None
    refresh: ListRefresh | None = None


def journal_file(settings: Settings, environ: Mapping[str, str]) -> Path:
    """The journal's file: the settings', else the platform's place for it."""
    return Path(settings.journal).expanduser() if settings.journal else journal_path(environ)


def look_up(call: Call) -> Meant:
    """What the options of this call come to. Raises ConfigError or InputError."""
    settings, world = call.options.settings(), call.surroundings
    target = choose_target(call.options, settings, world.environ, world.lists())
    return Meant(settings.bound_by(target.bound_by), target)


def build_house(call: Call) -> House:
    """Build the rooms for this call. Asks nothing of any node; raises ConfigError or InputError.

    A journal that cannot be opened stops acts, not the watching; what an earlier run left open is gone on with.
    """
    world, meant = call.surroundings, call.meant or look_up(call)
    settings, target = meant.settings, meant.target
    path = journal_file(settings, world.environ)
    try:
        journal = open_journal(path, world.clock, profile=target.profile, wait_s=JOURNAL_WAIT_S)
        recorded = journal.operations(open_only=True)
    except JournalError as error:
        return house_for(target, settings, world, MissingJournal(error))
    try:
        house = house_for(target, settings, world, journal, journal.operation)
    except ConfigError:
        journal.close()
        raise
    house.watcher.resume(recorded)
    return replace(house, close_journal=journal.close, recall=journal.operation, history=journal.operations)


def house_for(
    target: Target,
    settings: Settings,
    world: Surroundings,
    journal: Kept,
    recall: Callable[[str], Recorded | None] = remembers_nothing,
) -> House:
    """The rooms for the nodes of a target, with this journal; `recall` reads an operation back from it."""
    log = LogFile(settings.log, world.clock)
    log_start(settings, world.environ, {node.label: node.url for node in target.nodes})
    logins = Logins(world.environ)
    profile = settings.profile.get(target.profile)

    called: dict[str, str] = {}

    def watch_of(node: NodeSettings) -> NodeWatch:
        called[node.label] = node.instance
        login = logins.of(node.label, node.credentials)
        client = world.make_client(node, settings, world.clock, login)
        marks = {"enabled": node.enabled, "read_only": node.read_only}
        seldom = profile.prometheus.metrics_every_s if profile and profile.prometheus else 0.0
        return NodeWatch(client, node.url, world.clock, settings.poll, metrics_every_s=seldom, **marks)

    watcher = Watcher(
        [watch_of(node) for node in target.nodes],
        world.clock,
        journal,
        profile=ProfileFacts(target.profile, target.production, frozenset(settings.profile) - {target.profile}),
        interval_s=(profile.interval_s if profile else None) or settings.poll.interval_s,
    )
    acts = Acts(watcher.clients, watcher, journal, settings, world.clock, world.who(), recall)

    def overview() -> OverviewWatch | None:
        if profile is None:
            return None
        return overview_watch(profile, world.clock, logins, watcher, called, world.make_prometheus)

    return House(
        settings,
        target,
        world.clock,
        watcher,
        acts,
        journal,
        log=log,
        watch_of=watch_of,
        overview=overview,
        refresh=ListRefresh(profile, world.lists(), watcher, watch_of, target.nodes),
    )


@contextlib.asynccontextmanager
async def opened(house: House) -> AsyncIterator[House]:
    """The house while it is in use; its loops, its connections and its log end afterwards."""
    with house.log:
        try:
            yield house
        finally:
            if house.refresh is not None:
                await house.refresh.stop()
            await house.acts.clean.stop_running()
            await house.acts.guardian.finish()
            await house.watcher.stop()
            house.close_journal()
