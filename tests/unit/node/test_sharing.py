"""Names are shared between the tables of one node."""

from kumo_tui.model.queues import QueueTable
from kumo_tui.node.sharing import SLICE, SharedNames


def table(first: int, last: int) -> QueueTable:
    return QueueTable.of({f"q{number}.example": number for number in range(first, last)})


async def test_a_later_table_holds_the_same_strings_as_an_earlier_one() -> None:
    names = SharedNames()
    one = await names.share(table(0, SLICE + 5))
    two = await names.share(table(3, SLICE + 9))
    assert list(two) == list(table(3, SLICE + 9))
    kept = {id(name) for name in one.names}
    assert sum(id(name) in kept for name in two.names) == SLICE + 2


async def test_the_same_queues_again_keep_their_strings_and_take_the_new_counts() -> None:
    names = SharedNames()
    one = await names.share(QueueTable.of({f"q{number}": 1 for number in range(9)}))
    two = await names.share(QueueTable.of({f"q{number}": 2 for number in range(9)}))
    assert all(a is b for a, b in zip(one.names, two.names, strict=True))
    assert two.total == 18


async def test_names_of_queues_that_went_away_are_let_go() -> None:
    names = SharedNames()
    for start in range(0, 5 * SLICE, SLICE):
        await names.share(table(start, start + SLICE))
    assert len(names._known) <= 3 * SLICE


async def test_an_empty_table_stays_empty() -> None:
    assert len(await SharedNames().share(QueueTable.of({}))) == 0
