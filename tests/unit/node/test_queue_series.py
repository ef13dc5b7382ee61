"""Queues are read against the reading before: its strings are used again, and nothing else changes."""

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.queue_names import QueueNames
from kumo_tui.model.queues import EMPTY_TABLE, QueueTable
from kumo_tui.node.metrics import MetricsReader

HEADER = b"# TYPE scheduled_count gauge\n"
ROWS = st.lists(st.tuples(st.sampled_from([f"t{number}@d" for number in range(30)]), st.integers(0, 99)))


def body(rows: Sequence[tuple[str, int]]) -> bytes:
    return HEADER + "".join(f'scheduled_count{{queue="{name}"}} {count}\n' for name, count in rows).encode()


def read(rows: Sequence[tuple[str, int]], before: QueueTable = EMPTY_TABLE, block: int = 100) -> QueueTable:
    reader = MetricsReader(before, block_bytes=block)
    text = body(rows)
    for start in range(0, len(text), 37):
        reader.feed(text[start : start + 37])
    return reader.finish().table


def rows_of(numbers: Sequence[int], count: int = 1) -> list[tuple[str, int]]:
    return [(f"t{number}@d", count) for number in numbers]


@given(ROWS, ROWS)
def test_the_reading_before_changes_nothing_in_what_is_read(
    first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    before = read(first)
    fresh, again = MetricsReader(block_bytes=100), MetricsReader(before, block_bytes=100)
    for reader in (fresh, again):
        reader.feed(body(second))
    one, two = fresh.finish(), again.finish()
    assert list(one.table) == list(two.table)
    assert one.bad_lines == two.bad_lines
    assert isinstance(two.table.names, QueueNames)


def test_the_same_queues_again_keep_their_names_and_all_that_was_derived_from_them() -> None:
    before = read(rows_of(range(300)))
    after = read(rows_of(range(300), count=2), before)
    assert after.names is before.names
    assert after.total == 600


def test_queues_that_come_and_go_leave_the_strings_of_the_others() -> None:
    before = read(rows_of(range(600)))
    kept = set(map(id, before.names))
    numbers = [number for number in range(600) if number not in (0, 7, 8, 9, 350)]
    for place, new in ((0, 1000), (123, 1001), (124, 1002), (400, 1003), (len(numbers), 1004)):
        numbers.insert(place, new)
    after = read(rows_of(numbers), before)
    assert list(after.names) == [name for name, _count in rows_of(numbers)]
    assert sum(id(name) in kept for name in after.names) == 595


def test_a_list_in_another_order_is_read_all_the_same() -> None:
    before = read(rows_of(range(600)))
    numbers = list(range(600))
    random.Random(5).shuffle(numbers)
    assert list(read(rows_of(numbers), before).names) == [name for name, _count in rows_of(numbers)]


def test_a_queue_that_came_twice_is_found_whether_or_not_it_was_known() -> None:
    before = read(rows_of(range(100)))
    for twice in (
        rows_of([*range(100), 3], 2),
        rows_of([*range(100), 200, 200], 2),
        rows_of([*range(50), *range(100)]),
    ):
        reader = MetricsReader(before, block_bytes=100)
        reader.feed(body(twice))
        metrics = reader.finish()
        assert metrics.table.as_counts() == dict(twice)
        assert metrics.bad_lines == len(twice) - len(dict(twice))
