"""Following a clean bounce: who sweeps is said first and when it changes, what is left standing at the end."""

import asyncio

from kumo_tui.act.rights import rights_of
from kumo_tui.cli.compose import House
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Follower, NodeSight, Sight, Until
from kumo_tui.cli.following import Emit, emitter, follow_to_end
from kumo_tui.cli.looking import within
from kumo_tui.cli.output import say
from kumo_tui.cli.standing import bounce_words, say_gone_on_with, say_left_standing
from kumo_tui.model.partial import stopped_nodes, waits
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean

INTERRUPTED = "Interrupted: "


async def watch_clean(house: House, follower: Follower, until: Until, *, as_json: bool) -> Exit:
    """Sweep what is confirmed and nobody else sweeps, and follow this operation so far."""
    status = follower.status(house.watcher.snapshot)
    house.acts.clean.start()
    say_gone_on_with(house, but=status.operation.tag)
    say(_who_sweeps(house, status))
    return await follow_clean(house, follower, until, as_json=as_json)


async def follow_clean(house: House, follower: Follower, until: Until, *, as_json: bool) -> Exit:
    """Follow it so far; what still stands then, or when it is interrupted, is named with the ways to go on."""
    tag = follower.tag
    try:
        code = await follow_to_end(follower, until, _Telling(house, tag, emitter(as_json=as_json)))
    except asyncio.CancelledError:
        say_left_standing(house, tag, INTERRUPTED)
        raise
    say_left_standing(house, tag)
    return code


async def leave_begun(house: House, follower: Follower, patience_s: float, *, as_json: bool) -> Exit:
    """Leave it once what stood under the stop was swept, or nothing does; say that somebody must go on.

    Nobody waits longer than `patience_s` for a sweep that something holds up.
    """
    emit = emitter(as_json=as_json)
    try:
        await within(house.clock, patience_s, follower.until(_is_begun, emit))
    except asyncio.CancelledError:
        say_left_standing(house, follower.tag, INTERRUPTED)
        raise
    last = follower.look(house.watcher.snapshot)
    say_left_standing(house, follower.tag)
    if not all(map(_is_begun, last.nodes)):
        say("Not all that stands was swept once.")
        return Exit.ENDED_OTHERWISE
    return follower.exit_of(last) if last.verdict.is_final else Exit.DONE


class _Telling:
    """Emits each event, and says when this process has begun to sweep what another one swept before."""

    def __init__(self, house: House, tag: str, emit: Emit) -> None:
        self._sweeper = house.acts.clean.sweeper
        self._tag = tag
        self._emit = emit
        self._is_ours = self._sweeper.holds(tag)

    def __call__(self, sight: Sight) -> None:
        self._emit(sight)
        was_ours, self._is_ours = self._is_ours, self._sweeper.holds(self._tag)
        if self._is_ours and not was_ours:
            say(f"goes on sweeping op {self._tag}")


def _is_begun(node: NodeSight) -> bool:
    if node.verdict.is_final or node.verdict is Verdict.UNKNOWN:
        return True
    return node.clean is not None and node.clean.is_begun


def _who_sweeps(house: House, status: OperationStatus) -> str:
    operation = status.operation
    tag = operation.tag
    if waits(status):
        held = () if operation.is_waiting else stopped_nodes(status)
        where = f" on {', '.join(map(clean, held))}" if held else ""
        ways = f"{bounce_words(operation.selector, held)} bounces it, `kumo-tui release {tag}` ends it"
        return f"op {tag} is not confirmed{where}, nothing is swept: {ways}"
    order = rights_of(house.settings, house.watcher.snapshot).order
    if order:
        return f"read-only ({order}): op {tag} is only followed"
    if house.acts.clean.sweeper.holds(tag):
        return f"goes on sweeping op {tag}"
    return f"another kumo-tui sweeps op {tag}: this one only follows"
