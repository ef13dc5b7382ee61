"""Which way a bounce goes, clean or plain, and what is said about it before anything is sent."""

import pytest

from kumo_tui.sim import Fault
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

PROMO = ("bounce", "--campaign", "promo", "--reason", "bad link")
S1 = ("bounce", "--tenant", "s1", "--reason", "bad link")
YES = ("--yes", "--at-most", "100000")
STOP, BOUNCE = "suspend/v1", "bounce/v1"


def test_where_a_plain_bounce_is_not_exact_the_clean_one_is_the_default_and_why_is_said(shared: Desk) -> None:
    answer = shared.json(*S1, "--dry-run")
    assert (shared.code, shared.acts, answer["mode"]) == (0, [], "clean")
    assert "which has the two defects" in answer["why"]
    assert shared.err == f"clean bounce: {answer['why']}\n"


def test_a_dry_run_shows_stop_sweep_and_release_as_they_would_leave(shared: Desk) -> None:
    requests = shared.json(*S1, "--duration", "5m", "--dry-run")["requests"]
    assert [(request["step"], request["method"]) for request in requests] == [
        ("stop", "POST"),
        ("sweep", "POST"),
        ("release", "DELETE"),
    ]
    stop, sweep, release = requests
    assert stop["url"].endswith(STOP) and release["url"].endswith(STOP) and sweep["url"].endswith(BOUNCE)
    assert stop["body"]["tenant"] == "s1"
    assert (sweep["body"]["queue_names"], sweep["body"]["duration"]) == (["one:s1@hold.example"], "0s")
    assert sweep["body"]["domain"].endswith(".kumo-tui-guard.invalid")


def test_what_only_a_plain_bounce_costs_is_no_warning_of_a_clean_one(shared: Desk) -> None:
    clean, plain = (shared.json(*S1, "--dry-run", how)["warnings"] for how in ("--clean", "--plain"))
    assert not any("a plain bounce may take" in warning for warning in clean)
    assert any("a plain bounce may take" in warning for warning in plain)


def test_everything_is_bounced_plainly(desk: Desk) -> None:
    answer = desk.json("bounce", "--everything", "--reason", "purge", "--dry-run")
    assert answer["mode"] == "plain"
    assert [request["step"] for request in answer["requests"]] == ["bounce"]


def test_everything_asked_for_as_a_clean_bounce_is_refused_with_the_way_out(desk: Desk) -> None:
    answer = desk.json("bounce", "--everything", "--i-mean-everything", "--reason", "purge", "--clean", *YES)
    assert (desk.code, desk.acts) == (4, [])
    assert "EVERYTHING is never stopped nor swept" in answer["refused"]
    assert "With --plain it is a plain one" in answer["refused"]


def test_exact_queues_on_a_node_that_cannot_stop_them_are_bounced_plainly_or_refused(make_desk: MakeDesk) -> None:
    desk = make_desk("old")
    named = ("bounce", "--queue", "promo:acme@gmail.com", "--reason", "x", *YES)
    answer = desk.json(*named, "--clean")
    assert (desk.code, desk.acts) == (4, [])
    assert "cannot stop exact queues" in answer["refused"]
    assert "cannot bounce exact queues" in desk.json(*named)["refused"]
    assert (desk.code, desk.acts) == (4, [])


def test_a_version_without_the_defects_is_bounced_plainly_unless_clean_is_asked_for(make_desk: MakeDesk) -> None:
    desk = make_desk("old")
    assert desk.json(*PROMO, "--dry-run")["mode"] == "plain"
    assert "this version has not the two defects" in desk.err
    answer = desk.json(*PROMO, "--clean", "--dry-run")
    assert (answer["mode"], answer["why"]) == ("clean", "as asked for with --clean")


def test_the_settings_may_say_that_plain_is_exact(shared: Desk) -> None:
    shared.configure("[act]\nplain_is_exact = true\n")
    assert shared.json(*S1, "--dry-run")["mode"] == "plain"
    assert "act.plain_is_exact is true" in shared.err


def test_a_node_that_does_not_describe_itself_is_bounced_plainly_and_the_price_is_named(shared: Desk) -> None:
    shared.node.faults.add(Fault("error", "/api-docs/openapi.json"))
    answer = shared.json(*S1, "--dry-run")
    assert answer["mode"] == "plain"
    assert "gives no description of itself" in answer["why"]
    assert any("a plain bounce may take" in warning for warning in answer["warnings"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--expect", "29"), "counts 30 messages, not 29"),
        (("--at-most", "29"), "more than 29"),
        (("--expect", "30", "--read-only"), "read-only"),
    ],
)
def test_what_forbids_a_clean_bounce_is_4_and_nothing_is_stopped(
    shared: Desk, words: tuple[str, ...], said: str
) -> None:
    answer = shared.json(*S1, "--clean", "--yes", *words)
    assert (shared.code, shared.acts, answer["operation"]) == (4, [], None)
    assert said in answer["refused"]


def test_without_a_journal_nothing_is_stopped(
    shared: Desk, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("no-folder") / "a-file"
    folder.write_text("no folder", "utf-8")
    monkeypatch.setenv("KUMO_TUI_JOURNAL", str(folder / "journal.db"))
    for words in ((*S1, "--clean", *YES), ("stop", *S1[1:])):
        assert "no journal" in shared.json(*words)["refused"]
        assert (shared.code, shared.acts) == (4, [])
