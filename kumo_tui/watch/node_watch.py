"""Watching one node: what it was asked, what it last answered, and what it is to us now."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
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
from kumo_tui.model.capability import Capability
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.snapshot import MachineInfo, Metrics, NodeSnapshot, NodeState, Timed
from kumo_tui.node.client import NodeClient

INFO_EVERY_S = 10.0
SILENT_AFTER_S = 5.0
DOWN_AFTER = 3
PATIENCE_AFTER_DIRECTIVE_S = 300.0

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class _Known:
    """What the node answered last, part by part."""

    metrics: Timed[Metrics] | None = None
    directives: Timed[tuple[Directive, ...]] | None = None
    suspensions: Timed[tuple[Suspension, ...]] | None = None
    info: MachineInfo | None = None
    capability: Capability | None = None
    liveness: str | None = None
    info_at: float | None = None
    restarts: int = 0


class NodeWatch:
    """Reads one node, one request at a time, and remembers the last good answers.

    `patient_until` is monotonic seconds until which silence counts as busy, not as an outage: a big sweep
    silences a node on every endpoint for minutes (KUMOMTA.md 0).
    """

    def __init__(self, client: NodeClient, url: str, clock: Clock, settings: PollSettings) -> None:
        self.client = client
        self.name = client.name
        self.patient_until = 0.0
        self.failures = 0
        self._url = url
        self._clock = clock
        self._settings = settings
        self._known = _Known()
        self._errors: dict[str, NodeError] = {}
        self._asked_at: float | None = None
        self._polling = asyncio.Lock()

    async def poll(self) -> None:
        """Read everything once. Never raises NodeError: failures are kept and shown, old data stays."""
        async with self._polling:
            errors: dict[str, NodeError] = {}
            for part, read in self._parts():
                try:
                    await read()
                except NodeError as error:
                    errors[part] = error
                    if isinstance(error, Unreachable | TlsUntrusted | NoAnswer | Unauthorized):
                        break
                finally:
                    self._asked_at = None
            self._errors = errors
            self.failures = self.failures + 1 if errors else 0
            if errors:
                await self._ask_liveness(errors)
            else:
                self._known = replace(self._known, liveness=None)

    def snapshot(self) -> NodeSnapshot:
        """The node as it is known now."""
        known = self._known
        return NodeSnapshot(
            name=self.name,
            url=self._url,
            state=self._state(),
            metrics=known.metrics,
            directives=known.directives,
            suspensions=known.suspensions,
            info=known.info,
            capability=known.capability,
            errors={part: str(error) for part, error in self._errors.items()},
            silent_s=self.silent_s,
            liveness=known.liveness,
            clock_skew_s=self.client.clock_skew_s,
            restarts=known.restarts,
        )

    @property
    def silent_s(self) -> float:
        """How long the request in flight has been without an answer, 0 when none is."""
        return 0.0 if self._asked_at is None else self._clock.monotonic() - self._asked_at

    @property
    def is_patient(self) -> bool:
        """Whether silence would count as busy."""
        return self._clock.monotonic() < self.patient_until

    def _state(self) -> NodeState:
        if self._asked_at is not None and self.silent_s >= SILENT_AFTER_S and self.is_patient:
            return NodeState.BUSY
        if not self._errors:
            return NodeState.OK if self._known.metrics else NodeState.STARTING
        if any(isinstance(error, Unauthorized) for error in self._errors.values()):
            return NodeState.UNAUTHORIZED
        if self.is_patient and any(isinstance(error, NoAnswer) for error in self._errors.values()):
            return NodeState.BUSY
        if self._known.metrics is None or self.failures >= DOWN_AFTER:
            return NodeState.DOWN
        gone = (Unreachable, TlsUntrusted)
        return NodeState.DOWN if any(isinstance(e, gone) for e in self._errors.values()) else NodeState.STALE

    def _parts(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        parts: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        if self._known.capability is None or self._errors:
            parts.append(("description", self._read_capability))
        parts += [
            ("directives", self._read_directives),
            ("suspensions", self._read_suspensions),
            ("metrics", self._read_metrics),
        ]
        if self._info_is_due():
            parts.append(("machine info", self._read_info))
        return parts

    def _info_is_due(self) -> bool:
        capability, last = self._known.capability, self._known.info_at
        if capability is not None and not capability.has_machine_info:
            return False
        return last is None or bool(self._errors) or self._clock.monotonic() - last >= INFO_EVERY_S

    @property
    def _patience_s(self) -> float:
        return self._settings.busy_timeout_s if self.is_patient else self._settings.read_timeout_s

    async def _asked(self, request: Awaitable[Value]) -> Timed[Value]:
        asked_at = self._asked_at = self._clock.monotonic()
        value = await request
        return Timed(value, self._clock.monotonic(), asked_at)

    async def _read_directives(self) -> None:
        answer = await self._asked(self.client.list_directives(patience_s=self._patience_s))
        self._known = replace(self._known, directives=answer)
        if answer.value:
            self.patient_until = max(self.patient_until, answer.at + PATIENCE_AFTER_DIRECTIVE_S)

    async def _read_suspensions(self) -> None:
        try:
            answer = await self._asked(self.client.list_suspensions(patience_s=self._patience_s))
        except EndpointMissing:
            answer = Timed((), self._clock.monotonic())
        self._known = replace(self._known, suspensions=answer)

    async def _read_metrics(self) -> None:
        answer = await self._asked(self.client.read_metrics(patience_s=self._patience_s))
        before = self._known.metrics.value.uptime_s if self._known.metrics else None
        now = answer.value.uptime_s
        if before is not None and now is not None and now < before:
            self._note_restart()
        self._known = replace(self._known, metrics=answer)

    async def _read_info(self) -> None:
        answer = await self._asked(self.client.machine_info())
        info, before = answer.value, self._known.info
        if info and before and info.online_since != before.online_since:
            self._note_restart()
        self._known = replace(self._known, info=info or before, info_at=answer.at if info else None)

    async def _read_capability(self) -> None:
        answer = await self._asked(self.client.probe())
        self._known = replace(self._known, capability=answer.value)

    def _note_restart(self) -> None:
        """Count a restart once, whichever of uptime and machine-info shows it first."""
        info = self._known.info
        self._known = replace(self._known, restarts=self._known.restarts + 1, info=None, info_at=None)
        if info is not None and self._known.metrics is not None:
            bare = replace(self._known.metrics.value, uptime_s=None)
            self._known = replace(self._known, metrics=replace(self._known.metrics, value=bare))

    async def _ask_liveness(self, errors: dict[str, NodeError]) -> None:
        if any(
            isinstance(error, Unreachable | TlsUntrusted | NoAnswer | ConnectionCut) for error in errors.values()
        ):
            return
        try:
            self._known = replace(self._known, liveness=await self.client.liveness())
        except NodeError:
            self._known = replace(self._known, liveness=None)
