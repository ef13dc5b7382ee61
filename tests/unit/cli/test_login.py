"""What commands do with logins: doctor tells which is used, a fault of the config is 2, no words hold a secret."""

from pathlib import Path
from typing import Any

import pytest

from kumo_tui.sim.web.access import Access, User
from tests.unit.cli.desk import Desk

SECRET = "hunter2-Tr0ub4dor"
LOGIN = f'[profile.lab.credentials]\nuser = "ops"\npassword = "{SECRET}"\n'
NODE = '[[profile.lab.nodes]]\nname = "mx"\nurl = "https://mta1:8000"\n'


def configure(desk: Desk, text: str, tmp_path: Path, mode: int = 0o600) -> None:
    desk.configure(text)
    (tmp_path / "config.toml").chmod(mode)


def guard(desk: Desk, role: Any = "admin") -> None:
    """Let the node take nobody but the user `ops`."""
    desk.node.access = Access(trust_hosts=False, users=(User("ops", role, SECRET),))


def node_checks(desk: Desk, state: str) -> str:
    checks = desk.json("--profile", "lab", "doctor")["checks"]
    assert SECRET not in desk.out + desk.err
    found = (check for check in checks if check["node"] == "mx" and check["state"] == state)
    return "\n".join(f"{check['what']} {check['next_step']}" for check in found)


def test_a_login_of_the_config_reads_and_bounces(desk: Desk, tmp_path: Path) -> None:
    guard(desk)
    configure(desk, LOGIN + NODE, tmp_path)
    assert desk.run("--profile", "lab", "status") == 0
    words = ("bounce", "--campaign", "promo", "--reason", "x", "--yes", "--at-most", "900", "--plain")
    assert desk.run("--profile", "lab", *words) == 0, desk.err
    assert len(desk.posts) == 1
    assert SECRET not in desk.out + desk.err


def test_an_endpoint_on_the_command_line_has_no_login(desk: Desk, tmp_path: Path) -> None:
    guard(desk)
    configure(desk, LOGIN + NODE, tmp_path)
    assert desk.run("--endpoint", "http://mta1:8000", "status") == 3
    assert "give the node credentials in the config" in desk.err


def test_doctor_tells_which_login_is_used_and_where_it_is_from(desk: Desk, tmp_path: Path) -> None:
    guard(desk)
    configure(desk, LOGIN + NODE, tmp_path)
    assert "may be read from here, as ops (Basic), password from the config; whether" in node_checks(desk, "ok")
    desk.node.access = Access()
    configure(desk, NODE, tmp_path)
    assert "may be read from here, without credentials; whether it may be changed" in node_checks(desk, "ok")


def test_doctor_tells_what_is_wrong_with_a_login_that_is_not_let_in(desk: Desk, tmp_path: Path) -> None:
    guard(desk)
    configure(desk, LOGIN.replace(SECRET, "wrong") + NODE, tmp_path)
    failed = node_checks(desk, "failed")
    assert desk.code == 3
    assert "(401): HttpBasicAuth Authentication Failed for ops. Check this node's credentials" in failed
    assert "it is asked as ops (Basic), password from the config" in node_checks(desk, "ok")


def test_doctor_names_the_node_whose_secret_cannot_be_had_and_looks_at_the_others(
    desk: Desk, tmp_path: Path
) -> None:
    other = '[[profile.lab.nodes]]\nname = "other"\nurl = "http://mta1:8001"\ncredentials = {}\n'
    login = '[profile.lab.credentials]\ntoken_command = ["/bin/sh", "-c", "echo hunter2-Tr0ub4dor; exit 4"]\n'
    configure(desk, login + NODE + other, tmp_path)
    assert "token_command: /bin/sh ended with exit code 4. Run it by hand" in node_checks(desk, "failed")
    assert desk.code == 7
    assert {check["node"] for check in desk.json("--profile", "lab", "doctor")["checks"]} >= {"mx", "other"}


def test_doctor_warns_of_credentials_that_cross_the_network_in_the_clear(desk: Desk, tmp_path: Path) -> None:
    plain = NODE.replace("https", "http") + "allow_plain_http = true\n"
    configure(desk, LOGIN + plain, tmp_path)
    assert "plain HTTP to another machine" in node_checks(desk, "warning")
    assert "The credentials too (allow_plain_http)." in node_checks(desk, "warning")


@pytest.mark.parametrize("command", ["status", "queues", "directives", "doctor"])
@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (LOGIN + NODE, 0o644, "Type: chmod 600"),
        (LOGIN + NODE.replace("https", "http"), 0o600, "set allow_plain_http = true for this node"),
        (LOGIN + 'passwrd = "hunter2-Tr0ub4dor"\n' + NODE, 0o600, "unknown key"),
        (NODE.replace("//", "//ops:hunter2-Tr0ub4dor@"), 0o600, "must not hold a user name or password"),
    ],
)
def test_a_fault_of_the_config_is_2_and_repeats_no_secret(
    desk: Desk, tmp_path: Path, command: str, text: str, mode: int, words: str
) -> None:
    configure(desk, text, tmp_path, mode)
    assert desk.run("--profile", "lab", command) == 2
    assert words in desk.out + desk.err
    assert SECRET not in desk.out + desk.err
    assert desk.node.requests == []


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        ('token_env = "KUMO_TOKEN"', "mx: token_env: the variable KUMO_TOKEN is not set."),
        ('token_command = ["/bin/false"]', "mx: token_command: /bin/false ended with exit code 1."),
        ('token_file = "/nowhere/token"', "mx: /nowhere/token: cannot be read: No such file or directory."),
    ],
)
def test_a_secret_that_cannot_be_had_is_2_and_nothing_is_asked(
    desk: Desk, tmp_path: Path, credentials: str, words: str
) -> None:
    configure(desk, f"[profile.lab.credentials]\n{credentials}\n{NODE}", tmp_path)
    assert desk.run("--profile", "lab", "status") == 2
    assert words in desk.err
    assert desk.node.requests == []


def test_every_look_says_that_a_certificate_is_not_verified(desk: Desk, tmp_path: Path) -> None:
    configure(desk, f"{NODE}insecure = true\n", tmp_path)
    for command in ("status", "queues", "directives"):
        assert desk.run("--profile", "lab", command) == 0
        assert desk.err.startswith("mx: its certificate is not verified (insecure)")
    configure(desk, NODE, tmp_path)
    desk.run("--profile", "lab", "status")
    assert desk.err == ""


@pytest.mark.parametrize("option", ["--password", "--token", "--user"])
def test_no_option_takes_a_secret(desk: Desk, option: str) -> None:
    assert desk.run("status", option, SECRET) == 2
    assert "No such option" in desk.err and SECRET not in desk.err
