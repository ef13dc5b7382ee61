"""Bodies that stop, drip, swell or repeat themselves: never half a table, never a wait without an end."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest

from kumo_tui.errors import BrokenAnswer, ConnectionCut, NoAnswer, NodeError
from kumo_tui.model.snapshot import Arriving
from kumo_tui.node.client import METRICS, NodeClient
from kumo_tui.node.hearing import Hearing
from kumo_tui.node.link import DRIBBLE_BYTES_S, Timeouts
from kumo_tui.watch.node_watch import NodeWatch
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode

HEAD = b"# TYPE scheduled_count gauge\n"
PATIENCE_S = 30.0


def sample(number: int) -> bytes:
    return b'scheduled_count{queue="q%d"} %d\n' % (number, number)


class Body(httpx.AsyncByteStream):
    """Pieces of a body, each of which takes its time; then it ends, or fails."""

    def __init__(self, clock: FakeClock, pieces: Iterable[bytes], each_s: float, error: Exception | None = None):
        self._clock = clock
        self._pieces = pieces
        self._each_s = each_s
        self._error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self._clock.jump(self._each_s)
            await asyncio.sleep(0)
            yield piece
        if self._error is not None:
            raise self._error


def client_of(clock: FakeClock, body: Body) -> NodeClient:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=body))
    timeouts = Timeouts(read_s=PATIENCE_S)
    return NodeClient("mta1", "http://mta1.example:8000", clock=clock, transport=transport, timeouts=timeouts)


async def failure(clock: FakeClock, body: Body) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await client_of(clock, body).read_metrics()
    return caught.value


def bytes_of(number: int) -> list[bytes]:
    whole = HEAD + b"".join(map(sample, range(number)))
    return [whole[at : at + 1] for at in range(len(whole))]


async def test_a_node_that_sends_a_byte_a_second_is_given_up_after_twice_the_patience() -> None:
    clock = FakeClock()
    began = clock.monotonic()
    error = await failure(clock, Body(clock, bytes_of(100), each_s=1.0))
    assert type(error) is NoAnswer
    assert "only 61 bytes in 61 s" in str(error)
    assert clock.monotonic() - began <= 2 * PATIENCE_S + 2


async def test_a_large_body_over_a_slow_line_is_waited_for() -> None:
    clock = FakeClock()
    pieces = [HEAD, *(sample(number) * (5 * DRIBBLE_BYTES_S // 20) for number in range(300))]
    metrics = await client_of(clock, Body(clock, pieces, each_s=1.0)).read_metrics()
    assert len(metrics.table) == 300


async def test_a_body_that_stops_for_longer_than_the_patience_is_no_table() -> None:
    clock = FakeClock()
    stops = Body(clock, [HEAD, sample(1)], 0.0, httpx.ReadTimeout("silent"))
    error = await failure(clock, stops)
    assert type(error) is NoAnswer
    assert "silent for 30 s" in str(error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.RemoteProtocolError("incomplete chunked read"), ConnectionCut),
        (httpx.ReadError("reset"), ConnectionCut),
        (httpx.DecodingError("bad gzip"), BrokenAnswer),
    ],
)
async def test_a_body_that_breaks_off_is_no_table(error: Exception, kind: type[NodeError]) -> None:
    clock = FakeClock()
    assert type(await failure(clock, Body(clock, [HEAD, sample(1), sample(2)[:9]], 0.0, error))) is kind


async def test_after_half_a_body_the_table_before_stays_with_its_age() -> None:
    clock = FakeClock()
    node = ScriptedNode(clock)
    node.queues = {"a": 1, "b": 2}
    watch = node.watch()
    await watch.poll()
    clock.jump(2.0)
    half = Body(clock, [HEAD, b'scheduled_count{queue="a"} 7\n'], 0.0, httpx.ReadError("reset"))
    node.answers["GET", METRICS] = lambda _request: httpx.Response(200, stream=half)
    await watch.poll()
    seen = watch.snapshot()
    assert seen.table.as_counts() == {"a": 1, "b": 2}
    assert seen.age_s(clock.monotonic()) == 2.0
    assert "metrics" in seen.errors


async def test_odd_samples_of_a_whole_body_are_counted_and_hide_no_queue() -> None:
    odd = (b"NaN", b"-3", b"1e308", b"+Inf", b"99999999999999999999")
    samples = [b'scheduled_count{queue="odd%d"} %b\n' % (number, value) for number, value in enumerate(odd)]
    pieces = [HEAD, *samples, sample(1), sample(2), b"# TYPE other gauge\nother 1\n", HEAD, sample(3), sample(2)]
    metrics = await client_of(FakeClock(), Body(FakeClock(), pieces, 0.0)).read_metrics()
    counts = metrics.table.as_counts()
    assert {name: counts[name] for name in ("q1", "q2", "q3")} == {"q1": 1, "q2": 2, "q3": 3}
    assert all(count == 0 for name, count in counts.items() if name.startswith("odd"))
    assert metrics.bad_lines >= 2


async def test_a_line_of_fifty_megabytes_hides_no_other_queue() -> None:
    long = [b'scheduled_count{queue="', *[b"x" * 1_000_000] * 50, b'"} 5\n']
    metrics = await client_of(
        FakeClock(), Body(FakeClock(), [HEAD, sample(1), *long, sample(2)], 0.0)
    ).read_metrics()
    assert metrics.table.as_counts() == {"q1": 1, "q2": 2}
    assert metrics.bad_lines == 1


async def test_while_a_body_comes_in_it_is_told_how_much_and_for_how_long() -> None:
    clock, gate = FakeClock(), asyncio.Event()
    hearing = Hearing(clock.monotonic())

    async def gated() -> AsyncIterator[bytes]:
        yield HEAD
        clock.jump(40.0)
        yield sample(1)
        clock.jump(7.0)
        await gate.wait()
        yield sample(2)

    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=gated()))
    client = NodeClient("mta1", "http://mta1.example:8000", clock=clock, transport=transport)
    reading = asyncio.create_task(client.read_metrics(hearing=hearing))
    await settle()
    now = clock.monotonic()
    assert hearing.size_bytes == len(HEAD + sample(1))
    assert (hearing.silent_s(now), hearing.coming_s(now)) == (7.0, 47.0)
    gate.set()
    assert len((await reading).table) == 2


async def test_an_answer_that_comes_drop_by_drop_is_not_called_silent() -> None:
    clock, gate = FakeClock(), asyncio.Event()
    node = ScriptedNode(clock)

    async def drops() -> AsyncIterator[bytes]:
        for piece in bytes_of(1)[:20]:
            clock.jump(1.0)
            yield piece
        await gate.wait()

    node.answers["GET", METRICS] = lambda _request: httpx.Response(200, content=drops())
    watch: NodeWatch = node.watch()
    polling = asyncio.create_task(watch.poll())
    await settle(200)
    seen = watch.snapshot()
    assert seen.silent_s == 0.0
    assert seen.arriving == Arriving(20.0, 20)
    assert seen.arriving.is_slow
    gate.set()
    await polling
    assert watch.snapshot().arriving is None
