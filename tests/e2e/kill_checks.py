"""What must hold of a clean bounce whose processes were killed: by the node's own log, and by the journal."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kumo_tui.cli.exits import Exit
from kumo_tui.journal.records import Recorded, RequestState, Step
from kumo_tui.model.operation import ActState
from kumo_tui.model.verdict import Verdict

MEANT, OTHERS = "one:s1@slow.q.example", "two:s2@slow.q.example"
STOPS, BOUNCES = "/api/admin/suspend/v1", "/api/admin/bounce/v1"

# A connection has one message in its hands at the stop, and delivers it within this.
IN_HAND_S = 0.2

# The time begins when it is confirmed, a moment before the stop arrives.
EARLIER_S = 1.0


class Moment(StrEnum):
    """What a process was doing when it was killed, by what its journal says."""

    BEFORE = "before the intent"
    UNANSWERED = "stop not answered"
    STOPPED = "stopped"
    SWEEPING = "sweep not answered"
    RETURNING = "returning"
    CATCHING = "catching"
    RELEASING = "releasing"
    OVER = "over"


def node_of(recorded: Recorded) -> str:
    """The name of its one node."""
    return recorded.operation.acts[0].node


def moment_of(recorded: Recorded | None) -> Moment:
    """The moment of a kill; OVER when the last word was written, or the process had ended."""
    if recorded is None:
        return Moment.BEFORE
    ruling, sweeps = recorded.rulings.get(node_of(recorded)), recorded.sweeps(node_of(recorded))
    if ruling is not None and ruling.verdict.is_final:
        return Moment.OVER
    if any(act.state is ActState.INTENT for act in recorded.operation.acts):
        return Moment.UNANSWERED
    if any(request.step is Step.RELEASE for request in recorded.requests):
        return Moment.RELEASING
    if sweeps.last is not None and sweeps.last.state is RequestState.INTENT:
        return Moment.SWEEPING
    if sweeps.last is None:
        return Moment.STOPPED
    return Moment.CATCHING if ruling is not None and ruling.verdict is Verdict.CATCHING else Moment.RETURNING


@dataclass(frozen=True)
class Evidence:
    """One bounce from the first process to the end of the last: what the node says, and what the journal says.

    `requests` and `records` are the node's, as JSON; `standing` are its stops at the end. `kills` is how many
    processes were killed, `goes_on` whether one had to go on with it, `code` the last one's exit code.
    """

    requests: Sequence[Mapping[str, Any]]
    records: Sequence[Mapping[str, Any]]
    standing: Sequence[Mapping[str, Any]]
    recorded: Recorded | None
    kills: int
    goes_on: bool
    code: int | None

    @property
    def counted(self) -> int:
        """Messages that kumo-tui says are bounced, at least."""
        return self.recorded.ledger(node_of(self.recorded)).progress.bounced if self.recorded else 0

    @property
    def bounced(self) -> int:
        """Messages that were meant and are bounced."""
        return len(self._of("AdminBounce", MEANT))

    def violations(self) -> Iterator[str]:
        """Every rule that was broken, in words."""
        if self._of("AdminBounce", OTHERS):
            yield f"{len(self._of('AdminBounce', OTHERS))} messages of others were bounced"
        if self.standing:
            yield f"{len(self.standing)} stops stand at the end"
        if self.recorded is None:
            if self._acts():
                yield f"{len(self._acts())} requests left of which nothing was written down"
            return
        yield from self._of_mail()
        yield from self._of_requests(self.recorded)
        yield from self._of_end(self.recorded)

    def _of_mail(self) -> Iterator[str]:
        if self.counted > self.bounced:
            yield f"it says {self.counted} at least, and {self.bounced} were bounced"
        if not self._acts("POST", STOPS):
            if self.bounced:
                yield f"{self.bounced} were bounced without a stop"
            return
        stopped_at = self._acts("POST", STOPS)[0]["at"]
        # A release whose process was killed before the answer has none, and was done all the same.
        free_at = min((each["at"] for each in self._acts("DELETE", STOPS) if each["status"] != 404), default=1e12)
        out = [record["at"] for record in self._of("Delivery", MEANT) if stopped_at < record["at"] < free_at]
        if len(out) > 1 or any(at > stopped_at + IN_HAND_S for at in out):
            late = ", ".join(f"{at - stopped_at:.2f}" for at in out)
            yield f"delivered while the stop stood, seconds after it: {late}"

    def _of_requests(self, recorded: Recorded) -> Iterator[str]:
        if len(self._acts("POST", STOPS)) > 1:
            yield f"{len(self._acts('POST', STOPS))} stops were sent"
        for method, step in (("POST", Step.STOP), ("DELETE", Step.RELEASE)):
            written = Counter(request.body for request in recorded.requests if request.step is step)
            more = Counter(each["body"] for each in self._acts(method, STOPS)) - written
            if more:
                yield f"{more.total()} of {step.value} were not written down before"
        written_down = sum(recorded.sweeps(node_of(recorded)).states.values())
        left = self._acts("POST", BOUNCES)
        if not written_down - self.kills <= len(left) <= written_down:
            yield f"{len(left)} sweeps left, {written_down} were written down"
        for body in (json.loads(each["body"]) for each in left):
            if (body["duration"], body.get("queue_names")) != ("0s", [MEANT]):
                yield f"a sweep meant something else: {body}"

    def _of_end(self, recorded: Recorded) -> Iterator[str]:
        ruling = recorded.rulings.get(node_of(recorded))
        verdict = ruling.verdict if ruling else None
        wanted = Verdict.DONE if self._acts("POST", STOPS) else Verdict.REJECTED
        if verdict is not wanted:
            words = recorded.operation.events[-1].text
            yield f"it ended as {verdict.value if verdict else 'nothing'} instead of {wanted.value}: {words}"
        elif verdict is Verdict.DONE:
            yield from self._of_done(recorded)
        if self.goes_on and "kumo-tui goes on with it" not in [event.text for event in recorded.operation.events]:
            yield "nobody said that it was gone on with"

    def _of_done(self, recorded: Recorded) -> Iterator[str]:
        words = recorded.operation.events[-1].text
        if self.code is not None and self.code != (Exit.DONE if "DONE: sure" in words else Exit.ENDED_OTHERWISE):
            yield f"the last process ended with {self.code}: {words}"
        gone = {record["message"] for kind in ("AdminBounce", "Delivery") for record in self._of(kind, MEANT)}
        until = float(self._acts("POST", STOPS)[0]["at"]) + recorded.operation.duration_s - EARLIER_S
        came = [record["message"] for record in self._of("Reception", MEANT) if record["at"] <= until]
        left = [message for message in came if message not in gone]
        if left:
            yield f"{len(left)} messages that came in time are neither bounced nor delivered"

    def _acts(self, method: str | None = None, path: str | None = None) -> list[Mapping[str, Any]]:
        return [
            each
            for each in self.requests
            if each["method"] != "GET" and method in (None, each["method"]) and path in (None, each["path"])
        ]

    def _of(self, kind: str, queue: str) -> list[Mapping[str, Any]]:
        return [record for record in self.records if (record["kind"], record["queue"]) == (kind, queue)]
