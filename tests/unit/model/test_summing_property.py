"""However readings follow one another, the sum of a fleet is that of merging it from scratch, whoever asks it."""

from array import array
from collections.abc import Mapping, Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kumo_tui.model.filtering import parse_filter
from kumo_tui.model.names import Part
from kumo_tui.model.queue_names import QueueNames
from kumo_tui.model.queues import QueueTable, merge
from kumo_tui.model.selector import Criteria
from kumo_tui.model.summing import FleetSum
from kumo_tui.model.trend import Trend
from kumo_tui.model.view import SortKey, ViewSpec, build_view

NAMES = [f"{campaign}:{tenant}@{domain}" for campaign in "pn" for tenant in "ab" for domain in ("x", "y", "z")]
COUNTS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), max_size=8)
NODES = ("mta1", "mta2", "mta3", "mta4")
node_names = st.sampled_from(NODES)


def fresh(table: QueueTable) -> QueueTable:
    """The same rows, with nothing derived."""
    return QueueTable(QueueNames(table.names), table.messages[:])


def nonzero(table: QueueTable) -> Mapping[str, int]:
    return {name: count for name, count in table if count}


class Fleet(RuleBasedStateMachine):
    """Nodes with readings that come, change, share their names, and are left out of the sum and taken in again."""

    @initialize()
    def begin(self) -> None:
        self.sum = FleetSum()
        self.tables: dict[str, QueueTable] = {}
        self.off: set[str] = set()
        self.given: list[tuple[QueueTable, Mapping[str, int], Sequence[str]]] = []
        self.trend, self.plain, self.now = Trend(), Trend(), 0.0

    @rule(node=node_names, counts=COUNTS)
    def reads_other_queues(self, node: str, counts: dict[str, int]) -> None:
        self.tables[node] = QueueTable(QueueNames(counts), array("q", counts.values()))

    @rule(node=node_names, count=st.integers(0, 3))
    def reads_the_same_queues(self, node: str, count: int) -> None:
        known = self.tables.get(node)
        if known is not None:
            counts = [(count + row) % 4 for row in range(len(known))]
            self.tables[node] = QueueTable(known.names, array("q", counts))

    @rule(node=node_names, other=node_names)
    def has_the_names_of_another(self, node: str, other: str) -> None:
        known = self.tables.get(other)
        if known is not None:
            self.tables[node] = QueueTable(known.names, array("q", [1] * len(known)))

    @rule(node=node_names)
    def leaves(self, node: str) -> None:
        self.tables.pop(node, None)

    @rule(node=node_names)
    def is_switched(self, node: str) -> None:
        self.off ^= {node}

    @rule(node=node_names)
    def overflows(self, node: str) -> None:
        self.tables[node] = QueueTable(QueueNames([NAMES[0]]), array("q", [2**63 - 1]))

    @rule(wanted=st.sampled_from(["x", "p:", "b@y"]))
    def is_filtered(self, wanted: str) -> None:
        """What is kept of a filter is gone on from."""
        self.sum.of(self.parts()).passing(parse_filter(wanted))

    def parts(self) -> list[QueueTable]:
        return [table for node, table in self.tables.items() if node not in self.off]

    @invariant()
    def is_the_merge(self) -> None:
        if not hasattr(self, "sum"):
            return
        parts = self.parts()
        summed, merged = self.sum.of(parts), fresh(merge(parts))
        assert summed.as_counts() == merged.as_counts()
        assert len(set(summed.names)) == len(summed.names) == len(summed)
        assert summed.standing == merged.standing
        assert [summed.index[name] for name in summed.names] == list(range(len(summed)))
        assert summed.top(99) == merged.top(99)
        for part in Part:
            assert dict(summed.by_value(part)) == dict(merged.by_value(part))
        for selector in (Criteria(campaign="p"), Criteria(tenant="b", domain="y")):
            assert summed.select(selector).as_counts() == merged.select(selector).as_counts()
            assert summed.holds(selector) == merged.holds(selector)
        self.is_viewed_as(summed, merged)
        self.given.append((summed, summed.as_counts(), tuple(summed.names)))

    def is_viewed_as(self, summed: QueueTable, merged: QueueTable) -> None:
        self.now += 11.0
        self.trend = self.trend.with_sample(self.now, summed)
        self.plain = self.plain.with_sample(self.now, merged)
        for sort in SortKey:
            for group in (None, Part.DOMAIN):
                spec = ViewSpec(parse_filter("p:"), sort=sort, group=group)
                mine = build_view(summed, spec, self.trend, {NAMES[0]: 2})
                theirs = build_view(merged, spec, self.plain, {NAMES[0]: 2})
                assert (mine.rows, mine.matching_messages, mine.all_queues) == (
                    theirs.rows,
                    theirs.matching_messages,
                    theirs.all_queues,
                )
                assert mine.rates == theirs.rates

    @invariant()
    def leaves_what_was_given_as_it_was(self) -> None:
        for table, counts, names in getattr(self, "given", [])[-6:]:
            assert table.as_counts() == counts
            assert (table.total, table.standing) == (sum(counts.values()), len(nonzero(table)))
            assert tuple(table.names) == names
            assert {name: table.messages_of(name) for name in names} == counts
            assert all(name in counts or table.messages_of(name) is None for name in NAMES)


TestFleet = Fleet.TestCase
TestFleet.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
