"""No command, whatever becomes of it, leaves a secret behind (DESIGN 3, rule 16)."""

import base64
from pathlib import Path

import pytest

from kumo_tui.sim import Fault
from kumo_tui.sim.web.access import Access, User
from tests.leaks import PASSWORD, TOKEN, USER, leaking_files, leaks
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

FLEET = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 120
due_in = [86400, 86400]

[[node]]
name = "mta2"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["promo:acme@aol.com"]
messages = 10
due_in = [86400, 86400]
"""
CONFIG = f"""
[profile.lab.credentials]
user = "{USER}"
password = "{PASSWORD}"

[[profile.lab.nodes]]
name = "one"
url = "https://mta1:8000"

[[profile.lab.nodes]]
name = "two"
url = "https://mta2:8000"
credentials = {{ token = "{TOKEN}" }}
"""
LOOKS = (["status"], ["queues"], ["directives"], ["doctor"], ["history"])
PROMO = ["--campaign", "promo", "--reason", "bad link"]
YES = ["--yes", "--at-most", "900", "--duration", "5s"]


@pytest.fixture
def guarded(make_desk: MakeDesk, tmp_path: Path) -> Desk:
    """Two nodes that take nobody but us, one by a password and one by a token."""
    desk = make_desk(FLEET)
    desk.configure(CONFIG)
    (tmp_path / "config.toml").chmod(0o600)
    users = (User(USER, "admin", PASSWORD), User("bot", "admin", token=TOKEN))
    for node in desk.fleet.nodes.values():
        node.access = Access(trust_hosts=False, users=users)
    return desk


def run(desk: Desk, *words: str) -> str:
    """Run a command as text and as JSON; what it says holds no secret. Returns the last."""
    for extra in ((), ("--json",)):
        desk.run("--profile", "lab", *words, *extra)
        assert desk.out + desk.err
        assert leaks(desk.out + desk.err) == [], words
    return desk.out


def left_by(desk: Desk) -> str:
    """Every request that reached a node, as the node wrote it down."""
    return "".join(repr(request) for node in desk.fleet.nodes.values() for request in node.requests)


def test_no_command_leaves_a_secret_behind(guarded: Desk, tmp_path: Path, state_folder: Path) -> None:
    for words in LOOKS:
        run(guarded, *words)
        assert guarded.code == 0
    run(guarded, "bounce", *PROMO, "--dry-run")
    run(guarded, "bounce", *PROMO, "--yes", "--at-most", "0", "--plain")
    assert guarded.posts == []
    stop = guarded.json("--profile", "lab", "stop", "--domain", "yahoo.com", "--reason", "x")["operation"]
    run(guarded, "release", stop)
    run(guarded, "bounce", "--domain", "gmail.com", "--reason", "x", *YES, "--clean")
    run(guarded, "bounce", *PROMO, *YES, "--plain", "--follow")
    run(guarded, "watch", stop)
    for words in (["report", stop, "--all"], ["history"], ["directives"]):
        run(guarded, *words)
    guarded.run("--profile", "lab", "report", stop, "--csv")
    assert leaks(guarded.out) == []
    assert {method for method, _path, _body in guarded.acts} == {"POST", "DELETE"}
    assert leaks(left_by(guarded)) == []
    assert list(state_folder.rglob("journal.db*"))
    assert leaking_files(state_folder) == set()
    assert leaking_files(tmp_path) == {"config.toml"}, "the search finds what is there"


@pytest.mark.parametrize("kind", ["cut", "error", "html", "half_reply"])
def test_no_failure_leaves_a_secret_behind(guarded: Desk, state_folder: Path, kind: str) -> None:
    for node in guarded.fleet.nodes.values():
        node.faults.add(Fault(kind))
    for words in (*LOOKS, ["bounce", *PROMO, *YES, "--plain"]):
        run(guarded, *words)
    for node in guarded.fleet.nodes.values():
        node.faults.clear()
        node.faults.add(Fault(kind, method="POST"))
    run(guarded, "bounce", *PROMO, *YES, "--plain", "--settle", "2s")
    run(guarded, "stop", *PROMO, "--settle", "2s")
    assert guarded.posts
    assert leaking_files(state_folder) == set()


def test_no_refusal_leaves_a_secret_behind(guarded: Desk, state_folder: Path) -> None:
    for node in guarded.fleet.nodes.values():
        node.access = Access(trust_hosts=False)
    for words in (*LOOKS, ["bounce", *PROMO, *YES]):
        run(guarded, *words)
    for node in guarded.fleet.nodes.values():
        users = (User(USER, "viewer", PASSWORD), User("bot", "viewer", token=TOKEN))
        node.access = Access(trust_hosts=False, users=users)
    run(guarded, "bounce", *PROMO, *YES, "--plain")
    run(guarded, "history")
    assert leaking_files(state_folder) == set()


def test_the_search_finds_secrets_in_every_form() -> None:
    assert leaks(f"curl -u {USER}:{PASSWORD} http://x") == [PASSWORD]
    for before in ("", "a", "ab", f"{USER}:"):
        for after in ("", "z", "zz"):
            coded = base64.b64encode(f"{before}{TOKEN}{after}".encode()).decode()
            assert leaks(f"Authorization: Basic {coded}") == [TOKEN]
    assert leaks("Authorization: Bearer ***") == []
