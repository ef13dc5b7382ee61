"""Large bounces from the command line: what they need beside --yes, and what is refused whatever they bring."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kumo_tui.cli.limits import is_named
from kumo_tui.cli.options import Options
from kumo_tui.cli.target import Target
from kumo_tui.profiles import NodeSettings
from tests.unit.cli.desk import NODE, Desk

PROMO = ("bounce", "--campaign", "promo", "--reason", "bad link")
EVERYTHING = ("bounce", "--everything", "--reason", "purge")
EXPECT, AT_MOST = ("--yes", "--expect", "240"), ("--yes", "--at-most", "240")
NAMED_ELSEWHERE = {"KUMO_KCLI_ENDPOINT": NODE}
PROFILE = f'[profile.prod]\nproduction = true\n[[profile.prod.nodes]]\nurl = "{NODE}"\nname = "mta1"\n'
STAGING = PROFILE.replace("production = true\n", "")
STRICT = "prod]\nname_above = 239"


def limited(desk: Desk, **limits: int) -> Desk:
    """The desk with these limits; promo counts 240 messages."""
    desk.configure("[act]\n" + "".join(f"{key} = {above}\n" for key, above in limits.items()))
    return desk


@pytest.mark.parametrize("way", ["--plain", "--clean"])
@pytest.mark.parametrize("count", [EXPECT, AT_MOST])
def test_over_the_limit_of_all_bounces_it_is_4_and_names_the_key(
    desk: Desk, way: str, count: tuple[str, ...]
) -> None:
    answer = limited(desk, refuse_above=239).json(*PROMO, way, *count)
    assert (desk.code, desk.posts) == (4, [])
    assert "A bounce of 240 messages is over the limit of 239 (act.refuse_above)." in answer["refused"]


def test_at_the_limit_of_all_bounces_it_is_sent(desk: Desk) -> None:
    assert limited(desk, refuse_above=240).run(*PROMO, "--plain", *AT_MOST) == 0
    assert len(desk.posts) == 1


def test_a_dry_run_is_refused_over_the_limit_of_all_bounces_too(desk: Desk) -> None:
    assert limited(desk, refuse_above=239).run(*PROMO, "--dry-run") == 4


def test_a_stop_has_no_limit(desk: Desk) -> None:
    words = ("stop", *PROMO[1:])
    assert limited(desk, refuse_above=0, name_above=0, wait_above=0).run(*words, environ=NAMED_ELSEWHERE) == 0
    assert len(desk.posts) == 1


def test_above_the_limit_of_waiting_the_exact_count_is_needed(desk: Desk) -> None:
    answer = limited(desk, wait_above=239).json(*PROMO, "--plain", *AT_MOST)
    assert (desk.code, desk.posts) == (4, [])
    assert "over the limit of 239 (act.wait_above), needs --expect" in answer["refused"]
    assert desk.run(*PROMO, "--plain", *EXPECT) == 0
    assert len(desk.posts) == 1


def test_at_the_limit_of_waiting_at_most_is_enough(desk: Desk) -> None:
    assert limited(desk, wait_above=240).run(*PROMO, "--plain", *AT_MOST) == 0


def test_the_limit_of_names_asks_for_nothing_more_where_the_exact_count_is_given(desk: Desk) -> None:
    limited(desk, name_above=239)
    assert desk.run(*PROMO, "--plain", *EXPECT, environ=NAMED_ELSEWHERE) == 0
    assert len(desk.posts) == 1


def test_up_to_the_limit_of_names_nothing_more_is_needed_than_before(desk: Desk) -> None:
    desk.configure(f"[act]\nname_above = 240\nwait_above = 240\n{STAGING}")
    assert desk.run(*PROMO, "--plain", *AT_MOST, environ={}) == 0
    assert len(desk.posts) == 1


def test_a_profile_can_tighten_and_is_named_in_what_is_missing(desk: Desk) -> None:
    desk.configure(PROFILE.replace("production = true", "name_above = 239\nwait_above = 239"))
    desk.run(*PROMO, "--plain", *AT_MOST, environ={})
    assert (desk.code, desk.posts) == (4, [])
    assert "(profile.prod.wait_above), needs --expect" in desk.err
    assert desk.run(*PROMO, "--plain", *EXPECT, "--profile", "prod") == 0


def test_the_limits_of_a_profile_hold_for_its_node_by_its_url_too(desk: Desk) -> None:
    desk.configure(PROFILE.replace("production = true", "refuse_above = 239"))
    desk.run(*PROMO, "--plain", *EXPECT, "--endpoint", NODE.upper().replace("HTTP", "http"))
    assert (desk.code, desk.posts) == (4, [])
    assert "is over the limit of 239 (profile.prod.refuse_above)" in desk.err


def test_a_list_of_nodes_is_read_once_for_one_bounce(desk: Desk, tmp_path: Path) -> None:
    read = tmp_path / "read"
    program = json.dumps(["/bin/sh", "-c", f"echo >> {read}; echo {NODE} mta1"])
    desk.configure(f"[profile.prod]\nnodes_command = {program}\n")
    assert desk.run(*PROMO, "--plain", *EXPECT, environ={}) == 0
    assert read.read_text() == "\n"


def test_a_dry_run_tells_what_the_bounce_will_need(desk: Desk) -> None:
    limited(desk, name_above=239, wait_above=239)
    answer = desk.json(*PROMO, "--dry-run")
    assert [words for words in answer["warnings"] if "with --yes" in words] == [
        "with --yes: A bounce of 240 messages, over the limit of 239 (act.wait_above), needs --expect, the exact "
        "count: --at-most is not enough."
    ]
    assert desk.posts == []


def test_everything_needs_its_exact_count_or_a_word_of_its_own_and_says_what_it_would_hit(desk: Desk) -> None:
    count = ("--yes", "--at-most", "1000")
    assert desk.run(*EVERYTHING, *count) == 2
    assert (desk.out, desk.err.count("\n"), desk.node.requests) == ("", 1, [])
    assert "every message in every queue, the server's own too, on mta1:8000." in desk.err
    assert "--i-mean-everything" in desk.err
    assert desk.run(*EVERYTHING, "--i-mean-everything", *count) == 0
    assert len(desk.posts) == 1


def test_everything_with_its_exact_count_is_meant(desk: Desk) -> None:
    assert desk.run(*EVERYTHING, "--yes", "--expect", "360") == 0
    assert len(desk.posts) == 1


def test_a_dry_run_of_everything_needs_no_such_word(desk: Desk) -> None:
    assert desk.run(*EVERYTHING, "--dry-run") == 0
    assert desk.run(*EVERYTHING, "--dry-run", "--i-mean-everything") == 0
    assert desk.posts == []


def test_everything_up_to_the_limits_needs_nothing_but_that_word(desk: Desk) -> None:
    act = (*EVERYTHING, "--i-mean-everything", "--yes", "--at-most", "360")
    desk.configure(STAGING)
    assert "A bounce of EVERYTHING must name its target: add --profile prod" in _refused(desk, *act)
    assert desk.run(*act, "--profile", "prod") == 0
    assert len(desk.posts) == 1


@pytest.mark.parametrize(
    ("name_above", "config", "why"),
    [
        (239, "staging", "A bounce of 240 messages, over the limit of 239 (act.name_above),"),
        (240, "production", "A bounce on production"),
        (240, "strict", "A bounce of 240 messages, over the limit of 239 (profile.prod.name_above),"),
    ],
)
def test_where_the_dialog_asks_for_the_name_the_target_is_named_or_the_exact_count_given(
    desk: Desk, name_above: int, config: str, why: str
) -> None:
    profiles = {"staging": STAGING, "production": PROFILE, "strict": STAGING.replace("prod]", STRICT, 1)}
    desk.configure(f"[act]\nname_above = {name_above}\n{profiles[config]}")
    words = _refused(desk, *PROMO, "--plain", *AT_MOST)
    assert f"{why} must name its target: add --profile prod, or give the exact count with --expect." in words
    assert desk.run(*PROMO, "--plain", *AT_MOST, "--profile", "prod") == 0
    assert len(desk.posts) == 1


def test_the_endpoint_of_the_environment_names_the_target(desk: Desk) -> None:
    limited(desk, name_above=239)
    assert desk.run(*PROMO, "--plain", *AT_MOST, environ=NAMED_ELSEWHERE) == 0
    assert len(desk.posts) == 1


def test_above_the_limit_of_names_the_default_endpoint_is_not_meant_by_silence(desk: Desk) -> None:
    target = Target("", False, (NodeSettings(url="http://127.0.0.1:8000"),))
    assert not is_named(Options(), target, {})
    assert not is_named(Options(), target, {"KUMO_KCLI_ENDPOINT": " "})
    assert is_named(Options(), target, NAMED_ELSEWHERE)
    assert not is_named(Options(), replace(target, profile="prod"), NAMED_ELSEWHERE)
    assert is_named(Options(profile="prod"), replace(target, profile="prod"), {})
    assert is_named(Options(endpoints=(NODE,)), target, {})


def test_that_word_without_everything_is_a_slip(desk: Desk) -> None:
    assert desk.run(*PROMO, *EXPECT, "--i-mean-everything") == 2
    assert desk.node.requests == []


def test_everything_has_the_limits_of_any_bounce(desk: Desk) -> None:
    act = (*EVERYTHING, "--i-mean-everything")
    assert "act.refuse_above" in limited(desk, refuse_above=359).json(*act, "--yes", "--expect", "360")["refused"]
    assert "act.wait_above" in limited(desk, wait_above=359).json(*act, "--yes", "--at-most", "360")["refused"]
    assert desk.posts == []


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("production", [False, True])
@pytest.mark.parametrize(("name_above", "wait_above"), [(0, 0), (0, 10**6), (10**6, 0), (10**6, 10**6)])
@pytest.mark.parametrize("count", ["expect", "at-most"])
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("word", [False, True])
def test_the_command_line_asks_for_what_the_dialog_asks_for(
    desk: Desk,
    everything: bool,
    production: bool,
    name_above: int,
    wait_above: int,
    count: str,
    named: bool,
    word: bool,
) -> None:
    desk.configure(
        f"[act]\nname_above = {name_above}\nwait_above = {wait_above}\n{PROFILE if production else STAGING}"
    )
    options = [f"--{count}", "360" if everything else "240"]
    options += ["--profile", "prod"] if named else []
    options += ["--i-mean-everything"] if word else []
    code = desk.run(*(EVERYTHING if everything else PROMO), "--plain", "--yes", *options, environ={})
    over_name, over_wait = name_above == 0, wait_above == 0
    if word and not everything:
        expected = 2
    elif count == "expect":
        expected = 0
    elif everything and not word:
        expected = 2
    elif over_wait or (not named and (production or everything or over_name)):
        expected = 4
    else:
        expected = 0
    assert (code, len(desk.posts)) == (expected, int(expected == 0)), desk.err


def _refused(desk: Desk, *words: str) -> str:
    assert desk.run(*words, environ={}) == 4
    assert desk.posts == []
    return desk.err
