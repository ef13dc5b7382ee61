"""Scenarios: what nodes there are, what stands in their queues, who sends and where mail goes. TOML files."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from math import inf
from pathlib import Path
from typing import Any, cast, get_args

from kumo_tui.sim.accident import Death
from kumo_tui.sim.engine.directives import Criteria
from kumo_tui.sim.engine.engine import EngineSettings
from kumo_tui.sim.engine.providers import Provider
from kumo_tui.sim.engine.senders import Sender
from kumo_tui.sim.table import Range, ScenarioError, Table
from kumo_tui.sim.versions import Version
from kumo_tui.sim.web.access import Access, Role, User

_LISTS = ("provider", "sender", "standing", "generate", "bounce", "suspend", "hold", "user")

# What a profile takes as the name of a node.
MOST_NAME = 40


@dataclass(frozen=True)
class Standing:
    """Mail that stands in each of ``queues`` at the start, due over the seconds of ``due_in``."""

    queues: tuple[str, ...]
    messages: int
    due_in: Range
    attempts: int
    age: float


@dataclass(frozen=True)
class Generated:
    """Many queues: ``pattern`` with ``{i}`` from 0 and names of ``modulo`` (``{t}``: ``i`` modulo its number)."""

    pattern: str
    queues: int
    messages: int
    modulo: dict[str, int]
    due_in: float
    age: float


@dataclass(frozen=True)
class Placed:
    """A directive or suspension that exists at the start, without a sweep; ``seconds`` it still has."""

    criteria: Criteria
    reason: str
    seconds: float
    bounced: dict[str, int]


@dataclass(frozen=True)
class HeldReady:
    """A suspended ready queue at the start."""

    name: str
    reason: str
    seconds: float


@dataclass(frozen=True)
class NodePlan:
    """One node of a scenario. ``uptime`` is how many seconds its process has been running.

    ``log`` says whether it keeps a record of what happens to each message: memory for every one of them.
    ``clock_offset`` is by how many seconds its clock is wrong; ``death`` is what may happen to it by itself.
    """

    name: str
    engine: EngineSettings
    access: Access
    standing: tuple[Standing, ...]
    generated: tuple[Generated, ...]
    bounces: tuple[Placed, ...]
    suspensions: tuple[Placed, ...]
    held: tuple[HeldReady, ...]
    uptime: float
    log: bool
    clock_offset: float
    death: Death | None


@dataclass(frozen=True)
class Scenario:
    """A fleet as a file describes it."""

    name: str
    nodes: tuple[NodePlan, ...]


def scenario_names() -> list[str]:
    """Return the names of the scenarios that come with the simulator."""
    folder = resources.files("kumo_tui.sim") / "scenarios"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def load_scenario(name: str | Path) -> Scenario:
    """Load a scenario by its name, or from a file. Raises ScenarioError for a missing or wrong one."""
    if isinstance(name, str) and name in scenario_names():
        source = resources.files("kumo_tui.sim") / "scenarios" / f"{name}.toml"
        return parse_scenario(source.read_text("utf-8"), f"{name}.toml")
    path = Path(name)
    if not path.is_file():
        known = ", ".join(scenario_names())
        raise ScenarioError(f"{name}: no such scenario or file (known: {known})")
    return parse_scenario(path.read_text("utf-8"), str(path))


def parse_scenario(text: str, file: str) -> Scenario:
    """Read the text of a scenario; ``file`` is what errors name."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{file}: {error}") from None
    common = document.pop("common", {})
    nodes = document.pop("node", None)
    if not isinstance(nodes, list) or not nodes:
        raise ScenarioError(f"{file}: node: expected at least one [[node]]")
    document.pop("title", None)
    Table(file, "", document).finish()
    plans = [_node(Table(file, f"node[{place}]", _merged(common, node))) for place, node in enumerate(nodes)]
    names = [plan.name for plan in plans]
    if len(set(names)) != len(names):
        raise ScenarioError(f"{file}: node.name: expected different names")
    return Scenario(Path(file).stem, tuple(plans))


def _merged(common: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Join what all nodes share to what one node has: its own values win, lists are joined."""
    merged = {**common, **node}
    for key in _LISTS:
        if key in common and key in node:
            merged[key] = [*common[key], *node[key]]
    return merged


def _node(table: Table) -> NodePlan:
    name = table.text("name")
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable() or name != name.strip():
        raise table.error("name", f"1 to {MOST_NAME} printable characters without blanks at the ends")
    try:
        version = Version(table.text("version"))
    except ValueError:
        raise table.error("version", "YYYY.MM.DD-hash") from None
    engine = EngineSettings(
        version=version,
        providers=tuple(_provider(item) for item in table.tables("provider")),
        senders=tuple(_sender(item) for item in table.tables("sender")),
        retry_interval=table.number("retry_interval", 1200.0, above=0),
        sweep_rate=table.number("sweep_rate", 5000.0, above=0),
        silence_per_queue=table.number("silence_per_queue", 0.0),
        ready_full_delay=table.span("ready_full_delay", (30.0, 90.0)),
        reap_interval=table.number("reap_interval", 600.0, above=0),
    )
    plan = NodePlan(
        name=name,
        engine=engine,
        access=Access(table.flag("trust_hosts", True), tuple(_user(item) for item in table.tables("user"))),
        standing=tuple(_standing(item) for item in table.tables("standing")),
        generated=tuple(_generated(item) for item in table.tables("generate")),
        bounces=tuple(_placed(item) for item in table.tables("bounce")),
        suspensions=tuple(_placed(item) for item in table.tables("suspend")),
        held=tuple(_held(item) for item in table.tables("hold")),
        uptime=table.number("uptime", 86_400.0),
        log=table.flag("log", False),
        clock_offset=table.number("clock_offset", 0.0, above=-inf),
        death=_death(table.maybe_table("death")),
    )
    table.finish()
    return plan


def _provider(table: Table) -> Provider:
    made = Provider(
        site=table.text("site"),
        domains=table.some_texts("domains"),
        sources=table.texts("sources", ("unspecified",)),
        pool=table.text("pool", "unspecified"),
        rate=table.maybe_number("rate"),
        latency=table.number("latency", 0.05, above=0),
        connections=table.whole("connections", 10),
        max_ready=table.whole("max_ready", 1024),
        deferred=table.number("deferred", 0.0),
        defers=frozenset(table.texts("defers", ())),
        hold=table.number("hold", 0.0),
        batch=table.whole("batch", 1, least=1),
        max_deliveries=table.whole("max_deliveries", 1024, least=1),
    )
    table.finish()
    return made


def _sender(table: Table) -> Sender:
    made = Sender(
        queues=table.some_texts("queues"),
        rate=table.number("rate", above=0),
        start=table.number("start", 0.0),
        stop=table.number("stop", inf),
    )
    table.finish()
    return made


def _standing(table: Table) -> Standing:
    made = Standing(
        queues=table.some_texts("queues"),
        messages=table.whole("messages"),
        due_in=table.span("due_in", (1.0, 1200.0)),
        attempts=table.whole("attempts", 1),
        age=table.number("age", 3600.0),
    )
    table.finish()
    return made


def _generated(table: Table) -> Generated:
    made = Generated(
        pattern=table.text("pattern"),
        queues=table.whole("queues"),
        messages=table.whole("messages", 1),
        modulo=table.counts("modulo"),
        due_in=table.number("due_in", 86_400.0),
        age=table.number("age", 3600.0),
    )
    try:
        made.pattern.format(i=0, **dict.fromkeys(made.modulo, 0))
    except (KeyError, IndexError, ValueError):
        raise table.error("pattern", "a text with {i} and the names of modulo in braces") from None
    table.finish()
    return made


def _placed(table: Table) -> Placed:
    made = Placed(
        criteria=Criteria(
            campaign=table.maybe_text("campaign"),
            tenant=table.maybe_text("tenant"),
            domain=table.maybe_text("domain"),
            routing_domain=table.maybe_text("routing_domain"),
            queue_names=frozenset(table.texts("queue_names", ())),
        ),
        reason=table.text("reason"),
        seconds=table.number("seconds", above=0),
        bounced=table.counts("bounced"),
    )
    table.finish()
    return made


def _death(table: Table | None) -> Death | None:
    if table is None:
        return None
    made = Death(table.number("after_bounce"), table.number("down_for", above=0))
    table.finish()
    return made


def _held(table: Table) -> HeldReady:
    made = HeldReady(table.text("name"), table.text("reason"), table.number("seconds", above=0))
    table.finish()
    return made


def _user(table: Table) -> User:
    role = table.text("role")
    if role not in get_args(Role):
        raise table.error("role", f"one of {', '.join(get_args(Role))}")
    made = User(table.text("name"), cast(Role, role), table.maybe_text("password"), table.maybe_text("token"))
    table.finish()
    return made
