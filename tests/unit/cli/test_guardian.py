"""`bounce --follow` and `watch` end a plain bounce that takes other queues' mail; nothing else does."""

from pathlib import Path

import pytest

from kumo_tui.sim import Kind
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

S1 = ("bounce", "--tenant", "s1", "--reason", "x", "--plain", "--yes", "--at-most", "10000")
NOBODY = "Nobody watches it from here"


@pytest.fixture
def shared(make_desk: MakeDesk) -> Desk:
    """Two tenants take turns in one ready queue."""
    desk = make_desk("two-tenants")
    desk.clock.jump(1)
    return desk


def methods(desk: Desk) -> list[str]:
    return [request.method for request in desk.node.requests if request.method != "GET"]


def lost(desk: Desk) -> int:
    return desk.node.log.count(Kind.ADMIN_BOUNCE, tenant="s2")


def test_following_ends_it_and_exits_with_9(shared: Desk) -> None:
    *_, last = shared.lines(*S1, "--follow", "--duration", "2m")
    assert (shared.code, last["verdict"]) == (9, "cancelled")
    assert methods(shared) == ["POST", "DELETE"]
    assert last["collateral"] == lost(shared) > 0
    assert NOBODY not in shared.err


def test_the_automatic_cancel_is_a_line_of_its_own(shared: Desk) -> None:
    assert shared.run(*S1, "--follow", "--duration", "2m") == 9
    (line,) = [line for line in shared.out.splitlines() if "BY ITSELF" in line]
    assert line.endswith(f"CANCELLED BY ITSELF on mta1:8000: {lost(shared)} messages of other queues were bounced")


def test_watching_an_operation_of_ours_ends_it(shared: Desk) -> None:
    operation = shared.json(*S1, "--duration", "2m")["operation"]
    assert methods(shared) == ["POST"]
    *_, last = shared.lines("watch", operation)
    assert (shared.code, last["verdict"], methods(shared)) == (9, "cancelled", ["POST", "DELETE"])


def test_somebody_elses_bounce_is_watched_but_never_cancelled(shared: Desk, state_folder: Path) -> None:
    operation = shared.json(*S1, "--duration", "30s")["operation"]
    (state_folder / "kumo-tui").rename(state_folder / "somebody-else")
    assert shared.run("watch", operation) == 9
    assert methods(shared) == ["POST"]


def test_it_goes_on_despite_collateral_where_that_was_asked_for(shared: Desk) -> None:
    *_, last = shared.lines(*S1, "--follow", "--duration", "20s", "--despite-collateral")
    assert (shared.code, last["verdict"], methods(shared)) == (9, "done", ["POST"])


def test_it_goes_on_where_the_settings_say_so(shared: Desk) -> None:
    shared.configure("[act]\nstop_at_collateral = false\n")
    *_, last = shared.lines(*S1, "--follow", "--duration", "20s")
    assert (shared.code, last["verdict"], methods(shared)) == (9, "done", ["POST"])


@pytest.mark.parametrize("command", ["status", "directives", "queues"])
def test_a_reading_command_cancels_nothing(shared: Desk, command: str) -> None:
    shared.json(*S1, "--duration", "2m")
    shared.clock.jump(3)
    assert shared.run(command) == 0
    assert lost(shared) > 0
    assert methods(shared) == ["POST"]


def test_a_bounce_that_nobody_follows_says_so_where_it_may_take_other_mail(shared: Desk) -> None:
    assert shared.run(*S1) == 0
    assert f"{NOBODY}: other queues' mail that it may take is not noticed until" in shared.err


def test_leaving_it_while_it_is_live_says_so_too(desk: Desk) -> None:
    promo = ("bounce", "--campaign", "promo", *S1[3:])
    assert desk.run(*promo, "--follow", "--until", "swept") == 0
    assert NOBODY in desk.err


def test_what_was_followed_to_its_end_needs_nobody(desk: Desk) -> None:
    assert desk.run("bounce", "--campaign", "promo", *S1[3:], "--follow", "--duration", "10s") == 0
    assert NOBODY not in desk.err


def test_an_exact_bounce_needs_nobody(desk: Desk) -> None:
    assert desk.run("bounce", "--everything", "--i-mean-everything", *S1[3:]) == 0
    assert NOBODY not in desk.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--despite-collateral",), "needs --follow"),
        (("--despite-collateral", "--clean", "--follow"), "--clean and --despite-collateral exclude each other"),
    ],
)
def test_going_on_despite_collateral_is_for_a_plain_bounce_that_is_followed(
    desk: Desk, words: tuple[str, ...], expected: str
) -> None:
    assert desk.run(*[word for word in S1 if word != "--plain"], *words) == 2
    assert expected in desk.err
    assert desk.posts == []
