"""Some cells of the fault matrix with real processes, connections and signals, to hold against the others."""

import contextlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from kumo_tui.clock import SystemClock
from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.records import Recorded
from tests.bench.fault_cells import AIMS, Act
from tests.bench.fault_world import SIM_KINDS, Fault
from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, environment, serving

NODE = "mta1"
PATIENCE_S = 60.0
STANDING = 40
MEANT, OTHERS = "one:s1@hold.example", "two:s2@hold.example"

SCENARIO = f"""
[[node]]
name = "{NODE}"
version = "2026.06.23-f3af1cd0"
log = true

[[node.standing]]
queues = ["{MEANT}", "{OTHERS}"]
messages = {STANDING}
due_in = [86400, 86400]
"""

BOUNCE = ("bounce", "--tenant", "s1", "--plain", "--yes", "--at-most", "99", "--reason", "k")
STOP = ("stop", "--tenant", "s1", "--reason", "k", "--duration", "60s")

# No file grows any more; without this Python would leave its own caches cut short.
FULL = ("sh", "-c", 'ulimit -f 1 && PYTHONDONTWRITEBYTECODE=1 exec "$@"', "sh")

_OVER_THE_WAY = (Fault.SILENT_DONE, Fault.CUT_DONE, Fault.HALF, Fault.ERROR, Fault.ERROR_DONE)
REAL: Sequence[tuple[Act, Fault]] = (
    *((Act.PLAIN, fault) for fault in (*_OVER_THE_WAY, Fault.KILLED_SENT, Fault.RESTART_DONE)),
    *((Act.PLAIN, fault) for fault in (Fault.FULL, Fault.LOCKED)),
    *((Act.STOP_ALONE, fault) for fault in (Fault.CUT_DONE, Fault.HALF, Fault.KILLED_SENT, Fault.LOCKED)),
    *((Act.LET_GO, fault) for fault in (Fault.CUT_DONE, Fault.ERROR, Fault.RESTART_DONE)),
)


@dataclass(frozen=True)
class Real:
    """One cell with real processes, as `fault_cells.Cell`."""

    act: Act
    fault: Fault
    text: str
    violations: tuple[str, ...]


def real_cell(act: Act, fault: Fault, folder: Path) -> Real:
    """One cell, on a node of its own on a real port, with a journal of its own."""
    folder.mkdir(parents=True)
    scenario = folder / "faults.toml"
    scenario.write_text(SCENARIO)
    with serving(str(scenario)) as fleet:
        return _Run(act, fault, fleet, folder / "journal.db").run()


class _Run:
    def __init__(self, act: Act, fault: Fault, fleet: ServedFleet, journal: Path) -> None:
        self._act, self._fault = act, fault
        self._fleet = fleet
        self._journal = journal
        self._aim = AIMS[act]

    def run(self) -> Real:
        # Who comes back after a kill must still find it: a process takes a while to start.
        seconds = 8 if self._fault is Fault.KILLED_SENT else 3
        bounce = (*BOUNCE, "--duration", f"{seconds}s", "--follow")
        words = STOP if self._act is Act.STOP_ALONE else bounce
        if self._act is Act.LET_GO:
            self._command(*STOP)
            words = ("release", self._tag())
        else:
            self._command("history")
        code = self._struck(words)
        if self._fault is Fault.KILLED_SENT:
            code = self._on_return()
        recorded = self._recorded()
        asked = self._asked(self._aim.method, self._aim.path)
        text = f"{len(asked)} {_state(recorded)} {code}"
        return Real(self._act, self._fault, text, tuple(self._violations(recorded)))

    def _struck(self, words: Sequence[str]) -> int:
        """Run the command into the fault; its exit code."""
        method, path = self._aim.method, self._aim.path
        if self._fault in SIM_KINDS:
            self._fleet.fault(kind=SIM_KINDS[self._fault], path=path, method=method, times=1)
            return self._command(*words)
        if self._fault is Fault.LOCKED:
            with contextlib.closing(sqlite3.connect(self._journal, isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                return self._command(*words)
        if self._fault is Fault.FULL:
            return self._command(*words, shell=FULL)
        self._fleet.fault(kind="delay_reply", path=path, method=method, seconds=PATIENCE_S, times=1)
        with self._process(words) as process:
            self._fleet.wait(lambda: bool(self._asked(method, path)), f"{method} {path}")
            if self._fault is Fault.KILLED_SENT:
                process.kill()
            else:
                self._fleet.control(NODE, "kill")
                self._fleet.control(NODE, "restart")
            return process.wait(PATIENCE_S)

    def _on_return(self) -> int:
        """Who comes back follows what was begun, or looks whether it stands."""
        if self._act is not Act.STOP_ALONE:
            return self._command("watch", self._tag())
        codes: list[int] = []

        def is_found() -> bool:
            codes.append(self._command("status"))
            recorded = self._recorded()
            return recorded is not None and recorded.operation.acts[0].id is not None

        self._fleet.wait(is_found, "the stop to be found")
        return codes[-1]

    def _command(self, *words: str, shell: Sequence[str] = ()) -> int:
        with self._process(words, shell) as process:
            return process.wait(PATIENCE_S)

    @contextlib.contextmanager
    def _process(self, words: Sequence[str], shell: Sequence[str] = ()) -> Iterator["subprocess.Popen[bytes]"]:
        variables = {"KUMO_TUI_JOURNAL": str(self._journal), "KUMO_TUI_ACT__ANSWER_TIMEOUT_S": "1"}
        argv = [*shell, KUMO_TUI, *self._fleet.endpoints, *words]
        nothing = subprocess.DEVNULL
        with subprocess.Popen(
            argv, stdin=nothing, stdout=nothing, stderr=nothing, env=environment(**variables)
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _violations(self, recorded: Recorded | None) -> Iterator[str]:
        url = self._fleet.urls[NODE]
        counts = _get(f"{url}/_sim/log")["counts"]["AdminBounce"]
        if counts.get(OTHERS):
            yield f"{counts[OTHERS]} messages that were not meant were bounced"
        if self._act is Act.STOP_ALONE and counts.get(MEANT):
            yield f"{counts[MEANT]} messages were bounced by a stop"
        if _state(recorded) == "REJECTED" and counts.get(MEANT):
            yield f"it says that it was not done, and {counts[MEANT]} were bounced"
        if self._act is Act.PLAIN and _state(recorded) == "DONE" and counts.get(MEANT) != STANDING:
            yield f"it says DONE, and {counts.get(MEANT, 0)} of {STANDING} were bounced"
        if recorded is None:
            return
        known = {request.id for request in recorded.requests if request.id}
        for entry in (*_get(f"{url}{AIMS[Act.STOP].path}"), *_get(f"{url}{AIMS[Act.PLAIN].path}")):
            if entry["id"] not in known:
                yield f"the node lists {entry['id']}, which the journal does not know"

    def _asked(self, method: str, path: str) -> list[dict[str, Any]]:
        return [each for each in self._fleet.requests(NODE) if (each["method"], each["path"]) == (method, path)]

    def _tag(self) -> str:
        recorded = self._recorded()
        assert recorded is not None
        return recorded.operation.tag

    def _recorded(self) -> Recorded | None:
        journal = open_journal(self._journal, SystemClock())
        try:
            return next(iter(journal.operations()), None)
        finally:
            journal.close()


def _state(recorded: Recorded | None) -> str:
    """What the journal says of it, as the table says it."""
    if recorded is None:
        return "refused"
    act = recorded.operation.acts[0]
    ruling = recorded.rulings.get(act.node)
    return ruling.verdict.value.upper() if ruling else "STOPPED" if act.id else act.state.value.upper()


def _get(url: str) -> Any:
    return json.loads(httpx.get(url, trust_env=False).text)
