import pytest

from kumo_tui.cli.output import shown_name
from kumo_tui.sim import Fault
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

REASON = ("--reason", "bad link")
YES = (*REASON, "--yes", "--at-most", "100000")
PROMO = ("bounce", "--campaign", "promo")
REFUSED_NAMES = ["operation", "refused", "nodes", "baseline", "collateral", "leak_at_most"]
SHARED = """
[[node]]
name = "mta1"
version = "2026.08.04-3ebc1e85"

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 20
connections = 1

[[node.sender]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
rate = 60
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--campaign", "promo", "--yes", "--expect", "240"],
        ["--campaign", "promo", *REASON],
        ["--campaign", "promo", *REASON, "--yes"],
        ["--campaign", "promo", *REASON, "--yes", "--dry-run"],
        ["--campaign", "promo", *REASON, "--yes", "--expect", "240", "--at-most", "240"],
        ["--campaign", "promo", *REASON, "--yes", "--expect", "-1"],
        ["--campaign", "", *YES],
        ["--tenant", "  ", *YES],
        ["--queue", "", *YES],
        ["--campaign", "promo", "--reason", " ", "--dry-run"],
        ["--campaign", "promo", "--reason", "a\nb", "--dry-run"],
        ["--queue", "icloud.com", "--domain", "icloud.com", *YES],
        ["--everything", "--tenant", "acme", *YES],
        ["--campaign", "promo", *YES, "--duration", "300"],
        ["--campaign", "promo", *YES, "--duration", "-5m"],
        ["--campaign", "promo", *YES, "--duration", "1.5h"],
        ["--campaign", "promo", *YES, "--duration", "5M"],
        ["--campaign", "promo", *YES, "--duration", "0s"],
        ["--campaign", "promo", *YES, "--settle", "soon"],
        ["--campaign", "promo", *YES, "--clean", "--plain"],
        ["--campaign", "promo", *YES, "--follow", "--detach"],
        ["--campaign", "promo", *YES, "--until", "swept"],
        ["--campaign", "promo", *REASON, "--dry-run", "--follow"],
        ["--domian", "gmail.com", *YES],
    ],
)
def test_what_the_command_line_shows_to_be_wrong_is_2_and_asks_nothing_of_a_node(
    desk: Desk, words: list[str]
) -> None:
    assert desk.run("bounce", *words, "--json") == 2
    assert (desk.out, desk.err.count("\n")) == ("", 1)
    assert desk.node.requests == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Nothing is selected"),
        (["--campaign", "promo", "--duration", "2d"], "over the limit of 1d"),
        (["--domain", "Gmail.com"], "Write gmail.com"),
    ],
)
def test_what_is_well_formed_and_forbidden_is_4_before_any_node_is_asked(
    desk: Desk, words: list[str], said: str
) -> None:
    answer = desk.json("bounce", *words, *YES)
    assert desk.code == 4
    assert said in answer["refused"]
    assert said in desk.err
    assert desk.node.requests == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--expect", "239"], "counts 240 messages, not 239"),
        (["--at-most", "239"], "more than 239"),
    ],
)
def test_a_count_that_differs_is_refused_and_nothing_is_sent(desk: Desk, words: list[str], said: str) -> None:
    answer = desk.json(*PROMO, *REASON, "--yes", *words)
    assert (desk.code, desk.posts) == (4, [])
    assert list(answer) == REFUSED_NAMES
    assert answer["operation"] is None
    assert said in answer["refused"]


def test_a_selector_that_hits_nothing_is_refused(desk: Desk) -> None:
    for action in (["--yes", "--expect", "0"], ["--dry-run"]):
        assert "Nothing matches" in desk.json("bounce", "--campaign", "nix", *REASON, *action)["refused"]
        assert (desk.code, desk.posts) == (4, [])


def test_exact_queues_are_refused_where_the_node_would_ignore_them(make_desk: MakeDesk) -> None:
    desk = make_desk("old")
    answer = desk.json("bounce", "--queue", "promo:acme@gmail.com", *YES)
    assert (desk.code, desk.posts) == (4, [])
    assert "cannot bounce exact queues" in answer["refused"]


def test_a_read_only_session_sends_nothing(desk: Desk) -> None:
    for words in ((*PROMO, *YES, "--read-only"), ("--read-only", *PROMO, *YES)):
        assert desk.run(*words) == 4
        assert (desk.posts, "read-only" in desk.err) == ([], True)


def test_a_target_node_that_cannot_be_read_is_refused_without_partial(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.fleet.nodes["mta2"].faults.add(Fault("error", "/metrics"))
    answer = desk.json(*PROMO, *YES)
    assert (desk.code, desk.posts) == (4, [])
    assert "mta2" in answer["refused"]


def test_no_readable_node_at_all_is_3(desk: Desk) -> None:
    answer = desk.json(*PROMO, *YES, "--partial", "--endpoint", "http://gone:8000")
    assert (desk.code, answer["operation"]) == (3, None)
    assert desk.err.count("\n") == 1


def test_a_dry_run_says_what_would_be_hit_and_sent_and_sends_nothing(desk: Desk) -> None:
    asked = ("--reason", "bad link", "--ticket", "#4711", "--duration", "1h30m", "--plain", "--dry-run")
    answer = desk.json(*PROMO, *asked)
    assert (desk.code, desk.posts) == (0, [])
    assert list(answer) == ["preview", "mode", "why", "warnings", "requests"]
    assert (answer["mode"], answer["why"]) == ("plain", "as asked for with --plain")
    assert {key: answer["preview"][key] for key in ("queues", "messages", "ready_upper_bound", "age_s")} == {
        "queues": 2,
        "messages": 240,
        "ready_upper_bound": 0,
        "age_s": 0.0,
    }
    assert answer["preview"]["exact_when_plain"] is False
    assert answer["preview"]["top"][0] == {"name": "promo:acme@gmail.com", "messages": 120}
    (request,) = answer["requests"]
    assert list(request) == ["step", "node", "method", "url", "body"]
    assert request["url"] == "http://mta1:8000/api/admin/bounce/v1"
    assert request["body"]["duration"] == "5400s"
    assert request["body"]["reason"].startswith("bad link #4711 [kt:")
    assert any("plain bounce" in warning for warning in answer["warnings"])


def test_a_dry_run_asks_a_node_that_can_tell_what_feeds_its_ready_queues(make_desk: MakeDesk) -> None:
    desk = make_desk(SHARED)
    desk.clock.jump(5)
    told = {}
    for option, value in (("--domain", "slow.q.example"), ("--tenant", "s1"), ("--tenant", "nobody")):
        answer = desk.json("bounce", option, value, *REASON, "--plain", "--dry-run")
        told[value] = (answer["preview"]["exact_when_plain"], answer["preview"]["ready_upper_bound"] > 20)
        is_warned = any("a plain bounce may" in warning for warning in answer["warnings"])
        assert is_warned is not answer["preview"]["exact_when_plain"]
    assert told == {"slow.q.example": (True, True), "s1": (False, True), "nobody": (False, False)}
    assert desk.posts == []


def test_a_dry_run_for_people_shows_preview_caution_and_request(desk: Desk) -> None:
    desk.run(*PROMO, *REASON, "--plain", "--dry-run")
    assert "would bounce 240 messages in 2 queues, 67% of mta1:8000: 1 tenant, 1 campaign, 2 domains" in desk.out
    assert "     120  promo:acme@gmail.com" in desk.out
    assert "note: nothing waits in ready queues now, but one matching message" in desk.out
    assert "POST http://mta1:8000/api/admin/bounce/v1" in desk.out


def test_a_value_with_blanks_around_it_is_questioned_not_trimmed(desk: Desk) -> None:
    desk.run("bounce", "--campaign", "promo ", *REASON, "--dry-run")
    assert desk.code == 4
    assert "Begins or ends with a blank" in desk.out


def test_a_dry_run_refuses_what_the_bounce_would_be_refused_for(desk: Desk) -> None:
    assert desk.run(*PROMO, *REASON, "--dry-run", "--expect", "7") == 4
    assert desk.run(*PROMO, *REASON, "--dry-run", "--expect", "240") == 0


def test_the_reason_of_a_refusal_never_carries_terminal_control(desk: Desk) -> None:
    desk.run("bounce", "--domain", "EVIL\x1b[2J.example", *YES)
    assert "\x1b" not in desk.err
    assert shown_name("a\x1bb") == "a\\x1bb [escaped]"
