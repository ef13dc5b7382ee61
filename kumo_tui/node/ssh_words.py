"""What ssh says when a tunnel does not stand, and what an operator can do about it."""

from collections.abc import Sequence

import httpx

from kumo_tui.node.ssh_command import by_hand, interactive
from kumo_tui.urls import SshWay

# The word for a channel that never opened: what went into it did not arrive.
NEVER_OPENED = ": open failed: "
WORDLESS = "it ended without a word"

# What follows the telling line, or says nothing by itself.
_HOLLOW = (
    "connection closed by unknown port",
    "terminating, ",
    "killed by signal ",
    "lost connection",
    "client_loop: send disconnect",
    "@@@",
)

# What is looked for in the lines, by weight, and what to do then: `{by_hand}`, `{interactive}`, `{far}`, `{host}`.
_STEPS = (
    (
        "administratively prohibited",
        "sshd there forbids it: see AllowTcpForwarding, PermitOpen, and permitopen= of the key.",
    ),
    (NEVER_OPENED, "Is kumod running there, and listening on {far}?"),
    ("host key for ", "Its key changed: make sure that it is {host}, then correct known_hosts. See: {by_hand}"),
    ("host key verification failed", "Its key is not known here. Look at it and accept it once: {interactive}"),
    ("permission denied", "It takes none of your keys. Try: {by_hand}"),
    ("could not resolve hostname", "Check the host name, and DNS."),
    ("connection refused", "Is sshd running there, and listening on this port?"),
    ("timed out", "Check host, port and firewall."),
    ("not responding", "Check the network in between."),
    ("no route to host", "Check host, port and network."),
    ("network is unreachable", "Check host, port and network."),
    ("bad configuration option", "Correct that file; ssh reads it for every host."),
)


class NotThrough(httpx.ConnectError):
    """A request was not sent, or certainly did not arrive. `what` and `next_step` are words for the operator."""

    def __init__(self, what: str, next_step: str) -> None:
        self.what = what
        self.next_step = next_step
        super().__init__(what)


class CutWithin(httpx.ReadError):
    """The tunnel ended, or its far side did, with a request in it. `said` is what ssh said of it."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(said)


def telling(lines: Sequence[str]) -> str:
    """The line that tells most: the one that is known by weight, else the last one that says something."""
    for sign, _ in _STEPS:
        for line in reversed(lines):
            if sign in line.lower():
                return line
    full = [line for line in lines if not line.lower().startswith(_HOLLOW)]
    return (full or list(lines) or [""])[-1]


def spoken(line: str, way: SshWay) -> str:
    """A line as it is told: it begins with `ssh:` and says the destination only where it is another one."""
    said = line.removeprefix("ssh: ").removeprefix(f"{way.destination}: ").rstrip(".")
    return f"ssh: {said}."


def next_step(line: str, way: SshWay, command: Sequence[str]) -> str:
    """What the operator can do about it."""
    step = next((step for sign, step in _STEPS if sign in line.lower()), "Try: {by_hand}")
    return step.format(
        by_hand=by_hand(command, way),
        interactive=interactive(command, way),
        far=way.far,
        host=way.host,
    )
