"""Friction that grows with what is at stake: a name to type, a wait before an answer, a refusal (rule 8)."""

from dataclasses import replace

import pytest

from kumo_tui.config import ActSettings, Settings
from kumo_tui.model.selector import Everything
from kumo_tui.profiles import ProfileSettings
from tests.frames import check_frame
from tests.ui.acting_world import OTHERS, PROMO, ActingApp, Pilot, checked, node, paste, screen_text, snapshot
from tests.ui.confirming import Ends, button, field, opened, shown_again, typed
from tests.ui.pilots import wait_for

TOKEN = "prod 142030"
EVERYTHING = {"selector": Everything(), "checked": replace(checked(), selector=Everything())}


def app_with(production: bool = False, **limits: int) -> ActingApp:
    """An app on 142,030 messages of promo and 13,970 others, with these limits beside the defaults."""
    return ActingApp(snapshot(production=production), Settings(act=ActSettings(**limits)))


def left(pilot: Pilot) -> str:
    """The countdown, empty when there is none."""
    _before, _found, after = screen_text(pilot).partition("read it: ")
    return after.partition(" s")[0]


@pytest.mark.parametrize(("above", "token"), [(142_030, "142030"), (142_029, TOKEN)])
async def test_above_the_limit_the_target_is_typed_too(above: int, token: str) -> None:
    app, ends = app_with(name_above=above, wait_above=1_000_000), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        assert screen.token == token
        assert f"Type  {token}  to bounce:" in screen_text(pilot)
        await typed(pilot, screen, token)
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [token])


async def test_for_everything_that_word_is_part_of_the_text() -> None:
    async with app_with().run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, **EVERYTHING)
        assert screen.token == "EVERYTHING prod 156000"
        check_frame(pilot.app, "confirm-everything-80x24")


async def test_everything_is_not_confirmed_by_less() -> None:
    app, ends = app_with(wait_above=1_000_000), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        for less in ("156000", "prod 156000", "EVERYTHING 156000", "everything prod 156000"):
            screen = await opened(pilot, ends, after_s=6.0, **EVERYTHING)
            await typed(pilot, screen, less)
            await pilot.press("enter")
            await pilot.pause()
            assert ends == []
            screen.dismiss(None)
            await wait_for(pilot, lambda: ends.pop() is None if ends else False)


@pytest.mark.parametrize("kinds", [{}, EVERYTHING])
async def test_nothing_is_confirmed_in_the_first_seconds_where_much_is_at_stake(kinds: dict[str, object]) -> None:
    app, ends = app_with(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends, after_s=0.5, **kinds)
        token = screen.token
        field(screen).focus()
        await paste(pilot, token)
        app.pass_time(4.4)
        await pilot.pause()
        assert (field(screen).value, button(screen).disabled, left(pilot)) == (token, True, "1")
        await pilot.press("enter", "enter")
        button(screen).action_press()
        await pilot.pause()
        assert ends == []
        app.pass_time(0.1)
        await pilot.pause()
        assert (button(screen).disabled, left(pilot)) == (False, "")
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [token])


async def test_the_wait_is_counted_down_in_words_once_a_second() -> None:
    app = app_with()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, after_s=0.0)
        seen = [left(pilot)]
        for _second in range(5):
            app.pass_time(1.0)
            await pilot.pause()
            seen.append(left(pilot))
        assert seen == ["5", "4", "3", "2", "1", ""]


@pytest.mark.parametrize(("above", "waits"), [(142_030, False), (142_029, True)])
async def test_only_above_the_limit_there_is_a_wait(above: int, waits: bool) -> None:
    app = app_with(wait_above=above)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, after_s=0.5)
        assert bool(left(pilot)) is waits
        await typed(pilot, screen, TOKEN)
        app.pass_time(0.0)
        assert button(screen).disabled is waits


async def test_going_back_needs_no_wait() -> None:
    app, ends = app_with(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ends, after_s=0.5)
        await pilot.press("escape")
        await wait_for(pilot, lambda: ends == [None])


async def test_what_grows_past_the_limit_while_it_is_looked_at_has_to_be_read_too() -> None:
    app, ends = app_with(wait_above=150_000), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends, after_s=8.0)
        assert left(pilot) == ""
        await shown_again(pilot, {**PROMO, **OTHERS, "promo:new@web.de": 8_000}, 1.0)
        assert (screen.token, left(pilot)) == ("prod 150030", "5")
        await typed(pilot, screen, "prod 150030")
        await pilot.press("enter")
        await pilot.pause()
        assert ends == []
        app.pass_time(4.0)
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == ["prod 150030"])


async def test_more_of_what_was_read_already_is_not_waited_for_again() -> None:
    app = app_with()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, after_s=8.0)
        await shown_again(pilot, {**PROMO, **OTHERS, "promo:new@web.de": 8_000}, 1.0)
        assert (screen.token, left(pilot)) == ("prod 150030", "")


async def test_what_grows_past_the_limit_of_all_bounces_is_refused_by_the_name_of_its_key() -> None:
    app, ends = app_with(refuse_above=150_000, wait_above=1_000_000), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        assert "refuse_above" not in screen_text(pilot)
        await shown_again(pilot, {**PROMO, **OTHERS, "promo:new@web.de": 8_000}, 1.0)
        words = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "A bounce of 150,030 messages is over the limit of 150,000 (act.refuse_above)." in words
        await typed(pilot, screen, screen.token)
        await pilot.press("enter")
        await pilot.pause()
        assert (ends, button(screen).disabled) == ([], True)


async def test_a_profile_tightens_what_its_dialog_asks_for() -> None:
    nodes = ({"url": "http://mta1:8000"},)
    prod = ProfileSettings.model_validate({"nodes": nodes, "name_above": 5, "wait_above": 5})
    act = ActSettings(name_above=1_000_000, wait_above=1_000_000)
    app = ActingApp(snapshot(production=False), Settings(act=act, profile={"prod": prod}))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, after_s=0.5)
        assert (screen.token, left(pilot)) == (TOKEN, "5")


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_a_long_text_to_type_leaves_room_to_type_it(width: int) -> None:
    profile = "the-transactional-fleet-of-eu-central-1"
    several = snapshot(node({**PROMO, **OTHERS}), profile=profile)
    app = ActingApp(several, Settings())
    async with app.run_test(size=(width, 24)) as pilot:
        screen = await opened(pilot, **EVERYTHING)
        text = "".join(screen_text(pilot).replace("│", " ").split())
        assert f"TypeEVERYTHING{profile}156000" in text
        assert field(screen).size.width > min(len(screen.token), width - 24)
        await pilot.resize_terminal(60, 24)
        await pilot.pause()
        assert field(screen).size.width > 36
