"""The bounce form: exactly the queues that the criteria mean now (F5), and every queue by name (F4)."""

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.hit import HitScreen
from tests.ui.acting_world import (
    HOSTILE,
    OTHERS,
    PROMO,
    TAG,
    ActingApp,
    Pilot,
    node,
    open_screen,
    screen_text,
    snapshot,
)
from tests.ui.pilots import wait_for

READY = Draft(campaign="promo", reason="bad link")


async def opened(pilot: Pilot, draft: Draft = READY) -> ComposeScreen:
    """The form with its numbers."""
    screen = ComposeScreen(draft, TAG)
    await open_screen(pilot, screen)
    await wait_for(pilot, lambda: "of prod" in screen_text(pilot), "the preview never came")
    return screen


async def test_f5_takes_exactly_the_queues_that_the_criteria_mean_now_and_no_later_one() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("f5")
        await wait_for(pilot, lambda: screen.checked.selector == ExactQueues.of(PROMO))
        assert "exactly these 3 queues" in screen_text(pilot)
        app.show(snapshot(node({**PROMO, **OTHERS, "promo:born@later.de": 9})))
        await app.screen.workers.wait_for_complete()
        assert screen.checked.selector == ExactQueues.of(PROMO)
        assert screen.draft.scope is Scope.EXACT


async def test_f5_on_all_four_parts_takes_the_one_queue_they_mean_even_when_it_is_empty() -> None:
    app = ActingApp(snapshot(node({"c:t@d.de!r.de": 0, "x@y": 1})))
    draft = Draft(campaign="c", tenant="t", domain="d.de", routing_domain="r.de", reason="x")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, draft)
        await pilot.press("f5")
        await wait_for(pilot, lambda: screen.checked.selector == ExactQueues.of(["c:t@d.de!r.de"]))


async def test_f5_without_criteria_or_without_queues_changes_nothing_and_says_why() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(Draft(reason="x"), TAG))
        await pilot.press("f5")
        await wait_for(pilot, lambda: "Criteria are needed" in screen_text(pilot))

    async with ActingApp().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, Draft(campaign="nobody", reason="x"))
        await pilot.press("f5")
        await wait_for(pilot, lambda: "No queue of these criteria holds mail now." in screen_text(pilot))
        assert screen.checked.selector == Criteria(campaign="nobody")


async def test_f4_lists_every_queue_by_name_as_text() -> None:
    counts = {**PROMO, f"promo:{HOSTILE}@x.de": 7}
    async with ActingApp(snapshot(node(counts))).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("f4")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HitScreen))
        await wait_for(pilot, lambda: "4 queues, 142,037 messages when this opened" in screen_text(pilot))
        assert all(char.isprintable() for char in screen_text(pilot).replace("\n", ""))
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen)
