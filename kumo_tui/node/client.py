"""One node's admin API as typed calls: one answer or one NodeError each (KUMOMTA.md 1)."""

import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

import httpx

from kumo_tui.clock import Clock
from kumo_tui.errors import NodeError, RequestRejected, Unauthorized
from kumo_tui.model.capability import Capability
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.feeders import ReadyFeeders
from kumo_tui.model.queues import EMPTY_TABLE
from kumo_tui.model.snapshot import TAKES_MAIL, MachineInfo, Metrics, Timed
from kumo_tui.node import failures, wire
from kumo_tui.node.aside import LARGE_BYTES, aside
from kumo_tui.node.capability import read_capability
from kumo_tui.node.company import Company
from kumo_tui.node.failures import Asked
from kumo_tui.node.hearing import Hearing
from kumo_tui.node.lines import in_blocks
from kumo_tui.node.link import Answer, Link, Timeouts
from kumo_tui.node.login import Login
from kumo_tui.node.metrics import MetricsReader
from kumo_tui.node.ssh_command import DEFAULT_COMMAND
from kumo_tui.text import one_line

BOUNCE = "/api/admin/bounce/v1"
SUSPEND = "/api/admin/suspend/v1"
REBIND = "/api/admin/rebind/v1"
INSPECT_QUEUE = "/api/admin/inspect-sched-q/v1"
INSPECT_READY = "/api/admin/inspect-ready-q/v1"
MACHINE_INFO = "/api/machine-info"
LIVENESS = "/api/check-liveness/v1"
DESCRIPTION = "/api-docs/openapi.json"
METRICS = "/metrics"

Value = TypeVar("Value")


class NodeClient:
    """One kumod. Every method raises NodeError and nothing else, and sends exactly one request.

    Only a reading is sent a second time: when it was refused, and the secret of its `login` has changed.

    `patience_s` is how long a silent node is waited for, instead of the read timeout: a big sweep silences a
    node for minutes (KUMOMTA.md 0). `hearing` is told how an answer comes in. `verify` is True, False, a file of
    CA certificates or a context; raises ConfigError for a file that holds none. `compress` None means: except on
    loopback. `ssh` is the command for nodes that are reached by ssh.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        clock: Clock,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - an immutable value
        verify: bool | str | ssl.SSLContext = True,
        transport: httpx.AsyncBaseTransport | None = None,
        compress: bool | None = None,
        login: Login | None = None,
        ssh: Sequence[str] = DEFAULT_COMMAND,
    ) -> None:
        self.name = name
        self._clock = clock
        self.last_bytes = 0
        """Size of the last complete `/metrics` body, uncompressed."""
        self._link = Link(
            url,
            clock=clock,
            timeouts=timeouts,
            verify=verify,
            transport=transport,
            compress=compress,
            login=login,
            ssh=ssh,
        )
        self._queues = EMPTY_TABLE
        self._refused_acts: dict[str, str] = {}

    @property
    def refused_acts(self) -> Mapping[str, str]:
        """The acts that this session is not allowed here, as `POST /path`, with the node's clean words.

        Access rules are per path and method (KUMOMTA.md 6): one that the node takes later is allowed again.
        """
        return dict(self._refused_acts)

    def forget_refused_acts(self) -> None:
        """Take what was refused for a matter of the login, not of what it may do."""
        self._refused_acts.clear()

    @property
    def clock_skew_s(self) -> float | None:
        """The node's clock minus ours by its last answer, to about a second; None before the first."""
        return self._link.clock_skew_s

    @property
    def complaint(self) -> Timed[str] | None:
        """What ssh said last, clean, while the tunnel to the node stands, and when; None where it says nothing."""
        return self._link.complaint

    @property
    def address(self) -> str:
        """Host and port, without credentials."""
        return self._link.address

    async def renew(self) -> None:
        """Use new connections from now on: after the machine was suspended, old ones may be dead unnoticed."""
        await self._link.renew()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._link.aclose()

    async def list_directives(
        self, *, patience_s: float | None = None, hearing: Hearing | None = None
    ) -> tuple[Directive, ...]:
        """The bounce list."""
        return await self._read(BOUNCE, wire.read_directives, patience_s, hearing)

    async def list_suspensions(
        self, *, patience_s: float | None = None, hearing: Hearing | None = None
    ) -> tuple[Suspension, ...]:
        """The list of suspended scheduled queues."""
        return await self._read(SUSPEND, wire.read_suspensions, patience_s, hearing)

    async def read_metrics(self, *, patience_s: float | None = None, hearing: Hearing | None = None) -> Metrics:
        """The node's `/metrics`, read as it streams in. A body that is cut raises: half of it is never shown."""
        asked = self._asked("GET", METRICS, patience_s)
        hearing = hearing or Hearing(self._clock.monotonic())
        reader = MetricsReader(self._queues, shared=Company.here().shared)
        async with self._link.exchange(asked) as response:
            if response.status_code != 200:
                raise self._refused(asked, await self._link.complete(asked, response))
            async with aclosing(self._link.pieces(asked, response, hearing)) as pieces:
                async for block in in_blocks(pieces):
                    await self._feed(reader, block, hearing)
        metrics = reader.finish()
        if not reader.is_kumod:
            raise failures.not_kumod(asked, f"{METRICS} holds none of its metrics")
        self.last_bytes = metrics.size_bytes
        self._queues = metrics.table
        return metrics

    async def _feed(self, reader: MetricsReader, block: bytes, hearing: Hearing) -> None:
        """Read one block, when it is our turn."""
        came = self._clock.monotonic()
        await Company.here().turns.take(hearing.asked_at)
        began = self._clock.monotonic()
        reader.feed(block)
        hearing.queued_s += began - came
        hearing.worked_s += self._clock.monotonic() - began

    async def machine_info(self, *, patience_s: float | None = None) -> MachineInfo | None:
        """Who the node is; None when its build does not tell, or not yet after a start."""
        asked = self._asked("GET", MACHINE_INFO, patience_s)
        answer = await self._link.ask(asked)
        if self._is_absent(answer) or answer.status == 503:
            return None
        return self._value(asked, answer, wire.read_machine_info)

    async def probe(self, *, patience_s: float | None = None) -> Capability | None:
        """What the node can do, by its own description; None when it has none."""
        asked = self._asked("GET", DESCRIPTION, patience_s)
        answer = await self._link.ask(asked)
        return None if self._is_absent(answer) else self._value(asked, answer, read_capability)

    async def liveness(self, *, patience_s: float | None = None) -> str:
        """`OK`, or the node's own clean words for why it takes no mail."""
        asked = self._asked("GET", LIVENESS, patience_s)
        answer = await self._link.ask(asked)
        if answer.status not in (200, 503):
            raise self._refused(asked, answer)
        if failures.is_html(answer.headers, answer.body):
            raise failures.not_kumod(asked, f"{LIVENESS} is a web page")
        return TAKES_MAIL if answer.status == 200 else one_line(answer.text, 80) or "not ready"

    async def sample_queue(
        self, name: str, limit: int, *, patience_s: float | None = None
    ) -> wire.QueueSample | None:
        """Up to `limit` messages of a scheduled queue; None when the node holds no such queue now.

        Each one is loaded from the node's disk: keep `limit` small.
        """
        asked = self._asked("GET", f"{INSPECT_QUEUE}?{self._naming(name)}&limit={limit}", patience_s)
        answer = await self._link.ask(asked)
        if answer.status in (404, 500) and answer.text.startswith(
            ("Error: no such queue", "Error: not such queue")
        ):
            return None
        return self._value(asked, answer, wire.read_sample)

    async def inspect_ready_queue(self, name: str, *, patience_s: float | None = None) -> ReadyFeeders | None:
        """Which scheduled queues feed a ready queue; None when the node holds no such ready queue now."""
        asked = self._asked(
            "GET", f"{INSPECT_READY}?{self._naming(name)}&include_scheduled_queues=true", patience_s
        )
        answer = await self._link.ask(asked)
        if answer.status == 404 and answer.text.startswith("Error: no such ready queue"):
            return None
        return self._value(asked, answer, wire.read_feeders)

    async def post_bounce(self, body: Mapping[str, object], *, patience_s: float | None = None) -> str:
        """Create a directive from this body and return its id. Sent once.

        An error with `outcome_unknown` says that the directive may be active all the same.
        """
        return await self._create(BOUNCE, body, patience_s)

    async def cancel_bounce(self, directive_id: str, *, patience_s: float | None = None) -> bool:
        """Remove a directive. False when the node has no such directive any more."""
        return await self._remove(BOUNCE, directive_id, patience_s)

    async def post_suspension(self, body: Mapping[str, object], *, patience_s: float | None = None) -> str:
        """Suspend scheduled queues by this body and return the suspension's id. Sent once.

        An error with `outcome_unknown` says that the suspension may be active all the same.
        """
        return await self._create(SUSPEND, body, patience_s)

    async def cancel_suspension(self, suspension_id: str, *, patience_s: float | None = None) -> bool:
        """Release a suspension. False when the node has no such suspension any more."""
        return await self._remove(SUSPEND, suspension_id, patience_s)

    async def rebind(self, body: Mapping[str, object], *, patience_s: float | None = None) -> None:
        """Rebind, or make due now, the messages that stand in the scheduled queues that this body names.

        The node answers at once and lists nothing of it (KUMOMTA.md 1.8). An error with `outcome_unknown` says
        that it may be under way all the same.
        """
        asked = replace(self._asked("POST", REBIND, patience_s, is_act=True), doubt=failures.UNLISTED_UNKNOWN)
        self._value(asked, await self._act(asked, body), wire.read_accepted)

    async def _create(self, path: str, body: Mapping[str, object], patience_s: float | None) -> str:
        asked = self._asked("POST", path, patience_s, is_act=True)
        return self._value(asked, await self._act(asked, body), wire.read_created)

    async def _remove(self, path: str, entry_id: str, patience_s: float | None) -> bool:
        asked = self._asked("DELETE", path, patience_s, is_act=True)
        answer = await self._act(asked, {"id": entry_id})
        if answer.status == 404 and entry_id in answer.text:
            return False
        if answer.status != 200:
            raise self._refused(asked, answer)
        if not answer.text.startswith("removed"):
            raise self._odd(asked, answer, "it does not say that the entry was removed")
        return True

    def _asked(self, method: str, path: str, patience_s: float | None, *, is_act: bool = False) -> Asked:
        wait_s = self._link.timeouts.read_s if patience_s is None else patience_s
        return Asked(self.name, self._link.address, method, path, is_act, wait_s)

    async def _read(
        self, path: str, read: Callable[[bytes], Value], patience_s: float | None, hearing: Hearing | None
    ) -> Value:
        asked = self._asked("GET", path, patience_s)
        answer = await self._link.ask(asked, hearing=hearing)
        return await aside(len(answer.body) > LARGE_BYTES, self._value, asked, answer, read)

    async def _act(self, asked: Asked, body: Mapping[str, object]) -> Answer:
        content = self._encoded(json.dumps(body, ensure_ascii=False, allow_nan=False))
        answer = await self._link.ask(asked, content)
        self._note_right(asked, answer)
        return answer

    def _note_right(self, asked: Asked, answer: Answer) -> None:
        """Who may act is decided first: every answer but a refusal and a failure shows that we may."""
        error = None if answer.status == 200 else self._refused(asked, answer)
        if isinstance(error, Unauthorized):
            self._refused_acts[asked.request] = error.what.removeprefix(f"{self.name}: not allowed: ").rstrip(".")
        elif answer.status < 500:
            self._refused_acts.pop(asked.request, None)

    def _naming(self, queue: str) -> str:
        """The part of a query that names a queue: names hold `@ : ! & % #` and worse."""
        return f"queue_name={quote(self._encoded(queue), safe='')}"

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode()
        except UnicodeEncodeError:
            raise RequestRejected(
                self.name, "a name in the request is not valid UTF-8 and cannot be sent.", failures.NOTHING_DONE
            ) from None

    def _value(self, asked: Asked, answer: Answer, read: Callable[[bytes], Value]) -> Value:
        if answer.status != 200:
            raise self._refused(asked, answer)
        try:
            return read(answer.body)
        except wire.WireError as error:
            raise self._odd(asked, answer, str(error)) from None

    def _odd(self, asked: Asked, answer: Answer, why: str) -> NodeError:
        if failures.is_html(answer.headers, answer.body):
            return failures.not_kumod(asked, f"{asked.request} is a web page")
        return failures.broken(asked, why)

    def _refused(self, asked: Asked, answer: Answer) -> NodeError:
        return failures.from_answer(asked, answer.status, answer.headers, answer.body)

    def _is_absent(self, answer: Answer) -> bool:
        return answer.status == 404 and not failures.is_html(answer.headers, answer.body)
