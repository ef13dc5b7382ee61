"""Sending a clean bounce: the stop, or the one that waits; then sweeps, to the end or left after the first."""

import asyncio

from kumo_tui.cli.answers import answer_json, print_answer
from kumo_tui.cli.clean_follow import INTERRUPTED, follow_clean, leave_begun
from kumo_tui.cli.exits import Exit, exit_of_sending, gravest
from kumo_tui.cli.follow import Followed, Follower, Until
from kumo_tui.cli.looking import settle
from kumo_tui.cli.output import print_json, say
from kumo_tui.cli.plain_sending import Sending
from kumo_tui.cli.standing import say_gone_on_with, say_left_standing
from kumo_tui.model.operation import ActState


async def send_clean(sending: Sending, until: Until | None) -> Exit:
    """Begin it, and follow it so far; None: until the first sweep, or until nothing stands that one could take.

    Raises Refused or JournalError when nothing was sent.
    """
    house = sending.house
    house.acts.clean.start()
    say_gone_on_with(house, but=sending.tag)
    try:
        operation = await house.acts.clean.bounce(sending.confirmed)
    except asyncio.CancelledError:
        ways = f"`kumo-tui status` shows it, `kumo-tui release {sending.tag}` ends it"
        say(f"{INTERRUPTED}the stop of op {sending.tag} may have been sent: {ways}.")
        raise
    follower = Follower(house.watcher, Followed(operation.tag, operation.tag))
    try:
        await settle(house, follower, sending.settle_s)
    except asyncio.CancelledError:
        say_left_standing(house, operation.tag, INTERRUPTED)
        raise
    code, is_begun = _answer(sending, follower, is_followed=until is not None)
    if not is_begun:
        return code
    if until is None:
        left = await leave_begun(house, follower, sending.settle_s, as_json=sending.as_json)
        return gravest(code, left)
    return gravest(code, await follow_clean(house, follower, until, as_json=sending.as_json))


def _answer(sending: Sending, follower: Follower, *, is_followed: bool) -> tuple[Exit, bool]:
    """Say what came of the stop; its exit code, and whether some node is stopped."""
    snapshot = sending.house.watcher.snapshot
    status = follower.status(snapshot)
    left_out = sending.looked.left_out(status.operation)
    if sending.as_json:
        print_json(answer_json(status, left_out, follower.look(snapshot)))
    else:
        print_answer(status, left_out, is_followed=is_followed)
    states = {act.state for act in status.operation.acts}
    return exit_of_sending(states, len(left_out)), ActState.ACCEPTED in states
