"""Read-only on the command line: by flag, by settings, by profile; acts exit 4 in words, watch follows."""

import pytest

from tests.unit.cli.desk import NODE, Desk

PROFILE = f'[profile.lab]\nread_only = {{}}\n[[profile.lab.nodes]]\nurl = "{NODE}"\nname = "mta1"\n'
SELECTED = ("--tenant", "s1", "--reason", "bad link")
BOUNCE = ("bounce", *SELECTED, "--yes", "--at-most", "500")
STOP = ("stop", *SELECTED)


def as_profile(desk: Desk, *, read_only: bool) -> tuple[str, ...]:
    """The words that take the profile; its nodes are those of the journal either way."""
    desk.configure(PROFILE.format(str(read_only).lower()))
    return ("--profile", "lab")


@pytest.mark.parametrize("by", ["--read-only", "settings", "profile lab"])
@pytest.mark.parametrize("act", [BOUNCE, STOP], ids=["bounce", "stop"])
def test_an_act_is_refused_and_says_what_made_the_session_read_only(
    shared: Desk, act: tuple[str, ...], by: str
) -> None:
    words = as_profile(shared, read_only=by == "profile lab")
    if by == "settings":
        shared.configure("read_only = true\n" + PROFILE.format("false"))
    flags = ("--read-only",) if by == "--read-only" else ()
    assert shared.run(*act, *words, *flags) == 4
    assert f"This is a read-only session ({by})." in shared.err
    assert shared.posts == []


def test_a_node_of_a_read_only_profile_is_only_watched_by_its_url_too(shared: Desk) -> None:
    as_profile(shared, read_only=True)
    assert shared.run(*BOUNCE, "--endpoint", NODE) == 4
    assert "This is a read-only session (profile lab)." in shared.err
    assert shared.posts == []


@pytest.mark.parametrize("by", ["--read-only", "profile lab"])
def test_what_stands_is_followed_and_never_swept_nor_released(shared: Desk, by: str) -> None:
    words = as_profile(shared, read_only=False)
    assert shared.run(*BOUNCE, "--detach", *words) == 0
    (tag,) = {body.partition("[kt:")[2][:6] for body in shared.posts}
    before = shared.posts
    as_profile(shared, read_only=by == "profile lab")
    flags = ("--read-only",) if by == "--read-only" else ()
    assert shared.run("release", tag, *words, *flags) == 4
    assert f"This is a read-only session ({by})." in shared.err
    shared.run("watch", tag, *words, *flags)
    assert f"read-only ({by}): op {tag} is only followed" in shared.err
    shared.run("status", *words, *flags)
    assert shared.posts == before


def test_a_node_that_refuses_an_act_exits_5_and_is_asked_once(shared: Desk) -> None:
    words = as_profile(shared, read_only=False)
    shared.node.access = type(shared.node.access)(denied=frozenset({"POST /api/admin/suspend/v1"}))
    assert shared.run(*STOP, *words) == 5
    assert "not allowed: POST /api/admin/suspend/v1 (401)" in shared.out + shared.err
    assert len(shared.posts) == 1
