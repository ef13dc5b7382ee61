"""Bodies to read in the benches, and a plain reader to compare with."""

import re
from collections.abc import Iterator

_SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)$")
DOMAINS = 200
FOREIGN_LINES = 2.5


def metrics_body(queues: int) -> bytes:
    """A /metrics body in the server's text form: one scheduled_count per queue among families nobody asks for."""
    return "".join(_lines(queues)).encode()


def naive_read(body: bytes) -> dict[str, int]:
    """Messages per queue, line by line with a regular expression: what a first attempt would do."""
    found: dict[str, int] = {}
    for line in body.decode().splitlines():
        sample = _SAMPLE.match(line)
        if sample and sample[1] == "scheduled_count":
            found[sample[2][len('queue="') : -1]] = int(sample[3])
    return found


def _lines(queues: int) -> Iterator[str]:
    yield "# HELP lua_event_latency .\n# TYPE lua_event_latency histogram\n"
    for number in range(int(queues * FOREIGN_LINES)):
        yield f'lua_event_latency_bucket{{event="event-{number // 12}",le="0.{number % 12}"}} {number}\n'
    yield f"# HELP message_count .\n# TYPE message_count gauge\nmessage_count {queues * 3}\n"
    yield "# HELP scheduled_count .\n# TYPE scheduled_count gauge\n"
    for number in range(queues):
        domain = f"host{number // DOMAINS}.domain{number % DOMAINS}.example"
        name = f"campaign{number // 5000}:tenant{number % 37}@{domain}"
        yield f'scheduled_count{{queue="{name}"}} {number % 97}\n'
