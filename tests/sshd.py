"""A real sshd on loopback for tests: own keys, own settings, a free port, as whoever runs the tests."""

import contextlib
import getpass
import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.waiting import PATIENCE_S, wait

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
MISSING = [name for name, found in (("ssh", shutil.which("ssh")), ("sshd", SSHD)) if not found]
REASON = f"there is no {' and no '.join(MISSING)} here (Debian: openssh-server)"

_SETTINGS = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
{more}
"""

_CLIENT = """
Host *
{more}
  IdentityFile {folder}/{key}
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  GlobalKnownHostsFile none
"""


class Sshd:
    """One sshd. `command` is ssh with a configuration that knows it; `url` leads to a port of this machine."""

    def __init__(self, folder: Path, *, more: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self._more = more
        self._process: subprocess.Popen[bytes] | None = None
        for key in ("host", "mine", "foreign"):
            made = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / key))
            subprocess.run(made, check=True)
        self.know_keys()
        self.command = self.command_with()

    def know_keys(self) -> None:
        """Let one key in, and have the key of this sshd be known: as it is at first."""
        (self.folder / "authorized").write_text((self.folder / "mine.pub").read_text())
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {(self.folder / 'host.pub').read_text()}")

    def command_with(self, key: str = "mine", more: str = "") -> list[str]:
        """ssh with this key and these lines in its configuration."""
        path = self.folder / f"client-{key}-{len(list(self.folder.glob('client-*')))}"
        path.write_text(_CLIENT.format(folder=self.folder, key=key, more=more))
        return ["ssh", "-F", str(path)]

    def url(self, far_port: int, user: str = "") -> str:
        """The URL of a listener on this port of the machine that sshd is on: this one."""
        return f"ssh://{user or getpass.getuser()}@127.0.0.1:{self.port}/127.0.0.1:{far_port}"

    def start(self) -> None:
        """Listen; returns when it does."""
        assert SSHD is not None
        settings = self.folder / "settings"
        settings.write_text(_SETTINGS.format(port=self.port, folder=self.folder, more=self._more))
        if os.geteuid() == 0:
            # The service makes it on Debian; without it sshd refuses to run as root.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(settings)],
                stdin=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        wait(lambda: listens(self.port), f"sshd to listen: {(self.folder / 'log').read_text()}")

    def kill(self) -> None:
        """End it and every session that it has; they are children of it with sessions of their own."""
        if self._process is not None:
            for pid in (*descendants(self._process.pid), self._process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(PATIENCE_S)
            self._process = None


@contextlib.contextmanager
def sshd(folder: Path, *, more: str = "") -> Iterator[Sshd]:
    """An sshd that listens, with these lines in its settings; gone afterwards."""
    served = Sshd(folder, more=more)
    served.start()
    try:
        yield served
    finally:
        served.kill()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, below those that connections and port 0 are given by chance."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def listens(port: int) -> bool:
    """Whether somebody takes connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def descendants(pid: int) -> list[int]:
    """The processes below this one that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rpartition(")")[2].split()
            if int(words[1]) == pid and words[0] != "Z":
                child = int(stat.parent.name)
                found += [child, *descendants(child)]
    return found


def using(folder: Path) -> list[int]:
    """The processes that live and have this folder in their command line."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in line.read_bytes():
                found.append(int(line.parent.name))
    return found
