"""Watching one node: what it was asked, what it last answered, and what it is to us now."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from kumo_tui.clock import Clock
from kumo_tui.config import PollSettings
from kumo_tui.errors import (
    ConnectionCut,
    EndpointMissing,
    NoAnswer,
    NodeError,
    TlsUntrusted,
    Unauthorized,
    Unreachable,
)
from kumo_tui.model.capability import NOT_ITS_OWN, TWO_VERSIONS, Capability
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.snapshot import Arriving, MachineInfo, Metrics, NodeSnapshot, NodeState, Timed
from kumo_tui.node.client import NodeClient
from kumo_tui.node.hearing import Hearing
from kumo_tui.text import one_line
from kumo_tui.watch.counters import Counters
from kumo_tui.watch.flaws import stranger, unreadable
from kumo_tui.watch.liveness import Liveness

INFO_EVERY_S = 10.0

# Read only now and then: what is wrong with it stays until the next time.
DESCRIPTION = "description"

# No restart need be seen between two builds: an older one may tell neither its start nor its uptime.
PROBE_EVERY_S = 60.0
SILENT_AFTER_S = 5.0
DOWN_AFTER = 3
PATIENCE_AFTER_DIRECTIVE_S = 300.0

# Without these a node is not known; what else cannot be read is shown, and the node counts as read all the same.
ESSENTIAL = ("directives", "metrics")

Value = TypeVar("Value")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Known:
    """What the node answered last, part by part."""

    metrics: Timed[Metrics] | None = None
    directives: Timed[tuple[Directive, ...]] | None = None
    suspensions: Timed[tuple[Suspension, ...]] | None = None
    info: MachineInfo | None = None
    capability: Capability | None = None
    info_at: float | None = None
    node_id: str | None = None
    swapped_at: float | None = None
    probed_at: float | None = None
    counters: Counters = field(default_factory=Counters)
    restarts: int = 0


class NodeWatch:
    """Reads one node, one request at a time, and remembers the last good answers.

    `patient_until` is monotonic seconds until which silence counts as busy, not as an outage: a big sweep
    silences a node on every endpoint for minutes (KUMOMTA.md 0). One that is not `enabled` is not asked anything;
    a `read_only` one is not acted on, by order.
    """

    def __init__(
        self,
        client: NodeClient,
        url: str,
        clock: Clock,
        settings: PollSettings,
        *,
        enabled: bool = True,
        read_only: bool = False,
        metrics_every_s: float = 0.0,
    ) -> None:
        self.client = client
        self.name = client.name
        self.url = url
        self.enabled = enabled
        self.read_only = read_only
        self.metrics_every_s = metrics_every_s
        """How often a poll that is not whole reads the metrics, in seconds; 0: each time."""
        self.patient_until = 0.0
        self.failures = 0
        self._clock = clock
        self._settings = settings
        self._known = _Known()
        self._liveness = Liveness(client)
        self._errors: dict[str, NodeError] = {}
        self._hearing: Hearing | None = None
        self._took_s: dict[str, float] = {}
        self._worked_s: dict[str, float] = {}
        self._info_wanted = False
        self._polling = asyncio.Lock()

    async def poll(self, *, whole: bool = True) -> None:
        """Read everything once. Never raises: failures are kept and shown, old data stays.

        One that is not `whole` leaves the metrics out until they are due.
        """
        async with self._polling:
            # It may have been switched off while it was being polled for somebody else.
            if not self.enabled:
                return
            errors = {part: error for part, error in self._errors.items() if part == DESCRIPTION}
            for part, read in self._parts(with_metrics=whole or self._metrics_are_due):
                errors.pop(part, None)
                error = await self._tried(read)
                if error is not None:
                    errors[part] = error
                if isinstance(error, Unreachable | TlsUntrusted | NoAnswer):
                    break
            self._errors = {**self._flaws(), **errors}
            failed = self._failed()
            if any(isinstance(error, Unauthorized) for error in failed):
                # What may not even read tells nothing about acts: it is the login that fails.
                self.client.forget_refused_acts()
            self.failures = self.failures + 1 if failed else 0
            await self._tried(partial(self._ask_liveness, failed))

    def heard(self, directives: Timed[tuple[Directive, ...]]) -> None:
        """Take a list that somebody else asked for, unless a newer one is known."""
        known = self._known.directives
        if known is None or known.asked_at < directives.asked_at:
            self._take_directives(directives)

    def snapshot(self) -> NodeSnapshot:
        """The node as it is known now."""
        known = self._known
        return NodeSnapshot(
            name=self.name,
            url=self.url,
            state=self._state() if self.enabled else NodeState.DISABLED,
            metrics=known.metrics,
            directives=known.directives,
            suspensions=known.suspensions,
            info=known.info,
            capability=known.capability,
            errors={part: str(error) for part, error in self._errors.items()},
            silent_s=self.silent_s,
            liveness=self._liveness.words,
            clock_skew_s=self.client.clock_skew_s,
            complaint=self.client.complaint,
            restarts=known.restarts,
            refused_acts=self.client.refused_acts,
            arriving=self.arriving,
            reading_s=self.reading_s if self._took_s else None,
            metrics_every_s=self.metrics_every_s,
            enabled=self.enabled,
            read_only=self.read_only,
        )

    @property
    def info(self) -> MachineInfo | None:
        """Who it said to be, None where it has not, or not since it started anew."""
        return self._known.info

    @property
    def told_info_at(self) -> float:
        """Monotonic seconds at which it was asked last for what it said of itself; never is minus infinity."""
        return float("-inf") if self._known.info_at is None else self._known.info_at

    @property
    def silent_s(self) -> float:
        """For how long nothing has come of the answer to the request in flight, 0 when none is."""
        return (
            0.0 if self._hearing is None or not self.enabled else self._hearing.silent_s(self._clock.monotonic())
        )

    @property
    def reading_s(self) -> float:
        """What the last directives and metrics took, fetched and read, but for waiting for busy or other nodes."""
        return sum(self._took_s.values())

    @property
    def worked_s(self) -> float:
        """What of that was our own work."""
        return sum(self._worked_s.values())

    @property
    def has_data(self) -> bool:
        """Whether its queues were ever read."""
        return self._known.metrics is not None

    @property
    def arriving(self) -> Arriving | None:
        """What has come of the answer that has begun, None where none has."""
        hearing = self._hearing
        if hearing is None or not hearing.size_bytes:
            return None
        return Arriving(hearing.coming_s(self._clock.monotonic()), hearing.size_bytes)

    @property
    def is_patient(self) -> bool:
        """Whether silence would count as busy."""
        return self._clock.monotonic() < self.patient_until

    def _state(self) -> NodeState:
        if self.silent_s >= SILENT_AFTER_S and self.is_patient:
            return NodeState.BUSY
        failed = self._failed()
        if not failed:
            return NodeState.OK if self._known.metrics else NodeState.STARTING
        if any(isinstance(error, Unauthorized) for error in failed):
            return NodeState.UNAUTHORIZED
        if self.is_patient and any(isinstance(error, NoAnswer) for error in failed):
            return NodeState.BUSY
        if self._known.metrics is None or self.failures >= DOWN_AFTER:
            return NodeState.DOWN
        return (
            NodeState.DOWN if any(isinstance(e, Unreachable | TlsUntrusted) for e in failed) else NodeState.STALE
        )

    def _flaws(self) -> dict[str, NodeError]:
        known = self._known
        swapped_s = None if known.swapped_at is None else self._clock.monotonic() - known.swapped_at
        lists = {"directives": known.directives, "suspensions": known.suspensions}
        return {**stranger(self.name, known.info, swapped_s), **unreadable(self.name, lists)}

    def _failed(self) -> list[NodeError]:
        return [self._errors[part] for part in ESSENTIAL if part in self._errors]

    async def _tried(self, read: Callable[[], Awaitable[None]]) -> NodeError | None:
        try:
            await read()
        except NodeError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a mistake of ours must show on the screen, not end the watch
            _log.exception("reading %s", self.name)
            return NodeError(self.name, f"unexpected {type(error).__name__}: {one_line(str(error), 120)}")
        finally:
            self._hearing = None
        return None

    @property
    def _metrics_are_due(self) -> bool:
        last = self._known.metrics
        age_s = None if last is None else self._clock.monotonic() - last.asked_at
        return age_s is None or age_s >= self.metrics_every_s or bool(self._failed())

    def _parts(self, *, with_metrics: bool) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        """What is to be read, one by one: what comes first may make it necessary to read what comes last."""
        essential = [("directives", self._read_directives), ("metrics", self._read_metrics)]
        if not with_metrics:
            # The pace is that of what is read.
            part, _read = essential.pop()
            self._took_s.pop(part, None)
            self._worked_s.pop(part, None)
        # Where one was waited for in vain, the other may tell how the node gets on.
        yield from reversed(essential) if isinstance(self._errors.get("directives"), NoAnswer) else essential
        yield "suspensions", self._read_suspensions
        if self._info_is_due():
            yield "machine info", self._read_info
        if self._probe_is_due():
            yield DESCRIPTION, self._read_capability

    def _info_is_due(self) -> bool:
        known = self._known
        if known.capability is not None and not known.capability.has_machine_info:
            return False
        missing = known.info is None and known.capability is not None
        return missing or self._info_wanted or self._is_due(known.info_at)

    def _probe_is_due(self) -> bool:
        """What a node can do changes with its build: look after a failure, now and then, and until it has told."""
        known = self._known
        if known.probed_at is None or self._failed():
            return True
        every_s = INFO_EVERY_S if known.capability is None else PROBE_EVERY_S
        return self._clock.monotonic() - known.probed_at >= every_s

    def _is_due(self, last: float | None) -> bool:
        return last is None or bool(self._failed()) or self._clock.monotonic() - last >= INFO_EVERY_S

    @property
    def _patience_s(self) -> float:
        return self._settings.busy_timeout_s if self.is_patient else self._settings.read_timeout_s

    async def _asked(self, request: Callable[[Hearing], Awaitable[Value]]) -> Timed[Value]:
        asked_at = self._clock.monotonic()
        self._hearing = Hearing(asked_at)
        value = await request(self._hearing)
        return Timed(value, self._clock.monotonic(), asked_at)

    async def _timed(self, part: str, request: Callable[[Hearing], Awaitable[Value]]) -> Timed[Value]:
        """The same, of a part that the pace of the polls depends on."""
        answer, hearing = await self._asked(request), self._hearing
        mute_s = 0.0 if hearing is None or hearing.first_at is None else hearing.first_at - answer.asked_at
        busy_s = max(0.0, mute_s - SILENT_AFTER_S) if self.is_patient else 0.0
        queued_s, worked_s = (0.0, 0.0) if hearing is None else (hearing.queued_s, hearing.worked_s)
        self._took_s[part] = answer.at - answer.asked_at - busy_s - queued_s
        self._worked_s[part] = worked_s
        return answer

    async def _read_directives(self) -> None:
        patience_s = self._patience_s
        self._take_directives(
            await self._timed(
                "directives",
                lambda hearing: self.client.list_directives(patience_s=patience_s, hearing=hearing),
            )
        )

    def _take_directives(self, answer: Timed[tuple[Directive, ...]]) -> None:
        before = self._known.directives
        listed = {entry.id for entry in answer.value}
        if before is not None and any(entry.id not in listed for entry in before.value):
            # Ended, cancelled, or forgotten by a restart: only the node's own start time tells.
            self._info_wanted = True
        self._known = replace(self._known, directives=answer)
        if answer.value:
            self.patient_until = max(self.patient_until, answer.at + PATIENCE_AFTER_DIRECTIVE_S)

    async def _read_suspensions(self) -> None:
        asked_at = self._clock.monotonic()
        try:
            answer = await self._asked(
                lambda hearing: self.client.list_suspensions(patience_s=self._patience_s, hearing=hearing)
            )
        except EndpointMissing:
            answer = Timed((), self._clock.monotonic(), asked_at)
        self._known = replace(self._known, suspensions=answer)

    async def _read_metrics(self) -> None:
        patience_s = self._patience_s
        answer = await self._timed(
            "metrics", lambda hearing: self.client.read_metrics(patience_s=patience_s, hearing=hearing)
        )
        if self._known.counters.fell(answer.value):
            self._note_restart()
        counters = self._known.counters.taken(answer.value, answer.at)
        troubles = (*answer.value.troubles, *counters.troubles(answer.at))
        metrics = replace(answer, value=replace(answer.value, troubles=troubles))
        self._known = replace(self._known, metrics=metrics, counters=counters)

    async def _read_info(self) -> None:
        answer = await self._asked(lambda _hearing: self.client.machine_info())
        info, before = answer.value, self._known.info
        if info and self._known.node_id not in (None, info.node_id):
            self._known = replace(self._known, swapped_at=answer.at)
        if info and before and info.online_since != before.online_since:
            self._note_restart()
        known = self._known.capability
        if (before and info is None) or (info and known and not known.describes(info.version)):
            # It starts, or another build answers: what the last one could do may not be so here.
            self._known = replace(self._known, capability=None, probed_at=None)
        self._info_wanted = self._info_wanted and info is None
        node_id = info.node_id if info else self._known.node_id
        self._known = replace(self._known, info=info or self._known.info, info_at=answer.asked_at, node_id=node_id)

    async def _read_capability(self) -> None:
        """Read the node's description; one that fails or does not fit leaves nothing of the one before."""
        try:
            told = (await self._asked(lambda _hearing: self.client.probe())).value
            if told is not None and not told.has_machine_info:
                self._known = replace(self._known, info=None)
            info = self._known.info
            if told is not None and info is not None and not told.describes(info.version):
                self._known = replace(self._known, info_at=None)
                raise NodeError(self.name, f"{NOT_ITS_OWN}.", TWO_VERSIONS)
        except NodeError:
            self._take_capability(None)
            raise
        self._take_capability(told)

    def _take_capability(self, capability: Capability | None) -> None:
        self._known = replace(self._known, capability=capability, probed_at=self._clock.monotonic())

    def _note_restart(self) -> None:
        """Count a restart once, whichever of uptime and machine-info shows it; it may be another build now."""
        self._liveness.forget()
        self._known = replace(
            self._known,
            restarts=self._known.restarts + 1,
            info=None,
            info_at=None,
            counters=Counters(),
            capability=None,
            probed_at=None,
        )

    async def _ask_liveness(self, failed: Sequence[NodeError]) -> None:
        if any(isinstance(error, Unreachable | TlsUntrusted | NoAnswer | ConnectionCut) for error in failed):
            self._liveness.forget()
            return
        asked = (self._clock.monotonic(), self._known.capability)
        look = partial(self._liveness.look, *asked, at_once=bool(failed), patience_s=self._patience_s)
        await self._asked(lambda _hearing: look())
