"""Reading `/metrics`: a first and a further reading against prometheus_client's parser, on the same bytes."""

from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families

from kumo_tui.model.queues import EMPTY_TABLE, QueueTable
from kumo_tui.node.metrics import MetricsReader
from tests.bench.bodies import metrics_body
from tests.bench.table import Measured, best, held

SIZES = (1_000, 10_000, 100_000, 1_000_000)
COMPARED_UP_TO = 100_000
CHUNK = 65536
AT_LEAST = 60


def reading() -> Iterator[Measured]:
    """A row per number of queues and kind of reading."""
    for queues in SIZES:
        body = metrics_body(queues)
        size = f"{queues:,} queues, {len(body) / 1e6:.1f} MB"
        before = read(body, EMPTY_TABLE)
        first, further = best(lambda body=body: read(body, EMPTY_TABLE)), best(lambda: read(body, before))  # noqa: B023
        if queues > COMPARED_UP_TO:
            yield Measured(f"first reading, {size}", f"{first * 1000:.0f} ms")
            yield Measured(f"a further reading, {size}", f"{further * 1000:.0f} ms")
            continue
        other = best(lambda body=body: parse(body))
        for kind, ours in (("first reading", first), ("a further reading", further)):
            yield Measured(
                f"{kind}, {size}",
                f"{ours * 1000:.1f} ms",
                f"{other * 1000:,.0f} ms prometheus_client",
                f"{other / ours:.0f}x",
                held(f"{AT_LEAST}x", holds=other / ours >= AT_LEAST) if queues == COMPARED_UP_TO else "",
            )


def read(body: bytes, before: QueueTable) -> QueueTable:
    """The queue table of a body, as the client reads it."""
    reader = MetricsReader(before)
    for start in range(0, len(body), CHUNK):
        reader.feed(body[start : start + CHUNK])
    return reader.finish().table


def parse(body: bytes) -> int:
    """Samples of a body, as prometheus_client reads it."""
    return sum(len(family.samples) for family in text_string_to_metric_families(body.decode()))
