"""The two flows of acting: compose, review, confirm, send, follow; and look, confirm, cancel."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from textual.app import App

from kumo_tui.act.draft import Draft
from kumo_tui.act.ports import CancelOutcome, CancelState, Confirmed
from kumo_tui.errors import KumoTuiError, NodeError
from kumo_tui.text import clean, plural
from kumo_tui.ui.acting import Host
from kumo_tui.ui.screens.cancel import CancelScreen, Target, targets_of
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.sending import SendingScreen
from kumo_tui.ui.theme import Look
from kumo_tui.units import count_text

AnyApp = App[Any]


async def bounce_flow(app: AnyApp, draft: Draft) -> None:
    """Compose, review, confirm and send a bounce, then follow it. Runs in a worker of the app.

    Nothing typed is lost: leaving the confirmation, or a refusal, opens the form again with the same draft.
    """
    host = _host(app)
    notice = ""
    while True:
        tag = host.acts.new_tag()
        composed = await app.push_screen_wait(ComposeScreen(draft, tag, notice))
        if composed is None:
            return
        draft, notice = composed.draft, ""
        confirm = ConfirmScreen(composed.figures, composed.checked, host.settings.act.max_preview_age_s)
        typed = await app.push_screen_wait(confirm)
        if typed is None:
            continue
        went, words = await _send(app, Confirmed(confirm.preview, composed.checked, tag, typed))
        if went:
            open_operation(app, tag, words)
            return
        notice = words


async def cancel_flow(app: AnyApp, node: str, directive_id: str) -> None:
    """Ask, then cancel one directive. Runs in a worker of the app."""
    await _cancel(app, [(node, directive_id)])


async def cancel_operation_flow(app: AnyApp, tag: str) -> None:
    """Ask, then cancel whatever an operation still has in force. Runs in a worker of the app."""
    status = _host(app).snapshot.operation(tag)
    nodes = status.nodes if status else ()
    await _cancel(
        app, [(node.act.node, node.act.id) for node in nodes if node.act.id and not node.verdict.is_final]
    )


def open_operation(app: AnyApp, tag: str, problem: str = "") -> None:
    """Show the operation of this tag, live; `problem` is what went wrong on the way to it."""
    app.push_screen(OperationScreen(tag, problem))


async def _send(app: AnyApp, confirmed: Confirmed) -> tuple[bool, str]:
    """Whether something was sent, or may have been, and what went wrong."""
    nodes = ", ".join(node.node for node in confirmed.preview.nodes)
    sending = SendingScreen(f"Sending op {confirmed.tag} to {nodes}, waiting for the answers.")
    await app.push_screen(sending)
    try:
        await _host(app).acts.bounce(confirmed)
    except NodeError as error:
        if error.outcome_unknown:
            return True, f"Not known whether it was carried out: {error}"
        return False, str(error)
    except KumoTuiError as error:
        return False, str(error)
    finally:
        sending.finish()
    return True, ""


async def _cancel(app: AnyApp, wanted: Sequence[tuple[str, str]]) -> None:
    targets = targets_of(_host(app).snapshot, wanted)
    if not targets:
        _tell(app, "Nothing to cancel: it has left the list.", is_error=False)
        return
    if not await app.push_screen_wait(CancelScreen(targets)):
        return
    if isinstance(app.screen, OperationScreen):
        _tell(app, f"Cancelling {plural(len(targets), 'directive')}, waiting for the answer.", is_error=False)
    # All at the same time: a node that does not answer must not hold up the cancel on the others.
    outcomes = await asyncio.gather(*(_cancel_one(app, target) for target in targets))
    _tell(app, " ".join(words for words, _ in outcomes), is_error=any(failed for _, failed in outcomes))


async def _cancel_one(app: AnyApp, target: Target) -> tuple[str, bool]:
    """One line for what came of it, and whether that is bad news."""
    try:
        outcome = await _host(app).acts.cancel(target.node, target.directive.id)
    except KumoTuiError as error:
        return f"Not cancelled: {error}", True
    return outcome_words(outcome), outcome.state is CancelState.UNKNOWN


def outcome_words(outcome: CancelOutcome) -> str:
    """One line for what came of a cancel, with the last total."""
    head = f"{outcome.id[:8]} on {outcome.node}: {outcome.state.value}"
    total = "" if outcome.last_total is None else f" Last total: {count_text(outcome.last_total)}."
    return clean(f"{head}; {outcome.text}.{total}")


def _tell(app: AnyApp, words: str, *, is_error: bool) -> None:
    if isinstance(app.screen, OperationScreen) and app.screen.is_mounted:
        app.screen.say(words, Look.RED if is_error else Look.STRONG)
    else:
        app.notify(words, severity="error" if is_error else "information", markup=False)


def _host(app: AnyApp) -> Host:
    return cast(Host, app)
