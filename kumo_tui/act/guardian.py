"""Stop at the first collateral: the one act that needs no confirmation (DESIGN 3, rule 14)."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from kumo_tui.act.desk import Desk
from kumo_tui.act.ports import CancelOutcome, CancelState
from kumo_tui.act.rights import CANCEL, rights_of
from kumo_tui.errors import KumoTuiError, Refused, Unauthorized
from kumo_tui.model.operation import Mode, Operation
from kumo_tui.model.snapshot import NodeProgress, Snapshot
from kumo_tui.text import plural

BY_ITSELF = "CANCELLED BY ITSELF"

# Every node publishes snapshots: a node that refuses must not be asked again with each of the others'.
RETRY_S = 1.0


class Cancelling(Protocol):
    """What the guardian needs of the acts."""

    async def cancel(
        self, node: str, directive_id: str, *, noted: Callable[[], str] | None = None
    ) -> CancelOutcome:
        """Cancel one directive, once; `noted` says what the timeline tells of it."""


@dataclass(frozen=True, slots=True)
class _Danger:
    """A directive of ours that takes mail which is not meant."""

    tag: str
    node: str
    id: str


class Guardian:
    """Cancels a plain bounce of ours on each node where it shows collateral while its directive is active.

    It does nothing before `start`: only what follows operations starts it, never a command that reads. On the
    other nodes the operation goes on. A cancel that failed, or of which nobody knows whether it was done, is tried
    again, unless the node does not allow it. It is off by act.stop_at_collateral, and in a read-only session.
    """

    def __init__(self, acts: Cancelling, desk: Desk) -> None:
        self._acts = acts
        self._desk = desk
        self._watcher = desk.watcher
        self._spared: set[str] = set()
        self._over: set[_Danger] = set()
        self._tried: dict[_Danger, float] = {}
        self._complained: set[tuple[_Danger, str]] = set()
        self._running: dict[_Danger, asyncio.Task[None]] = {}
        self._has_started = False

    def start(self) -> None:
        """Look at every snapshot from now on."""
        if self._desk.settings.act.stop_at_collateral and not self._has_started:
            self._has_started = True
            self._watcher.subscribe(self._look)

    def spare(self, tag: str) -> None:
        """Let this operation of this process go on whatever it takes with it."""
        self._spared.add(tag)

    async def finish(self) -> None:
        """Wait for the cancels that are on their way."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _look(self, snapshot: Snapshot) -> None:
        rights = rights_of(self._desk.settings, snapshot)
        for danger in self._dangers(snapshot):
            if not rights.may_end_on(danger.node, CANCEL):
                continue
            waited = snapshot.at - self._tried.get(danger, float("-inf"))
            if danger not in self._over and danger not in self._running and waited >= RETRY_S:
                self._tried[danger] = snapshot.at
                self._running[danger] = asyncio.create_task(self._cancel(danger))

    def _dangers(self, snapshot: Snapshot) -> Iterator[_Danger]:
        for status in snapshot.operations:
            operation = status.operation
            if operation.mode is Mode.CLEAN or operation.tag in self._spared:
                continue
            if not self._watcher.is_ours(operation.tag):
                continue
            for progress in status.nodes:
                if progress.act.id is not None and _takes_other_mail(progress):
                    yield _Danger(operation.tag, progress.act.node, progress.act.id)

    async def _cancel(self, danger: _Danger) -> None:
        try:
            outcome = await self._acts.cancel(danger.node, danger.id, noted=lambda: self._words(danger))
        except KumoTuiError as error:
            again = "" if isinstance(error, Unauthorized | Refused) else ", it is tried again"
            self._complain(danger, f"NOT CANCELLED on {danger.node}{again}: {error}", again)
        else:
            if outcome.state is CancelState.UNKNOWN:
                self._complain(danger, self._words(danger, ", not known yet whether it is done"))
            else:
                self._over.add(danger)
        finally:
            del self._running[danger]

    def _words(self, danger: _Danger, doubt: str = "") -> str:
        status = self._watcher.snapshot.operation(danger.tag)
        nodes = status.nodes if status else ()
        lost = sum(node.ledger.progress.collateral for node in nodes if node.act.node == danger.node)
        were = "was" if lost == 1 else "were"
        return f"{BY_ITSELF} on {danger.node}{doubt}: {plural(lost, 'message')} of other queues {were} bounced"

    def _complain(self, danger: _Danger, words: str, hope: str = "") -> None:
        """Say once that it could not be cancelled, or may not be, and once more when there is no more hope."""
        if (danger, hope) not in self._complained:
            self._complained.add((danger, hope))
            self._watcher.note(danger.tag, words)


def cancelled_by_itself(operation: Operation) -> tuple[str, ...]:
    """What its timeline says of cancels for collateral, the oldest first: one line a node; empty for none."""
    return tuple(event.text for event in operation.events if event.text.startswith(BY_ITSELF))


def _takes_other_mail(progress: NodeProgress) -> bool:
    """Whether a list of this run showed the directive, it is active, and bounced mail of other queues."""
    is_active = progress.left_s is not None and progress.last_seen is not None
    return is_active and progress.ledger.progress.collateral > 0
