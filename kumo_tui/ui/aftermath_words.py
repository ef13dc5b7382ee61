"""What is said after the end of a bounce: mail that gathers again, and directives past their end."""

from collections.abc import Sequence

from kumo_tui.model.gathering import Gathered
from kumo_tui.model.overdue import Overdue, overdue
from kumo_tui.model.selector import Everything
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.units import age_text, count_text

EXACT_S = 100.0


def gathered_words(status: OperationStatus, snapshot: Snapshot, *, brief: bool = False) -> str:
    """`101 messages in 8 s since the end (757/min): the sender has not stopped`; empty where nothing gathers.

    Brief, it goes without saying that they are messages.
    """
    more = snapshot.gathered.get(status.operation.tag)
    if more is None:
        return ""
    long = f"{round(more.seconds)} s" if more.seconds < EXACT_S else age_text(more.seconds)
    count = count_text(more.messages) if brief else plural(more.messages, "message")
    return f"{count} in {long} since the end ({rate_text(more.per_minute)}): {_meaning(status, more)}"


def overdue_words(status: OperationStatus, snapshot: Snapshot, now: float, *, may_act: bool) -> Sequence[str]:
    """A text for each node on which a directive of it may act past its end; `now` is monotonic seconds."""
    return [_overdue(entry, ". x cancels it" if may_act else "") for entry in overdue(status, snapshot, now)]


def rate_text(per_minute: float) -> str:
    """`757/min`, `<1/min`."""
    return f"{count_text(round(per_minute))}/min" if per_minute >= 1 else "<1/min"


def _meaning(status: OperationStatus, more: Gathered) -> str:
    if isinstance(status.operation.selector, Everything):
        return "new mail stands again"
    if not more.is_new_mail:
        return "back from ready queues, or the sender has not stopped"
    return "the sender has not stopped"


def _overdue(entry: Overdue, way: str) -> str:
    node, past = clean(entry.node), age_text(entry.past_s)
    if entry.is_listed:
        return f"{node} lists it still, {past} past its end: it may go on bouncing new mail{way}"
    return f"{node} was not read since its end {past} ago: it goes on bouncing new mail until its list is read"
