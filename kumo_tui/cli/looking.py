"""The look before an act: its preview, which nodes it leaves out, and what is said of them."""

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from kumo_tui.act.draft import Checked, How
from kumo_tui.act.preview import only_on, unread_nodes
from kumo_tui.act.rules import open_acts
from kumo_tui.act.taking_part import absences, unable_words, way_out
from kumo_tui.cli.compose import House
from kumo_tui.cli.follow import Follower
from kumo_tui.cli.output import say
from kumo_tui.cli.reading import say_what_is_wrong, trouble_of
from kumo_tui.clock import Clock
from kumo_tui.errors import InputError, Refused
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import NodeSnapshot
from kumo_tui.text import clean, one_line

SETTLE_EVERY_S = 2.0
LEAVE_OUT = "--partial leaves such nodes out, --node names those that are meant."


@dataclass(frozen=True, eq=False)
class Looked:
    """What was seen just before an act: the preview of the nodes that take part, and the others.

    `unread` could not be read, `unable` cannot take part, by name with clean words; both were left out as was
    asked for. `checked` is the act, meant for the nodes of the preview.
    """

    preview: Preview
    checked: Checked
    unread: tuple[NodeSnapshot, ...] = ()
    is_blind: bool = False
    unable: tuple[tuple[str, str], ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether a node that was meant is left out."""
        return bool(self.unread or self.unable)

    def only(self, names: Collection[str], why: Mapping[str, str]) -> "Looked":
        """The same without its other nodes; `why` says why of each."""
        gone = tuple((name, why[name]) for name in self.preview.node_names if name not in names)
        preview = only_on(self.preview, names)
        checked = replace(self.checked, nodes=preview.chosen)
        return replace(self, preview=preview, checked=checked, unable=(*self.unable, *gone))

    def left_out(self, operation: Operation) -> list[NodeAct]:
        """An act for each target node that was not asked at all, or on which a stop was not confirmed."""
        asked = {act.node for act in operation.acts} - operation.held
        late = [node.node for node in self.preview.nodes if node.node not in asked]
        return [
            *(_left_out(node.name, trouble_of(node) or node.state.value) for node in self.unread),
            *(_left_out(name, why) for name, why in self.unable),
            *(_left_out(name, f"{name} could not be read just before the act") for name in late),
        ]

    def blind_words(self) -> str:
        """Say what is wrong with the nodes, none of which could be read; the same in one line."""
        say_what_is_wrong(self.unread)
        words = "; ".join(trouble_of(node) or node.state.value for node in self.unread)
        return f"No node could be read: {words}"


async def look(house: House, checked: Checked, *, partial: bool) -> Looked:
    """Read every node. Raises Refused when one that is meant cannot be read and may not be left out.

    Raises InputError where a node is meant that is not there.
    """
    if checked.selector is None:
        raise Refused("Nothing is selected.")
    _check_names(house, checked.nodes)
    preview = await _settled_preview(house, checked)
    snapshot = house.watcher.snapshot
    unread = tuple(unread_nodes(snapshot, checked.nodes))
    meant = [node for node in snapshot.targets if not checked.nodes or node.name in checked.nodes]
    if unread and len(unread) == len(meant):
        return Looked(preview, checked, unread, is_blind=True)
    if unread:
        words = " ".join(trouble_of(node) or f"{node.name} is {node.state.value}." for node in unread)
        if not partial:
            raise Refused(f"Not every target node can be read: {words}", LEAVE_OUT)
        say(f"left out: {words}")
        names = {node.name for node in unread}
        preview = only_on(preview, [name for name in preview.node_names if name not in names])
    return Looked(preview, replace(checked, nodes=preview.chosen), unread)


def without_unable(house: House, looked: Looked, how: How, *, stop_only: bool = False) -> Looked:
    """The same without the nodes that cannot take part in an act of this kind, while others can; said of each."""
    snapshot, preview = house.watcher.snapshot, looked.preview
    able = way_out(preview, snapshot, how, stop_only=stop_only)
    if not able:
        return looked
    why = {
        node.name: unable_words(node, preview.selector, how, stop_only=stop_only)
        for node in snapshot.nodes
        if node.name in preview.node_names
    }
    cut = looked.only(able, why)
    for name, words in cut.unable:
        say(f"left out: {words or name}")
    return cut


def say_absent(house: House, looked: Looked) -> None:
    """The nodes that have no part in it, one line each, but for those that were said to be left out already."""
    known = {*(node.name for node in looked.unread), *(name for name, _why in looked.unable)}
    for absence in absences(looked.preview, house.watcher.snapshot):
        if absence.node not in known:
            say(f"note: {absence.text}")


def _check_names(house: House, names: Iterable[str]) -> None:
    there = {node.name for node in house.watcher.snapshot.nodes}
    for name in names:
        if name not in there:
            known = f"Known are: {', '.join(map(clean, sorted(there)))}."
            raise InputError("node", f"--node: there is no node {one_line(name, 60)!r} here.", known)


async def _settled_preview(house: House, checked: Checked) -> Preview:
    """A fresh preview, once the lists of readable nodes have told what became of acts of earlier runs."""
    selector, chosen = checked.selector, checked.nodes
    if selector is None:
        raise ValueError("only a checked selection has a preview")
    preview = await house.acts.fresh_preview(selector, chosen)
    deadline = house.clock.monotonic() + house.settings.act.settle_s
    said: set[str] = set()
    while house.clock.monotonic() < deadline:
        nodes = house.watcher.snapshot.nodes
        readable = {node.name for node in nodes if node.is_fresh and (not chosen or node.name in chosen)}
        still_open = open_acts(readable, house.watcher.snapshot)
        if not still_open:
            break
        for tag in still_open.keys() - said:
            say(f"first: what became of op {tag} on {', '.join(still_open[tag])} is being looked for.")
        said |= still_open.keys()
        await house.clock.sleep(SETTLE_EVERY_S)
        preview = await house.acts.fresh_preview(selector, chosen)
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
