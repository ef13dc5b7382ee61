"""Many nodes read on one event loop: a little at a time, and names that they have in common once."""

import asyncio
from collections.abc import AsyncIterator

from kumo_tui.node import company
from kumo_tui.node.company import Company, Openings, Turns
from kumo_tui.node.lines import in_blocks
from tests.fakes import FakeClock


async def test_one_piece_of_work_is_done_in_each_round_of_the_event_loop() -> None:
    turns, done, rounds = Turns(), list[tuple[int, int]](), [0]

    async def work(number: int) -> None:
        await turns.take(float(number))
        done.append((rounds[0], number))

    async def go_round() -> None:
        for rounds[0] in range(20):
            await asyncio.sleep(0)

    await asyncio.gather(go_round(), *(work(number) for number in range(5)))
    assert [number for _round, number in done] == [0, 1, 2, 3, 4]
    assert len({at for at, _number in done}) == 5


async def test_who_began_first_goes_on_first() -> None:
    turns, done = Turns(), list[str]()

    async def work(name: str, began: float) -> None:
        for _piece in range(3):
            await turns.take(began)
            done.append(name)

    await asyncio.gather(work("late", 9.0), work("early", 1.0))
    assert done[:4] == ["late", "early", "early", "early"]


async def test_who_gives_up_while_waiting_holds_nobody_up() -> None:
    turns = Turns()
    await turns.take(0.0)
    waiting = [asyncio.create_task(turns.take(float(number))) for number in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5.0)
    await asyncio.wait_for(turns.take(9.0), 5.0)


async def test_all_readers_on_one_event_loop_are_one_company() -> None:
    assert Company.here() is Company.here()


def test_names_that_another_node_has_brought_are_its_strings() -> None:
    names = ["".join(["a", "b"]), "".join(["c", "d"])]
    again = ["".join(["c", "d"]), "new"]
    everybody = Company()
    assert everybody.shared(names) == names
    found = everybody.shared(again)
    assert found == again
    assert found[0] is names[1]


def test_names_are_not_gathered_without_end() -> None:
    everybody = Company()
    everybody.shared([str(number) for number in range(company.NAMES_KEPT + 1)])
    first = "".join(["1", "7"])
    assert everybody.shared([first])[0] is first


async def test_a_body_comes_in_blocks_and_whole() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _number in range(5):
            yield b"abc"

    assert [block async for block in in_blocks(chunks(), 6)] == [b"abcabc", b"abcabc", b"abc"]


async def test_so_many_log_in_at_once_and_one_that_hangs_holds_nobody_up_for_long() -> None:
    clock, openings, done = FakeClock(), Openings(at_once=2, longest_s=2.0), asyncio.Event()
    begun = list[int]()

    async def log_in(number: int) -> None:
        async with openings.turn(clock):
            begun.append(number)
            await done.wait()

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(log_in(number))
        await clock.advance(0.0)
        assert begun == [0, 1]
        await clock.advance(2.0)
        assert begun == [0, 1, 2, 3]
        done.set()
    assert begun == [0, 1, 2, 3, 4]
    async with openings.turn(clock), openings.turn(clock):
        pass
