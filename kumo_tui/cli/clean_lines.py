"""Followed clean bounces as text: the counts of one event, and a last word on what is left."""

from collections.abc import Iterator

from kumo_tui.act.going_on import catching_words
from kumo_tui.cli.clean_sight import CleanSight, is_sure
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Sight
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean as clean_text
from kumo_tui.text import plural
from kumo_tui.units import count_text, countdown_text

_ENDINGS = {
    Verdict.CANCELLED: "it was ended before all mail had come back",
    Verdict.LOST: "the stop was lost: what stood or came back since may have gone out",
    Verdict.RELEASED: "it was let go: nothing was bounced",
}


def clean_whole(sight: Sight, clean: CleanSight) -> str:
    """`SWEEPING  at least 81,302 of 92,110 bounced, +412 beyond the baseline, 3 sweeps, ...`."""
    head = f"{sight.word:<9} "
    words = [] if _was_never_swept(sight, clean) else list(_swept(sight, clean))
    if clean.standing or clean.is_waiting:
        words.append(f"{plural(clean.standing, 'message')} {'stands' if clean.standing == 1 else 'stand'}")
    if clean.may_wait and not sight.verdict.is_final:
        words.append(f"up to {count_text(clean.may_wait)} in ready queues{_back(clean)}")
    if clean.ends_in_s is not None:
        words.append(catching_words(clean.ends_in_s))
    if clean.stop_left_s is not None:
        words.append(f"the stop ends in {countdown_text(clean.stop_left_s)}")
    if sight.known_on:
        words.append(sight.known_on)
    return head + (", ".join(words) or "nothing was bounced")


def clean_end_line(code: Exit, sight: Sight) -> str:
    """What the end means, in one line; empty when it is sure that all is gone and nothing is left to say."""
    words = list(partial_end(sight))
    if code is Exit.ENDED_OTHERWISE:
        ends = dict.fromkeys(node.verdict for node in sight.nodes)
        words += [_ENDINGS[verdict] for verdict in ends if verdict in _ENDINGS]
        if any(node.verdict is Verdict.DONE and not is_sure(node.note) for node in sight.nodes):
            words.append("it is not sure that all that was meant is gone")
    if code is Exit.UNKNOWN:
        names = ", ".join(node.name for node in sight.nodes if node.verdict is Verdict.UNKNOWN)
        words.append(f"not known whether it is stopped on {names}")
    if sight.meters.leak_at_most:
        since = "since they were first read here, after the stop" if sight.meters.since_restart else "meanwhile"
        mail = plural(sight.meters.leak_at_most, "message")
        words.append(f"the ready queues concerned delivered {mail} {since}, nobody can say whose")
    return "; ".join(words)


def partial_end(sight: Sight) -> Iterator[str]:
    """On which nodes nothing was done, and of which nobody knows, where it was done on others."""
    if not sight.is_partial:
        return
    gone = [node.name for node in sight.nodes if node.verdict is Verdict.REJECTED]
    stopped = [node.name for node in sight.nodes if node.is_held and not node.verdict.is_final]
    if stopped:
        yield f"partly done: only stopped on {', '.join(map(clean_text, stopped))}, nothing is bounced there"
    let_go = [node.name for node in sight.nodes if node.is_held and node.verdict is Verdict.RELEASED]
    if let_go:
        yield f"partly done: let go on {', '.join(map(clean_text, let_go))}, nothing was bounced there"
    if gone:
        yield f"partly done: nothing on {', '.join(map(clean_text, gone))}"
    silent = [node.name for node in sight.nodes if node.is_lost_sight_of]
    if silent:
        yield f"{', '.join(map(clean_text, silent))} does not answer: nobody knows what became of it there"


def _was_never_swept(sight: Sight, clean: CleanSight) -> bool:
    return clean.is_waiting or sight.verdict is Verdict.RELEASED


def _swept(sight: Sight, clean: CleanSight) -> list[str]:
    counted = count_text(sight.bounced - (sight.beyond or 0))
    words = [f"at least {counted} of {count_text(sight.baseline or 0)} bounced"]
    if sight.beyond:
        words.append(f"+{count_text(sight.beyond)} beyond the baseline")
    words.append(plural(clean.sweeps, "sweep"))
    if clean.unanswered:
        words.append(f"{count_text(clean.unanswered)} unanswered")
    return words


def _back(clean: CleanSight) -> str:
    return "" if clean.return_s is None else f", back in about {countdown_text(clean.return_s)}"
