"""The two flows of acting: compose, review, confirm, send, follow; and look, confirm, cancel."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from kumo_tui.act.draft import Draft, How
from kumo_tui.act.ports import CancelOutcome, CancelState, Confirmed
from kumo_tui.errors import KumoTuiError, NodeError, Unauthorized
from kumo_tui.model.operation import Mode
from kumo_tui.text import clean, plural
from kumo_tui.ui.clean_flows import end_flow, stop_then_confirm
from kumo_tui.ui.flow_steps import AnyApp, acting_host, open_operation, send, tell
from kumo_tui.ui.screens.cancel import CancelScreen, Target, targets_of
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.units import count_text


async def bounce_flow(app: AnyApp, draft: Draft) -> None:
    """Compose, review, confirm and send a bounce, then follow it. Runs in a worker of the app.

    Nothing typed is lost: leaving the confirmation, or a refusal, opens the form again with the same draft.
    """
    host = acting_host(app)
    notice = ""
    while True:
        tag = host.acts.new_tag()
        composed = await app.push_screen_wait(ComposeScreen(draft, tag, notice))
        if composed is None:
            return
        draft, notice = composed.draft, ""
        if composed.stop_first:
            notice = await stop_then_confirm(app, composed, tag)
            if not notice:
                return
            continue
        waiting = composed.offer.waiting
        stopped = waiting.tag if waiting is not None and composed.how is How.CLEAN else None
        confirm = ConfirmScreen(composed.figures, composed.checked, host.settings, composed.how, stopped)
        typed = await app.push_screen_wait(confirm)
        if typed is None:
            continue
        confirmed = Confirmed(confirm.preview, composed.checked, stopped or tag, typed)
        bounce = host.acts.clean.bounce if composed.how is How.CLEAN else host.acts.bounce
        sent = await send(app, "Sending", confirmed.tag, confirmed.preview, bounce(confirmed))
        if sent.tag is not None:
            open_operation(app, sent.tag, sent.words)
            return
        notice = sent.words


async def cancel_flow(app: AnyApp, wanted: Sequence[tuple[str, str]]) -> None:
    """Ask, then cancel these directives, by node and id. Runs in a worker of the app."""
    await _cancel(app, wanted)


async def cancel_operation_flow(app: AnyApp, tag: str) -> None:
    """Ask, then end whatever an operation still has in force. Runs in a worker of the app."""
    status = acting_host(app).snapshot.operation(tag)
    if status is not None and status.operation.mode is Mode.CLEAN:
        await end_flow(app, tag)
        return
    live = [node.act for node in (status.nodes if status else ()) if not node.verdict.is_final]
    unknown = [act.node for act in live if not act.id]
    await _cancel(app, [(act.node, act.id) for act in live if act.id], unknown)


async def _cancel(app: AnyApp, wanted: Sequence[tuple[str, str]], unknown: Sequence[str] = ()) -> None:
    """Ask, then cancel. On the nodes that are `unknown` it may be in force, and has no id yet."""
    targets = targets_of(acting_host(app).snapshot, wanted)
    if not targets:
        words = _unknown_words(unknown) or "Nothing to cancel: it has left the list."
        tell(app, words, is_error=bool(unknown))
        return
    if await app.push_screen_wait(CancelScreen(targets)):
        await cancel_all(app, targets, unknown)


def _unknown_words(nodes: Sequence[str]) -> str:
    where = ", ".join(map(clean, nodes))
    return (
        f"Not known whether it runs on {where}: looked for there, x cancels it once it is found." if nodes else ""
    )


async def cancel_all(app: AnyApp, targets: Sequence[Target], unknown: Sequence[str] = ()) -> bool:
    """Cancel these, each once, and say what came of it; whether none of them is in force any more.

    On the nodes that are `unknown` it may be, too: that is said.
    """
    if isinstance(app.screen, OperationScreen):
        tell(app, f"Cancelling {plural(len(targets), 'directive')}, waiting for the answer.", is_error=False)
    # All at the same time: a node that does not answer must not hold up the cancel on the others.
    outcomes = await asyncio.gather(*(_cancel_one(app, target) for target in targets))
    again = dict.fromkeys(clean(outcome.node) for outcome in outcomes if outcome.may_go_again)
    ways = [f"x tries {', '.join(again)} again."] if again else []
    is_bad = bool(unknown) or any(outcome.is_bad for outcome in outcomes)
    said = [*(outcome.words for outcome in outcomes), *ways, _unknown_words(unknown)]
    tell(app, " ".join(filter(None, said)), is_error=is_bad)
    return not is_bad


class _Cancelled(NamedTuple):
    """What came of the cancel on one node, in a line; whether that is bad news, and whether x may mend it."""

    node: str
    words: str
    is_bad: bool = False
    may_go_again: bool = False


async def _cancel_one(app: AnyApp, target: Target) -> _Cancelled:
    try:
        outcome = await acting_host(app).acts.cancel(target.node, target.directive.id)
    except KumoTuiError as error:
        may_go_again = isinstance(error, NodeError) and not isinstance(error, Unauthorized)
        return _Cancelled(target.node, f"Not cancelled: {error}", True, may_go_again)
    is_unknown = outcome.state is CancelState.UNKNOWN
    return _Cancelled(target.node, outcome_words(outcome), is_unknown, is_unknown)


def outcome_words(outcome: CancelOutcome) -> str:
    """One line for what came of a cancel, with the last total."""
    head = f"{outcome.id[:8]} on {outcome.node}: {outcome.state.value}"
    total = "" if outcome.last_total is None else f" Last total: {count_text(outcome.last_total)}."
    return clean(f"{head}; {outcome.text}.{total}")
