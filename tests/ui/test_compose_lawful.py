"""Whatever is typed, chosen and blanked in the bounce form: only what it calls EVERYTHING is everything."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.act.requests import encode_body
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Everything
from kumo_tui.ui.screens.compose import ComposeScreen
from tests.lawful import offences
from tests.ui.acting_world import OTHERS, PROMO, TAG, ActingApp, Pilot, open_screen, paste, press_all, screen_text
from tests.unit.act.lawful_bodies import bodies

TABLE = QueueTable.of({**PROMO, **OTHERS})
STARTS = [
    Draft(reason="bad link"),
    Draft(campaign="promo", reason="bad link", names=("promo:acme@yahoo.com",)),
    Draft(scope=Scope.EXACT, names=tuple(PROMO), reason="bad link", hidden=1),
    Draft(tenant=" ", domain="Yahoo.COM", reason="bad link"),
    Draft(campaign="\x1b[2J", routing_domain="\u202e", reason="bad link"),
]
MOVES = [
    "tab",
    "tab",
    "tab",
    "shift+tab",
    "up",
    "down",
    "left",
    "right",
    "space",
    "space",
    "home",
    "end",
    "backspace",
]
EDITS = st.lists(
    st.one_of(
        st.tuples(
            st.just("press"), st.sampled_from([*MOVES, "delete", "ctrl+u", "ctrl+k", "ctrl+a", "f3", "f2", "y"])
        ),
        st.tuples(st.just("type"), st.sampled_from(["promo", " ", "a", "@", "5m"])),
        st.tuples(
            st.just("paste"), st.sampled_from(["\n", "promo\nacme", " \r\n ", "EVERYTHING", "\x00", "acme"])
        ),
        st.tuples(st.just("scope"), st.sampled_from(["left", "right"])),
        st.tuples(st.just("blank"), st.sampled_from(["campaign", "tenant", "domain", "routing_domain", "reason"])),
    ),
    min_size=8,
    max_size=18,
)


async def edit(pilot: Pilot, form: ComposeScreen, how: str, what: str) -> None:
    if how == "press":
        await pilot.press(what)
    elif how == "type":
        await press_all(pilot, what)
    elif how == "paste":
        await paste(pilot, what)
    elif how == "scope":
        form.query_one("#scope").focus()
        await pilot.press(what, "space")
    elif form.query_one(f"#{what}").focusable:
        form.query_one(f"#{what}").focus()
        await pilot.press("end", *["backspace"] * 10)


def check(pilot: Pilot, form: ComposeScreen) -> bool:
    """Whether the form is everything now; what it says and what it would send agree."""
    means_everything = "(●) EVERYTHING" in screen_text(pilot)
    assert isinstance(form.checked.selector, Everything) is means_everything
    for method, path, body in bodies(form.checked, TABLE):
        assert offences(method, path, encode_body(body), everything=means_everything) == []
    return means_everything


# Each example takes a whole app: one that fails is told as it is, not made smaller for minutes.
@settings(derandomize=True, deadline=None, max_examples=5, phases=[Phase.generate])
@given(st.sampled_from(STARTS), EDITS)
async def test_no_keys_make_a_request_for_everything_unless_the_screen_says_so(
    start: Draft, edits: list[tuple[str, str]]
) -> None:
    app = ActingApp()
    async with app.run_test(size=(100, 40)) as pilot:
        form = await open_screen(pilot, ComposeScreen(start, TAG))
        for how, what in edits:
            await edit(pilot, form, how, what)
            await pilot.pause()
            if app.screen is not form:
                break
            check(pilot, form)
    assert set(app.acts.asked) <= {"fresh_preview"}


async def test_everything_is_reached_by_its_choice_alone_and_left_by_any_other() -> None:
    app = ActingApp()
    async with app.run_test(size=(100, 40)) as pilot:
        form = await open_screen(pilot, ComposeScreen(STARTS[1], TAG))
        seen = []
        for key in ("right", "right", "left", "left"):
            form.query_one("#scope").focus()
            await pilot.press(key, "space")
            await pilot.pause()
            seen.append(check(pilot, form))
        assert seen == [False, True, False, False]
