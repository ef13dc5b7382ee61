"""Cancel, end, stop again and send on, for an operation that is on several nodes: what is said of each of them."""

from dataclasses import replace

from kumo_tui.act.clean_release import ReleaseOutcome
from kumo_tui.act.draft import Draft, How
from kumo_tui.act.steps import Came
from kumo_tui.errors import KumoTuiError, NoAnswer, Refused, ServerFailed, Unauthorized
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress, NodeState, OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui import clean_flows
from kumo_tui.ui.screens.cancel import CancelScreen
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.question import QuestionScreen
from kumo_tui.ui.screens.requests import RequestsScreen
from kumo_tui.ui.screens.stop import StopScreen
from tests.ui.acting_world import PROMO, TAG, ActingApp, Pilot, entry, node, screen_text, snapshot, status
from tests.ui.clean_world import DEFECTIVE, clean_node, clean_status
from tests.ui.dialogs import answer, at, on_operation, words
from tests.ui.pilots import wait_for

DRAFT = Draft(campaign="promo", reason="bad link", ticket="#4711", duration="15m")


async def cancelled(app: ActingApp, pilot: Pilot, *errors: tuple[str, KumoTuiError]) -> str:
    """What the operation says after x and yes, where nodes raise these errors."""
    app.acts.cancel_errors = dict(errors)
    await pilot.press("x")
    await at(pilot, CancelScreen)
    app.clock.jump(1.0)
    await pilot.press("tab", "enter")
    await app.workers.wait_for_complete()
    await pilot.pause()
    return " ".join(screen_text(pilot).split())


def three_running(*more: NodeProgress) -> ActingApp:
    """An operation that runs on three nodes; mta3 has hung since it took it, and never listed it."""
    promo = Ledger(Criteria(campaign="promo"), {})
    others = more or tuple(
        NodeProgress(NodeAct(name, ActState.ACCEPTED, identity), promo, Verdict.RUNNING)
        for name, identity in (("mta2", "9d0c11aa"), ("mta3", "77777777"))
    )
    shot = snapshot(
        node(PROMO, directives=[entry()]),
        node({}, name="mta2", directives=[entry(id="9d0c11aa")]),
        node({}, name="mta3"),
        operations=[status(Ledger(Criteria(campaign="promo"), PROMO), Verdict.RUNNING, *others)],
    )
    return ActingApp(shot)


async def test_each_of_three_nodes_says_what_came_of_its_cancel_and_x_tries_those_that_failed_again() -> None:
    app = three_running()
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        text = await cancelled(
            app,
            pilot,
            ("mta2", ServerFailed("mta2", "DELETE failed (500): boom.")),
            ("mta3", NoAnswer("mta3", "DELETE: silent for 30 s.")),
        )
        assert "552016f1 on mta1: removed; it no longer matches new mail." in text
        assert "Not cancelled: mta2: DELETE failed (500): boom." in text
        assert "mta3: DELETE: silent for 30 s." in text
        assert "x tries mta2, mta3 again." in text
        text = await cancelled(app, pilot)
        assert [name for name, _id in app.acts.cancelled] == ["mta1", "mta1", "mta2", "mta3"]
        assert "tries" not in text


async def test_what_a_node_took_and_never_listed_is_cancelled_there_too() -> None:
    app = three_running()
    async with app.run_test(size=(80, 24)) as pilot:
        app.cancel_operation(TAG)
        await at(pilot, CancelScreen)
        text = " ".join(screen_text(pilot).split())
        assert "Cancel directive 77777777 on mta3" in text
        assert "[ Cancel 3 directives ]" in text


async def test_a_cancel_that_may_not_be_is_not_to_be_tried_again() -> None:
    app = three_running()
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        text = await cancelled(
            app,
            pilot,
            ("mta2", Unauthorized("mta2", "not allowed.")),
            ("mta3", Refused("This is a read-only session.")),
        )
        assert "Not cancelled: mta2: not allowed." in text
        assert "tries" not in text


async def test_where_nobody_knows_whether_it_runs_that_is_said_with_the_cancel_of_the_others() -> None:
    promo = Ledger(Criteria(campaign="promo"), {})
    app = three_running(NodeProgress(NodeAct("mta3", ActState.UNKNOWN), promo, Verdict.UNKNOWN))
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        text = await cancelled(app, pilot)
        assert "552016f1 on mta1: removed" in text
        assert "Not known whether it runs on mta3: looked for there, x cancels it once it is found." in text


def fleet(status: OperationStatus, *offers: Offer) -> ActingApp:
    nodes = [node(PROMO, name=name, capability=DEFECTIVE) for name in ("mta1", "mta2", "mta3")]
    return ActingApp(replace(snapshot(*nodes, operations=[status]), offers=offers))


def torn(**values: object) -> OperationStatus:
    """A clean bounce that runs on two nodes and was forgotten by the third."""
    return clean_status(
        clean_node(Verdict.SWEEPING),
        clean_node(Verdict.LOST, name="mta2", note="the node started anew"),
        clean_node(Verdict.SWEEPING, name="mta3"),
        **values,
    )


async def test_the_end_on_three_nodes_says_of_each_what_came_of_it_and_x_ends_it_again() -> None:
    app = fleet(clean_status(*(clean_node(Verdict.SWEEPING, name=name) for name in ("mta1", "mta2", "mta3"))))
    said_no, silent = "mta2: DELETE failed (500): boom.", "mta3: DELETE: silent for 30 s."
    app.acts.clean.outcomes = (
        ReleaseOutcome("mta1", Came.DONE, "let go"),
        ReleaseOutcome("mta2", Came.REFUSED, f"not released yet, it is tried again: {said_no}", error=said_no),
        ReleaseOutcome("mta3", Came.UNKNOWN, f"not released yet, it is tried again: {silent}", error=silent),
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        for times in (1, 2):
            await pilot.press("x")
            await at(pilot, QuestionScreen)
            await answer(pilot, "end")
            text = words(pilot)
            assert "mta1: let go." in text
            assert "mta2: not released yet, it is tried again: mta2: DELETE failed (500): boom." in text
            assert "mta3: not released yet, it is tried again: mta3: DELETE: silent for 30 s." in text
            assert app.acts.clean.ended == [(TAG, False)] * times


async def test_t_on_a_clean_bounce_that_runs_elsewhere_opens_the_clean_form_for_that_node_alone() -> None:
    app = fleet(torn(), Offer(TAG, "mta2", Why.LOST, 142_030))
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("t")
        await at(pilot, ComposeScreen)
        assert isinstance(app.screen, ComposeScreen)
        draft = app.screen.draft
        assert (draft.nodes, draft.how, draft.continues) == (("mta2",), How.CLEAN, TAG)
        assert (draft.campaign, draft.reason) == ("promo", "bad link #4711")
        await wait_for(pilot, lambda: "142,030 messages" in words(pilot))
        assert "nodes [mta2" in words(pilot)


async def test_t_on_a_stop_that_waits_opens_its_dialog_for_that_node_alone() -> None:
    app = fleet(torn(waiting=True), Offer(TAG, "mta2", Why.LOST, 142_030))
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("t")
        await at(pilot, StopScreen)
        assert isinstance(app.screen, StopScreen)
        assert app.screen.draft.nodes == ("mta2",)
        assert "nodes [mta2" in words(pilot)


async def test_s_on_a_bounce_that_one_node_lost_stops_again_there_alone() -> None:
    app = fleet(torn())
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("s")
        await at(pilot, StopScreen)
        assert isinstance(app.screen, StopScreen)
        assert app.screen.draft.nodes == ("mta2",)
        assert app.screen.draft.reason == "bad link #4711"


async def test_the_requests_of_a_clean_bounce_are_those_to_its_own_nodes() -> None:
    app = fleet(clean_status(clean_node(Verdict.SWEEPING), clean_node(Verdict.SWEEPING, name="mta3")))
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("y")
        await at(pilot, RequestsScreen)
        assert [preview.node_names for preview in app.acts.clean.planned] == [("mta1", "mta3")]


async def test_a_stop_on_some_nodes_covers_only_what_is_wanted_on_these() -> None:
    app = fleet(clean_status(clean_node(Verdict.STOPPED), waiting=True))
    shot = app.snapshot
    assert clean_flows.covering_stop(shot, DRAFT) is None
    assert clean_flows.covering_stop(shot, replace(DRAFT, nodes=("mta1",))) is shot.operations[0]
    assert clean_flows.covering_stop(shot, replace(DRAFT, nodes=("mta1", "mta2"))) is None
    down = [replace(each, state=NodeState.DOWN) for each in shot.nodes[1:]]
    assert clean_flows.covering_stop(replace(shot, nodes=(shot.nodes[0], *down)), DRAFT) is shot.operations[0]
