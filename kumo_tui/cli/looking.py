"""The look before an act: its preview, which nodes it leaves out, and what is said of them."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from kumo_tui.act.draft import Checked
from kumo_tui.act.preview import unread_nodes
from kumo_tui.cli.compose import House
from kumo_tui.cli.follow import Follower
from kumo_tui.cli.output import say
from kumo_tui.cli.reading import say_what_is_wrong, trouble_of
from kumo_tui.clock import Clock
from kumo_tui.errors import Refused
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import NodeSnapshot


@dataclass(frozen=True, eq=False)
class Looked:
    """What was seen just before an act: the preview of the nodes that could be read, and the others."""

    preview: Preview
    unread: tuple[NodeSnapshot, ...]
    is_blind: bool

    def left_out(self, operation: Operation) -> list[NodeAct]:
        """An act for each target node that was not asked at all."""
        asked = {act.node for act in operation.acts}
        late = [node.node for node in self.preview.nodes if node.node not in asked]
        return [
            *(_left_out(node.name, trouble_of(node) or node.state.value) for node in self.unread),
            *(_left_out(name, f"{name} could not be read just before the act") for name in late),
        ]

    def blind_words(self) -> str:
        """Say what is wrong with the nodes, none of which could be read; the same in one line."""
        say_what_is_wrong(self.unread)
        words = "; ".join(trouble_of(node) or node.state.value for node in self.unread)
        return f"No node could be read: {words}"


async def look(house: House, checked: Checked, *, partial: bool) -> Looked:
    """Read every node. Raises Refused when some cannot be read and may not be left out."""
    if checked.selector is None:
        raise Refused("Nothing is selected.")
    preview = await house.acts.fresh_preview(checked.selector)
    unread = tuple(unread_nodes(house.watcher.snapshot))
    if len(unread) == len(house.target.nodes):
        return Looked(preview, unread, is_blind=True)
    if unread:
        words = " ".join(trouble_of(node) or f"{node.name} is {node.state.value}." for node in unread)
        if not partial:
            raise Refused(f"Not every target node can be read: {words}", "--partial leaves such nodes out.")
        say(f"left out: {words}")
    names = {node.name for node in unread}
    read = tuple(node for node in preview.nodes if node.node not in names)
    return Looked(replace(preview, nodes=read), unread, is_blind=False)


async def settle(house: House, follower: Follower, seconds: float) -> None:
    """Look for acts of unknown outcome in the lists, no longer than this."""
    acts = follower.status(house.watcher.snapshot).operation.acts
    if any(act.state is ActState.UNKNOWN for act in acts):
        say("The outcome is not known on every node: looking for it in the lists.")
        await within(house.clock, seconds, follower.settled())


async def within(clock: Clock, seconds: float, work: Awaitable[object]) -> None:
    """Wait for the work, but no longer than this; what is left of it is cancelled."""
    working = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({working, timer}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        working.cancel()
        timer.cancel()
        await asyncio.gather(working, timer, return_exceptions=True)


def _left_out(name: str, why: str) -> NodeAct:
    return NodeAct(name, ActState.REJECTED, None, f"left out: {why}")
