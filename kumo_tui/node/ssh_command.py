"""The command lines of ssh for a tunnel: lists, no shell, nothing that asks, nothing of data that is an option."""

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kumo_tui.urls import SshWay

DEFAULT_COMMAND = ("ssh",)

# How soon a dead link is noticed, in seconds and tries.
ALIVE_EVERY_S = 5
ALIVE_TRIES = 3

# Forwardings of the user's own for that host may fail, their ports being taken by another ssh: ours shows by its
# socket. What the server says of a channel is told from the level INFO on.
_OPTIONS = {
    "BatchMode": "yes",
    "RequestTTY": "no",
    "RemoteCommand": "none",
    "PermitLocalCommand": "no",
    "ControlMaster": "no",
    "ControlPath": "none",
    "ClearAllForwardings": "no",
    "ExitOnForwardFailure": "no",
    "StreamLocalBindUnlink": "yes",
    "StreamLocalBindMask": "0177",
    "ServerAliveInterval": str(ALIVE_EVERY_S),
    "ServerAliveCountMax": str(ALIVE_TRIES),
    "LogLevel": "INFO",
}

_NOTHING_ELSE = ("-N", "-T", "-n", "-a", "-x")

_FORWARDS = ("localforward ", "remoteforward ", "dynamicforward ")


def found_program(command: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The file of the program that a command runs; None where there is none that can be run."""
    return shutil.which(command[0], path=environ.get("PATH"))


def forwarding(
    command: Sequence[str], way: SshWay, socket: Path, connect_s: float, explained: str = ""
) -> list[str]:
    """The command that forwards the socket to the listener, and does nothing else, until it is ended.

    `explained` is what `explaining` prints, empty where it cannot be had.
    """
    return [*command, *_NOTHING_ELSE, *_stay(explained), *_arguments(way, socket, connect_s)]


def explaining(command: Sequence[str], way: SshWay, socket: Path, connect_s: float) -> list[str]:
    """The command that prints what ssh makes of all that, with the user's configuration, and connects nowhere."""
    return [*command, "-G", *_NOTHING_ELSE, *_arguments(way, socket, connect_s)]


def is_ours_alone(explained: str) -> bool:
    """Whether what `explaining` prints holds no forwarding but ours: then each channel told of is ours."""
    return sum(line.lower().startswith(_FORWARDS) for line in explained.splitlines()) == 1


def by_hand(command: Sequence[str], way: SshWay) -> str:
    """What the operator can type to see how ssh gets on, quoted for a POSIX shell."""
    return shlex.join([*command, "-o", "BatchMode=yes", *way.port_option, way.destination, "true"])


def interactive(command: Sequence[str], way: SshWay) -> str:
    """The same where ssh is to ask: it shows the key of a host that it does not know."""
    return shlex.join([*command, *way.port_option, way.destination, "true"])


def tie_to_parent(environ: Mapping[str, str]) -> list[str]:
    """What is put before a command so that it ends with us even when we are killed; nothing where there is none.

    The signal comes when the thread that started it ends. Older releases of the program do not know the option.
    """
    program = shutil.which("setpriv", path=environ.get("PATH")) if sys.platform == "linux" else None
    return [program, "--pdeathsig", "TERM", "--"] if program else []


def quiet_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for ssh: nothing in it may ask on a screen."""
    kept = {key: value for key, value in environ.items() if key != "SSH_ASKPASS"}
    return {**kept, "SSH_ASKPASS_REQUIRE": "never"}


def _stay(explained: str) -> list[str]:
    """What keeps ssh in our sight where the user's configuration sends it to the background.

    Not told to each ssh: those before 8.7 do not know the option, and end for it.
    """
    goes = "forkafterauthentication yes" in explained.lower().splitlines()
    return ["-o", "ForkAfterAuthentication=no"] if goes else []


def _arguments(way: SshWay, socket: Path, connect_s: float) -> list[str]:
    options = {**_OPTIONS, "ConnectTimeout": str(max(1, round(connect_s)))}
    words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    return [*words, *way.port_option, "-L", f"{socket}:{way.far}", "--", way.destination]
