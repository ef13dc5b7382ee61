"""Large bounces from the command line: what they need beside --yes, and what is refused whatever they bring."""

import pytest

from tests.unit.cli.desk import NODE, Desk

PROMO = ("bounce", "--campaign", "promo", "--reason", "bad link")
EVERYTHING = ("bounce", "--everything", "--reason", "purge")
EXPECT, AT_MOST = ("--yes", "--expect", "240"), ("--yes", "--at-most", "240")
NAMED_ELSEWHERE = {"KUMO_KCLI_ENDPOINT": NODE}
PROFILE = f'[profile.prod]\nproduction = true\n[[profile.prod.nodes]]\nurl = "{NODE}"\nname = "mta1"\n'


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
    desk.configure(f"[act]\nname_above = 240\nwait_above = 240\n{PROFILE}")
    assert desk.run(*PROMO, "--plain", *AT_MOST, environ={}) == 0
    assert len(desk.posts) == 1


def test_a_profile_can_tighten_and_is_named_in_what_is_missing(desk: Desk) -> None:
    desk.configure(PROFILE.replace("production = true", "name_above = 239\nwait_above = 239"))
    desk.run(*PROMO, "--plain", *AT_MOST, environ={})
    assert (desk.code, desk.posts) == (4, [])
    assert "(profile.prod.wait_above), needs --expect" in desk.err
    assert desk.run(*PROMO, "--plain", *EXPECT, "--profile", "prod") == 0


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
    desk.configure(PROFILE)
    assert desk.run(*EVERYTHING, "--i-mean-everything", "--yes", "--at-most", "360", environ={}) == 0
    assert len(desk.posts) == 1


def test_that_word_without_everything_is_a_slip(desk: Desk) -> None:
    assert desk.run(*PROMO, *EXPECT, "--i-mean-everything") == 2
    assert desk.node.requests == []


def test_everything_has_the_limits_of_any_bounce(desk: Desk) -> None:
    act = (*EVERYTHING, "--i-mean-everything")
    assert "act.refuse_above" in limited(desk, refuse_above=359).json(*act, "--yes", "--expect", "360")["refused"]
    assert "act.wait_above" in limited(desk, wait_above=359).json(*act, "--yes", "--at-most", "360")["refused"]
    assert desk.posts == []
