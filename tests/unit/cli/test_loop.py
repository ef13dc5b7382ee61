"""Signals end a command's work as Ctrl-C does: what it has to say last is said, and its exit code tells which."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from kumo_tui.cli.exits import Exit
from kumo_tui.cli.loop import Ended, run_loop
from tests.fakes import settle


@pytest.fixture
def ignored() -> Iterator[None]:
    """Hang-ups are ignored, as under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


async def struck(number: signal.Signals, said: list[str]) -> str:
    """Be struck by a signal while waiting; say a last word when that ends it."""
    signal.raise_signal(number)
    try:
        await settle()
    except asyncio.CancelledError:
        said.append("last word")
        raise
    return "done"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, Exit.TERMINATED), (signal.SIGHUP, Exit.HUNG_UP)])
def test_a_signal_ends_the_work_after_its_last_word(number: signal.Signals, code: Exit) -> None:
    said: list[str] = []
    with pytest.raises(Ended) as ended:
        run_loop(struck(number, said))
    assert (ended.value.code, code, said) == (code, 128 + number, ["last word"])


def test_work_that_takes_being_cancelled_for_its_end_has_been_ended_all_the_same() -> None:
    async def resilient() -> str:
        try:
            return await struck(signal.SIGTERM, [])
        except asyncio.CancelledError:
            return "quit"

    with pytest.raises(Ended):
        run_loop(resilient())


def test_what_the_parent_ignores_stays_ignored(ignored: None) -> None:
    assert run_loop(struck(signal.SIGHUP, [])) == "done"
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_afterwards_signals_do_what_they_did_before() -> None:
    async def nothing() -> None:
        await asyncio.sleep(0)

    run_loop(nothing())
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
