"""What keeps a bounce from being sent by accident, on the installed dashboard: form, confirmation, capability."""

import re
from pathlib import Path

import httpx

from kumo_tui.act.requests import bounce_body
from kumo_tui.model.selector import ExactQueues
from tests.e2e.afterwards import acts
from tests.e2e.scene import BOUNCES, DEAF_S, DURATION, Desk, Scene, scene

PROMO = [f"promo:acme@d{number}.example" for number in range(5)]
OTHERS = ["news:zenith@aol.com", "receipt:orbit@gmx.de"]


def plan(version: str = "2026.06.23-f3af1cd0", each: int = 400) -> str:
    """One node: five queues of the campaign promo, two of others; nothing moves."""
    standing = "\n".join(
        f'[[node.standing]]\nqueues = ["{name}"]\nmessages = {each}\ndue_in = [86400, 86400]'
        for name in (*PROMO, *OTHERS)
    )
    # What is injected stays where it is.
    hold = '[[node.provider]]\nsite = "hold.example"\ndomains = ["new.example"]\nhold = 86400\n'
    return f'[[node]]\nname = "mta1"\nversion = "{version}"\nlog = true\n{hold}{standing}\n'


def blank_all(desk: Desk) -> None:
    """From the reason back through the four criteria, each emptied; then to the reason again."""
    for _criterion in range(4):
        desk.press("backtab", "ctrl+u")
    desk.wait_for("nothing is selected")
    desk.press("tab", "tab", "tab", "tab")
    desk.wait_lit("│ reason ")


def explained(desk: Desk) -> None:
    """The form says why it goes no further, and is still there."""
    desk.onward("nothing is selected. Give a campaign, tenant or domain, or choose everything explicitly.")
    assert "CANNOT BE UNDONE" not in desk.text
    desk.wait_for("[ Review ]")


def test_a_form_that_was_never_filled_sends_nothing_and_says_that_everything_is_chosen_explicitly(
    tmp_path: Path,
) -> None:
    """Empty criteria: no request leaves; the text says that everything must be chosen explicitly."""
    with scene(plan(), tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for(PROMO[0])
        desk.show("no-such-campaign", "0 queues, 0 messages")
        desk.press("b")
        desk.wait_for("[ Review ]")
        desk.press("tab", "tab", "tab", "tab")
        desk.type("bad link")
        desk.wait_for("[bad link ")
        explained(desk)
        assert acts(stage) == []


def test_all_fields_blanked_after_the_preview_send_nothing(tmp_path: Path) -> None:
    """The preview stood as far as the confirmation; then every field is blanked: nothing leaves, not even that."""
    with scene(plan(), tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for(PROMO[0])
        desk.show("promo", "1-5 of 5 queues")
        desk.draft("bad link", plain=True)
        assert desk.review() == "2000"
        desk.pump(DEAF_S)
        desk.back("[ Review ]")
        desk.wait_for("[bad link ")
        blank_all(desk)
        explained(desk)
        assert acts(stage) == []


def test_everything_on_production_takes_only_its_exact_words_and_enter_means_cancel(tmp_path: Path) -> None:
    """Everything on a production node of 183,220 messages: `mta1 183220`, and the word before it, exactly.

    Wrong, empty, with a trailing blank, pasted: nothing is sent, the dialog stays. Enter on what has the focus at
    the opening is Cancel. Then the exact words bounce.
    """
    with scene(plan(each=26_174) + one_more(2), tmp_path) as stage:
        stage.configure(production=True, profile="mta1")
        with stage.dashboard() as desk:
            desk.wait_for("183,220")
            _choose_everything(desk)
            assert desk.review() == "EVERYTHING mta1 183220"
            desk.pump(DEAF_S)
            desk.press("enter")
            desk.wait_for("[ Review ]")
            desk.press("tab", "tab")
            desk.wait_lit(DURATION)
            before = len(desk.raw)
            assert desk.review() == "EVERYTHING mta1 183220"
            desk.wait(lambda _text: b"read it: " in desk.raw[before:], "the seconds to read it")
            desk.wait_gone("read it: ")
            for wrong in ("mta1 183220", "EVERYTHING mta1 183220 ", "everything mta1 183220"):
                _refused(desk, wrong)
            desk.paste("yes\n")
            desk.press("enter")
            desk.wait_for("type exactly: EVERYTHING mta1 183220")
            desk.press("ctrl+u", "enter")
            desk.wait_for("type exactly: EVERYTHING mta1 183220")
            assert acts(stage) == []
            desk.confirm("EVERYTHING mta1 183220")
            desk.wait_for("op ")
            stage.fleet.wait(lambda: bool(acts(stage)), "the bounce")
            (body,) = stage.bounces()
            assert not {"campaign", "tenant", "domain", "routing_domain", "queue_names"} & body.keys()


def one_more(messages: int) -> str:
    """Standing mail that rounds a count up."""
    return f'[[node.standing]]\nqueues = ["orbit@web.de"]\nmessages = {messages}\ndue_in = [86400, 86400]\n'


def _choose_everything(desk: Desk) -> None:
    desk.press("b")
    desk.wait_for("[ Review ]")
    desk.press("backtab", "backtab", "backtab", "backtab", "backtab", "right", "right", "space")
    desk.wait_for("(●) EVERYTHING")
    desk.press("tab")
    desk.type("wrong list")
    desk.wait_for("[wrong list ")
    desk.press("tab", "tab")
    desk.wait_lit(DURATION)


def _refused(desk: Desk, wrong: str) -> None:
    """Typed and entered, it confirms nothing; the field is emptied for the next."""
    desk.type(wrong)
    desk.press("enter")
    desk.wait_for("type exactly: EVERYTHING mta1 183220")
    desk.wait_for("CANNOT BE UNDONE")
    desk.press("ctrl+u")
    desk.wait_gone("type exactly")


def test_queues_that_appear_and_vanish_before_the_confirmation_are_shown_and_clear_what_was_typed(
    tmp_path: Path,
) -> None:
    """Between preview and confirmation 9 queues appear and 3 vanish: the difference is shown, the text cleared."""
    with scene(plan(), tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for(PROMO[0])
        desk.show("promo", "1-5 of 5 queues")
        desk.draft("bad link", plain=True)
        assert desk.review() == "2000"
        desk.pump(DEAF_S)
        desk.type("2000")
        desk.wait_for("[2000 ")
        _move_the_world(stage)
        desk.wait_said("It moved: +9 queues, -3 queues, -1,110 messages")
        desk.wait_said("The text to type is new.")
        desk.wait_for("Type  890  to bounce: [ ")
        desk.press("enter")
        desk.wait_for("type exactly: 890")
        assert not [body for body in stage.bounces() if "kt:" in body["reason"]]
        desk.confirm("890")
        stage.fleet.wait(lambda: any("kt:" in body["reason"] for body in stage.bounces()), "the bounce")
        assert stage.bounces()[-1]["campaign"] == "promo"


def test_exact_queues_stay_the_previewed_names_whatever_appears_and_vanishes(tmp_path: Path) -> None:
    """The frozen way: the marked names are sent, not what matches by then; what appeared is not touched."""
    with scene(plan(), tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for(PROMO[0])
        desk.show("promo", "1-5 of 5 queues")
        desk.press(*["space"] * len(PROMO))
        desk.wait_for("5 marked")
        desk.draft("bad link", plain=True)
        desk.wait_for("exactly these 5 queues")
        assert desk.review() == "2000"
        _move_the_world(stage)
        desk.wait_said("It moved: -3 queues, -1,200 messages")
        desk.confirm(desk.token)
        desk.wait_for("SWEPT")
        body = stage.bounces()[-1]
        assert body["queue_names"] == PROMO
        assert re.fullmatch(r"kt-\w+\.kumo-tui-guard\.invalid", body["domain"])
        assert stage.log()["AdminBounce"] == dict.fromkeys(PROMO, 400)


def _move_the_world(stage: Scene) -> None:
    """Nine queues of the campaign appear with ten messages each; three go, bounced by somebody else.

    All between two readings of the dashboard: while it happens the node's numbers cannot be read.
    """
    stage.fleet.fault(kind="error", path="/metrics")
    for number in range(9):
        stage.fleet.control("mta1", "inject", {"queue": f"promo:new{number}@new.example", "count": 10})
    url = f"{stage.fleet.urls['mta1']}{BOUNCES}"
    body = {"queue_names": PROMO[:3], "reason": "somebody else", "duration": "0s"}
    httpx.post(url, json=body, trust_env=False).raise_for_status()
    stage.fleet.mend()


def test_exact_queues_are_refused_where_the_node_does_not_list_them(tmp_path: Path) -> None:
    """A node of 2024 ignores fields that it does not know: exact names would mean everything. Nothing leaves."""
    with scene(plan("2024.11.08-d383b033"), tmp_path) as stage:
        stage.configure()
        with stage.dashboard() as desk:
            desk.wait_for(PROMO[0])
            desk.show("promo", "1-5 of 5 queues")
            desk.press("space", "space")
            desk.wait_for("2 marked")
            desk.draft("bad link")
            desk.wait_said("mta1 cannot bounce exact queues: its build")
            desk.press("enter", "enter")
            desk.wait_gone("Reading the nodes now")
            desk.wait_said("mta1 cannot bounce exact queues: its build")
            assert "CANNOT BE UNDONE" not in desk.text
            assert acts(stage) == []


def test_exact_queues_forced_upon_a_node_that_ignores_them_bounce_nothing(tmp_path: Path) -> None:
    """The body itself is safe: its guard domain matches no queue where the names are ignored."""
    body = bounce_body(ExactQueues.of(PROMO[:2]), "forced", 300, "7F3A2C")
    assert body["domain"] == "kt-7f3a2c.kumo-tui-guard.invalid"
    with scene(plan("2024.11.08-d383b033"), tmp_path) as stage:
        httpx.post(f"{stage.fleet.urls['mta1']}{BOUNCES}", json=body, trust_env=False).raise_for_status()
        (listed,) = stage.directives()
        assert (listed["domain"], listed["total_bounced"]) == (body["domain"], 0)
        assert stage.bounced() == 0
        # The same names without the guard: the reason for it.
        del body["domain"]
        httpx.post(f"{stage.fleet.urls['mta1']}{BOUNCES}", json=body, trust_env=False).raise_for_status()
        stage.fleet.wait(lambda: stage.bounced() == 400 * len(PROMO + OTHERS), "everything to be bounced")
