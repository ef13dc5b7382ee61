"""Sending a plain bounce: one POST per node, settled, answered, and followed where that was asked for."""

import asyncio
from dataclasses import dataclass

from kumo_tui.act.draft import Checked
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.stake import Stake
from kumo_tui.cli.answers import answer_json, print_answer
from kumo_tui.cli.compose import House
from kumo_tui.cli.exits import Exit, exit_of_sending, gravest
from kumo_tui.cli.follow import Followed, Follower, Until
from kumo_tui.cli.following import emitter, follow_to_end
from kumo_tui.cli.looking import Looked, settle
from kumo_tui.cli.output import print_json, say
from kumo_tui.model.operation import ActState


@dataclass(frozen=True, eq=False)
class Sending:
    """A bounce that may be sent: nothing forbids it. `settle_s` is how long to look for an unknown outcome."""

    house: House
    looked: Looked
    checked: Checked
    tag: str
    stake: Stake
    settle_s: float
    partial: bool
    as_json: bool

    @property
    def confirmed(self) -> Confirmed:
        """What is confirmed; --expect or --at-most took the place of a typed text."""
        return Confirmed(self.looked.preview, self.checked, self.tag, None, self.partial)


async def send_plain(sending: Sending, until: Until | None, *, despite_collateral: bool) -> Exit:
    """Send it, and follow it so far; None: not at all. Raises Refused or JournalError when nothing was sent."""
    house, tag = sending.house, sending.tag
    if despite_collateral:
        house.acts.guardian.spare(tag)
    if until is not None:
        house.acts.guardian.start()
    try:
        await house.acts.bounce(sending.confirmed)
    except asyncio.CancelledError:
        say(f"Interrupted: it may have been sent. Look for operation {tag} with `kumo-tui directives`.")
        raise
    follower = Follower(house.watcher, Followed(tag, tag))
    try:
        code = await _after(sending, follower, until)
    except asyncio.CancelledError:
        say(f"Interrupted: the bounce goes on. Follow it with `kumo-tui watch {tag}`.")
        raise
    if not sending.stake.plain_is_exact and _is_live(sending, follower):
        say(
            "Nobody watches it from here: other queues' mail that it may take is not noticed until "
            f"`kumo-tui watch {tag}` or the dashboard runs."
        )
    return code


async def _after(sending: Sending, follower: Follower, until: Until | None) -> Exit:
    """Settle what is unknown, say what came of it, and follow when asked to."""
    house = sending.house
    await settle(house, follower, sending.settle_s)
    status = follower.status(house.watcher.snapshot)
    left_out = sending.looked.left_out(status.operation)
    if sending.as_json:
        print_json(answer_json(status, left_out, follower.look(house.watcher.snapshot)))
    else:
        print_answer(status, left_out, is_followed=until is not None)
    states = {act.state for act in status.operation.acts}
    code = exit_of_sending(states, len(left_out))
    if until is None or ActState.ACCEPTED not in states:
        return code
    return gravest(code, await follow_to_end(follower, until, emitter(as_json=sending.as_json)))


def _is_live(sending: Sending, follower: Follower) -> bool:
    """Whether a node may have it in its list."""
    nodes = follower.status(sending.house.watcher.snapshot).nodes
    return any(not node.verdict.is_final for node in nodes)
