"""A stop that waits is confirmed node by node: what is away stays only stopped, and is confirmed there later."""

from dataclasses import replace
from pathlib import Path

import pytest

from kumo_tui.act.cautions import only_stopped
from kumo_tui.act.draft import Draft
from kumo_tui.act.sending_on import draft_on, nodes_again
from kumo_tui.config import ActSettings, Settings
from kumo_tui.errors import JournalError, Refused
from kumo_tui.model.offer import Why
from kumo_tui.model.operation import Operation
from kumo_tui.model.partial import is_partial
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Fault, Kind
from tests.clean_world import World
from tests.unit.act.clean_cases import scenario

NODES = ("mta1", "mta2", "mta3")
STOP = Draft(campaign="promo", reason="stopped to look", duration="10m")
BOUNCE = Draft(campaign="promo", reason="bad link", duration="20s")
TWO = replace(BOUNCE, nodes=("mta1", "mta2"))
THIRD = replace(BOUNCE, nodes=("mta3",))
MAIL = """
[[node.sender]] # a backlog of both
queues = ["promo:acme@slow.example", "news:zenith@slow.example"]
rate = 1000
stop = 0.06
"""
SUSPEND, SWEEP = "/api/admin/suspend/v1", "/api/admin/bounce/v1"


class Fleet:
    """A stop on three nodes, of which one goes away before the bounce; and what was asked of each."""

    def __init__(self, folder: Path, mail: str = MAIL) -> None:
        self.world = World(
            scenario(mail, names=NODES, provider="rate = 20\nconnections = 1\nlatency = 0.02"),
            settings=Settings(act=ActSettings(quiet_after="10s")),
        )
        self.world.journal_path = folder / "journal.db"
        self.world.start_program()
        self.tag = ""

    async def stop(self) -> None:
        await self.world.play(2.0)
        self.tag = (await self.world.stop(STOP)).tag

    async def lose(self, name: str = "mta3") -> None:
        """Its network is gone: it lives on, and nobody reads it."""
        self.world.fleet.nodes[name].faults.add(Fault("cut"))
        await self.world.play(2.0)

    async def find(self, name: str = "mta3") -> None:
        self.world.fleet.nodes[name].faults.clear()
        await self.world.play(4.0)

    async def bounce(self, draft: Draft = TWO) -> Operation:
        operation = await self.world.acts.clean.bounce(self.world.confirmed(draft))
        await self.world.poll()
        return operation

    async def begin_anew(self, *, dead: bool = False) -> None:
        """kumo-tui ends, or is killed, and starts again."""
        if dead:
            self.world.acts.clean.sweeper.let_go(self.tag)
        else:
            await self.world.acts.clean.stop_running()
        self.world.start_program()
        self.world.acts.clean.start()
        await self.world.play(4.0)

    async def parted(self) -> None:
        """Stopped on three nodes, bounced on two of them, the third is away."""
        await self.stop()
        await self.lose()
        await self.bounce()

    async def over_on_two(self) -> None:
        await self.parted()
        done = {Verdict.DONE}
        await self.world.play_until(lambda: {self.verdict("mta1"), self.verdict("mta2")} == done)

    def verdict(self, name: str) -> Verdict:
        return next(node.verdict for node in self.status.nodes if node.act.node == name)

    @property
    def status(self) -> OperationStatus:
        return self.world.status(self.tag)

    def asked(self, name: str) -> list[str]:
        """What was asked of a node but for readings: `stop`, `sweep`, `release`, each time in a row once."""
        words = {("POST", SUSPEND): "stop", ("POST", SWEEP): "sweep", ("DELETE", SUSPEND): "release"}
        sent = [
            words[seen.method, seen.path] for seen in self.world.fleet.nodes[name].requests if seen.method != "GET"
        ]
        return [word for place, word in enumerate(sent) if place == 0 or sent[place - 1] != word]

    def bounced(self, name: str) -> int:
        return self.world.fleet.nodes[name].log.count(Kind.ADMIN_BOUNCE)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


async def test_it_is_bounced_where_it_was_confirmed_and_stays_stopped_where_not(fleet: Fleet) -> None:
    await fleet.over_on_two()
    assert fleet.status.operation.held == {"mta3"}
    assert (fleet.verdict("mta3"), fleet.status.verdict) == (Verdict.STOPPED, Verdict.STOPPED)
    assert is_partial(fleet.status, fleet.world.snapshot)
    assert [fleet.asked(name) for name in NODES] == [["stop", "sweep", "release"]] * 2 + [["stop"]]
    assert fleet.bounced("mta3") == 0
    said = [event.text for event in fleet.status.operation.events if event.text.startswith("confirmed")]
    digest = fleet.status.operation.digest
    there = f"confirmed on mta1, mta2 by on-call, preview {digest}: sweeps begin there; mta3 stays only stopped"
    assert said == [there]


async def test_it_is_confirmed_there_once_it_answers_in_the_same_operation_and_without_a_second_stop(
    fleet: Fleet,
) -> None:
    await fleet.over_on_two()
    assert fleet.world.snapshot.offers == ()
    await fleet.find()
    (offer,) = fleet.world.snapshot.offers
    assert (offer.tag, offer.node, offer.why) == (fleet.tag, "mta3", Why.HELD)
    draft = draft_on(fleet.status, [offer], "5m")
    assert (draft.nodes, draft.reason, draft.continues) == (("mta3",), "bad link", "")
    assert (await fleet.bounce(draft)).tag == fleet.tag
    assert fleet.status.operation.held == frozenset()
    assert not is_partial(fleet.status, fleet.world.snapshot)
    await fleet.world.play_until(lambda: fleet.status.verdict.is_final)
    assert fleet.status.verdict is Verdict.DONE
    assert [fleet.asked(name) for name in NODES] == [["stop", "sweep", "release"]] * 3
    assert fleet.bounced("mta3") > 0


async def test_what_was_confirmed_first_ends_in_its_own_time_while_the_other_begins(fleet: Fleet) -> None:
    await fleet.parted()
    await fleet.find()
    assert fleet.verdict("mta1") is not Verdict.DONE
    swept = fleet.status.nodes[0].ledger.progress.bounced
    await fleet.bounce(THIRD)
    assert fleet.status.nodes[0].ledger.progress.bounced >= swept
    await fleet.world.play_until(lambda: fleet.status.verdict.is_final)
    assert fleet.status.verdict is Verdict.DONE


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize("is_back", [False, True])
async def test_a_start_goes_on_where_it_was_confirmed_and_sweeps_nothing_where_not(
    fleet: Fleet, dead: bool, is_back: bool
) -> None:
    await fleet.parted()
    if is_back:
        await fleet.find()
    await fleet.begin_anew(dead=dead)
    assert fleet.status.operation.held == {"mta3"}
    assert fleet.verdict("mta3") is Verdict.STOPPED
    await fleet.world.play_until(lambda: {fleet.verdict("mta1"), fleet.verdict("mta2")} == {Verdict.DONE})
    assert (fleet.bounced("mta3"), fleet.asked("mta3")) == (0, ["stop"])
    if not is_back:
        await fleet.find()
    assert [offer.why for offer in fleet.world.snapshot.offers] == [Why.HELD]
    await fleet.bounce(THIRD)
    await fleet.world.play_until(lambda: fleet.status.verdict.is_final)
    assert fleet.status.verdict is Verdict.DONE


async def test_a_start_after_the_second_confirmation_catches_for_as_long_as_was_confirmed_there(
    fleet: Fleet,
) -> None:
    await fleet.over_on_two()
    await fleet.find()
    await fleet.world.play(60.0, 20.0)
    await fleet.bounce(replace(THIRD, duration="40s"))
    before = fleet.status.nodes[2].clean
    await fleet.begin_anew(dead=True)
    after = fleet.status.nodes[2].clean
    assert before is not None
    assert after is not None
    assert before.ends_in_s is not None
    assert after.ends_in_s == pytest.approx(before.ends_in_s - 4.0, abs=2.0)
    await fleet.world.play_until(lambda: fleet.status.verdict.is_final)
    assert fleet.status.verdict is Verdict.DONE
    assert fleet.asked("mta3") == ["stop", "sweep", "release"]


async def test_a_start_while_all_that_is_left_is_a_stop_ends_it_with_its_own_time(fleet: Fleet) -> None:
    await fleet.over_on_two()
    await fleet.find()
    await fleet.begin_anew(dead=True)
    left = fleet.status.nodes[2].clean
    assert left is not None
    assert left.stop_left_s is not None
    assert left.stop_left_s < 600
    await fleet.world.play(570.0, 30.0)
    await fleet.world.play_until(lambda: fleet.status.verdict.is_final)
    assert (fleet.verdict("mta3"), fleet.status.verdict) == (Verdict.RELEASED, Verdict.PARTIAL)
    assert fleet.asked("mta3") == ["stop"]
    assert fleet.world.snapshot.offers == ()
    assert nodes_again(fleet.status, fleet.world.snapshot) == ("mta3",)


async def test_where_a_restart_forgets_the_stop_that_is_a_loss_and_offered_as_an_act_of_its_own(
    fleet: Fleet,
) -> None:
    await fleet.over_on_two()
    fleet.world.fleet.nodes["mta3"].restart()
    await fleet.find()
    assert (fleet.verdict("mta3"), fleet.status.verdict) == (Verdict.LOST, Verdict.PARTIAL)
    (offer,) = fleet.world.snapshot.offers
    assert offer.why is Why.LOST
    assert draft_on(fleet.status, [offer], "5m").continues == fleet.tag


@pytest.mark.parametrize("is_back", [False, True])
async def test_to_let_it_go_is_to_let_it_go_on_every_node(fleet: Fleet, is_back: bool) -> None:
    await fleet.over_on_two()
    if is_back:
        await fleet.find()
    await fleet.world.acts.clean.end(fleet.tag)
    await fleet.find()
    await fleet.world.play_until(lambda: fleet.status.verdict.is_final)
    assert (fleet.verdict("mta3"), fleet.status.verdict) == (Verdict.RELEASED, Verdict.PARTIAL)
    assert fleet.asked("mta3") == ["stop", "release"]
    assert fleet.bounced("mta3") == 0


async def test_what_was_not_previewed_is_never_confirmed_though_it_is_back_by_then(fleet: Fleet) -> None:
    await fleet.stop()
    await fleet.lose()
    confirmed = fleet.world.confirmed(TWO)
    await fleet.find()
    await fleet.world.acts.clean.bounce(confirmed)
    await fleet.world.play(10.0)
    assert fleet.status.operation.held == {"mta3"}
    assert fleet.bounced("mta3") == 0


async def test_a_node_that_is_away_is_left_out_by_the_operator_and_never_by_itself(fleet: Fleet) -> None:
    await fleet.stop()
    await fleet.lose()
    with pytest.raises(Refused, match="mta3 takes no part"):
        await fleet.bounce(BOUNCE)
    assert fleet.status.operation.is_waiting


async def test_a_node_that_goes_away_between_the_preview_and_the_confirmation_confirms_nothing(
    fleet: Fleet,
) -> None:
    await fleet.stop()
    confirmed = fleet.world.confirmed(TWO)
    fleet.world.fleet.nodes["mta2"].faults.add(Fault("cut"))
    with pytest.raises(Refused):
        await fleet.world.acts.clean.bounce(confirmed)
    assert fleet.status.operation.is_waiting


async def test_one_reason_holds_on_all_of_its_nodes(fleet: Fleet) -> None:
    await fleet.parted()
    await fleet.find()
    for other in (replace(THIRD, reason="else"), replace(THIRD, suppress_logging=True)):
        with pytest.raises(Refused, match="on other nodes"):
            await fleet.bounce(other)
    assert fleet.status.operation.held == {"mta3"}


async def test_what_is_swept_already_is_not_confirmed_again_with_what_waits(fleet: Fleet) -> None:
    await fleet.parted()
    await fleet.find()
    words = (
        f"Operation {fleet.tag} sweeps this already on mta1, mta2, only stopped on mta3: bounce it on mta3 alone"
    )
    with pytest.raises(Refused, match=words):
        await fleet.bounce(BOUNCE)


async def test_no_second_stop_is_placed_where_it_is_only_stopped(fleet: Fleet) -> None:
    await fleet.over_on_two()
    await fleet.find()
    with pytest.raises(Refused, match="already"):
        await fleet.world.stop(replace(STOP, nodes=("mta3",)))
    assert fleet.asked("mta3") == ["stop"]


async def test_another_program_confirms_what_is_left_and_this_one_follows(fleet: Fleet) -> None:
    await fleet.over_on_two()
    await fleet.find()
    second = fleet.world.beside()
    second.acts.clean.start()
    await second.poll()
    await second.acts.clean.bounce(second.confirmed(THIRD))
    for _turn in range(4):
        await fleet.world.play(1.0, 1.0)
        await second.poll()
    assert fleet.status.operation.held == frozenset()
    while not (second.status(fleet.tag).verdict.is_final and fleet.status.verdict.is_final):
        await fleet.world.play(1.0, 1.0)
        await second.poll()
    assert second.status(fleet.tag).verdict is fleet.status.verdict is Verdict.DONE
    counted = sum(fleet.status.nodes[2].ledger.bounced.values())
    assert counted <= fleet.bounced("mta3")
    assert fleet.asked("mta3") == ["stop", "sweep", "release"]


async def test_who_followed_to_the_end_is_not_said_to_go_on_with_what_only_waits(fleet: Fleet) -> None:
    await fleet.parted()
    second = fleet.world.beside()
    second.acts.clean.start()
    for _turn in range(50):
        await fleet.world.play(1.0, 1.0)
        await second.poll()
    assert [node.verdict for node in second.status(fleet.tag).nodes[:2]] == [Verdict.DONE] * 2
    fleet.world.start_program()
    assert "kumo-tui goes on with it" not in [event.text for event in fleet.status.operation.events]


async def test_two_programs_confirm_different_nodes_and_only_one_comes_through(fleet: Fleet) -> None:
    await fleet.stop()
    second = fleet.world.beside()
    second.acts.clean.start()
    await second.poll()
    await fleet.world.acts.clean.bounce(fleet.world.confirmed(TWO))
    with pytest.raises((Refused, JournalError)):
        await second.acts.clean.bounce(second.confirmed(THIRD))
    await fleet.world.poll()
    await second.play(4.0)
    assert second.status(fleet.tag).operation.held == {"mta3"}
    assert fleet.bounced("mta3") == 0


async def test_before_the_confirmation_it_is_said_where_it_stays_only_stopped(fleet: Fleet) -> None:
    await fleet.stop()
    await fleet.lose()
    (caution,) = only_stopped(fleet.world.confirmed(TWO).preview, fleet.world.snapshot)
    assert caution.text == "mta3 stays only stopped: bounced there once you confirm it there too."
    assert (caution.serious, caution.concerns(is_clean=False)) == (True, False)
    assert not list(only_stopped(fleet.world.confirmed(BOUNCE).preview, fleet.world.snapshot))
    await fleet.bounce()
    assert not list(only_stopped(fleet.world.confirmed(THIRD).preview, fleet.world.snapshot))
