"""How a clean bounce ends on a node: released, and what that means. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from kumo_tui.model.backlog import Backlog
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import plural
from kumo_tui.units import age_text
from kumo_tui.watch.clean_track import CleanTrack

RETRY_WORDS = "released mail goes out at its next retry"
NAMES_WORDS = (
    "a routing domain is stopped by the names of its queues: mail of one that showed none may have gone out"
)


def is_finished(track: CleanTrack, now: float, quiet_s: float) -> bool:
    """Whether a confirmed one is over: the return is complete, and its time is over or nothing comes any more.

    What came back last, and what came in time, is gone when a reading from after that shows nothing, or all that
    it shows was swept.
    """
    if not track.confirmed or not track.is_read or track.returned_at is None:
        return False
    if track.clear_at < track.returned_at:
        return False
    return track.clear_at >= track.wanted_until or is_quiet(track, now, quiet_s)


def is_quiet(track: CleanTrack, now: float, quiet_s: float) -> bool:
    """Whether nothing that matches has stood for so long."""
    return not track.standing and track.stood_at is not None and now - track.stood_at >= quiet_s


def ended(track: CleanTrack, now: float, quiet_s: float) -> CleanTrack:
    """The track when no stop of ours stands any more because it was released."""
    verdict, note = _ending(track, now, quiet_s)
    # Who only repeats a release has measured other mail than that of the run which let go.
    backlog = track.backlog if track.let_go_in is None else Backlog(since_restart=True)
    return replace(
        track,
        backlog=backlog,
        own=(),
        others=None,
        stale=(),
        released=True,
        verdict=verdict,
        note=note,
        samples=(),
        waits_for="",
    )


def _ending(track: CleanTrack, now: float, quiet_s: float) -> tuple[Verdict, str]:
    stands = plural(sum(track.standing.values()), "message")
    if not track.confirmed:
        return Verdict.RELEASED, f"let go, nothing was bounced; {RETRY_WORDS}"
    left = [f"{stands} stood"] if track.standing else []
    waiting = track.backlog.may_wait if track.backlog else 0
    left += [f"up to {plural(waiting, 'message')} had not come back"] if waiting else []
    if track.let_go_in is not None:
        return _let_go_before(track.let_go_in, left)
    if not is_finished(track, now, quiet_s) and not _is_all_gone(track):
        words = f"{' and '.join(left)}: {RETRY_WORDS}" if left else "nothing stood that was not swept"
        before = " before the return was complete" if track.returned_at is None else ""
        return Verdict.CANCELLED, f"ended by hand{before}; {words}"
    return Verdict.DONE, _certainty(track, now, quiet_s)


def _is_all_gone(track: CleanTrack) -> bool:
    """Whether all that came so far is gone, though more may come: its time is not over."""
    return track.returned_at is not None and track.clear_at >= max(track.returned_at, track.read_at)


def _let_go_before(verdict: Verdict, left: Sequence[str]) -> tuple[Verdict, str]:
    """What an earlier run let go: it knew whether the return was complete, nobody knows what stood then."""
    if verdict is Verdict.CATCHING:
        words = "not sure: kumo-tui ended while it let go, after the return was complete"
        return Verdict.DONE, "; ".join((words, *left))
    words = "let go before the return was complete, by a kumo-tui that ended then: what stood is not known"
    return Verdict.CANCELLED, f"{words}; {RETRY_WORDS}"


def _came(track: CleanTrack, now: float, quiet_s: float) -> str:
    """Why it is over now."""
    if is_quiet(track, now, quiet_s):
        return f"nothing came for {age_text(quiet_s)}"
    if track.clear_at < track.wanted_until:
        return "ended by hand before its time"
    if not track.standing or not track.is_read:
        return "its time is over"
    since = plural(sum(track.standing.values()), "message")
    return f"its time is over, {since} came after it: the sender has not stopped"


def _certainty(track: CleanTrack, now: float, quiet_s: float) -> str:
    """Why it is sure that all that was meant is gone, or why it is not."""
    doubts = list(track.gaps)
    if track.doubtful:
        doubts.append("the last sweep was not answered")
    if isinstance(track.ledger.selector, Criteria) and track.ledger.selector.routing_domain is not None:
        doubts.append(NAMES_WORDS)
    if doubts:
        return f"not sure: {'; '.join(doubts)}"
    came = _came(track, now, quiet_s)
    words = f"sure: every ready queue that held mail at the stop has turned over, all that stood was swept; {came}"
    if track.backlog is None or track.backlog.since_restart:
        return f"{words}; what went out while no kumo-tui was looking is not counted"
    hands = track.backlog.in_flight
    return f"{words}; up to {hands} were in flight at the stop" if hands else words
