"""Leaving the program: what of ours is still in force is asked about first (DESIGN 3, rules 13 and 15)."""

from collections.abc import Sequence

from kumo_tui.act.rights import CANCEL
from kumo_tui.model.operation import ActState, Mode
from kumo_tui.model.selector import Everything
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.ui.clean_flows import end_now, standing
from kumo_tui.ui.flow_steps import AnyApp, acting_host
from kumo_tui.ui.flows import cancel_all
from kumo_tui.ui.questions import END, LET_GO, STAY, quit_everything_question, quit_question
from kumo_tui.ui.screens.cancel import targets_of


async def quit_flow(app: AnyApp) -> bool:
    """Whether the program may end: asked where a stop or an EVERYTHING of ours is in force.

    What is to be let go or cancelled before must be so on every node.
    """
    return await _stops_are_settled(app) and await _everything_is_settled(app)


def asks_before_leaving(snapshot: Snapshot) -> bool:
    """Whether `quit_flow` has anything to ask."""
    return bool(standing(snapshot) or bouncing_everything(snapshot))


def bouncing_everything(snapshot: Snapshot) -> Sequence[OperationStatus]:
    """Our bounces of EVERYTHING that may be in force on some node, also past their end until its list is read."""
    return [
        status
        for status in snapshot.operations
        if isinstance(status.operation.selector, Everything)
        and status.operation.mode is Mode.PLAIN
        and any(_may_be_in_force(status, node, snapshot) for node in status.nodes)
    ]


def _may_be_in_force(status: OperationStatus, node: NodeProgress, snapshot: Snapshot) -> bool:
    """Of an act that no node has answered, nobody ever knows more than that its time is over."""
    if node.verdict.is_final:
        return False
    age_s = (snapshot.taken_at - status.operation.created_at).total_seconds()
    return node.act.state is ActState.ACCEPTED or age_s <= status.operation.duration_s


async def _stops_are_settled(app: AnyApp) -> bool:
    host = acting_host(app)
    found = standing(host.snapshot)
    if not found or host.rights.order:
        # A session that is read-only by order goes on with no stop, and leaves none unattended.
        return True
    tags = [status.operation.tag for status in found]
    may_release = all(host.rights.may_end(status.operation) for status in found)
    answer = await app.push_screen_wait(quit_question(tags, may_release=may_release))
    if answer.id == STAY:
        return False
    if answer.id == LET_GO:
        ended = [await end_now(app, tag, flush=False) for tag in tags]
        return all(ended)
    return True


async def _everything_is_settled(app: AnyApp) -> bool:
    host = acting_host(app)
    found = bouncing_everything(host.snapshot)
    if not found:
        return True
    live = [
        (node.act.node, node.act.id)
        for status in found
        for node in status.nodes
        if _may_be_in_force(status, node, host.snapshot)
    ]
    may_cancel = all(host.rights.may_end_on(node, CANCEL) for node, _ in live)
    tags = [status.operation.tag for status in found]
    answer = await app.push_screen_wait(quit_everything_question(tags, may_cancel=may_cancel))
    if answer.id == STAY:
        return False
    if answer.id == END:
        listed = targets_of(host.snapshot, [(node, identity) for node, identity in live if identity])
        return await cancel_all(app, listed)
    return True
