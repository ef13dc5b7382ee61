"""Clean bounces whose processes are killed for real: `python -m tests.e2e.kills --times 200` (`make kills`).

Each run has its own simulated node, in its own process, and its own journal. `kumo-tui bounce --clean` is killed
at a random moment; `kumo-tui watch` goes on to the end, and is killed now and then too. Then the node's log of
every message is held against what kumo-tui says.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import httpx

from kumo_tui.clock import SystemClock
from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.records import Recorded
from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, environment, serving
from tests.e2e.kill_checks import BOUNCES, MEANT, OTHERS, STOPS, Evidence, Moment, moment_of
from tests.waiting import PATIENCE_S

NODE = "mta1"
LANES = 5
SAID_MOST = 600
BACKLOG = 50

# A life takes so long, from the start of the process to the last word, on a machine with little else to do.
LIFE_S = 6.5
EARLIEST_S = 0.3

# By then it has sent its first act there; on any other machine the rest of its life begins with that act.
START_S = 1.2

# How often the process that goes on is killed as well, at most.
MORE_KILLS = (0, 0, 0, 1, 1, 2)

SCENARIO = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 30
log = true

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 25
connections = 1
latency = 0.02

[[node.sender]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
rate = 6

# Something to bounce is there however late a process begins.
[[node.standing]]
queues = ["one:s1@slow.q.example"]
messages = 5
due_in = [86400, 86400]
"""

BOUNCE = (
    "bounce",
    "--tenant",
    "s1",
    "--clean",
    "--yes",
    "--at-most",
    "100000",
    "--duration",
    "3s",
    "--reason",
    "k",
)


@dataclass(frozen=True)
class Run:
    """What came of one run: at which moments its processes were killed, and what was wrong.

    `code` and `said` are the exit code and the last words of the last process.
    """

    number: int
    moments: tuple[Moment, ...]
    violations: tuple[str, ...]
    counted: int
    bounced: int
    code: int | None
    said: str


class Attempt:
    """One bounce on a node of its own."""

    def __init__(self, fleet: ServedFleet, journal: Path, chance: random.Random) -> None:
        self._fleet = fleet
        self._journal = journal
        self._words = journal.with_name("stderr.txt")
        self._chance = chance
        self._moments: list[Moment] = []
        self._goes_on = False

    def run(self, number: int) -> Run:
        """Kill, go on, and look."""
        for queue in (MEANT, OTHERS):
            self._fleet.control(NODE, "inject", {"queue": queue, "count": BACKLOG})
        # Slow answers make the moments between a request and its answer long enough to be met.
        for method, path in (("POST", STOPS), ("DELETE", STOPS), ("POST", BOUNCES)):
            seconds = self._chance.uniform(0, 0.5)
            self._fleet.fault(kind="delay_reply", path=path, method=method, seconds=seconds)
        self._killed(BOUNCE, self._fleet.acts)
        code: int | None = None
        for _kill in range(self._chance.choice(MORE_KILLS)):
            if not self._is_over():
                self._killed(("watch", self._tag()), self._fleet.requests)
        if not self._is_over():
            code = self._watched()
        evidence = self._evidence(code)
        return Run(
            number,
            tuple(self._moments),
            tuple(evidence.violations()),
            evidence.counted,
            evidence.bounced,
            code,
            self._words.read_text()[-SAID_MOST:],
        )

    def _killed(self, words: Sequence[str], asked: Callable[[], Sequence[object]]) -> None:
        """Start it, and kill it after a while, unless it ends before; how long its start takes matters little.

        `asked` gives what was asked of the node so far: one more of these, and it has started.
        """
        life_s, before = self._chance.uniform(EARLIEST_S, LIFE_S), len(asked())
        with self._process(words) as process:
            if life_s > START_S:
                life_s -= START_S
                self._fleet.wait(
                    lambda: process.poll() is not None or len(asked()) > before,
                    "its first request",
                )
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(life_s)
            process.kill()
        self._moments.append(moment_of(self._recorded()))

    def _watched(self) -> int:
        recorded = self._recorded()
        self._goes_on = recorded is not None and moment_of(recorded) is not Moment.UNANSWERED
        with self._process(("watch", self._tag())) as process:
            return process.wait(PATIENCE_S)

    @contextlib.contextmanager
    def _process(self, words: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
        variables = {"KUMO_TUI_JOURNAL": str(self._journal), "KUMO_TUI_ACT__QUIET_AFTER": "2s"}
        with (
            self._words.open("w") as said,
            subprocess.Popen(
                [KUMO_TUI, *self._fleet.endpoints, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=environment(**variables),
            ) as process,
        ):
            try:
                yield process
            finally:
                process.kill()

    def _recorded(self) -> Recorded | None:
        """The one operation that was written down."""
        if not self._journal.exists():
            return None
        journal = open_journal(self._journal, SystemClock())
        try:
            return next(iter(journal.operations()), None)
        finally:
            journal.close()

    def _is_over(self) -> bool:
        return moment_of(self._recorded()) in (Moment.BEFORE, Moment.OVER)

    def _tag(self) -> str:
        recorded = self._recorded()
        assert recorded is not None
        return recorded.operation.tag

    def _evidence(self, code: int | None) -> Evidence:
        self._fleet.mend()
        url = self._fleet.urls[NODE]
        return Evidence(
            requests=self._fleet.requests(NODE),
            records=httpx.get(f"{url}/_sim/log?records=true", trust_env=False).json()["records"],
            standing=httpx.get(f"{url}{STOPS}", trust_env=False).json(),
            recorded=self._recorded(),
            kills=len(self._moments),
            goes_on=self._goes_on,
            code=code,
        )


def run_once(seed: str, number: int, folder: Path) -> Run:
    """One run, from its seed; `folder` is for its journal and the scenario."""
    folder.mkdir(parents=True, exist_ok=True)
    scenario = folder / "killed.toml"
    scenario.write_text(SCENARIO)
    with serving(str(scenario)) as fleet:
        return Attempt(fleet, folder / "journal.db", random.Random(seed)).run(number)


def run_many(numbers: Iterable[int], seed: int, lanes: int, folder: Path) -> Iterator[Run]:
    """The runs of these numbers, several at once; each as soon as it is over."""
    with ThreadPoolExecutor(lanes) as pool:
        runs = [pool.submit(run_once, f"{seed}/{number}", number, folder / str(number)) for number in numbers]
        for run in as_completed(runs):
            yield run.result()


def main() -> int:
    """Run the command; exit code 1 when a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.kills", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="how many bounces are killed (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same moments (default: 1)")
    parser.add_argument("--lanes", type=int, default=LANES, help=f"how many at the same time (default: {LANES})")
    parser.add_argument("--only", type=int, help="only the run of this number")
    options = parser.parse_args()
    numbers = range(options.times) if options.only is None else [options.only]
    began, runs = time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder:
        for run in run_many(numbers, options.seed, options.lanes, Path(folder)):
            runs.append(run)
            for words in run.violations:
                print(f"seed {options.seed}, run {run.number}: {words}", flush=True)
            if run.violations:
                print(f"    killed: {', '.join(run.moments)}; exit code {run.code}; {run.said}", flush=True)
    summary = {
        "seed": options.seed,
        "bounces": len(runs),
        "kills": sum(len(run.moments) for run in runs),
        "first kills": _counted([run.moments[0] for run in runs]),
        "further kills": _counted([moment for run in runs for moment in run.moments[1:]]),
        "messages bounced": sum(run.bounced for run in runs),
        "of them counted": sum(run.counted for run in runs),
        "violations": sum(len(run.violations) for run in runs),
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(summary, indent=2))
    return 1 if summary["violations"] else 0


def _counted(moments: Sequence[Moment]) -> dict[str, int]:
    counts = Counter(moments)
    return {moment.value: counts[moment] for moment in Moment if counts[moment]}


if __name__ == "__main__":
    sys.exit(main())
