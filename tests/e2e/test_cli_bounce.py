"""The installed command bounces on simulated nodes on real ports: every exit code, and what was sent."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli_fleet import ServedFleet, serving

BOUNCE = "/api/admin/bounce/v1"
REASON = ("--reason", "bad link")
ANY = (*REASON, "--plain", "--yes", "--at-most", "1000000")
SHARED = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 60

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 15
connections = 1
latency = 0.01

[[node.standing]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
messages = 500
due_in = [0.1, 0.4]
attempts = 0
"""


@pytest.fixture
def quiet() -> Iterator[ServedFleet]:
    with serving("quiet") as fleet:
        yield fleet


@pytest.fixture
def three() -> Iterator[ServedFleet]:
    with serving("fleet") as fleet:
        yield fleet


@pytest.mark.parametrize(
    "words",
    [
        [*ANY],
        ["--campaign", "promo", *REASON, "--yes", "--expect", "239"],
        ["--campaign", "promo", *REASON, "--yes", "--at-most", "239"],
        ["--campaign", "nix", *ANY],
        ["--domain", "Gmail.com", *ANY],
        ["--campaign", "promo", *ANY, "--duration", "2d"],
        ["--everything", "--i-mean-everything", *REASON, "--clean", "--yes", "--at-most", "1000000"],
        ["--campaign", "promo", *ANY, "--read-only"],
    ],
)
def test_a_refusal_is_4_and_nothing_was_sent(quiet: ServedFleet, words: list[str]) -> None:
    code, (answer,) = quiet.json("bounce", *words)
    assert (code, answer["operation"], quiet.acts()) == (4, None, [])
    assert answer["refused"]


def test_exact_queues_never_reach_a_node_that_would_bounce_everything() -> None:
    with serving("old") as fleet:
        code, (answer,) = fleet.json("bounce", "--queue", "promo:acme@gmail.com", *ANY)
        assert (code, answer["operation"], fleet.acts()) == (4, None, [])


@pytest.mark.parametrize(
    "words", [["--campaign", "", *ANY], ["--campaign", "promo", "--yes"], ["--campaign", "x", *REASON]]
)
def test_wrong_usage_is_2_with_nothing_on_standard_output(quiet: ServedFleet, words: list[str]) -> None:
    done = quiet.run("bounce", *words, "--json")
    assert (done.returncode, done.stdout, quiet.requests()) == (2, "", [])


def test_a_bounce_is_sent_once_and_another_process_follows_it(quiet: ServedFleet) -> None:
    code, (answer,) = quiet.json(
        "bounce", "--campaign", "promo", *REASON, "--plain", "--yes", "--expect", "240", "--duration", "10s"
    )
    (sent,) = quiet.acts()
    assert (code, sent["path"], sent["method"]) == (0, BOUNCE, "POST")
    assert json.loads(sent["body"])["duration"] == "10s"
    code, lines = quiet.json("watch", answer["operation"])
    assert (code, lines[-1]["verdict"], lines[-1]["bounced"]) == (0, "done", 240)
    assert len(quiet.acts()) == 1


def test_following_ends_with_the_directive(quiet: ServedFleet) -> None:
    code, (answer, *lines) = quiet.json("bounce", "--campaign", "news", *ANY, "--follow", "--duration", "5s")
    assert (code, answer["baseline"]) == (0, {"queues": 1, "messages": 30})
    assert (lines[-1]["verdict"], lines[-1]["bounced"], lines[-1]["beyond"]) == ("done", 30, 0)


def test_a_bounce_that_did_not_arrive_is_5_and_is_not_sent_again(quiet: ServedFleet) -> None:
    quiet.fault(kind="cut", path=BOUNCE, method="POST")
    code, (answer,) = quiet.json("bounce", "--campaign", "promo", *ANY)
    assert (code, answer["nodes"][0]["state"], len(quiet.acts())) == (5, "rejected", 1)


def test_a_late_error_is_settled_by_the_list(quiet: ServedFleet) -> None:
    quiet.fault(kind="error_after", path=BOUNCE, method="POST")
    code, (answer,) = quiet.json("bounce", "--campaign", "promo", *ANY)
    assert (code, answer["nodes"][0]["state"], len(quiet.acts())) == (0, "accepted", 1)


def test_an_outcome_that_nobody_can_tell_is_6(quiet: ServedFleet) -> None:
    quiet.fault(kind="delay_reply", path=BOUNCE, method="POST", seconds=4.0)
    quiet.fault(kind="error_after", path=BOUNCE, method="POST")
    with quiet.running("bounce", "--campaign", "promo", *ANY, "--settle", "2s", "--json") as process:
        quiet.wait(lambda: bool(quiet.acts()), "the bounce")
        quiet.fault(kind="error", path=BOUNCE, method="GET")
        out, _ = process.communicate()
    assert (process.returncode, json.loads(out)["nodes"][0]["state"], len(quiet.acts())) == (6, "unknown", 1)


def test_some_nodes_accepting_is_7(three: ServedFleet) -> None:
    three.fault("mta2", kind="cut", path=BOUNCE, method="POST")
    code, (answer,) = three.json("bounce", "--campaign", "promo", *ANY)
    assert code == 7
    assert [node["state"] for node in answer["nodes"]] == ["accepted", "rejected", "accepted"]


def test_a_node_that_is_down_is_4_and_with_partial_7(three: ServedFleet) -> None:
    three.control("mta3", "kill")
    code, (answer,) = three.json("bounce", "--campaign", "promo", *ANY)
    assert (code, answer["operation"], three.acts()) == (4, None, [])
    code, (answer,) = three.json("bounce", "--campaign", "promo", *ANY, "--partial")
    assert (code, len(three.acts())) == (7, 2)
    assert [node["state"] for node in answer["nodes"]] == ["accepted", "accepted", "rejected"]


def test_a_restart_while_following_is_8(quiet: ServedFleet) -> None:
    with quiet.running("bounce", "--campaign", "promo", *ANY, "--follow", "--json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        quiet.control("mta1", "restart")
        out, _ = process.communicate()
    assert (process.returncode, json.loads(out.splitlines()[-1])["verdict"]) == (8, "lost")


def test_collateral_is_9(tmp_path: Path) -> None:
    scenario = tmp_path / "shared.toml"
    scenario.write_text(SHARED, "utf-8")
    with serving(str(scenario)) as fleet:
        fleet.wait(lambda: fleet.json("queues")[1][0]["messages"] == 0, "all mail in the ready queue")
        code, lines = fleet.json("bounce", "--tenant", "s1", *ANY, "--follow", "--duration", "4s")
    assert (code, lines[-1]["collateral"] > 0) == (9, True)


def test_ctrl_c_while_following_is_130_and_says_that_the_bounce_goes_on(quiet: ServedFleet) -> None:
    with quiet.running("bounce", "--campaign", "promo", *ANY, "--follow", "--json") as process:
        assert process.stdout is not None
        operation = json.loads(process.stdout.readline())["operation"]
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert f"the bounce goes on. Follow it with `kumo-tui watch {operation}`" in err
    assert "Traceback" not in err
    assert json.loads(quiet.run("directives", "--json").stdout)["directives"][0]["operation"] == operation
