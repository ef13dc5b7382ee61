"""One clean bounce on one node: what is known of it, and how each thing that happens changes that. Pure.

The server keeps no totals of a sweep: what is counted here is what stood in matching queues just before each one,
a lower bound while mail arrives (KUMOMTA.md 0).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kumo_tui.model.backlog import Backlog
from kumo_tui.model.clean import CleanProgress
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Event, NodeAct
from kumo_tui.model.snapshot import NodeProgress
from kumo_tui.model.verdict import Verdict

SWEEPS = "sweeps"
"""The key in the ledger under which everything that was swept is counted."""

DOUBT = " not sure: "

RATE_SPAN_S = 12.0
NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class OwnStop:
    """A suspension of ours that stands; `ends_at` is monotonic seconds. `is_exact`: by names, not by criteria.

    `names` are the raw queue names of an exact one as far as they are known: no list has them.
    """

    id: str
    ends_at: float
    is_exact: bool = False
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OthersStop:
    """A suspension of the same criteria that somebody else made: relied on, never replaced, never released."""

    id: str
    ends_at: float


@dataclass(frozen=True, eq=False)
class CleanTrack:
    """One clean bounce on one node. Times are monotonic seconds.

    `since` is when the first stop left, then when it was answered, or found to be unanswered; `posted_at` the same
    of the newest one: a list that was asked for earlier says nothing about it. `is_taken` says that the ready
    queues were read since the mail is stopped. `confirmed` says that sweeps may leave; `wanted_until` is how long
    new mail is caught. `covered` are the names that exact stops of ours hold, `stale` our stops that a newer one
    has made needless.

    `standing` is what stood in matching queues at the reading asked for at `read_at`, `stood_at` when something
    last did; `clear_at` is when the newest reading was asked for of which nothing is left to sweep, `returned_at`
    when the return was seen to be complete. `pending` is what was swept and not yet seen to be gone: until then it
    may be the same mail that still shows; `doubtful` is what stood before a sweep without an answer.
    `last_sweep_at` is when the last sweep left, `swept_at` when it was answered or given up. Nothing is tried
    again before `hold_until`.

    `missed_at` is the first list without our stop. `ending` says that it is being released; an earlier run began
    that at its verdict `let_go_in`. `gone` are stops of ours that ended without us, `gaps` clean words for each
    time in which meant mail may have gone out. Of a stop of unknown outcome, `misses` are the lists without it,
    and `over_at` is when it would be over.
    """

    tag: str
    act: NodeAct
    ledger: Ledger
    since: float
    confirmed: bool
    wanted_until: float
    restarts: int = 0
    own: tuple[OwnStop, ...] = ()
    others: OthersStop | None = None
    stale: tuple[str, ...] = ()
    covered: frozenset[str] = frozenset()
    posted_at: float = NEVER
    last_list: float = NEVER
    misses: int = 0
    over_at: float = float("inf")
    missed_at: float | None = None
    backlog: Backlog | None = None
    is_taken: bool = False
    standing: Mapping[str, int] = field(default_factory=dict)
    read_at: float = NEVER
    stood_at: float | None = None
    clear_at: float = NEVER
    returned_at: float | None = None
    pending: Mapping[str, int] = field(default_factory=dict)
    doubtful: Mapping[str, int] = field(default_factory=dict)
    sweeps: int = 0
    unanswered: int = 0
    swept_at: float = NEVER
    last_sweep_at: float = NEVER
    samples: tuple[tuple[float, int], ...] = ()
    waits_for: str = ""
    hold_until: float = NEVER
    ending: bool = False
    let_go_in: Verdict | None = None
    released: bool = False
    gone: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    verdict: Verdict = Verdict.UNKNOWN
    note: str = ""
    is_watched: bool = True

    def unwatched(self, why: str) -> "CleanTrack":
        """The track where its node is not among those that are watched: nobody can tell what came of it."""
        verdict = self.verdict if self.verdict.is_final else Verdict.UNKNOWN
        return replace(self, is_watched=False, verdict=verdict, note=why)

    @property
    def stop_ends_at(self) -> float | None:
        """Until when the mail is stopped, None when nothing stops it. Of exact stops, the one that ends first."""
        if self.own:
            return min(stop.ends_at for stop in self.own)
        return self.others.ends_at if self.others else None

    @property
    def ends_at(self) -> float:
        """When something of it comes to its end next."""
        ends = self.stop_ends_at
        return self.wanted_until if ends is None else min(ends, self.wanted_until)

    @property
    def return_is_complete(self) -> bool:
        """Whether all that waited in ready queues at the stop has come back, gone out or been lost sight of."""
        return self.returned_at is not None

    @property
    def is_read(self) -> bool:
        """Whether the queues were read since the last sweep was over."""
        return self.read_at >= max(self.since, self.swept_at)

    def progress(self, now: float) -> NodeProgress:
        """What the screen shows of it."""
        is_live = not self.verdict.is_final
        backlog, ends = self.backlog or Backlog(), self.stop_ends_at
        return NodeProgress(
            act=self.act,
            ledger=self.ledger,
            verdict=self.verdict,
            left_s=max(0.0, ends - now) if is_live and ends is not None else None,
            rate_per_s=self._rate(now) if is_live else 0.0,
            last_seen=self.read_at if self.read_at > NEVER else None,
            note=self.note,
            meters=backlog.meters(),
            clean=CleanProgress(
                stop_left_s=max(0.0, ends - now) if is_live and ends is not None else None,
                stop_is_ours=bool(self.own) or self.others is None,
                stop_ids=tuple(stop.id for stop in self.own),
                standing=self.standing,
                sweeps=self.sweeps,
                unanswered=self.unanswered,
                return_s=backlog.return_s,
                ends_in_s=max(0.0, self.wanted_until - now) if is_live and self.confirmed else None,
                waits_for=self.waits_for if is_live else "",
            ),
            is_watched=self.is_watched,
        )

    def _rate(self, now: float) -> float:
        recent = [sample for sample in self.samples if now - sample[0] <= RATE_SPAN_S]
        return sum(count for _at, count in recent) / RATE_SPAN_S


def stop_answered(track: CleanTrack, by_answer: CleanTrack) -> CleanTrack:
    """The track when the first stop was answered, or failed: what a list has shown meanwhile stays.

    `by_answer` is what would be known by the answer alone. No list tells the names of an exact stop.
    """
    if track.act.state is ActState.INTENT:
        return by_answer
    names = {stop.id: stop.names for stop in by_answer.own}
    own = tuple(replace(stop, names=names.get(stop.id, stop.names)) for stop in track.own)
    return replace(track, own=own)


def new_doubts(before: object, after: object) -> tuple[str, ...]:
    """The lines of the timeline for gaps that are new in a clean bounce: another process reads them there."""
    if not isinstance(before, CleanTrack) or not isinstance(after, CleanTrack):
        return ()
    return tuple(f"{after.act.node}{DOUBT}{gap}" for gap in after.gaps if gap not in before.gaps)


def doubts_in(node: str, events: Iterable[Event]) -> tuple[str, ...]:
    """The gaps of a node that a timeline tells of, each once."""
    head = f"{node}{DOUBT}"
    return tuple(dict.fromkeys(event.text.removeprefix(head) for event in events if event.text.startswith(head)))


def swept(track: CleanTrack, batch: Mapping[str, int], left_at: float, at: float) -> CleanTrack:
    """The track after a sweep of what stood: `batch` is messages per raw name by the reading before it.

    What an earlier sweep took and no reading has shown to be gone is not counted a second time.
    """
    fresh = {name: max(0, count - track.pending.get(name, 0)) for name, count in batch.items()}
    counted = _counted(track.ledger, fresh)
    return replace(
        track,
        ledger=counted,
        pending={**track.pending, **batch},
        sweeps=track.sweeps + 1,
        swept_at=at,
        last_sweep_at=left_at,
        clear_at=track.read_at if track.standing.keys() <= batch.keys() else track.clear_at,
        samples=(*(s for s in track.samples if at - s[0] <= RATE_SPAN_S), (at, sum(fresh.values()))),
        waits_for="",
    )


def sweep_unanswered(track: CleanTrack, batch: Mapping[str, int], left_at: float, at: float) -> CleanTrack:
    """The track after a sweep of unknown outcome: it counts only where a later reading shows that it ran."""
    return replace(
        track,
        doubtful={**track.doubtful, **batch},
        unanswered=track.unanswered + 1,
        swept_at=at,
        last_sweep_at=left_at,
    )


def read(track: CleanTrack, standing: Mapping[str, int], asked_at: float, at: float) -> CleanTrack:
    """The track after a reading of the matching queues that was asked for when no sweep was under way."""
    ran = {
        name: max(0, count - track.pending.get(name, 0))
        for name, count in track.doubtful.items()
        if standing.get(name, 0) < count
    }
    return replace(
        track,
        ledger=_counted(track.ledger, ran) if ran else track.ledger,
        standing=standing,
        read_at=asked_at,
        stood_at=at if standing or track.stood_at is None else track.stood_at,
        clear_at=track.clear_at if standing else asked_at,
        pending={name: count for name, count in track.pending.items() if standing.get(name, 0) >= count},
        doubtful={},
    )


def placed(track: CleanTrack, stop: OwnStop, names: Sequence[str], at: float, replaces: bool) -> CleanTrack:
    """The track after a stop of ours was accepted. One that covers all of the earlier ones takes their place.

    An entry of the same criteria has taken it on the server too; earlier exact ones stand beside it and go stale.
    Where it holds mail that was not stopped before, the ready queues must turn over once more.
    """
    stale = track.stale
    if replaces:
        stale = (*stale, *(old.id for old in track.own if old.is_exact))
    beside = () if replaces else tuple(old for old in track.own if not _same_names(old, stop))
    own = (*beside, stop)
    covered = frozenset(names) if replaces else track.covered | frozenset(names)
    track = replace(track, is_taken=False, returned_at=None) if _holds_more(track, stop, names) else track
    return replace(track, own=own, stale=stale, covered=covered, posted_at=at, missed_at=None, note="")


def _holds_more(track: CleanTrack, stop: OwnStop, names: Sequence[str]) -> bool:
    if track.others is not None:
        return False
    if stop.is_exact and track.own:
        return not track.covered.issuperset(names)
    return all(old.is_exact for old in track.own)


def _same_names(one: OwnStop, other: OwnStop) -> bool:
    return bool(one.names) and one.names == other.names


def _counted(ledger: Ledger, more: Mapping[str, int]) -> Ledger:
    sums = dict(ledger.marks.get(SWEEPS, {}))
    for name, count in more.items():
        if count:
            sums[name] = sums.get(name, 0) + count
    return ledger.record(SWEEPS, sums)
