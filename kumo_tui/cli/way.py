"""Which way a bounce goes here, clean or plain, and why: said before it is done (DESIGN 2)."""

from dataclasses import dataclass

from kumo_tui.act.draft import Checked, How, way_of
from kumo_tui.act.stake import Stake
from kumo_tui.cli.compose import House
from kumo_tui.cli.looking import Looked
from kumo_tui.errors import Refused
from kumo_tui.model.operation import Mode, Operation
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import OperationStatus

LOOK_AGAIN_S = 2.0
LOOKS_MOST = 4


@dataclass(frozen=True, eq=False)
class Way:
    """How the bounce is done, and why, in clean words. `waiting` is the stop of ours that it goes on with."""

    how: How
    why: str
    waiting: Operation | None = None


async def be_sure_of_stops(house: House, selector: Selector) -> None:
    """Look again while a list misses a stop of ours of this mail: some seconds show what has become of it."""
    for _look in range(LOOKS_MOST):
        if not any(_is_missing(house, status) for status in _ours_of(house, selector)):
            return
        await house.clock.sleep(LOOK_AGAIN_S)
        await house.watcher.poll_once()


def choose_way(
    house: House, looked: Looked, checked: Checked, how: How | None, stake: Stake, *, partial: bool
) -> Way:
    """The way of this bounce. Raises Refused for a clean one that a rule forbids.

    Where an operation of ours holds this mail already, only a stop that waits is gone on with; a plain bounce then
    has to be asked for by name.
    """
    acts, selector = house.acts, looked.preview.selector
    waiting = None if how is How.PLAIN else acts.clean.waiting_for(selector)
    if how is not How.PLAIN and waiting is None:
        refuse_a_second(house, selector)
    always = acts.refusals(looked.preview, checked, partial=partial)
    against = acts.clean.refusals(looked.preview, checked, partial=partial)
    obstacle = " ".join(words for words in against if words not in always)
    if obstacle and (how is How.CLEAN or waiting is not None):
        price = f": {stake.price}" if stake.price else ""
        raise Refused(
            f"A clean bounce is not possible here: {obstacle}", f"With --plain it is a plain one{price}."
        )
    if waiting is not None:
        return Way(How.CLEAN, f"goes on with the stop of operation {waiting.tag}", waiting)
    chosen = way_of(how, plain_is_exact=stake.plain_is_exact, clean_is_possible=not obstacle)
    return Way(chosen, _why(chosen, how, obstacle, stake))


def refuse_a_second(house: House, selector: Selector) -> None:
    """Raise Refused where an operation of ours holds this mail already.

    Two would both count the same mail, and the second would lean on the stop of the first.
    """
    running = next((status.operation for status in _ours_of(house, selector)), None)
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


def _ours_of(house: House, selector: Selector) -> list[OperationStatus]:
    return [
        status
        for status in house.watcher.snapshot.operations
        if status.operation.mode is Mode.CLEAN
        and status.operation.selector == selector
        and not status.verdict.is_final
    ]


def _is_missing(house: House, status: OperationStatus) -> bool:
    tracks = [house.watcher.clean_track(status.operation.tag, node.act.node) for node in status.nodes]
    return any(
        track is not None and track.missed_at is not None and not track.verdict.is_final for track in tracks
    )
