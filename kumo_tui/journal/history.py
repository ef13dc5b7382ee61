"""Looking back: from what was written of operations to the history that is shown of them. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kumo_tui.journal.coding import to_selector
from kumo_tui.journal.records import Recorded, RequestState, Step
from kumo_tui.model.history import Chain, History, HistoryEntry, HistoryNode, chain_of
from kumo_tui.model.operation import ActState, Mode, NodeAct
from kumo_tui.model.selector import ExactQueues, Selector
from kumo_tui.model.verdict import Verdict

# Ends at which the server's list showed a directive that could have been replaced before.
_MAY_BE_REPLACED = frozenset({Verdict.REPLACED, Verdict.DONE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which operations are looked for; all that is given must hold.

    `since` is when they were begun at the earliest, `who` and `selector` are pieces of text in any case, `limit`
    how many of the newest, after the first `skip` of them.
    """

    since: datetime | None = None
    who: str = ""
    selector: str = ""
    open_only: bool = False
    limit: int | None = None
    skip: int = 0

    def cut(self, numbers: Sequence[int]) -> Sequence[int]:
        """Of all that were found, the newest first, those that are given back."""
        return numbers[self.skip :][: self.limit]


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Head:
    """What finds an operation. `number` rises in the order of writing; `selector` is read when it is asked."""

    number: int
    at: datetime
    who: str
    is_open: bool
    selector: Callable[[], Selector]


@dataclass(frozen=True, slots=True)
class Placed:
    """One accepted directive of a plain operation, as far as its replacement goes.

    `scope` is equal for equal criteria. `until` is the end of the time it was placed for; `verdict` is the last
    one, None before the first, given at `ruled_at`.
    """

    number: int
    tag: str
    scope: str
    node: str
    url: str
    at: datetime
    until: datetime
    verdict: Verdict | None
    ruled_at: datetime | None


def head_of(number: int, recorded: Recorded) -> Head:
    """What finds an operation that is loaded already."""
    operation = recorded.operation
    return Head(number, operation.created_at, operation.who, _is_open(recorded), lambda: operation.selector)


def placed_by(number: int, recorded: Recorded) -> list[Placed]:
    """The accepted directives of an operation that is loaded already, where another one could replace them.

    An exact list goes with a guard domain of its own: none replaces another (KUMOMTA.md 0.4).
    """
    operation = recorded.operation
    if operation.mode is not Mode.PLAIN or isinstance(operation.selector, ExactQueues):
        return []
    return [
        Placed(
            number=number,
            tag=operation.tag,
            scope=to_selector(operation.selector),
            node=act.node,
            url=next(request.url for request in recorded.requests if request.node == act.node),
            at=operation.created_at,
            until=placed_until(operation.created_at, operation.duration_s),
            verdict=ruling.verdict if (ruling := recorded.rulings.get(act.node)) else None,
            ruled_at=ruling.at if ruling else None,
        )
        for act in operation.acts
        if act.state is ActState.ACCEPTED
    ]


def placed_until(at: datetime, duration_s: int) -> datetime:
    """The end of the time that a directive was placed for, when it was placed at this moment."""
    return at + timedelta(seconds=duration_s)


def select(heads: Iterable[Head], wanted: Wanted) -> list[int]:
    """The numbers of the operations that are looked for, whatever the limit, in the order of the heads."""
    return [head.number for head in heads if _is_wanted(head, wanted)]


def replacements(placed: Iterable[Placed]) -> Mapping[str, str]:
    """The tag of the operation that replaced one, by the tag of the one replaced.

    The same criteria on the same node replace the entry that stands there (KUMOMTA.md 0.6): the first later
    directive does it, unless the earlier one had come to another end.
    """
    last: dict[tuple[str, str, str], Placed] = {}
    found: dict[str, str] = {}
    for directive in sorted(placed, key=lambda each: each.number):
        place = (directive.scope, directive.node, directive.url)
        before = last.get(place)
        if before is not None and _is_replaced(before, directive):
            found.setdefault(before.tag, directive.tag)
        last[place] = directive
    return found


def history_of(numbers: Sequence[int], found: int, replaced: Mapping[str, str], load: "Loader") -> History:
    """The history of these operations, in this order, out of so many that were found."""
    entries = tuple(_entry(load.by_number(number), replaced) for number in numbers)
    return History(entries, found, tuple(_chains(entries, replaced, load)))


def entry_of(recorded: Recorded, replaced_by: str | None = None) -> HistoryEntry:
    """One operation as one looks back on it."""
    operation = recorded.operation
    return HistoryEntry(
        tag=operation.tag,
        at=operation.created_at,
        who=operation.who,
        profile=recorded.profile,
        reason=operation.bare_reason,
        ticket=operation.ticket,
        selector=operation.selector,
        mode=operation.mode,
        duration_s=operation.duration_s,
        confirmed_at=operation.confirmed_at,
        nodes=tuple(_node(recorded, act) for act in operation.acts),
        replaced_by=replaced_by,
    )


@dataclass(frozen=True, slots=True)
class Loader:
    """How operations are read from the journal, whole."""

    by_number: Callable[[int], Recorded]
    by_tag: Callable[[str], Recorded | None]


def _is_open(recorded: Recorded) -> bool:
    """Whether somebody may have to go on with it (see `durable.SqliteJournal.operations`)."""
    waiting = (request for request in recorded.requests if request.step is not Step.CANCEL)
    unanswered = any(request.state is RequestState.INTENT for request in waiting)
    return unanswered or any(_goes_on(recorded, act) for act in recorded.operation.acts)


def _goes_on(recorded: Recorded, act: NodeAct) -> bool:
    ruling = recorded.rulings.get(act.node)
    has_ended = ruling is not None and ruling.verdict.is_final
    return not (has_ended or act.state is ActState.REJECTED) or bool(recorded.stops_standing(act.node))


def _is_wanted(head: Head, wanted: Wanted) -> bool:
    if wanted.since is not None and head.at < wanted.since:
        return False
    if wanted.open_only and not head.is_open:
        return False
    if wanted.who.casefold() not in head.who.casefold():
        return False
    return not wanted.selector or _names(head.selector(), wanted.selector.casefold())


def _names(selector: Selector, piece: str) -> bool:
    names = selector.names if isinstance(selector, ExactQueues) else ()
    return any(piece in text.casefold() for text in (selector.describe(), *names))


def _is_replaced(before: Placed, after: Placed) -> bool:
    if before.verdict is Verdict.REPLACED and before.ruled_at is not None:
        return after.at <= before.ruled_at
    may_be = before.verdict is None or not before.verdict.is_final or before.verdict in _MAY_BE_REPLACED
    return may_be and after.at < before.until


def _entry(recorded: Recorded, replaced: Mapping[str, str]) -> HistoryEntry:
    return entry_of(recorded, replaced.get(recorded.operation.tag))


def _chains(entries: Sequence[HistoryEntry], replaced: Mapping[str, str], load: Loader) -> Iterable[Chain]:
    members: dict[str, list[str]] = {}
    for tag in replaced:
        members.setdefault(_last_of(tag, replaced), []).append(tag)
    known = {entry.tag: entry for entry in entries}
    for last in dict.fromkeys(_last_of(entry.tag, replaced) for entry in entries):
        if last in members:
            tags = (*members[last], last)
            whole = (known.get(tag) or _loaded(tag, replaced, load) for tag in tags)
            yield chain_of([entry for entry in whole if entry is not None])


def _last_of(tag: str, replaced: Mapping[str, str]) -> str:
    while tag in replaced:
        tag = replaced[tag]
    return tag


def _loaded(tag: str, replaced: Mapping[str, str], load: Loader) -> HistoryEntry | None:
    recorded = load.by_tag(tag)
    return None if recorded is None else _entry(recorded, replaced)


def _node(recorded: Recorded, act: NodeAct) -> HistoryNode:
    operation, verdict = recorded.operation, _verdict(recorded, act)
    state = ActState.UNKNOWN if act.state is ActState.INTENT else act.state
    return HistoryNode(
        node=act.node,
        state=state,
        id=act.id,
        verdict=verdict,
        at_least=_is_at_least(recorded, act, verdict),
        ledger=recorded.ledger(act.node),
        until=placed_until(operation.begun_on(act.node), operation.duration_on(act.node)),
        is_held=act.node in operation.held,
    )


def _verdict(recorded: Recorded, act: NodeAct) -> Verdict:
    ruling = recorded.rulings.get(act.node)
    if ruling is not None:
        return ruling.verdict
    if act.state is ActState.REJECTED:
        return Verdict.REJECTED
    if act.state is not ActState.ACCEPTED:
        return Verdict.UNKNOWN
    if recorded.operation.mode is Mode.PLAIN:
        return Verdict.RUNNING
    return Verdict.STOPPED if recorded.operation.waits_on(act.node) else Verdict.SWEEPING


def _is_at_least(recorded: Recorded, act: NodeAct, verdict: Verdict) -> bool:
    """Whether more may have been bounced than was written.

    Sweeps are counted by what stood before them, a lower bound; without one nothing was bounced. The watch adds
    words to the end of a directive whose totals it did not read to the last (`watch.tracker`).
    """
    if recorded.operation.mode is Mode.CLEAN:
        return bool(recorded.sweeps(act.node).states)
    if verdict is Verdict.REJECTED:
        return False
    bare = f"{act.node} {Verdict.DONE.value.upper()}"
    seen_to_its_end = any(event.text == bare for event in recorded.operation.events)
    return not (verdict is Verdict.DONE and seen_to_its_end)
