"""The confirmation where queues come and go: what is told, and what can be confirmed at all (rule 6)."""

from kumo_tui.config import ActSettings, Settings
from kumo_tui.model.preview import Hit
from kumo_tui.model.selector import Everything
from kumo_tui.ui.screens.hit import HitScreen
from tests.ui.acting_world import PROMO, ActingApp, Pilot, figures, node, open_screen, screen_text, snapshot
from tests.ui.confirming import Ends, button, field, opened, shown_again, typed
from tests.ui.pilots import wait_for

TOKEN = "prod 142030"


def words(pilot: Pilot) -> str:
    """What is on the screen, in one line."""
    return " ".join(screen_text(pilot).replace("│", " ").split())


def came(*numbers: int) -> dict[str, int]:
    """Promo with one more queue of 10 messages for each number."""
    return {**PROMO, **{f"promo:new{number}@a.de": 10 for number in numbers}}


async def test_what_came_and_what_went_is_told_by_name_with_its_mail_and_the_text_is_new() -> None:
    app = ActingApp(snapshot(node({**PROMO, "promo:gone@a.de": 3})))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await typed(pilot, screen, "prod")
        await shown_again(pilot, {**came(*range(5)), "promo:big@b.de": 500}, 1.0)
        assert field(screen).value == ""
        assert (
            "It moved: +6 queues, -1 queue, +547 messages (came: promo:big@b.de 500, promo:new0@a.de 10, "
            "promo:new1@a.de 10, 3 more; went: promo:gone@a.de 3). The text to type is new." in words(pilot)
        )


async def test_queues_that_come_at_every_look_can_be_confirmed_as_they_were_frozen() -> None:
    app, ends = ActingApp(snapshot(node(PROMO))), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await shown_again(pilot, came(1), 2.0)
        token = screen.token
        assert token == "prod 142040"
        for number in range(2, 5):
            await typed(pilot, screen, token[len(field(screen).value) :][:4])
            await shown_again(pilot, came(*range(1, number + 1)), 1.0)
        assert (field(screen).value, screen.token) == (token, token)
        assert "since then +3 queues, +30 messages (came: promo:new2@a.de 10" in words(pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [token])
        assert "promo:new2@a.de" not in screen.preview.matched.names


async def test_what_came_meanwhile_makes_the_text_new_when_the_hold_is_over() -> None:
    app = ActingApp(snapshot(node(PROMO)))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await shown_again(pilot, came(1), 1.0)
        await typed(pilot, screen, screen.token)
        await shown_again(pilot, came(1, 2), 8.9)
        assert screen.token == "prod 142040"
        app.pass_time(0.1)
        await pilot.pause()
        assert (field(screen).value, screen.token, button(screen).disabled) == ("", "prod 142050", True)


async def test_a_large_part_that_comes_makes_the_text_new_at_once() -> None:
    app = ActingApp(snapshot(node(PROMO)))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await shown_again(pilot, came(1), 1.0)
        await typed(pilot, screen, screen.token)
        await shown_again(pilot, {**came(1), "promo:other@b.de": 40_000}, 1.0)
        assert (field(screen).value, screen.token) == ("", "prod 182040")


async def test_what_passes_a_limit_makes_the_text_new_at_once() -> None:
    app = ActingApp(snapshot(node(PROMO)), Settings(act=ActSettings(wait_above=142_055)))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await shown_again(pilot, came(1), 1.0)
        await typed(pilot, screen, screen.token)
        await shown_again(pilot, came(1, 2), 1.0)
        assert screen.token == "prod 142040"
        await shown_again(pilot, came(1, 2, 3), 1.0)
        assert (field(screen).value, screen.token) == ("", "prod 142060")


async def test_f4_lists_every_queue_what_came_and_went_first() -> None:
    counts = {f"promo:t{number:02}@x.de": 100 + number for number in range(40)}
    app = ActingApp(snapshot(node({**counts, "promo:gone@a.de": 3})))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await shown_again(pilot, {**counts, "promo:new@a.de": 1}, 1.0)
        await pilot.press("f4")
        await wait_for(pilot, lambda: isinstance(app.screen, HitScreen))
        await wait_for(pilot, lambda: "promo:new@a.de" in screen_text(pilot))
        rows = [line.strip("│ ").split() for line in screen_text(pilot).splitlines()[3:]]
        assert rows[0][-3:] == ["promo:new@a.de", "1", "came"]
        assert rows[1][-3:] == ["promo:gone@a.de", "3", "went"]
        assert rows[2][-2:] == ["promo:t39@x.de", "139"]
        await pilot.press("end")
        await wait_for(pilot, lambda: "promo:t00@x.de" in screen_text(pilot))
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is screen)


async def test_the_servers_own_queues_stand_first_in_the_list() -> None:
    shot = snapshot(node({**PROMO, "webhook.log_hook": 1, "http://h.tsa.kumomta": 2}))
    app = ActingApp(shot)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, HitScreen(Hit(figures(shot, Everything()).preview)))
        await wait_for(pilot, lambda: "webhook.log_hook" in screen_text(pilot))
        text = screen_text(pilot)
        assert text.index("http://h.tsa.kumomta") < text.index("webhook.log_hook") < text.index("promo:acme@yahoo")
        assert text.count("server's own") == 2
