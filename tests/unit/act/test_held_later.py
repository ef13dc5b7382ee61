"""A stop that is not what it was once its nodes were read: nothing is confirmed that nobody meant."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.errors import Refused
from kumo_tui.model.offer import Why
from kumo_tui.model.operation import Operation
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Fault
from tests.unit.act.clean_cases import FLOW
from tests.unit.act.test_held_node import BOUNCE, MAIL, STOP, SUSPEND, THIRD, TWO, Fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


def stop_body(fleet: Fleet) -> dict[str, Any]:
    sent = [seen for seen in fleet.world.fleet.nodes["mta1"].requests if seen.method == "POST"]
    body: dict[str, Any] = json.loads(sent[0].body)
    return body


async def confirmed_where_it_is_listed(fleet: Fleet) -> None:
    """The stop of mta3 is not in its list, and counts as never arrived, when the others are confirmed."""
    await fleet.world.play(2.0)
    fleet.world.fleet.nodes["mta3"].faults.add(Fault("cut", path=SUSPEND, method="POST", times=1))
    fleet.tag = (await fleet.world.stop(STOP)).tag
    await fleet.world.play_until(lambda: fleet.verdict("mta3") is Verdict.REJECTED)
    await fleet.bounce(TWO)


@pytest.mark.parametrize("dead", [None, False, True])
async def test_a_stop_that_turns_up_after_the_others_were_confirmed_is_swept_only_once_it_is_confirmed(
    tmp_path: Path, dead: bool | None
) -> None:
    fleet = Fleet(tmp_path, MAIL + FLOW.format(rate=12))
    await confirmed_where_it_is_listed(fleet)
    await fleet.world.clients["mta3"].post_suspension(stop_body(fleet))
    await fleet.world.play(4.0)
    if dead is not None:
        await fleet.begin_anew(dead=dead)
    await fleet.world.play_until(lambda: {fleet.verdict("mta1"), fleet.verdict("mta2")} == {Verdict.DONE})
    assert (fleet.verdict("mta3"), fleet.asked("mta3")) == (Verdict.STOPPED, ["stop"])
    assert [(offer.node, offer.why) for offer in fleet.world.snapshot.offers] == [("mta3", Why.HELD)]
    assert fleet.bounced("mta3") == 0
    await fleet.bounce(THIRD)
    await fleet.world.play_until(lambda: fleet.status.verdict.is_final)
    assert fleet.bounced("mta3") > 0
    assert fleet.status.verdict is Verdict.DONE


async def test_a_stop_that_never_arrived_is_not_said_to_stand(fleet: Fleet) -> None:
    await confirmed_where_it_is_listed(fleet)
    (line,) = [event.text for event in fleet.status.operation.events if event.text.startswith("confirmed")]
    assert line.startswith("confirmed on mta1, mta2 by on-call")
    assert line.endswith("sweeps begin there")


async def while_read(fleet: Fleet, draft: Draft, happens: Callable[[], Any]) -> Operation:
    """Confirm; just before the metrics of mta1 come, something happens."""
    client, confirmed = fleet.world.clients["mta1"], fleet.world.confirmed(draft)
    heard, read = asyncio.Event(), client.read_metrics

    async def read_late(**given: Any) -> Any:
        await heard.wait()
        return await read(**given)

    client.read_metrics = read_late  # type: ignore[method-assign] # the moment of one answer
    confirming = asyncio.create_task(fleet.world.acts.clean.bounce(confirmed))
    await asyncio.sleep(0)
    client.read_metrics = read  # type: ignore[method-assign] # as it was
    await happens()
    heard.set()
    return await confirming


async def test_what_is_let_go_while_its_nodes_are_read_is_not_confirmed(fleet: Fleet) -> None:
    await fleet.stop()
    with pytest.raises(Refused, match="does not wait on mta1, mta2 any more"):
        await while_read(fleet, TWO, lambda: fleet.world.acts.clean.end(fleet.tag))
    await fleet.world.play(4.0)
    assert fleet.status.operation.is_waiting
    assert fleet.status.verdict is Verdict.RELEASED


@pytest.mark.parametrize("draft", [TWO, BOUNCE])
async def test_what_is_confirmed_while_its_nodes_are_read_is_not_confirmed_twice(
    fleet: Fleet, draft: Draft
) -> None:
    await fleet.stop()
    with pytest.raises(Refused, match="does not wait on mta1, mta2 any more"):
        await while_read(fleet, draft, lambda: fleet.bounce(TWO))
    assert fleet.status.operation.held == {"mta3"}


async def test_what_is_confirmed_elsewhere_with_other_words_while_a_node_is_read_is_looked_at_anew(
    fleet: Fleet,
) -> None:
    await fleet.stop()
    first, other = replace(BOUNCE, nodes=("mta1",)), replace(THIRD, reason="else")
    with pytest.raises(Refused, match="confirmed on other nodes meanwhile"):
        await while_read(fleet, first, lambda: fleet.bounce(other))
    assert (fleet.status.operation.reason, fleet.status.operation.held) == ("else", {"mta1", "mta2"})


async def test_what_a_list_tells_while_a_confirmation_is_written_stays_in_the_timeline(fleet: Fleet) -> None:
    await fleet.stop()
    journal = fleet.world.acts._desk.journal
    write = journal.record_confirmed

    def write_slowly(*given: Any) -> None:
        fleet.world.watcher.note(fleet.tag, "meanwhile")
        fleet.world.watcher.change_clean(fleet.tag, "mta3", replace)
        write(*given)

    journal.record_confirmed = write_slowly  # type: ignore[method-assign] # as from a thread
    await fleet.bounce()
    said = [event.text for event in fleet.status.operation.events]
    assert said.index("meanwhile") < next(place for place, text in enumerate(said) if text.startswith("confirmed"))
