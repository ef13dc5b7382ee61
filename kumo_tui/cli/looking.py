"""The look before an act: its preview, which nodes it leaves out, and what is said of them."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from kumo_tui.act.draft import Checked
from kumo_tui.act.preview import unread_nodes
from kumo_tui.act.rules import open_acts
from kumo_tui.cli.compose import House
from kumo_tui.cli.follow import Follower
from kumo_tui.cli.output import say
from kumo_tui.cli.reading import say_what_is_wrong, trouble_of
from kumo_tui.clock import Clock
from kumo_tui.errors import Refused
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import NodeSnapshot

SETTLE_EVERY_S = 2.0


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
    preview = await _settled_preview(house, checked.selector)
    unread = tuple(unread_nodes(house.watcher.snapshot))
    if len(unread) == len(house.watcher.snapshot.targets):
        return Looked(preview, unread, is_blind=True)
    if unread:
        words = " ".join(trouble_of(node) or f"{node.name} is {node.state.value}." for node in unread)
        if not partial:
            raise Refused(f"Not every target node can be read: {words}", "--partial leaves such nodes out.")
        say(f"left out: {words}")
    names = {node.name for node in unread}
    read = tuple(node for node in preview.nodes if node.node not in names)
    return Looked(replace(preview, nodes=read), unread, is_blind=False)


async def _settled_preview(house: House, selector: Selector) -> Preview:
    """A fresh preview, once the lists of readable nodes have told what became of acts of earlier runs."""
    preview = await house.acts.fresh_preview(selector)
    deadline = house.clock.monotonic() + house.settings.act.settle_s
    said: set[str] = set()
    while house.clock.monotonic() < deadline:
        readable = {node.name for node in house.watcher.snapshot.nodes if node.is_fresh}
        still_open = open_acts(readable, house.watcher.snapshot)
        if not still_open:
            break
        for tag in still_open.keys() - said:
            say(f"first: what became of op {tag} on {', '.join(still_open[tag])} is being looked for.")
        said |= still_open.keys()
        await house.clock.sleep(SETTLE_EVERY_S)
        preview = await house.acts.fresh_preview(selector)
    for tag in sorted(said - open_acts((node.node for node in preview.nodes), house.watcher.snapshot).keys()):
        say(f"op {tag}: {_became_of(house, tag)}")
    return preview


def _became_of(house: House, tag: str) -> str:
    status = house.watcher.snapshot.operation(tag)
    nodes = status.nodes if status else ()
    return "; ".join(
        f"{node.act.node} {node.verdict.value.upper()}{f': {node.note}' if node.note else ''}" for node in nodes
    )


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
