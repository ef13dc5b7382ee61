"""What the endpoints need of the node they belong to."""

from datetime import datetime
from typing import Protocol

from kumo_tui.sim.clock import Clock
from kumo_tui.sim.engine.engine import Engine
from kumo_tui.sim.machine import Machine
from kumo_tui.sim.metrics.page import MetricsPage
from kumo_tui.sim.versions import Version


class Host(Protocol):
    """The node behind the HTTP API."""

    engine: Engine
    clock: Clock
    machine: Machine
    metrics: MetricsPage

    def utc(self) -> datetime:
        """The calendar time that this node believes in (its clock may be wrong)."""

    @property
    def version(self) -> Version:
        """The build this node pretends to be."""
