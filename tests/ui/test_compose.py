"""The bounce form: what it shows, what it refuses, and that nothing on it sends anything."""

from dataclasses import replace

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.act.preview import take_preview
from kumo_tui.errors import Unreachable
from kumo_tui.model.selector import Criteria, Everything, ExactQueues
from kumo_tui.model.snapshot import NodeState
from kumo_tui.ui.screens.compose import Composed, ComposeScreen
from kumo_tui.ui.screens.requests import RequestsScreen
from kumo_tui.ui.widgets.form import ChoiceLine, TextField
from tests.frames import check_frame
from tests.ui.acting_world import (
    CLICKABLE,
    HOSTILE,
    OTHERS,
    PROMO,
    TAG,
    ActingApp,
    Pilot,
    checked,
    entry,
    node,
    open_screen,
    paste,
    press_all,
    screen_text,
    snapshot,
)
from tests.ui.pilots import wait_for
from tests.ui.worlds import settings

READY = Draft(campaign="promo", reason="bad link", ticket="#4711", names=("promo:acme@yahoo.com",))


def form(pilot: Pilot) -> ComposeScreen:
    assert isinstance(pilot.app.screen, ComposeScreen)
    return pilot.app.screen


async def counted(pilot: Pilot) -> None:
    await wait_for(pilot, lambda: "messages" in screen_text(pilot), "the preview never came")


async def test_a_suggested_draft_stands_in_the_form_with_what_it_would_hit() -> None:
    shot = snapshot(node({**PROMO, **OTHERS}, ready=2_310, directives=[entry()]))
    app = ActingApp(shot)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        assert form(pilot).draft == READY
        assert "3 queues · 142,030 messages · 91% of prod · 2 tenants · 1 campaign" in screen_text(pilot)
        check_frame(app, "compose-80x24")


async def test_a_wide_terminal_shows_the_same_things_with_more_room() -> None:
    app = ActingApp(snapshot(node({**PROMO, **OTHERS}, ready=2_310, directives=[entry()])))
    async with app.run_test(size=(120, 40)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        check_frame(app, "compose-120x40")


async def test_a_terminal_of_ascii_only_gets_ascii_only() -> None:
    app = ActingApp(snapshot(node({**PROMO, **OTHERS}, ready=2_310)), settings(ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        assert screen_text(pilot).isascii(), screen_text(pilot)


async def test_blank_criteria_select_nothing_and_lead_to_no_request() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(reason="bad link"), TAG))
        screen.query_one("#review").focus()
        await pilot.press("enter", "f2")
        await pilot.pause()
        assert form(pilot).checked.selector is None
        assert "nothing is selected" in screen_text(pilot)
        assert app.acts.asked == []


async def test_emptying_the_last_criterion_takes_the_preview_away() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        screen.query_one("#campaign", TextField).value = ""
        await pilot.pause()
        assert "nothing is selected" in screen_text(pilot)
        assert "142,030" not in screen_text(pilot)


async def test_a_criterion_of_blanks_is_refused_and_not_read_as_any() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(Draft(campaign="promo", tenant="  ", reason="x"), TAG))
        assert form(pilot).checked.selector is None
        assert "only blanks" in screen_text(pilot)


async def test_everything_is_taken_by_its_own_choice_and_never_by_passing_over_it() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        screen.query_one("#scope", ChoiceLine).focus()
        await pilot.press("right", "right")
        assert form(pilot).checked.selector == Criteria(campaign="promo")
        await pilot.press("space")
        assert form(pilot).checked.selector == Everything()
        await wait_for(pilot, lambda: "EVERYTHING on every node goes" in screen_text(pilot))


async def test_marked_queues_are_taken_exactly_and_those_that_the_filter_hides_are_named() -> None:
    draft = Draft(scope=Scope.EXACT, names=tuple(PROMO), hidden=2, reason="x")
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(draft, TAG))
        await counted(pilot)
        assert form(pilot).checked.selector == ExactQueues.of(PROMO)
        assert "3 marked, 2 hidden by filter" in screen_text(pilot)
        assert "3 queues, 2 hidden by filter · 142,030 messages" in screen_text(pilot)


async def test_enter_goes_from_field_to_field_up_to_the_review_and_never_presses_it() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        screen.query_one("#scope").focus()
        seen = []
        for _field in range(8):
            await pilot.press("enter")
            assert screen.focused is not None
            seen.append(screen.focused.id)
        assert seen == ["campaign", "tenant", "domain", "routing_domain", "reason", "ticket", "for", "review"]
        assert app.acts.asked == []


async def test_enter_on_the_last_line_goes_to_the_review_wherever_it_is_pressed() -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        for place in ("quick", "suppress"):
            screen.query_one(f"#{place}").focus()
            await pilot.press("enter")
            assert screen.focused is screen.query_one("#review")


async def test_a_quick_duration_is_taken_with_space() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        screen.query_one("#quick").focus()
        await pilot.press("right", "right", "space")
        assert form(pilot).draft.duration == "15m"


async def test_a_wrong_duration_is_explained_below_its_field_and_is_not_reviewed() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        screen.query_one("#for", TextField).value = "5"
        screen.query_one("#review").focus()
        await pilot.press("enter")
        await pilot.pause()
        lines = screen_text(pilot).splitlines()
        row = next(number for number, line in enumerate(lines) if "for      [" in line)
        assert "A number needs its unit" in lines[row + 1]
        assert screen.focused is screen.query_one("#for")
        assert app.acts.asked == []


async def test_a_missing_reason_is_asked_for_when_the_operator_goes_on_and_not_before() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(campaign="promo"), TAG))
        await counted(pilot)
        assert screen.focused is screen.query_one("#reason")
        assert "A reason is needed" not in screen_text(pilot)
        screen.query_one("#review").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert "A reason is needed" in screen_text(pilot)
        assert app.acts.asked == []


async def test_a_domain_in_mixed_case_is_written_in_lower_case_with_one_key() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(Draft(domain="Yahoo.COM", reason="x"), TAG))
        assert "Write yahoo.com. (F3)" in screen_text(pilot)
        await pilot.press("f3")
        await pilot.pause()
        assert form(pilot).draft.domain == "yahoo.com"
        assert "Never matches" not in screen_text(pilot)


async def test_no_values_are_offered_as_all_there_are_where_nodes_are_not_read() -> None:
    down = [replace(node({}, name=name), state=NodeState.DOWN, metrics=None) for name in ("mta1", "mta2")]
    app = ActingApp(snapshot(*down))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(Draft(), TAG))
        await wait_for(pilot, lambda: "campaigns now: not known, no node can be read" in screen_text(pilot))
        app.show(snapshot(node({}, name="mta1"), down[1]))
        await wait_for(pilot, lambda: "campaigns now: none on 1 of 2 nodes" in screen_text(pilot))


async def test_criteria_are_completed_from_what_live_queues_have() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(), TAG))
        await wait_for(pilot, lambda: "campaigns now: promo · news · bulk" in screen_text(pilot))
        await press_all(pilot, "PR")
        await wait_for(pilot, lambda: bool(screen.query_one("#campaign", TextField)._suggestion))
        await pilot.press("right")
        assert form(pilot).draft.campaign == "promo"


async def test_a_new_snapshot_is_counted_anew() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        app.show(snapshot(node({**PROMO, "promo:acme@web.de": 5})))
        await wait_for(pilot, lambda: "4 queues · 142,035 messages" in screen_text(pilot))


async def test_names_with_control_characters_and_markup_reach_neither_terminal_nor_markup() -> None:
    name = f"promo:{HOSTILE}@{CLICKABLE}.example"
    app = ActingApp(snapshot(node({name: 7})))
    async with app.run_test(size=(120, 40)) as pilot:
        await open_screen(pilot, ComposeScreen(Draft(tenant=HOSTILE, reason="[b]x[/nope]"), TAG))
        await counted(pilot)
        text = screen_text(pilot)
        assert all(char.isprintable() for char in text.replace("\n", ""))
        assert "[b]x[/nope]" in text
        assert "\\x07[/x]\\u202e" in text
        assert form(pilot).draft.tenant == HOSTILE
        assert "1 queue · 7 messages" in text


async def test_an_edited_hostile_value_is_what_was_typed_and_no_longer_the_raw_one() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(tenant=HOSTILE, reason="x"), TAG))
        screen.query_one("#tenant").focus()
        await pilot.press("backspace")
        assert form(pilot).draft.tenant.isprintable()


async def test_pasted_lines_fill_one_line_and_submit_nothing() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(campaign="promo"), TAG))
        await paste(pilot, "first\x1b[2J line\nsecond line\n\n")
        assert form(pilot).draft.reason == "first\\x1b[2J line"
        assert screen.focused is screen.query_one("#reason")
        assert app.acts.asked == []


async def test_the_requests_are_shown_exactly_and_sent_to_the_clipboard() -> None:
    app = ActingApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        await pilot.press("f2")
        await wait_for(pilot, lambda: isinstance(app.screen, RequestsScreen))
        await pilot.pause()
        folded = "".join(line.strip("│ ").strip() for line in screen_text(pilot).splitlines())
        body = '{"campaign": "promo", "reason": "bad link #4711 [kt:7F3A2C]", "duration": "300s"}'
        assert body in screen_text(pilot)
        selector = Criteria(campaign="promo")
        curl = app.acts.plan(take_preview(app.snapshot, selector), checked(READY), TAG)[0].curl()
        assert curl.replace(" ", "") in folded.replace(" ", "")
        assert "kcli --endpoint http://mta1:8000 bounce --campaign promo" in screen_text(pilot)
        assert app.clipboard == curl
        await pilot.press("j")
        assert app.clipboard == body
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, ComposeScreen))


async def test_the_requests_of_an_incomplete_form_are_not_shown() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(campaign="promo"), TAG))
        await counted(pilot)
        await pilot.press("f2")
        await pilot.pause()
        assert app.screen is screen
        assert "A reason is needed" in screen_text(pilot)


async def test_exact_queues_of_many_names_are_cut_on_screen_and_not_copied() -> None:
    names = tuple(f"promo:acme@a-rather-long-domain-{number}.example" for number in range(2_000))
    app = ActingApp(snapshot(node(dict.fromkeys(names, 3))))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(Draft(scope=Scope.EXACT, names=names, reason="x"), TAG))
        await counted(pilot)
        await pilot.press("f2")
        await wait_for(pilot, lambda: "too many for the terminal's clipboard" in screen_text(pilot))
        assert app.clipboard == ""


async def test_what_a_rule_forbids_is_said_and_not_reviewed() -> None:
    app = ActingApp(settings=settings(read_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        assert "This is a read-only session (settings)." in screen_text(pilot)
        screen.query_one("#review").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.acts.asked == ["fresh_preview"])
        await pilot.pause()
        assert app.screen is screen
        assert "This is a read-only session (settings)." in screen_text(pilot)


async def test_a_node_that_cannot_be_read_is_one_line_and_the_form_stays_as_it_is() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        app.acts.read_error = Unreachable("mta1", "connection refused.")
        screen.query_one("#review").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: "! mta1: connection refused." in screen_text(pilot))
        assert form(pilot).draft == READY


async def test_a_review_reads_the_nodes_afresh_and_ends_the_form_with_those_numbers() -> None:
    app = ActingApp()
    ends: list[Composed | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG), ends.append)
        await counted(pilot)
        app.snapshot = snapshot(node({"promo:acme@yahoo.com": 9}))
        screen.query_one("#review").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: bool(ends))
        assert ends[0] is not None
        assert (ends[0].draft, ends[0].figures.preview.messages) == (READY, 9)


async def test_escape_and_cancel_end_the_form_without_a_word_to_any_node() -> None:
    for keys, target in ((("escape",), "reason"), (("enter",), "cancel")):
        app = ActingApp()
        ends: list[Composed | None] = []
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await open_screen(pilot, ComposeScreen(READY, TAG), ends.append)
            screen.query_one(f"#{target}").focus()
            await pilot.press(*keys)
            await wait_for(pilot, lambda ends=ends: ends == [None])
            assert app.acts.asked == []


async def test_the_buttons_stay_in_sight_on_a_tiny_terminal() -> None:
    app = ActingApp()
    async with app.run_test(size=(60, 12)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        assert "[ Cancel ]  [ Review ]" in screen_text(pilot)


async def test_names_that_would_be_cut_alike_stay_different() -> None:
    names = [f"promo:acme@a-very-long-subdomain-{number}.mail.example.org" for number in (1, 2)]
    app = ActingApp(snapshot(node(dict.fromkeys(names, 5))))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG))
        await counted(pilot)
        shown = [word for word in screen_text(pilot).split() if word.startswith("prom…")]
        assert len(set(shown)) == 2


async def test_a_form_that_is_open_again_says_why() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ComposeScreen(READY, TAG, notice="The preview is 20s old."))
        assert "! The preview is 20s old." in screen_text(pilot)
