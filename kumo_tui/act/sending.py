"""What every bounce does on its way out, plain or clean: read, write down, send once, keep the answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from kumo_tui.act.desk import Desk
from kumo_tui.act.draft import Checked
from kumo_tui.act.taking_part import parting
from kumo_tui.errors import NoAnswer, NodeError, Refused
from kumo_tui.journal.port import Intent
from kumo_tui.model.directives import Suspension
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.partial import part_of
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import SLOW_AFTER_S, Metrics, Timed
from kumo_tui.node.aside import LARGE_ENTRIES, aside
from kumo_tui.node.client import NodeClient
from kumo_tui.node.hearing import Hearing
from kumo_tui.text import one_line
from kumo_tui.watch.loops import wait_while

Value = TypeVar("Value")

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0


async def read_just_before(
    desk: Desk, requests: Mapping[str, Callable[[Hearing], Awaitable[Value]]], act: str, *, partial: bool
) -> dict[str, Timed[Value]]:
    """The answers of all nodes at once, just before an act ("bounce", "stop").

    Nodes that do not answer are left out only with `partial`, and raise Refused else, as when none answers. Once
    others have, one that hangs is waited for no longer.
    """
    asked_at = desk.clock.monotonic()
    found: dict[str, Timed[Value]] = {}
    for node, answer in (await _answers(desk, requests)).items():
        if isinstance(answer, NodeError):
            if not partial:
                raise Refused(f"{answer}", "Nothing was sent to any node.") from answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found[node] = Timed(answer, desk.clock.monotonic(), asked_at)
    if not found:
        raise Refused(f"No node could be read just before the {act}.", "Nothing was sent.")
    return found


def reading_metrics(client: NodeClient) -> Callable[[Hearing], Awaitable[Metrics]]:
    """What reads the metrics of a node just before an act."""
    return lambda hearing: client.read_metrics(hearing=hearing)


def reading_suspensions(client: NodeClient) -> Callable[[Hearing], Awaitable[tuple[Suspension, ...]]]:
    """What reads the stops of a node just before an act."""
    return lambda hearing: client.list_suspensions(hearing=hearing)


async def _answers(
    desk: Desk, requests: Mapping[str, Callable[[Hearing], Awaitable[Value]]]
) -> Mapping[str, Value | BaseException]:
    """What came of each: NoAnswer where nothing comes from any node any more, and others have ended."""
    hearings = {node: Hearing(desk.clock.monotonic()) for node in requests}
    reading = {node: asyncio.ensure_future(request(hearings[node])) for node, request in requests.items()}
    given_up: Mapping[str, NoAnswer] = {}

    def hanging() -> Mapping[str, NoAnswer]:
        going_on = [node for node, task in reading.items() if not task.done()]
        if not 0 < len(going_on) < len(reading):
            return {}
        # Of all, not of its own: what one has sent may lie unread here while another is read.
        silent_s = min(hearing.silent_s(desk.clock.monotonic()) for hearing in hearings.values())
        if silent_s < max(_hangs_after_s(desk, node) for node in going_on):
            return {}
        return {node: NoAnswer(node, f"silent for {silent_s:.0f} s.") for node in going_on}

    def goes_on() -> bool:
        return not all(task.done() for task in reading.values()) and not hanging()

    try:
        await wait_while(desk.clock, goes_on, reading.values())
        given_up = hanging()
    finally:
        for task in reading.values():
            task.cancel()
        answers = await asyncio.gather(*reading.values(), return_exceptions=True)
    return {**dict(zip(reading, answers, strict=True)), **given_up}


def _hangs_after_s(desk: Desk, node: str) -> float:
    seen = desk.watcher.snapshot.node(node)
    return seen.hangs_after_s if seen is not None else SLOW_AFTER_S


def baseline(selector: Selector, metrics: Metrics) -> Ledger:
    """The ledger of an act that begins now: what stands in matching queues."""
    return Ledger(selector, metrics.table.select(selector).nonempty().as_counts())


def new_operation(desk: Desk, preview: Preview, checked: Checked, tag: str, nodes: Sequence[str]) -> Operation:
    """The operation as it is before any of its requests leaves: an intent for each node."""
    target, count = ", ".join(nodes), preview.messages
    _log.info("op %s: %s, %d messages previewed on %s", tag, preview.selector.describe(), count, target)
    since = {node.name: node.info.online_since for node in desk.watcher.snapshot.nodes if node.info}
    return Operation(
        tag=tag,
        selector=preview.selector,
        reason=checked.reason,
        ticket=checked.ticket,
        duration_s=checked.duration_s or 0,
        suppress_logging=checked.suppress_logging,
        who=desk.who,
        created_at=desk.clock.now(),
        digest=preview.digest,
        acts=tuple(NodeAct(node, ActState.INTENT, online_since=since.get(node)) for node in nodes),
    )


def with_parts(desk: Desk, operation: Operation, preview: Preview, checked: Checked) -> Operation:
    """The operation with the nodes that have no part in it, lines on them, and on the one that it continues."""
    now, snapshot = desk.clock.now(), desk.watcher.snapshot
    parts = parting(preview, snapshot, [act.node for act in operation.acts])
    operation = replace(operation, not_chosen=parts.not_chosen, missed=parts.missed)
    for line in parts.lines:
        operation = operation.with_event(now, line)
    earlier = snapshot.operation(checked.continues)
    if earlier is None or earlier.operation.selector != operation.selector:
        return operation
    took_it = [node.act.node for node in earlier.nodes if part_of(earlier, node).took]
    where = f" on {', '.join(took_it)}" if took_it else ""
    return operation.with_event(now, f"as op {checked.continues}{where}")


def note_sent_on(desk: Desk, operation: Operation, continues: str) -> None:
    """Say in the timeline of the operation that this one continues where it is sent now."""
    earlier = desk.watcher.snapshot.operation(continues)
    if earlier is not None and earlier.operation.selector == operation.selector:
        nodes = ", ".join(act.node for act in operation.acts)
        desk.watcher.note(continues, f"sent to {nodes} as op {operation.tag}")


async def write_intent(desk: Desk, operation: Operation, intents: Sequence[Intent]) -> None:
    """Write an operation down; it is on disk when this returns, and nothing of it may leave before (rule 5)."""
    is_large = sum(len(intent.baseline) + len(intent.preview) for intent in intents) > LARGE_ENTRIES
    await aside(is_large, desk.journal.record_intent, operation, intents)


async def while_looking(desk: Desk, acts: Awaitable[Value]) -> Value:
    """Wait for the answers to an act, and look at the nodes meanwhile: a short directive may be over before them.

    Where the loops of the watch run, they are only asked to look.
    """

    async def look() -> None:
        while True:
            await desk.clock.sleep(LOOK_EVERY_S)
            await desk.watcher.look()

    looking = asyncio.create_task(look())
    try:
        return await acts
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def sent(desk: Desk, operation: Operation, node: str, request: Awaitable[str]) -> NodeAct:
    """What the node said to the first request of an operation. `request` gives the id."""
    intent, at = operation.act_on(node), desk.clock.monotonic
    since = intent.online_since if intent else None
    try:
        server_id = await request
    except NodeError as error:
        state = ActState.UNKNOWN if error.outcome_unknown else ActState.REJECTED
        act = NodeAct(node, state, None, str(error), since, at())
    except Exception as error:  # noqa: BLE001 - the request may have left: only the list can tell
        words = f"{node}: unexpected {type(error).__name__}: {one_line(str(error), 120)}"
        act = NodeAct(node, ActState.UNKNOWN, None, words, since, at())
    else:
        act = NodeAct(node, ActState.ACCEPTED, server_id, None, since, at())
    return act
