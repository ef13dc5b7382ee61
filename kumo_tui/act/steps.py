"""One request of a clean bounce: written down, sent once, and what came of it written down again."""

import contextlib
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kumo_tui.act.clean_requests import BOUNCE_PATH, SUSPEND_PATH
from kumo_tui.act.desk import Desk
from kumo_tui.act.requests import encode_body
from kumo_tui.errors import JournalError, NodeError
from kumo_tui.journal.records import Recorded, RequestState, Step, StepRecord
from kumo_tui.watch.clean_track import CleanTrack
from kumo_tui.watch.resume import DIED


class Came(StrEnum):
    """What came of a request."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request: the server's id where there is one, and clean words for what went wrong.

    `was_gone` says that a release found nothing to release.
    """

    came: Came
    id: str | None = None
    error: str = ""
    was_gone: bool = False


async def sweep(desk: Desk, track: CleanTrack, body: Mapping[str, object]) -> Outcome:
    """Send one sweep. Raises JournalError, and nothing leaves, when it cannot be written down first."""
    record = StepRecord(
        track.tag,
        track.act.node,
        Step.SWEEP,
        encode_body(body),
        RequestState.INTENT,
        method="POST",
        url=desk.url(track.act.node, BOUNCE_PATH),
    )
    number = desk.journal.record_step(record, desk.clock.now())
    client = desk.clients[track.act.node]
    outcome = await _told(client.post_bounce(body, patience_s=desk.settings.act.answer_timeout_s))
    _settle(desk, replace(record, number=number), outcome)
    return outcome


async def stop(desk: Desk, track: CleanTrack, body: Mapping[str, object], replaces: str | None = None) -> Outcome:
    """Send one more stop of a running operation. It destroys nothing: a failing journal does not keep it back."""
    record = StepRecord(
        track.tag,
        track.act.node,
        Step.STOP,
        encode_body(body),
        RequestState.INTENT,
        method="POST",
        url=desk.url(track.act.node, SUSPEND_PATH),
        replaces=replaces,
    )
    number = _note_intent(desk, record)
    client = desk.clients[track.act.node]
    outcome = await _told(client.post_suspension(body, patience_s=desk.settings.act.answer_timeout_s))
    _settle(desk, replace(record, number=number), outcome)
    return outcome


async def release(desk: Desk, tag: str, node: str, suspension_id: str) -> Outcome:
    """End one stop of ours. It may be repeated: a stop that is gone is what was wanted (DESIGN 3, rule 4)."""
    body = {"id": suspension_id}
    record = StepRecord(
        tag,
        node,
        Step.RELEASE,
        encode_body(body),
        RequestState.INTENT,
        suspension_id,
        method="DELETE",
        url=desk.url(node, SUSPEND_PATH),
    )
    number = _note_intent(desk, record)
    client = desk.clients[node]
    removed = True

    async def remove() -> str:
        nonlocal removed
        removed = await client.cancel_suspension(suspension_id, patience_s=desk.settings.act.answer_timeout_s)
        return suspension_id

    outcome = await _told(remove())
    _settle(desk, replace(record, number=number), outcome, done=None if removed else RequestState.GONE)
    return replace(outcome, was_gone=not removed)


def note_gone(desk: Desk, tag: str, node: str, suspension_id: str | None) -> None:
    """Write down that a stop of ours stands no more, though nobody of us released it. Raises JournalError."""
    body = encode_body({"id": suspension_id})
    words = "not in the list any more"
    record = StepRecord(tag, node, Step.RELEASE, body, RequestState.INTENT, suspension_id, words)
    # Without a number, the state would settle an earlier release, of another stop perhaps.
    number = desk.journal.record_step(record, desk.clock.now())
    desk.journal.record_step(replace(record, state=RequestState.GONE, number=number), desk.clock.now())


def note_over(desk: Desk, recorded: Recorded | None, node: str) -> None:
    """Settle what is written of a node where no stop of ours stands: else it is open for ever.

    Requests whose run died before the answer, and stops that nobody saw end. Raises JournalError.
    """
    if recorded is None:
        return
    orphans = [each for each in recorded.requests if each.node == node and each.state is RequestState.INTENT]
    for request in orphans:
        gone = StepRecord(request.tag, node, request.step, request.body, RequestState.GONE, error=DIED)
        desk.journal.record_step(replace(gone, number=request.number), desk.clock.now())
    told = {request.id for request in orphans if request.step is Step.RELEASE}
    for stop in recorded.stops_standing(node):
        if stop not in orphans and stop.id not in told:
            note_gone(desk, stop.tag, node, stop.id)


async def _told(request: Awaitable[str]) -> Outcome:
    try:
        return Outcome(Came.DONE, await request)
    except NodeError as error:
        return Outcome(Came.UNKNOWN if error.outcome_unknown else Came.REFUSED, None, str(error))


def _note_intent(desk: Desk, record: StepRecord) -> int | None:
    with contextlib.suppress(JournalError):
        return desk.journal.record_step(record, desk.clock.now())
    return None


def _settle(desk: Desk, record: StepRecord, outcome: Outcome, done: RequestState | None = None) -> None:
    """The request has left: a journal that fails now must not hide what the node answered."""
    state = {
        Came.DONE: done or RequestState.ACCEPTED,
        Came.REFUSED: RequestState.REJECTED,
        Came.UNKNOWN: RequestState.UNKNOWN,
    }[outcome.came]
    try:
        settled = replace(record, state=state, id=outcome.id or record.id, error=outcome.error or None)
        desk.journal.record_step(settled, desk.clock.now())
    except JournalError as error:
        desk.watcher.note(record.tag, f"not in the journal: {error}")
