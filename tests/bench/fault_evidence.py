"""What must hold of an act that met a fault: by the node's own log and lists, and by the journal afterwards."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kumo_tui.journal.records import Recorded, Step
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind, LoggedRequest, LogRecord
from tests.bench.fault_world import Sample

MEANT, OTHERS = "s1", "s2"
STOPS, BOUNCES = "/api/admin/suspend/v1", "/api/admin/bounce/v1"
SWEEP = "0s"

# What a connection held in its hands at the stop is delivered within this.
IN_HAND_S = 0.05


@dataclass(frozen=True)
class Evidence:
    """One act from its beginning until nothing of it is left to come, with a new start of kumo-tui at the end.

    `requests`, `records` and `samples` are the node's: what it was asked, what became of every message, and what
    its lists held over time. `recorded` is what the journal holds in the end, `is_open` whether it counts the
    operation as one to go on with, `in_history` the verdict of the history. `shown` is the last verdict on the
    screen of whoever followed it, `again` that of the new start, None where it has nothing to go on with.
    `wanted_until` is until when new mail was to be caught, in the node's seconds, None where none was.
    `unwritable` says that for a while nothing could be written; `mistakes` are those of kumo-tui itself.
    """

    requests: Sequence[LoggedRequest]
    records: Sequence[LogRecord]
    samples: Sequence[Sample]
    recorded: Recorded | None
    is_open: bool
    in_history: Verdict | None
    shown: Verdict | None
    again: Verdict | None
    wanted_until: float | None
    plain: bool
    unwritable: bool
    mistakes: Sequence[str]

    def violations(self) -> Iterator[str]:
        """Every rule that is broken, in words."""
        yield from self.mistakes
        yield from self._of_others()
        yield from self._of_stopped_mail()
        yield from self._of_requests()
        yield from self._of_journal()
        if self.recorded is not None:
            yield from self._of_end(self.recorded)

    def asked(self, method: str, path: str) -> list[LoggedRequest]:
        """The requests of one kind."""
        return [each for each in self.requests if (each.method, each.path) == (method, path)]

    @property
    def bounces(self) -> list[LoggedRequest]:
        """The bounces with a duration."""
        return [each for each in self.asked("POST", BOUNCES) if _duration(each) != SWEEP]

    def _of_others(self) -> Iterator[str]:
        lost = [record for record in self.records if record.kind is Kind.ADMIN_BOUNCE and not _is_meant(record)]
        if lost:
            yield f"{len(lost)} messages that were not meant were bounced"

    def _of_stopped_mail(self) -> Iterator[str]:
        """No meant mail goes out between two looks at the list that both show a stop of ours."""
        for before, after in pairwise(self.samples):
            if before.stops and after.stops:
                out = [
                    record
                    for record in self.records
                    if record.kind is Kind.DELIVERY
                    and _is_meant(record)
                    and before.at + IN_HAND_S < record.at <= after.at
                ]
                if out:
                    yield f"{len(out)} meant messages were delivered while the stop stood, at {out[0].at:.2f} s"

    def _of_requests(self) -> Iterator[str]:
        """A bounce leaves once, a stop is placed once, and whatever destroys was written down before."""
        if len(self.bounces) > 1:
            yield f"{len(self.bounces)} bounces were sent"
        if self.plain and self.asked("POST", STOPS):
            yield "a plain bounce stopped something"
        if self._is_stop_repeated():
            yield "a stop was sent again by one who had not looked in the list"
        if len(self.asked("DELETE", BOUNCES)) > 1:
            yield f"{len(self.asked('DELETE', BOUNCES))} cancels were sent"
        written = self._written(Step.BOUNCE)
        for each in self.bounces:
            if each.body not in written:
                yield "a bounce left that was never written down"
        sweeps = [each for each in self.asked("POST", BOUNCES) if _duration(each) == SWEEP]
        known = sum(self.recorded.sweeps(self._node).states.values()) if self.recorded else 0
        if len(sweeps) > known:
            yield f"{len(sweeps)} sweeps left, {known} were written down"
        if not self.unwritable:
            for method, path, step in (("POST", STOPS, Step.STOP), ("DELETE", STOPS, Step.RELEASE)):
                more = Counter(each.body for each in self.asked(method, path)) - Counter(self._written(step))
                if more:
                    yield f"{more.total()} of {step.value} left that were never written down"

    def _is_stop_repeated(self) -> bool:
        """Whether a stop followed another one while nobody had read the list in between."""
        has_looked = True
        for each in self.requests:
            if each.path == STOPS and each.method == "POST":
                if not has_looked:
                    return True
                has_looked = False
            elif each.path == STOPS and each.method == "GET" and each.status == 200:
                has_looked = True
        return False

    def _of_journal(self) -> Iterator[str]:
        acts = [each for each in self.requests if each.method != "GET"]
        if self.recorded is None:
            if acts:
                yield f"{len(acts)} requests left, and the journal has no operation"
            return
        tag, ids = self.recorded.operation.tag, {each.id for each in self.recorded.requests if each.id}
        for sample in self.samples:
            for kind, entries in (("stop", sample.stops), ("directive", sample.directives)):
                for number, reason in entries.items():
                    if number not in ids and f"[kt:{tag}]" not in reason:
                        yield f"a {kind} that the journal does not know stood at {sample.at:.1f} s"
                        return
        if self.in_history is None:
            yield "the history does not have the operation"

    def _of_end(self, recorded: Recorded) -> Iterator[str]:
        last, stands = self.samples[-1], recorded.stops_standing(self._node)
        named = {stop.id for stop in stands}
        if last.stops.keys() - named and None not in named:
            yield "a stop of ours stands that the journal counts as gone"
        if last.stops and not self.is_open:
            yield "a stop of ours stands, and the next start would not go on with it"
        if not last.stops and (stands or self.is_open):
            yield "nothing stands any more, and the journal still counts it as open"
        if last.directives and not self.is_open:
            yield "a directive of ours is live, and the journal counts it as over"
        if self.shown is not None and self.shown is not self.in_history:
            told = self.in_history.value if self.in_history else "nothing"
            yield f"the screen said {self.shown.value}, the history says {told}"
        if self.again is not None and self.again is not self.shown:
            yield f"the screen said {self.shown}, the next start says {self.again}"
        yield from self._of_words(recorded)

    def _of_words(self, recorded: Recorded) -> Iterator[str]:
        """What is said of the end is true."""
        bounced = len({record.message for record in self._meant(Kind.ADMIN_BOUNCE)})
        counted = recorded.ledger(self._node).progress.bounced
        if counted > bounced:
            yield f"it says that {counted} were bounced, and {bounced} were"
        if self.shown in (Verdict.REJECTED, Verdict.RELEASED) and bounced:
            yield f"it says {self.shown}, and {bounced} were bounced"
        if self.shown is Verdict.DONE and self.wanted_until is not None:
            gone = {record.message for kind in (Kind.ADMIN_BOUNCE, Kind.DELIVERY) for record in self._meant(kind)}
            came = {r.message for r in self._meant(Kind.RECEPTION) if r.at <= self.wanted_until}
            if came - gone:
                yield f"it says DONE, and {len(came - gone)} messages are neither bounced nor delivered"

    @property
    def _node(self) -> str:
        return self.recorded.operation.acts[0].node if self.recorded else ""

    def _written(self, step: Step) -> list[str]:
        return [each.body for each in self.recorded.requests if each.step is step] if self.recorded else []

    def _meant(self, kind: Kind) -> Iterator[LogRecord]:
        return (record for record in self.records if record.kind is kind and _is_meant(record))


def _is_meant(record: LogRecord) -> bool:
    return f":{MEANT}@" in record.queue


def _duration(request: LoggedRequest) -> str:
    return str(json.loads(request.body).get("duration"))
