"""Every act with every fault: nothing is sent twice that must not be, nothing is lost, and README tells the same.

`make faults` prints the whole table; what it prints with --markdown is the one in README.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from tests.bench.fault_cells import Act, Play, play
from tests.bench.fault_evidence import BOUNCES, OTHERS, Evidence
from tests.bench.fault_world import Fault, FaultWorld, Sample
from tests.unit.act.killable import Fate

README = Path(__file__).parents[3] / "README.md"


def told() -> Iterator[tuple[str, Mapping[str, str]]]:
    """The rows of the table in README: what goes wrong, and the cell of each act."""
    lines = README.read_text("utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("| what goes wrong |"))
    head = [cell.strip() for cell in lines[start].strip("|").split("|")]
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        yield cells[0], dict(zip(head[1:], cells[1:], strict=True))


def test_readme_tells_of_every_act_and_every_fault() -> None:
    rows = dict(told())
    assert list(rows) == [fault.value for fault in Fault]
    assert all(list(row) == [act.value for act in Act] for row in rows.values())


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("fault", Fault)
async def test_no_fault_makes_an_act_happen_twice_or_be_forgotten(act: Act, fault: Fault, tmp_path: Path) -> None:
    cell = await play(act, fault, tmp_path)
    assert cell.violations == ()
    assert cell.text == dict(told())[fault.value][act.value]


async def good(act: Act, folder: Path) -> Evidence:
    cell = await play(act, Fault.NONE, folder)
    assert cell.violations == ()
    return cell.evidence


async def test_what_is_held_against_a_plain_bounce_can_fail(tmp_path: Path) -> None:
    evidence = await good(Act.PLAIN, tmp_path)
    bounce, last = evidence.bounces[0], evidence.samples[-1]
    stranger = replace(evidence.records[0], kind=Kind.ADMIN_BOUNCE, queue=f"two:{OTHERS}@other.example")
    sample = Sample(last.at, {}, {"theirs": "no tag of ours"})
    nobody = replace(evidence, recorded=None, in_history=None, shown=None)
    wrong = {
        "1 messages that were not meant were bounced": replace(evidence, records=(*evidence.records, stranger)),
        "2 bounces were sent": replace(evidence, requests=(*evidence.requests, bounce)),
        "a bounce left that was never written down": replace(
            evidence, requests=[replace(each, body='{"duration": "9s"}') for each in evidence.requests]
        ),
        "1 requests left, and the journal has no operation": nobody,
        "a directive that the journal does not know stood at": replace(
            evidence, samples=(*evidence.samples, sample)
        ),
        "nothing stands any more, and the journal still counts it as open": replace(evidence, is_open=True),
        "the history does not have the operation": replace(evidence, in_history=None),
        "the screen said lost, the history says done": replace(evidence, shown=Verdict.LOST),
        "it says rejected, and": replace(evidence, shown=Verdict.REJECTED),
        "a mistake": replace(evidence, mistakes=("a mistake",)),
    }
    assert not_told(wrong) == []


async def test_what_is_held_against_a_stop_can_fail(tmp_path: Path) -> None:
    evidence = await good(Act.STOP, tmp_path)
    place = next(place for place, sample in enumerate(evidence.samples) if sample.stops)
    stands = evidence.samples[place]
    stop = next(each for each in evidence.requests if each.method == "POST")
    sweeps = evidence.asked("POST", BOUNCES)
    leaked = replace(evidence.records[0], kind=Kind.DELIVERY, queue="one:s1@x", at=stands.at + 0.3)
    meant = [record for record in evidence.records if ":s1@" in record.queue]
    wrong = {
        "1 meant messages were delivered while the stop stood": replace(
            evidence, records=(*evidence.records, leaked)
        ),
        "a stop was sent again by one who had not looked": replace(evidence, requests=[stop, stop]),
        f"{len(sweeps) + 1} sweeps left, {len(sweeps)} were written down": replace(
            evidence, requests=(*evidence.requests, sweeps[0])
        ),
        "a stop of ours stands that the journal counts as gone": replace(
            evidence, samples=(*evidence.samples, stands)
        ),
        "a stop of ours stands, and the next start would not go on with it": replace(
            evidence, samples=(*evidence.samples, stands)
        ),
        "it says that": replace(evidence, records=()),
        "it says DONE, and": replace(
            evidence, records=[record for record in meant if record.kind is Kind.RECEPTION]
        ),
    }
    assert not_told(wrong) == []


def not_told(wrong: Mapping[str, Evidence]) -> list[str]:
    """The words that are not said of the evidence they are for."""
    return [
        words
        for words, evidence in wrong.items()
        if not any(said.startswith(words) for said in evidence.violations())
    ]


class Careless(httpx.AsyncBaseTransport):
    """Sends what was not answered once more by itself, as no way of kumo-tui does."""

    def __init__(self, way: httpx.AsyncBaseTransport) -> None:
        self._way = way

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._way.handle_async_request(request)
        except httpx.ReadError:
            return await self._way.handle_async_request(request)


class CarelessWorld(FaultWorld):
    def _way_to(self, name: str, fate: Fate) -> httpx.AsyncBaseTransport:
        return Careless(super()._way_to(name, fate))


async def test_a_program_that_sends_a_bounce_again_by_itself_is_found_out(tmp_path: Path) -> None:
    cell = await Play(Act.PLAIN, Fault.CUT_DONE, tmp_path, CarelessWorld).run()
    assert "2 bounces were sent" in cell.violations
