"""One queue: its parts, where it is, what concerns it, and a few of its messages."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from kumo_tui.errors import KumoTuiError
from kumo_tui.model.names import Part, is_ambiguous, is_internal, parse_name
from kumo_tui.model.partial import waits
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.node.wire import QueueSample, SampledMessage
from kumo_tui.text import clean, is_altered
from kumo_tui.ui.cells import Align
from kumo_tui.ui.directive_rows import foreign_stops
from kumo_tui.ui.freshness import node_freshness, partial_words, shown, totals_freshness
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.partial_words import short_words
from kumo_tui.ui.queue_state import (
    StateReader,
    directive_matches,
    listed_directives,
    live_operations,
    suspension_matches,
)
from kumo_tui.ui.screens.detail import LABEL_WIDTH, DetailScreen, fact
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import NODE_STATES, VERDICTS, Look
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.ui.widgets.lines import glyphs_of
from kumo_tui.ui.widgets.queue_table import state_cell
from kumo_tui.units import age_text, count_text, countdown_text, signed_text

MOST_CONCERNS = 4
MOST_NODE_LINES = 3
NODE_GAP = "   "
MORE_WIDTH = 15
COLUMNS = (
    Column("DUE", 8, Align.RIGHT),
    Column("TRIES", 5, Align.RIGHT),
    Column("AGE", 5, Align.RIGHT),
    Column("SENDER", 24),
    Column("RECIPIENTS"),
    Column("ID", 34, from_width=120),
)


class QueueDetailScreen(DetailScreen):
    """The queue of this raw name. The sample is read once, and again with `r`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"queue {name}", COLUMNS, "asking for a few messages")
        self.queue = name
        self._sampled_from = ""
        self._sample_words = ""
        self._asked = False

    def on_mount(self) -> None:
        """Ask for a sample."""
        super().on_mount()
        self._ask()

    def action_refresh(self) -> None:
        super().action_refresh()
        self._ask()

    def action_copy(self) -> None:
        text = json.dumps(self.queue)
        self.app.copy_to_clipboard(text)
        dashboard_host(self).say(f"sent to the terminal's clipboard: {text}")

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """Draw the facts; the sample is drawn when it comes."""
        self.show_facts([*name_facts(self.queue), *self._figures(snapshot, now), *self._concerns(snapshot, now)])

    def _figures(self, snapshot: Snapshot, now: float) -> Iterator[Line]:
        messages = snapshot.queues.messages_of(self.queue)
        partial = partial_words(snapshot)
        if messages is None:
            none = f"no such queue now on the {partial} answering" if partial else "no node has such a queue now"
            yield fact("messages", none, Look.AMBER)
            return
        rate = snapshot.trend.rate_of(self.queue)
        per_minute = "too early to say" if rate is None else f"{signed_text(round(rate))} a minute"
        bounced = snapshot.bounced.get(self.queue, 0)
        total = shown(count_text(messages), totals_freshness(snapshot, now))
        of = f" ({partial} answering)" if partial else ""
        yield fact("messages", f"{total}{of}   {per_minute}   bounced {count_text(bounced)}")
        for place, line in enumerate(node_lines(snapshot, self.queue, now, self.size.width - LABEL_WIDTH - 1)):
            yield fact("" if place else "on nodes", line)
        state = StateReader(snapshot, now).of_queue(self.queue, messages, rate)
        cell = state_cell(state, glyphs_of(self))
        yield fact("state", cell.text or "calm", cell.look)

    def _concerns(self, snapshot: Snapshot, now: float) -> Sequence[Line]:
        lines = list(concerns(snapshot, self.queue, now))
        if len(lines) > MOST_CONCERNS:
            lines = [*lines[: MOST_CONCERNS - 1], fact("", f"and {len(lines) - MOST_CONCERNS + 1} more")]
        return [*lines, fact("messages of", self._sample_words)] if self._sample_words else lines

    def _ask(self) -> None:
        snapshot = dashboard_host(self).snapshot
        node = _fullest_node(snapshot, self.queue)
        if node is None:
            self._no_sample("no node holds this queue")
        elif not _shows_messages(snapshot, node):
            self._no_sample(f"{node} shows no messages of a queue: its version cannot")
        else:
            self.run_worker(self._read_sample(node), exclusive=True, group="sample")

    async def _read_sample(self, node: str) -> None:
        try:
            sample = await dashboard_host(self).acts.sample_queue(node, self.queue)
        except KumoTuiError as error:
            self._no_sample(str(error))
            return
        if sample is None:
            self._no_sample(f"{node} has no such queue now")
        else:
            self._show_sample(node, sample)

    def _no_sample(self, words: str) -> None:
        self._sample_words = words
        self.table.set_empty_text("no messages to show")
        self.table.show([])
        self._redraw()

    def _show_sample(self, node: str, sample: QueueSample) -> None:
        shown_count = len(sample.messages)
        self._sample_words = f"{node}: {shown_count} of {count_text(sample.num_scheduled)}, in no order"
        self.table.set_empty_text("this server shows no messages of a queue")
        now = dashboard_host(self).clock.now()
        self.table.show([message_row(message, now) for message in sample.messages])
        self._redraw()


def name_facts(name: str) -> Iterator[Line]:
    """The parts of a name, and what is odd about it."""
    parts = parse_name(name)
    words = [f"{part.label} {_part_text(parts.get(part))}" for part in Part if parts.get(part) is not None]
    yield fact("parts", "   ".join(words))
    if is_altered(name):
        yield fact("raw name", ascii(name), Look.AMBER)
    if is_ambiguous(name):
        yield fact("", "The name holds separators within its parts; the split may be wrong.", Look.AMBER)
    if is_internal(name):
        yield fact("", "The server's own queue.", Look.AMBER)


def concerns(snapshot: Snapshot, name: str, now: float) -> Iterator[Line]:
    """Operations, directives and suspensions that match this queue."""
    ids = {act.id for status in snapshot.operations for act in status.operation.acts}
    for status in live_operations(snapshot):
        if status.operation.selector.matches(name):
            operation = status.operation
            word = short_words(status, snapshot) or VERDICTS[status.verdict].word
            label = "stopped by" if waits(status) else "bounced by"
            yield fact(label, f"op {operation.tag} {word}: {operation.selector.describe()}")
    for node, directive, left in listed_directives(snapshot, now):
        if directive.id not in ids and directive_matches(directive, name):
            text = f"{node}: {directive.scope_text()}, {countdown_text(left)} left, not ours: {directive.words}"
            yield fact("bounced by", text)
    for entry in foreign_stops(snapshot, now):
        if suspension_matches(entry.stop, name):
            words = f"{entry.stop.scope_text()}, {countdown_text(entry.left_s)} left: {entry.stop.reason}"
            yield fact("stopped by", f"{entry.node}: {words}")


def message_row(message: SampledMessage, now: datetime) -> LineRow:
    """One message; an absent sender is `<>`, as it is in SMTP."""
    due = "-" if message.due is None else _until(message.due, now)
    age = "-" if message.created_at is None else age_text((now - message.created_at).total_seconds())
    attempts = "-" if message.attempts is None else count_text(message.attempts)
    cells = (
        Cell(due),
        Cell(attempts),
        Cell(age),
        Cell(clean(message.sender) or "<>"),
        Cell(clean(", ".join(message.recipients))),
        Cell(clean(message.id), Look.DIM),
    )
    return LineRow(message.id, cells)


def _until(due: datetime, now: datetime) -> str:
    seconds = (due - now).total_seconds()
    return f"in {age_text(seconds)}" if seconds >= 1 else "now"


def _part_text(value: str | None) -> str:
    return clean(value) if value else '""'


def node_lines(snapshot: Snapshot, name: str, now: float, width: int) -> Sequence[str]:
    """How many messages each node holds, in lines of this width, in the order of the nodes.

    Where there is no room for all, what is missing or old comes first, then the most.
    """
    counted = [_node_count(node, snapshot, name, now) for node in snapshot.members]
    lines, left = _filled([words for _order, words in counted], width)
    if left:
        counted.sort(key=lambda each: each[0])
        lines, left = _filled([words for _order, words in counted], width - MORE_WIDTH)
        lines[-1] += f"{NODE_GAP}and {left} more"
    return lines


def _filled(words: Sequence[str], width: int) -> tuple[list[str], int]:
    """Lines of this width, MOST_NODE_LINES at most, and how many of the words found no room."""
    lines: list[str] = []
    for place, word in enumerate(words):
        if lines and len(lines[-1]) + len(NODE_GAP) + len(word) <= width:
            lines[-1] += NODE_GAP + word
        elif len(lines) == MOST_NODE_LINES:
            return lines, len(words) - place
        else:
            lines.append(word)
    return lines, 0


def _node_count(node: NodeSnapshot, snapshot: Snapshot, name: str, now: float) -> tuple[tuple[bool, int], str]:
    """Its place in the order, and `mta1 41,800`, `mta2 ~310 12s old`, `mta3 DOWN` that was never read."""
    count = node.table.messages_of(name) if node.has_data else None
    text = "-" if count is None else count_text(count)
    fresh = node_freshness(node, now, snapshot.interval_s)
    word = "" if node.is_fresh else f" {NODE_STATES[node.state].word}"
    if not node.has_data:
        return (False, 0), f"{node.name}{word}"
    old = f" {age_text(node.age_s(now) or 0.0)} old" if fresh or not node.is_fresh else ""
    figure = text if count is None else shown(text, fresh)
    return (not old, -(count or 0)), f"{node.name} {figure}{word}{old}"


def _shows_messages(snapshot: Snapshot, node: str) -> bool:
    """Whether the node can be asked; one that has not described itself yet may be."""
    seen = snapshot.node(node)
    return seen is None or seen.capability is None or seen.capability.inspects_queues


def _fullest_node(snapshot: Snapshot, name: str) -> str | None:
    counts = [(node.table.messages_of(name), node.name) for node in snapshot.members if node.has_data]
    holding = [(count, node) for count, node in counts if count is not None]
    return max(holding, default=(0, None))[1]
