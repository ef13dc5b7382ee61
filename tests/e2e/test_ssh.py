"""Nodes behind a real sshd on loopback: reading, acting, an sshd that dies and comes back, what is left."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, environment, kumo_tui, serving, together
from tests.e2e.scene import QUICK, Desk
from tests.sshd import MISSING, REASON, Sshd, free_port, sshd, using
from tests.waiting import wait

pytestmark = pytest.mark.skipif(bool(MISSING), reason=REASON)

README = Path(__file__).parents[2] / "README.md"

BOUNCE = ("bounce", "--reason", "bad link", "--plain", "--yes", "--json")


class Behind:
    """One simulated node behind an sshd, and the runtime folder of whoever asks it."""

    def __init__(self, fleet: ServedFleet, sshd: Sshd, runtime: Path) -> None:
        self.fleet = fleet
        self.sshd = sshd
        self.runtime = runtime
        self.url = sshd.url(int(fleet.urls["mta1"].rpartition(":")[2]))

    def variables(self, command: list[str] | None = None) -> dict[str, str]:
        """Which ssh is run, and where its socket is."""
        ssh = json.dumps(command or self.sshd.command)
        return {"KUMO_TUI_SSH__COMMAND": ssh, "XDG_RUNTIME_DIR": str(self.runtime)}

    def run(
        self, *words: str, url: str = "", command: list[str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run the installed command on the node."""
        return kumo_tui("--endpoint", url or self.url, *words, **self.variables(command))

    def failure(self, *, url: str = "", command: list[str] | None = None) -> str:
        """What status says is wrong with the node, which cannot be read."""
        done = self.run("status", "--json", url=url, command=command)
        assert done.returncode == 3, done
        return str(json.loads(done.stdout)["nodes"][0]["error"])

    def bounces(self, campaign: str) -> int:
        """How many bounces of a campaign came to the node."""
        bodies = [json.loads(act["body"]) for act in self.fleet.acts() if act["method"] == "POST"]
        return sum(body.get("campaign") == campaign for body in bodies)

    def left(self) -> list[object]:
        """What is left of tunnels: processes and folders."""
        return [*using(self.runtime), *self.runtime.glob("kumo-tui/*")]

    @contextlib.contextmanager
    def dashboard(self) -> Iterator[Desk]:
        """A dashboard on the node."""
        env = {f"KUMO_TUI_{key}": value for key, value in QUICK.items()}
        with Desk([KUMO_TUI, "--endpoint", self.url], env={**env, **self.variables()}) as desk:
            yield desk


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A runtime folder with a path that leaves room for a socket's name."""
    with tempfile.TemporaryDirectory(prefix="kt", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServedFleet, Sshd]]:
    with serving("quiet") as fleet, sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield fleet, server


@pytest.fixture
def behind(served: tuple[ServedFleet, Sshd], runtime: Path) -> Behind:
    """The node of all of these tests; each bounces another campaign of it."""
    fleet, server = served
    server.know_keys()
    return Behind(fleet, server, runtime)


def test_a_node_is_read_and_bounced_through_ssh_and_nothing_is_left(behind: Behind) -> None:
    dry_run = ("bounce", "--campaign", "promo", "--reason", "bad link", "--dry-run", "--json")
    done, dried = together(lambda: behind.run("status", "--json"), lambda: behind.run(*dry_run))
    status = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert status["nodes"][0]["url"] == behind.url
    assert status["nodes"][0]["name"] == f"127.0.0.1:{behind.sshd.port}"
    assert status["nodes"][0]["state"] == "ok"
    assert behind.left() == []
    dry = json.loads(dried.stdout)
    assert dry["requests"][0]["url"].startswith(f"{behind.url}/api/")
    done = behind.run(*BOUNCE, "--campaign", "promo", "--expect", str(dry["preview"]["messages"]))
    assert json.loads(done.stdout.splitlines()[0])["nodes"][0]["state"] == "accepted", done
    assert behind.bounces("promo") == 1
    assert behind.left() == []


def test_doctor_says_which_ssh_is_used_and_what_it_says(behind: Behind) -> None:
    foreign = behind.sshd.command_with("foreign")
    fine, refused = together(lambda: behind.run("doctor"), lambda: behind.run("doctor", command=foreign))
    assert "reached by ssh to " in fine.stdout
    assert "OpenSSH" in fine.stdout
    assert "Permission denied (publickey)" in refused.stdout


def test_refusals_of_ssh_are_told_in_its_words_with_a_next_step(behind: Behind) -> None:
    sshd, closed = behind.sshd, free_port()
    others = [sshd.command_with("foreign"), sshd.command_with(more="  UserKnownHostsFile /dev/null")]
    foreign, unknown, nowhere, refused, far = together(
        lambda: behind.failure(command=others[0]),
        lambda: behind.failure(command=others[1]),
        lambda: behind.failure(url="ssh://no-such.invalid/"),
        lambda: behind.failure(url=f"ssh://127.0.0.1:{closed}/127.0.0.1:8000"),
        lambda: behind.failure(url=sshd.url(closed)),
    )
    assert "ssh: Permission denied (publickey). Next try in" in foreign
    assert "-o BatchMode=yes -p" in foreign
    assert "ssh: Host key verification failed." in unknown
    assert "Look at it and accept it once" in unknown
    assert "ssh: Could not resolve hostname no-such.invalid" in nowhere
    assert f"ssh: connect to host 127.0.0.1 port {closed}: Connection refused." in refused
    assert "open failed: connect failed: Connection refused." in far
    assert f"Is kumod running there, and listening on 127.0.0.1:{closed}?" in far
    assert behind.left() == []


def test_a_server_that_forbids_forwarding_is_told_as_that(behind: Behind, tmp_path: Path) -> None:
    with sshd(tmp_path, more="AllowTcpForwarding no") as strict:
        failed = behind.failure(url=strict.url(8000), command=strict.command)
        assert "administratively prohibited" in failed
        assert "AllowTcpForwarding" in failed


def test_the_restricted_key_of_the_readme_is_enough_and_leads_nowhere_else(behind: Behind) -> None:
    shown = next(line.strip() for line in README.read_text("utf-8").splitlines() if "permitopen=" in line)
    options = shown.partition(" ssh-ed25519 ")[0]
    place = f'permitopen="{behind.url.rpartition("/")[2]}"'
    options = options.replace('permitopen="127.0.0.1:8000"', place)
    assert place in options
    (behind.sshd.folder / "authorized").write_text(f"{options} {(behind.sshd.folder / 'mine.pub').read_text()}")
    elsewhere = behind.sshd.url(free_port())
    done, failed = together(lambda: behind.run("status"), lambda: behind.run("status", url=elsewhere))
    assert done.returncode == 0
    assert "administratively prohibited" in failed.stdout + failed.stderr


def test_a_changed_host_key_is_no_unknown_one(behind: Behind) -> None:
    known = behind.sshd.folder / "known"
    known.write_text(f"[127.0.0.1]:{behind.sshd.port} {(behind.sshd.folder / 'foreign.pub').read_text()}")
    failed = behind.failure()
    assert "has changed" in failed
    assert "correct known_hosts" in failed


def test_what_the_users_own_configuration_says_of_forwarding_stops_nothing_and_leaves_nothing(
    behind: Behind,
) -> None:
    taken = behind.fleet.urls["mta1"].rpartition(":")[2]
    more = f"  LocalForward {taken} 127.0.0.1:1\n  ExitOnForwardFailure yes\n  ForkAfterAuthentication yes"
    commands = [behind.sshd.command_with(more=each) for each in (more, "  ClearAllForwardings yes")]
    for done in together(*(partial(behind.run, "status", command=command) for command in commands)):
        assert done.returncode == 0, done
        assert done.stderr == ""
    assert behind.left() == []


def test_an_sshd_that_dies_is_told_on_the_screen_and_the_node_comes_back_by_itself(behind: Behind) -> None:
    with behind.dashboard() as desk:
        desk.wait_for("data 0s")
        desk.press("n")
        behind.sshd.kill()
        desk.wait_said("ssh: connect to host 127.0.0.1 port")
        desk.wait_said("Is sshd running there, and listening on this port?")
        behind.sshd.start()
        desk.wait_gone("Is sshd running")
        desk.back("Directives")
        desk.quit()
    assert behind.left() == []


def test_a_signal_that_ends_the_dashboard_ends_ssh(behind: Behind) -> None:
    with behind.dashboard() as terminated, behind.dashboard() as hung_up, behind.dashboard() as interrupted:
        desks = (terminated, hung_up, interrupted)
        for desk in desks:
            desk.wait_for("data 0s")
        assert len(using(behind.runtime)) == len(desks)
        terminated.process.send_signal(signal.SIGTERM)
        hung_up.process.send_signal(signal.SIGHUP)
        # As the terminal sends it: to all of the foreground, of which ssh is no part.
        interrupted.press("ctrl+c")
        interrupted.press("q")
        for desk in desks:
            desk.wait_end()
    assert behind.left() == []


@pytest.mark.skipif(not shutil.which("setpriv"), reason="there is no setpriv here: what is killed ends nothing")
def test_a_killed_dashboard_takes_ssh_with_it_and_the_next_run_clears_its_folder(behind: Behind) -> None:
    with behind.dashboard() as desk:
        desk.wait_for("data 0s")
        desk.process.kill()
        desk.process.wait()
    wait(lambda: not using(behind.runtime), "ssh to end")
    assert len(behind.left()) == 1
    assert behind.run("status").returncode == 0
    assert behind.left() == []


def test_a_bounce_of_a_killed_run_is_gone_on_with_by_its_url(behind: Behind, tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), **behind.variables()}
    words = ["--endpoint", behind.url, *BOUNCE, "--campaign", "news", "--at-most", "1000000", "--follow"]
    with subprocess.Popen(
        [KUMO_TUI, *words], stdout=subprocess.PIPE, text=True, env=environment(**state), start_new_session=True
    ) as run:
        assert run.stdout is not None
        tag = json.loads(run.stdout.readline())["operation"]
        os.kill(run.pid, signal.SIGKILL)
    followed = kumo_tui("--endpoint", behind.url, "watch", tag, "--until", "swept", "--json", **state)
    assert followed.returncode == 0, followed
    assert json.loads(followed.stdout.splitlines()[-1])["operation"] == tag
    assert behind.bounces("news") == 1
