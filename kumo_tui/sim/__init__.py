"""The other side of the wire: a simulated KumoMTA fleet, written from KUMOMTA.md, sharing no code with the rest.

In process: ``Fleet(load_scenario("quiet"), ManualClock())``; its ``nodes["mta1"]`` has ``app`` (ASGI), ``inject``,
``tally``, ``requests``, ``faults``, ``kill``, ``restart``, and ``log`` (per message; ``log = true`` in the
scenario, or ``Fleet(..., log=True)``). On real ports: ``async with serving(fleet)``.
"""

from kumo_tui.sim.clock import Clock, ManualClock, WallClock
from kumo_tui.sim.engine.maillog import Kind, LogOffError, LogRecord, MailLog
from kumo_tui.sim.faults import Fault, Faults
from kumo_tui.sim.fleet import Fleet, Running, serving
from kumo_tui.sim.node import LoggedRequest, SimNode
from kumo_tui.sim.scenario import Scenario, load_scenario, parse_scenario, scenario_names
from kumo_tui.sim.table import ScenarioError
from kumo_tui.sim.web.transfer import CutError

__all__ = [
    "Clock",
    "CutError",
    "Fault",
    "Faults",
    "Fleet",
    "Kind",
    "LogOffError",
    "LogRecord",
    "LoggedRequest",
    "MailLog",
    "ManualClock",
    "Running",
    "Scenario",
    "ScenarioError",
    "SimNode",
    "WallClock",
    "load_scenario",
    "parse_scenario",
    "scenario_names",
    "serving",
]
