"""What ssh says of a tunnel that does not stand: the line that tells, and what can be done about it."""

import pytest

from kumo_tui.node.ssh_words import next_step, spoken, telling
from kumo_tui.urls import SshWay

WAY = SshWay("ops", "mta1", 0, "127.0.0.1:8000")
CHANGED = [
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
    "Host key for mta1 has changed and you have requested strict checking.",
    "Host key verification failed.",
]


@pytest.mark.parametrize(
    ("lines", "told", "step"),
    [
        (
            ["ops@mta1: Permission denied (publickey)."],
            "ssh: Permission denied (publickey).",
            "It takes none of your keys. Try: ssh -o BatchMode=yes ops@mta1 true",
        ),
        (
            ["kim@jump: Permission denied (publickey).", "Connection closed by UNKNOWN port 65535"],
            "ssh: kim@jump: Permission denied (publickey).",
            "It takes none of your keys. Try: ssh -o BatchMode=yes ops@mta1 true",
        ),
        (
            ["** Authorized use only **", "Host key verification failed."],
            "ssh: Host key verification failed.",
            "Its key is not known here. Look at it and accept it once: ssh ops@mta1 true",
        ),
        (
            CHANGED,
            "ssh: Host key for mta1 has changed and you have requested strict checking.",
            "Its key changed: make sure that it is mta1, then correct known_hosts. "
            "See: ssh -o BatchMode=yes ops@mta1 true",
        ),
        (
            ["ssh: connect to host mta1 port 22: Connection refused"],
            "ssh: connect to host mta1 port 22: Connection refused.",
            "Is sshd running there, and listening on this port?",
        ),
        (
            ["ssh: Could not resolve hostname mta1: Name or service not known"],
            "ssh: Could not resolve hostname mta1: Name or service not known.",
            "Check the host name, and DNS.",
        ),
        (
            ["channel 2: open failed: connect failed: Connection refused"],
            "ssh: channel 2: open failed: connect failed: Connection refused.",
            "Is kumod running there, and listening on 127.0.0.1:8000?",
        ),
        (
            ["channel 2: open failed: administratively prohibited: open failed"],
            "ssh: channel 2: open failed: administratively prohibited: open failed.",
            "sshd there forbids it: see AllowTcpForwarding, PermitOpen, and permitopen= of the key.",
        ),
        (
            ["/home/kim/.ssh/config: line 3: Bad configuration option: foo", "/home: terminating, 1 bad"],
            "ssh: /home/kim/.ssh/config: line 3: Bad configuration option: foo.",
            "Correct that file; ssh reads it for every host.",
        ),
        (
            ["Timeout, server mta1 not responding."],
            "ssh: Timeout, server mta1 not responding.",
            "Check the network in between.",
        ),
        (
            ["something new", "Connection to mta1 closed by remote host.", "Killed by signal 15."],
            "ssh: Connection to mta1 closed by remote host.",
            "Try: ssh -o BatchMode=yes ops@mta1 true",
        ),
    ],
)
def test_the_telling_line_is_said_with_what_can_be_done(lines: list[str], told: str, step: str) -> None:
    line = telling(lines)
    assert spoken(line, WAY) == told
    assert next_step(line, WAY, ("ssh",)) == step


def test_braces_in_what_ssh_or_the_command_says_are_only_text() -> None:
    assert (
        next_step("{0} {x}", WAY, ("ssh", "-F", "{odd}")) == "Try: ssh -F '{odd}' -o BatchMode=yes ops@mta1 true"
    )


def test_where_nothing_was_said_there_is_no_line() -> None:
    assert telling([]) == ""
