"""The control API under ``/_sim/``: what a test does to a node from outside its process."""

import json
from typing import Any, Protocol

from kumo_tui.sim.engine.maillog import LogOffError
from kumo_tui.sim.faults import Fault, Faults
from kumo_tui.sim.machine import FREE_PERCENT
from kumo_tui.sim.web.host import Host
from kumo_tui.sim.web.replies import Call, Reply, json_reply, text_reply


class Controlled(Host, Protocol):
    """What the control API may do to a node."""

    faults: Faults
    clock_offset: float

    @property
    def alive(self) -> bool:
        """Whether the process runs."""

    def inject(self, queue: str, count: int) -> None:
        """Inject mail."""

    def stop_writing(self, *, active: bool) -> None:
        """Let the spool stop writing, or go on."""

    def fill_hook(self, times: int) -> None:
        """Let so many records find the log hook's buffer full."""

    def kill(self) -> None:
        """End the process."""

    def restart(self) -> None:
        """Start the process again over its spool."""

    def shed_load(self, *, active: bool) -> None:
        """Let the spool shed load, or be well again."""

    def requests_json(self) -> list[dict[str, Any]]:
        """Return the request log."""

    def log_json(self, *, with_records: bool) -> dict[str, Any]:
        """Return the delivery log; raises LogOffError where none is kept."""

    def tally_json(self) -> dict[str, dict[str, int]]:
        """Return what became of the mail of each queue."""


def answer(node: Controlled, call: Call) -> Reply:
    """Answer one control request; a mistake in it is answered with 400 and the reason."""
    action = f"{call.method} {call.path.removeprefix('/_sim/')}"
    try:
        if action == "GET log":
            return json_reply(node.log_json(with_records=("records", "true") in call.query))
        return _act(node, action, json.loads(call.body) if call.body else {})
    except (ValueError, TypeError, KeyError, AttributeError, LogOffError) as error:
        return text_reply(f"{type(error).__name__}: {error}", 400)


def _act(node: Controlled, action: str, body: Any) -> Reply:  # one return per action
    match action:
        case "GET requests":
            return json_reply(node.requests_json())
        case "GET tally":
            return json_reply(node.tally_json())
        case "POST inject":
            node.inject(str(body["queue"]), int(body["count"]))
        case "POST faults":
            _set_faults(node, body)
        case "DELETE faults":
            node.faults.clear()
            node.clock_offset = 0.0
            node.shed_load(active=False)
            node.stop_writing(active=False)
            node.fill_hook(0)
            node.machine.disk_free_percent = FREE_PERCENT
        case "POST kill":
            node.kill()
        case "POST restart":
            node.restart()
        case _:
            return Reply(404)
    return json_reply({"alive": node.alive})


def _set_faults(node: Controlled, body: dict[str, Any]) -> None:
    """Add one fault, or set what ails the node.

    ``clock_offset`` in seconds, ``load_shedding`` and ``write_stopped`` of its spool, ``hook_full``: how many
    records find the log hook's buffer full, ``disk_free_percent``.
    """
    settings = dict(body)
    if "clock_offset" in settings:
        node.clock_offset = float(settings.pop("clock_offset"))
    if "load_shedding" in settings:
        node.shed_load(active=bool(settings.pop("load_shedding")))
    if "write_stopped" in settings:
        node.stop_writing(active=bool(settings.pop("write_stopped")))
    if "hook_full" in settings:
        node.fill_hook(int(settings.pop("hook_full")))
    if "disk_free_percent" in settings:
        node.machine.disk_free_percent = int(settings.pop("disk_free_percent"))
    if settings:
        node.faults.add(Fault(**settings))
