"""Steps that several flows of acting have in common."""

from collections.abc import Awaitable
from typing import Any, NamedTuple, cast

from textual.app import App

from kumo_tui.errors import KumoTuiError, NodeError
from kumo_tui.model.operation import Operation
from kumo_tui.model.preview import Preview
from kumo_tui.ui.acting import Host
from kumo_tui.ui.ports import Saying
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.sending import SendingScreen
from kumo_tui.ui.theme import Look

AnyApp = App[Any]


def acting_host(app: AnyApp) -> Host:
    """The app as flows see it."""
    return cast(Host, app)


def open_operation(app: AnyApp, tag: str, problem: str = "") -> None:
    """Show the operation of this tag, live; `problem` is what went wrong on the way to it."""
    top = app.screen
    if isinstance(top, OperationScreen) and top.tag == tag:
        top.say(problem, Look.RED)
    else:
        app.push_screen(OperationScreen(tag, problem))


class Sent(NamedTuple):
    """What came of sending an act: the tag of what was sent, or may have been, None where nothing was.

    `words` say what went wrong; `operation` is known where it was answered.
    """

    tag: str | None
    words: str = ""
    operation: Operation | None = None


async def send(app: AnyApp, verb: str, tag: str, preview: Preview, act: Awaitable[Operation]) -> Sent:
    """Await the act of this tag with a screen that says so."""
    nodes = ", ".join(node.node for node in preview.nodes)
    sending = SendingScreen(f"{verb} op {tag} to {nodes}, waiting for the answers.")
    await app.push_screen(sending)
    try:
        operation = await act
    except NodeError as error:
        if error.outcome_unknown:
            return Sent(tag, f"Not known whether it was carried out: {error}")
        return Sent(None, str(error))
    except KumoTuiError as error:
        return Sent(None, str(error))
    finally:
        sending.finish()
    return Sent(operation.tag, "", operation)


def tell(app: AnyApp, words: str, *, is_error: bool) -> None:
    """Say what came of an act: on the screen that is looked at where it has a line for that, else as a notice."""
    if isinstance(app.screen, Saying) and app.screen.is_mounted:
        app.screen.say(words, Look.RED if is_error else Look.STRONG)
    else:
        app.notify(words, severity="error" if is_error else "information", markup=False)
