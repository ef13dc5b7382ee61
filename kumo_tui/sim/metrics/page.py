"""The two metrics documents of a node, produced piece by piece."""

from collections.abc import Iterator

from kumo_tui.sim.engine.engine import Engine
from kumo_tui.sim.machine import Machine
from kumo_tui.sim.metrics.blocks import ScheduledBlocks, deflate
from kumo_tui.sim.metrics.families import (
    crate_families,
    scheduled_sums,
    streamed_after_queues,
    streamed_before_queues,
)
from kumo_tui.sim.metrics.family import Family, crate_text, head, streamed_text
from kumo_tui.sim.metrics.json_page import json_text
from kumo_tui.sim.web.replies import Piece

_QUEUES = Family("scheduled_count", "gauge", ())


class MetricsPage:
    """``/metrics`` and ``/metrics.json`` of one process."""

    def __init__(self, engine: Engine, machine: Machine) -> None:
        self._engine = engine
        self._machine = machine
        self._blocks = ScheduledBlocks(engine.book)
        self._sums = Piece(b"")
        self._sums_at = -1

    def text(self, *, packed: bool, prefix: str = "") -> Iterator[Piece]:
        """Yield the text document; ``prefix`` renames every family, ``packed`` adds compressed pieces."""
        yield _piece("".join(crate_text(f, prefix) for f in crate_families(self._engine, self._machine)))
        yield _piece("".join(streamed_text(f, prefix) for f in streamed_before_queues(self._engine)))
        yield (
            _piece("".join(streamed_text(f, prefix) for f in scheduled_sums(self._engine)))
            if prefix
            else self._kept()
        )
        if self._engine.book.gauged:
            yield _piece(head(_QUEUES, prefix))
            yield from self._blocks.pieces(packed=packed, prefix=prefix)
        yield _piece("".join(streamed_text(f, prefix) for f in streamed_after_queues(self._engine)))

    def _kept(self) -> Piece:
        """Return the sums, written again only when a count has changed."""
        if self._sums_at != self._engine.book.changes:
            self._sums_at = self._engine.book.changes
            raw = "".join(streamed_text(f) for f in scheduled_sums(self._engine)).encode("utf-8", "surrogatepass")
            self._sums = Piece(raw, deflate(raw))
        return self._sums

    def json(self) -> Iterator[Piece]:
        """Yield the JSON document; as on the server, label values are not escaped in the streamed part."""
        engine = self._engine
        queues = tuple(((("queue", q.name),), q.count) for q in engine.book.gauged if q is not None)
        streamed = [
            *streamed_before_queues(engine),
            *scheduled_sums(engine),
            Family("scheduled_count", "gauge", queues),
            *streamed_after_queues(engine),
        ]
        yield _piece(json_text(crate_families(engine, self._machine), streamed))


def _piece(text: str) -> Piece:
    return Piece(text.encode("utf-8", "surrogatepass"))
