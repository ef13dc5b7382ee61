"""Which way a bounce goes here, clean or plain, and why: said before it is done (DESIGN 2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from kumo_tui.act.clean_rules import holding
from kumo_tui.act.draft import How, way_of
from kumo_tui.act.stake import Stake
from kumo_tui.act.taking_part import able_nodes, way_out
from kumo_tui.cli.compose import House
from kumo_tui.cli.looking import LEAVE_OUT, Looked, without_unable
from kumo_tui.errors import Refused
from kumo_tui.model.operation import Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import OperationStatus

LOOK_AGAIN_S = 2.0
LOOKS_MOST = 4


@dataclass(frozen=True, eq=False)
class Way:
    """How the bounce is done, and why, in clean words. `waiting` is the stop of ours that it goes on with."""

    how: How
    why: str
    waiting: Operation | None = None


async def be_sure_of_stops(house: House, preview: Preview) -> None:
    """Look again while a list misses a stop of ours of this mail: some seconds show what has become of it."""
    for _look in range(LOOKS_MOST):
        if not any(_is_missing(house, status) for status in _ours_of(house, preview)):
            return
        await house.clock.sleep(LOOK_AGAIN_S)
        await house.watcher.look_quickly()


def choose_way(house: House, looked: Looked, how: How | None, stake: Stake, *, partial: bool) -> Way:
    """The way of this bounce. Raises Refused for a clean one that a rule forbids.

    Where an operation of ours holds this mail already, only a stop that waits is gone on with; a plain bounce then
    has to be asked for by name.
    """
    acts, preview, checked = house.acts, looked.preview, looked.checked
    waiting = None if how is How.PLAIN else acts.clean.waiting_for(preview.selector, preview.node_names)
    if how is not How.PLAIN and waiting is None:
        refuse_a_second(house, preview)
    always = acts.refusals(preview, checked, partial=partial)
    against = acts.clean.refusals(preview, checked, partial=partial)
    obstacle = " ".join(words for words in against if words not in always)
    is_split = bool(way_out(preview, house.watcher.snapshot, How.CLEAN))
    is_undecided = is_split and how is None and not stake.plain_is_exact
    if obstacle and (how is How.CLEAN or waiting is not None or is_undecided):
        price = f": {stake.price}" if stake.price else ""
        where = "on every node" if is_split else "here"
        hint = f"{LEAVE_OUT} " if is_split else ""
        raise Refused(
            f"A clean bounce is not possible {where}: {obstacle}", f"{hint}With --plain it is a plain one{price}."
        )
    if waiting is not None:
        return Way(How.CLEAN, f"goes on with the stop of operation {waiting.tag}", waiting)
    chosen = way_of(how, plain_is_exact=stake.plain_is_exact, clean_is_possible=not obstacle)
    return Way(chosen, _why(chosen, how, obstacle, stake))


def leave_out_unable(house: House, looked: Looked, how: How | None, stake: Stake) -> Looked:
    """The same without the nodes that cannot take part in the way that it goes on the others.

    Where no node can do a clean one it is the plain way that counts.
    """
    wanted = how or (How.PLAIN if stake.plain_is_exact else How.CLEAN)
    cut = without_unable(house, looked, wanted)
    if cut is looked and how is None and wanted is How.CLEAN:
        snapshot, selector = house.watcher.snapshot, looked.preview.selector
        if not able_nodes(snapshot, selector, How.CLEAN):
            return without_unable(house, looked, How.PLAIN)
    return cut


def refuse_a_second(house: House, preview: Preview) -> None:
    """Raise Refused where an operation of ours holds this mail already.

    Two would both count the same mail, and the second would lean on the stop of the first.
    """
    running = next((status.operation for status in _ours_of(house, preview)), None)
    if running is not None:
        raise Refused(
            f"Operation {running.tag} of this kumo-tui holds this mail already.",
            f"`kumo-tui watch {running.tag}` follows it, `kumo-tui release {running.tag}` ends it.",
        )


def _why(chosen: How, how: How | None, obstacle: str, stake: Stake) -> str:
    if how is not None:
        return f"as asked for with --{how.value}"
    if chosen is How.CLEAN:
        return f"a plain one is not exact here: {stake.why}"
    return f"a clean one is not possible here: {obstacle}" if obstacle else f"it is exact here: {stake.why}"


def _ours_of(house: House, preview: Preview) -> Sequence[OperationStatus]:
    return holding(preview.selector, preview.node_names, house.watcher.snapshot)


def _is_missing(house: House, status: OperationStatus) -> bool:
    tracks = [house.watcher.clean_track(status.operation.tag, node.act.node) for node in status.nodes]
    return any(
        track is not None and track.missed_at is not None and not track.verdict.is_final for track in tracks
    )
