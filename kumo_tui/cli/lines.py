"""Followed operations as text: one line an event, for people and screen readers."""

from collections.abc import Iterator
from datetime import datetime

from kumo_tui.cli.clean_lines import clean_end_line, clean_whole, partial_end
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import NodeSight, Sight
from kumo_tui.cli.output import local_time_text, print_text
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import and_more, plural
from kumo_tui.units import count_text, countdown_text

COUNTS_EVERY_S = 10.0

_BUSY = "busy"


class LineWriter:
    """Prints what is new in each sight: verdicts and alarms at once, mere counts every COUNTS_EVERY_S."""

    def __init__(self) -> None:
        self._last: Sight | None = None
        self._counted: datetime | None = None

    def write(self, sight: Sight) -> None:
        """Print the lines of one event."""
        at = datetime.fromisoformat(sight.at)
        due = self._counted is None or (at - self._counted).total_seconds() >= COUNTS_EVERY_S
        if due or self._last is None or sight.verdict is not self._last.verdict:
            due, self._counted = True, at
        for line in event_lines(sight, self._last, counts=due):
            print_text(f"{local_time_text(at)}  {line}")
        self._last = sight


def event_lines(sight: Sight, before: Sight | None, *, counts: bool) -> Iterator[str]:
    """The lines of a sight after an earlier one: the counts where wanted, then what is news."""
    if counts:
        yield _whole(sight) if sight.clean is None else clean_whole(sight, sight.clean)
    if sight.collateral and (counts or before is None or not before.collateral):
        yield _collateral(sight)
    yield from sight.by_itself[len(before.by_itself) if before else 0 :]
    earlier = {node.name: node for node in before.nodes} if before else {}
    for node in sight.nodes:
        yield from _node_news(node, earlier.get(node.name), alone=len(sight.nodes) == 1)


def end_line(code: Exit, sight: Sight, *, is_incomplete: bool) -> str:
    """What the end means, in one line; empty when it was done and nothing is left to say."""
    if sight.clean is not None:
        return clean_end_line(code, sight)
    meters = sight.meters
    words = list(partial_end(sight))
    if is_incomplete:
        words.append("its last totals were not complete; mail already taken from its queues still bounces")
    if meters.may_wait:
        words.append(
            f"up to {plural(meters.may_wait, 'message')} that waited in ready queues may wait there still"
        )
    if meters.leak_at_most:
        since = "since they were first read here, after the act" if meters.since_restart else "meanwhile"
        words.append(f"at most {plural(meters.leak_at_most, 'message')} from these ready queues went out {since}")
    if code is Exit.ENDED_OTHERWISE and not words:
        words.append("it ended otherwise than done")
    return "; ".join(words)


def _whole(sight: Sight) -> str:
    total = f" of {count_text(sight.baseline)}" if sight.baseline is not None else ""
    counted = count_text(sight.bounced - (sight.beyond or 0))
    words = [f"{sight.word:<9} {counted}{total} bounced"]
    if sight.beyond:
        words.append(f"+{count_text(sight.beyond)} beyond the baseline")
    if sight.rate_per_s >= 1:
        words.append(f"{count_text(round(sight.rate_per_s))}/s")
    if sight.eta_s is not None:
        words.append(f"done in {countdown_text(sight.eta_s)}")
    left = max((node.left_s for node in sight.nodes if node.left_s is not None), default=None)
    if left is not None:
        words.append(f"matches new mail for {countdown_text(left)}")
    if sight.known_on:
        words.append(sight.known_on)
    return ", ".join(words)


def _collateral(sight: Sight) -> str:
    names = and_more(sight.collateral_queues, 3)
    return f"COLLATERAL {plural(sight.collateral or 0, 'message')} of queues that are not meant: {names}"


def _node_news(node: NodeSight, before: NodeSight | None, *, alone: bool) -> Iterator[str]:
    verdict_is_new = before is None or node.verdict is not before.verdict
    if verdict_is_new and not alone:
        yield f"{node.name} {node.verdict.value.upper()}, {count_text(node.bounced)} bounced"
    if node.note and (before is None or node.note != before.note):
        yield f"{node.name}: {node.note}"
    if before is not None and node.reading != before.reading:
        yield f"{node.name} is {node.reading}{_of_silence(node)}"


def _of_silence(node: NodeSight) -> str:
    silent = node.reading == _BUSY and node.verdict is not Verdict.DONE
    return ": no answer for a while, as during a big sweep" if silent else ""
