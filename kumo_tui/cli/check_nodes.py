"""The doctor's look at the nodes: it only reads, and says what follows from what each node is."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from kumo_tui.act.capability_words import NO_DESCRIPTION, can_words, cannot_words, plain_bounce
from kumo_tui.act.rights import order_of
from kumo_tui.cli.checks import Check, Health
from kumo_tui.cli.compose import Surroundings
from kumo_tui.cli.target import Target
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.errors import ConfigError, EndpointMissing, NoAnswer, NodeError, TlsUntrusted, Unreachable
from kumo_tui.model.capability import NOT_ITS_OWN, TWO_VERSIONS, Capability
from kumo_tui.model.snapshot import TAKES_MAIL, MachineInfo, Metrics
from kumo_tui.node.client import NodeClient
from kumo_tui.node.login import Logins
from kumo_tui.node.tunnel import ssh_words
from kumo_tui.profiles import NodeSettings
from kumo_tui.text import one_line, plural
from kumo_tui.urls import is_plain_http, ssh_way
from kumo_tui.watch.flaws import stranger

PATIENCE_S = 10.0

# A node's clock is told to the second only, and the answer takes its time.
SKEW_S = 5.0

_ACCESS = "whether it may be changed from here only an act shows"
_SILENT = Unreachable | TlsUntrusted | NoAnswer

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Examined:
    """One node after the look: its lines, and whether its list and its metrics could be read.

    One that the settings have off is not `is_asked`, as by the dashboard.
    """

    checks: tuple[Check, ...]
    is_read: bool
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class _Answers:
    """What a node answered; None where it did not. `took_s` is how long its first answer took.

    `failed` is what went wrong with its list or its metrics, without which a node is not known; `lacking` with the
    rest.
    """

    took_s: float
    skew_s: float | None = None
    metrics: Metrics | None = None
    capability: Capability | None = None
    info: MachineInfo | None = None
    liveness: str | None = None
    failed: tuple[NodeError, ...] = ()
    lacking: tuple[NodeError, ...] = ()

    @property
    def version(self) -> str | None:
        if self.info is not None:
            return self.info.version
        return self.capability.version if self.capability else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A node that told who it is."""

    label: str
    info: MachineInfo


async def examine(nodes: Sequence[NodeSettings], settings: Settings, world: Surroundings) -> list[Examined]:
    """Look at all nodes at the same time; one whose login or certificates cannot be used is not asked."""
    off = [_off(node) for node in nodes if not node.enabled]
    logins, nodes = Logins(world.environ), [node for node in nodes if node.enabled]
    made = [_made(node, settings, world, logins) for node in nodes]
    clients = [client for client in made if isinstance(client, NodeClient)]
    try:
        answers = dict(
            zip(clients, await asyncio.gather(*(_ask(each, world.clock) for each in clients)), strict=True)
        )
    finally:
        await asyncio.gather(*(client.aclose() for client in clients))
    ssh = await ssh_words(settings.ssh.command, world.environ) if any(ssh_way(node.url) for node in nodes) else ""
    seen = list[_Seen]()
    found = list[Examined]()
    for node, client in zip(nodes, made, strict=True):
        if isinstance(client, ConfigError):
            found.append(_unusable(node, client))
            continue
        info = answers[client].info
        twin = _twin(info, seen)
        found.append(_examined(node, answers[client], settings, ssh, twin))
        if info is not None:
            seen.append(_Seen(node.label, info))
    return found + off


def _twin(info: MachineInfo | None, seen: Sequence[_Seen]) -> Check | None:
    """That an earlier node is the same server, or of the same image; None where none is."""
    alike = [each for each in seen if info is not None and each.info.node_id == info.node_id]
    if info is None or not alike:
        return None
    same = next((each for each in alike if each.info.online_since == info.online_since), None)
    if same is not None:
        words = f"it is the same server as {same.label}, counted and acted on once."
        return Check("node", Health.WARNING, words, "Leave one of the two out of the nodes.")
    words = (
        f"it tells the node id of {alike[0].label} too, but another start: machines of one image, each counted."
    )
    return Check("node", Health.WARNING, words, "Where it is one server behind two addresses, name it once.")


def _off(node: NodeSettings) -> Examined:
    words = "off (enabled = false): it is not asked."
    check = Check("node", Health.OK, words, "It can be enabled on the nodes screen.", node.label)
    return Examined((check,), is_read=False, is_asked=False)


def profile_checks(target: Target, settings: Settings) -> Iterator[Check]:
    """What holds on these nodes: by their profile, or by those that they are in where none was chosen."""
    order = order_of(settings.bound_by(target.bound_by), target.profile)
    marks = ["PRODUCTION"] if target.production else []
    marks += [f"read-only ({order})"] if order else []
    profile = settings.profile.get(target.profile)
    if profile is not None:
        listed = len(target.nodes) - len(profile.nodes)
        marks.append(
            plural(len(target.nodes), "node") + (f", {listed} of them listed elsewhere" if listed else "")
        )
        yield Check("nodes", Health.OK, f"profile {one_line(target.profile, 60)}: {', '.join(marks)}")
    elif target.bound_by:
        names = ", ".join(one_line(name, 60) for name in target.bound_by)
        holds = f": {', '.join(marks)}" if marks else ""
        yield Check("nodes", Health.OK, f"what profile {names} says holds for them too{holds}")


def _made(node: NodeSettings, settings: Settings, world: Surroundings, logins: Logins) -> NodeClient | ConfigError:
    try:
        login = logins.of(node.label, node.credentials)
        return world.make_client(node, settings, world.clock, login)
    except ConfigError as error:
        return error


def _unusable(node: NodeSettings, error: ConfigError) -> Examined:
    check = Check("node", Health.FAILED, error.what.removeprefix(f"{node.label}: "), error.next_step, node.label)
    return Examined((check,), is_read=False)


async def _ask(client: NodeClient, clock: Clock) -> _Answers:
    """Ask for everything once; a node that does not answer at all is asked for nothing more."""
    failed: list[NodeError] = []
    lacking: list[NodeError] = []
    began = clock.monotonic()
    await _tried(client.list_directives(patience_s=PATIENCE_S), failed)
    took_s = clock.monotonic() - began
    if any(isinstance(error, _SILENT) for error in failed):
        return _Answers(took_s, failed=tuple(failed))
    metrics = await _tried(client.read_metrics(patience_s=PATIENCE_S), failed)
    await _tried(client.list_suspensions(patience_s=PATIENCE_S), lacking)
    capability = await _tried(client.probe(patience_s=PATIENCE_S), lacking)
    info = await _tried(client.machine_info(patience_s=PATIENCE_S), lacking)
    liveness = await _tried(client.liveness(patience_s=PATIENCE_S), [])
    # A build without stops has no list of them, which its description tells.
    lacking = [error for error in lacking if not isinstance(error, EndpointMissing)]
    failed += stranger(client.name, info, None).values()
    return _Answers(
        took_s, client.clock_skew_s, metrics, capability, info, liveness, tuple(failed), tuple(lacking)
    )


async def _tried(request: Awaitable[Value], failures: list[NodeError]) -> Value | None:
    try:
        return await request
    except NodeError as error:
        failures.append(error)
        return None


def _examined(node: NodeSettings, answers: _Answers, settings: Settings, ssh: str, twin: Check | None) -> Examined:
    """`ssh` is which ssh is run, for nodes behind it; `twin` says that it is there twice."""
    is_read = not answers.failed
    checks = [_said(error, node, Health.FAILED) for error in answers.failed]
    checks += [_said(error, node, Health.WARNING) for error in answers.lacking]
    if is_read:
        checks += [*_reached(answers), *_abilities(answers), _plain(answers, settings)]
    checks += [twin] if twin is not None else []
    checks += [_login(node, is_read=is_read), *_transport(node, ssh), *_kept(node)]
    return Examined(tuple(replace(check, node=node.label) for check in checks), is_read)


def _said(error: NodeError, node: NodeSettings, health: Health) -> Check:
    return Check("node", health, error.what.removeprefix(f"{node.label}: "), error.next_step)


def _reached(answers: _Answers) -> Iterator[Check]:
    version = one_line(answers.version, 60) if answers.version else "of unknown version"
    clock = "" if answers.skew_s is None else f", clock {round(answers.skew_s):+d} s"
    yield Check("node", Health.OK, f"kumod {version}, answered in {answers.took_s * 1000:.0f} ms{clock}")
    if answers.skew_s is not None and abs(answers.skew_s) >= SKEW_S:
        way = "ahead of" if answers.skew_s > 0 else "behind"
        words = f"its clock is {abs(answers.skew_s):.0f} s {way} ours: its logs and the journal differ."
        yield Check("node", Health.WARNING, words, "Set both clocks by NTP. Durations are not affected.")
    if answers.liveness not in (None, TAKES_MAIL):
        words = f"it takes no mail: {answers.liveness}."
        yield Check("node", Health.WARNING, words, "New mail is refused there until that is over.")
    for trouble in answers.metrics.troubles if answers.metrics else ():
        yield Check("node", Health.WARNING, f"{trouble}.", "Bounces there may be slow or stall.")


def _abilities(answers: _Answers) -> Iterator[Check]:
    capability = answers.capability
    if capability is None:
        yield Check("node", Health.WARNING, NO_DESCRIPTION, "Check the URL; builds since 2024.06 have one.")
        return
    if answers.info is not None and not capability.describes(answers.info.version):
        runs, told = one_line(answers.info.version, 60), one_line(capability.version, 60)
        yield Check("node", Health.WARNING, f"{NOT_ITS_OWN}: {told}, not {runs}.", TWO_VERSIONS)
        return
    yield Check("node", Health.OK, f"can: {can_words(capability)}")
    cannot = cannot_words(capability)
    if cannot:
        yield Check("node", Health.WARNING, f"cannot: {cannot}.", "What needs it is not offered there.")


def _plain(answers: _Answers, settings: Settings) -> Check:
    """Whether a plain bounce is exact, and what follows (KUMOMTA.md 0)."""
    plain = plain_bounce(answers.version, answers.capability, settings.act.plain_is_exact)
    fine = plain.is_exact or plain.by_setting
    return Check("node", Health.OK if fine else Health.WARNING, plain.why, plain.next_step)


def _login(node: NodeSettings, *, is_read: bool) -> Check:
    """Which login is used, and where its secret is from; never the secret."""
    words = node.credentials.words if node.credentials is not None else "without credentials"
    if is_read:
        return Check("node", Health.OK, f"may be read from here, {words}; {_ACCESS}")
    return Check("node", Health.OK, f"it is asked {words}")


def _kept(node: NodeSettings) -> Iterator[Check]:
    if node.read_only:
        yield Check("node", Health.OK, "only watched (read_only): nothing that changes it is offered")


def _transport(node: NodeSettings, ssh: str) -> Iterator[Check]:
    way = ssh_way(node.url)
    if way is not None:
        yield Check("node", Health.OK, f"reached by ssh to {way.destination}, as {way.far} there; by {ssh}")
    if node.url.startswith("https:") and node.insecure:
        words = "its certificate is not verified (insecure): anybody may answer in its place."
        yield Check("node", Health.WARNING, words, "Set ca_file for it instead.")
    elif is_plain_http(node.url):
        way_on = "to another machine" if way is None else f"from {way.host} on to another machine"
        words = f"plain HTTP {way_on}: whoever is in between can read and change it."
        if node.credentials is not None and node.credentials.scheme is not None:
            words = f"{words} The credentials too (allow_plain_http)."
        yield Check("node", Health.WARNING, words, "Use https, or ssh:// to that machine itself.")
