"""The flows of stops: stop and look, stop then confirm, let go, end, and what to do with them at the end."""

import asyncio
from collections.abc import Sequence

from kumo_tui.act.clean_release import ReleaseOutcome
from kumo_tui.act.draft import Draft, How, selector_of
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.steps import Came
from kumo_tui.errors import KumoTuiError
from kumo_tui.model.operation import ActState, Mode
from kumo_tui.model.partial import waits
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.text import clean
from kumo_tui.ui.directive_rows import StopKey, foreign_stops
from kumo_tui.ui.figures import figures_of
from kumo_tui.ui.flow_steps import AnyApp, acting_host, open_operation, send, tell
from kumo_tui.ui.questions import (
    END,
    LET_GO,
    end_question,
    let_go_question,
    release_other_question,
)
from kumo_tui.ui.queue_state import LIVE_VERDICTS
from kumo_tui.ui.screens.compose import Composed
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.stop import StopScreen


async def stop_flow(app: AnyApp, draft: Draft) -> None:
    """Ask for a stop, place it, and show what is stopped. Where our own stop covers it already, show that."""
    host, notice = acting_host(app), ""
    covering = await asyncio.to_thread(covering_stop, host.snapshot, draft)
    if covering is not None:
        open_operation(app, covering.operation.tag)
        return
    while True:
        wanted = await app.push_screen_wait(StopScreen(draft, notice))
        if wanted is None:
            return
        draft, tag = wanted.draft, host.acts.new_tag()
        act = host.acts.clean.stop(wanted.preview, wanted.checked, tag)
        sent = await send(app, "Sending the stop of", tag, wanted.preview, act)
        if sent.tag is not None:
            open_operation(app, sent.tag, sent.words)
            return
        notice = sent.words


async def stop_then_confirm(app: AnyApp, composed: Composed, tag: str) -> str:
    """Stop first, then ask for the confirmation of the bounce. Returns why nothing was stopped, "" otherwise."""
    host, preview, checked = acting_host(app), composed.figures.preview, composed.checked
    sent = await send(app, "Sending the stop of", tag, preview, host.acts.clean.stop(preview, checked, tag))
    if sent.tag is None:
        return sent.words
    acts = sent.operation.acts if sent.operation else ()
    if not acts or any(act.state is not ActState.ACCEPTED for act in acts):
        open_operation(app, tag, sent.words)
        return ""
    try:
        fresh = await host.acts.fresh_preview(preview.selector, preview.chosen)
    except KumoTuiError as error:
        open_operation(app, tag, str(error))
        return ""
    figures = await asyncio.to_thread(figures_of, fresh, host.snapshot, host.settings, composed.figures.feeders)
    confirm = ConfirmScreen(figures, checked, host.settings, How.CLEAN, tag)
    typed = await app.push_screen_wait(confirm)
    words = ""
    if typed is not None:
        act = host.acts.clean.bounce(Confirmed(confirm.preview, checked, tag, typed))
        words = (await send(app, "Confirming", tag, confirm.preview, act)).words
    open_operation(app, tag, words)
    return ""


async def end_flow(app: AnyApp, tag: str) -> None:
    """Ask, then let a stop go that waits, or end a clean bounce that runs."""
    snapshot = acting_host(app).snapshot
    status = snapshot.operation(tag)
    if status is None or status.verdict.is_final:
        tell(app, "Nothing to end: it is over.", is_error=False)
        return
    can_flush = _can_flush(status, snapshot)
    question = let_go_question(tag, can_flush=can_flush) if waits(status) else end_question(tag)
    answer = await app.push_screen_wait(question)
    if answer.id in (LET_GO, END):
        await end_now(app, tag, flush=answer.ticked)


async def release_other_flow(app: AnyApp, key: StopKey) -> None:
    """Ask, then release a stop that no operation of this journal made."""
    host = acting_host(app)
    found = foreign_stops(host.snapshot, host.clock.monotonic())
    entry = next((stop for stop in found if stop.key == key), None)
    if entry is None:
        tell(app, "Nothing to release: it has left the list.", is_error=False)
        return
    answer = await app.push_screen_wait(release_other_question(entry))
    if answer.id != END:
        return
    try:
        outcome = await host.acts.clean.release_other(key.node, key.id)
    except KumoTuiError as error:
        tell(app, f"Not released: {error}", is_error=True)
        return
    tell(app, outcome_words([outcome]), is_error=outcome.came is not Came.DONE)


def standing(snapshot: Snapshot) -> list[OperationStatus]:
    """Our operations that hold mail with a stop now, waiting or being swept."""
    return [
        status
        for status in snapshot.operations
        if status.operation.mode is Mode.CLEAN and any(node.verdict in LIVE_VERDICTS for node in status.nodes)
    ]


def covering_stop(snapshot: Snapshot, draft: Draft) -> OperationStatus | None:
    """Our own operation whose stop holds every queue that the draft selects; None: there is none.

    It holds them on all the nodes that are meant: those of the draft, or else every target that answers.
    Takes a second at a million queues. Raises InputError when nothing is selected.
    """
    selector = selector_of(draft)
    meant = set(draft.nodes) or {node.name for node in snapshot.targets if node.answers}
    whole = [
        status
        for status in standing(snapshot)
        if not status.fallen and meant <= {node.act.node for node in status.nodes if node.verdict in LIVE_VERDICTS}
    ]
    names = snapshot.queues.select(selector).names if whole else ()
    for status in whole:
        held = status.operation.selector
        if held == selector or (names and all(held.matches(name) for name in names)):
            return status
    return None


def outcome_words(outcomes: Sequence[ReleaseOutcome]) -> str:
    """One line for what came of a release on each node."""
    return " ".join(f"{clean(outcome.node)}: {outcome.text}." for outcome in outcomes)


def _can_flush(status: OperationStatus, snapshot: Snapshot) -> bool:
    """Whether some node of it can make released mail due now."""
    nodes = [snapshot.node(act.node) for act in status.operation.acts]
    return any(node.capability.can_flush for node in nodes if node is not None and node.capability is not None)


async def end_now(app: AnyApp, tag: str, *, flush: bool) -> bool:
    """Release, say what came of it; whether it is released everywhere."""
    try:
        outcomes = await acting_host(app).acts.clean.end(tag, flush=flush)
    except KumoTuiError as error:
        tell(app, f"Not released: {error}", is_error=True)
        return False
    done = all(outcome.came is Came.DONE for outcome in outcomes)
    tell(app, outcome_words(outcomes) or "Nothing of it stood any more.", is_error=not done)
    return done
