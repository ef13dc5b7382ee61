"""The metric families that are read, and what they come to: queues, ready queues, troubles (KUMOMTA.md 5.5)."""

import re
from collections.abc import Callable, Iterator, Mapping

from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.queues import EMPTY_TABLE, QueueTable
from kumo_tui.model.snapshot import Metrics
from kumo_tui.node.queue_series import QueueSeries
from kumo_tui.node.series import LabelledSeries, PlainSeries
from kumo_tui.text import and_more, one_line, plural

# Below it kumod takes no mail, unless `min_free_space` and `min_free_inodes` of define_spool say otherwise.
LOW_DISK_PERCENT = 10
PLACES_NAMED = 2
LISTENERS = ("esmtp_listener", "http_listener")

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Families:
    """The families of one reading; `before` and `shared` as for `QueueSeries`."""

    def __init__(self, before: QueueTable = EMPTY_TABLE, shared: Callable[[list[str]], list[str]] = list) -> None:
        self.queues = QueueSeries(before, shared)
        self.ready = (
            LabelledSeries("ready_count", "service"),
            LabelledSeries("connection_count", "service"),
            LabelledSeries("total_messages_delivered", "service"),
            LabelledSeries("total_messages_transfail", "service"),
            LabelledSeries("total_messages_fail", "service"),
        )
        self.messages = PlainSeries("message_count")
        self.uptime = PlainSeries("tokio_elapsed")
        self.memory = PlainSeries("memory_usage")
        self.memory_limit = PlainSeries("memory_limit")
        self.memory_low_at = PlainSeries("memory_low_thresh")
        self.was_low = PlainSeries("memory_low_count")
        self.was_over = PlainSeries("memory_over_limit_count")
        self.shedding = LabelledSeries("rocks_spool_load_shed_active", "path")
        self.stopped = LabelledSeries("rocks_spool_write_stopped", "path")
        self.hooks_full = LabelledSeries("log_hook_backlog_count", "logger")
        self.disks = LabelledSeries("disk_free_percent", "name")
        self.inodes = LabelledSeries("disk_free_inodes", "name")
        self.inode_shares = LabelledSeries("disk_free_inodes_percent", "name")
        self.received = LabelledSeries("total_messages_received", "service")

    def all(self) -> tuple[QueueSeries | LabelledSeries | PlainSeries, ...]:
        """Every family that is read."""
        memory = (self.memory, self.memory_limit, self.memory_low_at, self.was_low, self.was_over)
        return (
            self.queues,
            *self.ready,
            self.messages,
            self.uptime,
            *memory,
            self.shedding,
            self.stopped,
            self.hooks_full,
            self.disks,
            self.inodes,
            self.inode_shares,
            self.received,
        )

    def metrics(self) -> Metrics:
        """What the families say, with the bad lines among them."""
        table = self.queues.table()
        count = self.messages.value
        return Metrics(
            table=table,
            ready=ready_queues(*(series.values for series in self.ready)),
            message_count=None if count is None else int(count),
            uptime_s=self.uptime.value,
            bad_lines=sum(series.bad_lines for series in self.all()),
            troubles=tuple(self._troubles()),
            notes=tuple(self._notes()),
            hooks_full={_shown(logger): count for logger, count in self.hooks_full.values.items()},
            received=self._received,
        )

    @property
    def _received(self) -> int | None:
        """The sums of both kinds of listeners: each listener has a counter besides."""
        counts = [self.received.values[kind] for kind in LISTENERS if kind in self.received.values]
        return sum(counts) if counts else None

    def _troubles(self) -> Iterator[str]:
        for path in _raised(self.shedding):
            yield f"spool {path} sheds load"
        for path in _raised(self.stopped):
            yield f"spool {path} has stopped writing"
        used, limit, low = self.memory.value, self.memory_limit.value, self.memory_low_at.value
        if used is not None and limit and used > limit:
            yield f"memory is over its limit: {used / 2**20:,.0f} of {limit / 2**20:,.0f} MiB"
        elif used is not None and limit and low and used > low:
            yield f"memory is low: {used / 2**20:,.0f} of {limit / 2**20:,.0f} MiB are used"
        yield from _low_disks(self.disks.values, "free")
        # Some file systems count no inodes.
        counted = {
            place: share for place, share in self.inode_shares.values.items() if self.inodes.values.get(place)
        }
        yield from _low_disks(counted, "of its inodes free")

    def _notes(self) -> Iterator[str]:
        """What its counters tell of the time since its start."""
        times = {"was low": self.was_low.value, "was over its limit": self.was_over.value}
        told = [f"{words} {plural(int(count), 'time')}" for words, count in times.items() if count]
        if told:
            yield f"since its start its memory {' and '.join(told)}"


def ready_queues(*families: Mapping[str, int]) -> tuple[ReadyQueue, ...]:
    """The ready queues of the families in the order of ReadyQueue's fields, by their label `service`.

    The label is `<kind>:<ready queue>`; a bare kind is the sum over the node, and listeners have series too:
    neither is a ready queue (KUMOMTA.md 4.2).
    """
    services = dict.fromkeys(service for family in families for service in family)
    return tuple(
        ReadyQueue(name, *(family.get(service, 0) for family in families))
        for service in services
        if "->" in (name := service.partition(":")[2])
    )


def _low_disks(shares: Mapping[str, int], of_what: str) -> Iterator[str]:
    """One trouble for all places of which as little is left: mostly they are on one file system."""
    for percent in dict.fromkeys(share for share in shares.values() if share < LOW_DISK_PERCENT):
        places = [_shown(place) for place, share in shares.items() if share == percent]
        has = "has" if len(places) == 1 else "have"
        yield f"disk is nearly full: {and_more(places, PLACES_NAMED)} {has} {percent}% {of_what}"


def _raised(flags: LabelledSeries) -> Iterator[str]:
    return (_shown(path) for path, value in flags.values.items() if value)


def _shown(label: str) -> str:
    """A label value of the prometheus crate, which escapes, in clean words."""
    return one_line(_ESCAPED.sub(lambda found: {"n": "\n"}.get(found[1], found[1]), label), 60)
