"""Stops of ours that stand: where, until when, and what goes on with them or ends them (DESIGN 3, rule 15)."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kumo_tui.act.fleet_words import left_behind_words
from kumo_tui.cli.compose import House
from kumo_tui.cli.output import say, until_text
from kumo_tui.errors import JournalError
from kumo_tui.model.operation import Mode, Operation
from kumo_tui.model.partial import waits
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean

NAMED_MOST = 3

# Of fewer letters, an id is hardly meant.
ID_LEAST = 4


@dataclass(frozen=True, eq=False)
class Standing:
    """What an operation of ours holds: seconds that the mail is still stopped, by node.

    `doubted` are nodes of which nobody knows whether it is stopped there; `relied` those that somebody else's stop
    holds for us.
    """

    operation: Operation
    left_s: Mapping[str, float]
    doubted: tuple[str, ...] = ()
    relied: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.left_s or self.doubted)

    @property
    def waits(self) -> bool:
        """Whether all of it is only a stop that nobody confirmed as a bounce."""
        return all(map(self.operation.waits_on, (*self.left_s, *self.doubted)))


def standing_of(house: House, status: OperationStatus) -> Standing:
    """What the operation holds by the last look at the nodes; a stop that the list misses stands no more."""
    tag, now = status.operation.tag, house.clock.monotonic()
    left: dict[str, float] = {}
    relied = set()
    for node in status.nodes:
        track = house.watcher.clean_track(tag, node.act.node)
        if track is None or track.verdict.is_final or track.missed_at is not None or track.stop_ends_at is None:
            continue
        if track.stop_ends_at > now:
            left[node.act.node] = track.stop_ends_at - now
            relied |= set() if track.own else {node.act.node}
    doubted = tuple(node.act.node for node in status.nodes if node.verdict is Verdict.UNKNOWN)
    return Standing(status.operation, left, doubted, frozenset(relied))


def say_unattended(house: House, *, but: str = "") -> None:
    """One line on standard error for each stop of ours that stands with nobody sweeping, but for one operation.

    And for each that stands on nodes that are not here.
    """
    for left in house.watcher.snapshot.left_behind:
        if left.is_stop:
            say(f"op {left.tag}: {left_behind_words(left, house.clock.now())}")
    sweeper = house.acts.clean.sweeper
    for status in _live(house):
        tag, held = status.operation.tag, standing_of(house, status)
        if not held or tag == but or sweeper.holds(tag):
            continue
        if waits(status) or nobody_sweeps(house, tag):
            say(unattended_words(house, held))


def say_gone_on_with(house: House, *, but: str) -> None:
    """One line on standard error for each other operation that is swept here too, or that nobody sweeps."""
    for status in _live(house):
        operation = status.operation
        if operation.tag != but and house.acts.clean.sweeper.holds(operation.tag):
            say(f"goes on sweeping op {operation.tag} too, while this runs: {operation.selector.describe()}")
    say_unattended(house, but=but)


def say_left_standing(house: House, tag: str, lead: str = "") -> None:
    """What this process leaves behind of an operation, and how to go on; nothing when nothing stands."""
    status = house.watcher.snapshot.operation(tag)
    held = standing_of(house, status) if status is not None else None
    if not held:
        if lead:
            say(f"{lead}nothing of op {tag} is stopped.")
    elif not held.waits and not nobody_sweeps(house, tag):
        say(f"{lead}another kumo-tui goes on sweeping op {tag}.")
    else:
        say(f"{lead}{unattended_words(house, held)}")


def own_operation(snapshot: Snapshot, wanted: str) -> OperationStatus | None:
    """The operation that the journal has under this tag, or whose stop on some node has an id that begins so."""
    status = snapshot.operation(wanted.upper())
    if status is not None or len(wanted) < ID_LEAST:
        return status
    found = [
        status
        for status in snapshot.operations
        for node in status.nodes
        for stop_id in (node.clean.stop_ids if node.clean else ())
        if stop_id.lower().startswith(wanted.lower())
    ]
    return found[0] if found and all(status is found[0] for status in found) else None


def nobody_sweeps(house: House, tag: str) -> bool:
    """Whether no other process has claimed the operation; also when nobody can tell."""
    sweeper = house.acts.clean.sweeper
    if sweeper.holds(tag):
        return True
    try:
        is_free = sweeper.claim(tag)
    except JournalError:
        return True
    if is_free:
        sweeper.let_go(tag)
    return is_free


def _live(house: House) -> list[OperationStatus]:
    """Our clean bounces and stops that are not over."""
    statuses = house.watcher.snapshot.operations
    return [each for each in statuses if each.operation.mode is Mode.CLEAN and not each.verdict.is_final]


def unattended_words(house: House, held: Standing) -> str:
    """`op 7F3A2C: campaign=promo is stopped on mta1 until 12:40, nobody sweeps: ...`, with both ways to go on."""
    tag, scope = held.operation.tag, held.operation.selector.describe()
    if not held.left_s:
        where = ", ".join(held.doubted)
        return f"op {tag}: not known whether {scope} is stopped on {where}: `kumo-tui watch {tag}` looks for it"
    return f"op {tag}: {scope} is stopped {where_text(house, held)}, {ways_on(held)}"


def ways_on(held: Standing) -> str:
    """That nobody sweeps it, and the two ways to go on."""
    operation = held.operation
    tag = operation.tag
    if held.waits:
        nodes = () if operation.is_waiting else tuple(held.left_s)
        return (
            f"nobody sweeps it, for it is not confirmed: {bounce_words(operation.selector, nodes)} bounces it, "
            f"`kumo-tui release {tag}` ends it"
        )
    return f"nobody sweeps: `kumo-tui watch {tag}` goes on, `kumo-tui release {tag}` ends it"


def where_text(house: House, held: Standing) -> str:
    """`on mta1 until 12:40, mta2 until 12:41`."""
    parts = []
    for node, left_s in held.left_s.items():
        whose = " (somebody else's stop)" if node in held.relied else ""
        parts.append(f"{node} until {until_of(house, left_s)}{whose}")
    return f"on {', '.join(parts)}"


def until_of(house: House, left_s: float) -> str:
    """When a stop ends that has so long left."""
    return until_text(house.clock.now(), left_s)


def bounce_words(selector: Selector, nodes: Iterable[str] = ()) -> str:
    """The command that bounces what is stopped, in backquotes; options that every bounce needs are left out.

    `nodes` are those that it is for, where it is not for all.
    """
    words = ["kumo-tui", "bounce"]
    if isinstance(selector, ExactQueues):
        if len(selector.names) > NAMED_MOST:
            return f"`{shlex.join(words)}` with the same --queue options"
        words += [word for name in sorted(selector.names) for word in ("--queue", clean(name))]
    elif isinstance(selector, Criteria):
        for part, value in selector.given().items():
            words += [f"--{part.value.replace('_', '-')}", clean(value)]
    words += [word for node in nodes for word in ("--node", clean(node))]
    return f"`{shlex.join(words)}`"
