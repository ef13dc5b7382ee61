"""Fetching a secret from where the settings say it is. No words of a failure repeat any of it."""

import subprocess
from collections.abc import Mapping

from pydantic import SecretStr

from kumo_tui.credentials import CredentialSettings, Scheme
from kumo_tui.errors import ConfigError
from kumo_tui.private_files import read_private
from kumo_tui.text import one_line

COMMAND_TIMEOUT_S = 60.0
LONGEST_FILE = 64 * 1024

_BY_HAND = "Run it by hand to see why; what it prints is not shown here."


def fetch_secret(
    credentials: CredentialSettings,
    environ: Mapping[str, str],
    *,
    timeout_s: float = COMMAND_TIMEOUT_S,
    may_ask: bool = True,
) -> SecretStr:
    """The password or token of these credentials, which hold one. Raises ConfigError, which names its key.

    `may_ask` lets a command ask the operator on the terminal; it must not once a dashboard has the screen.
    """
    key = credentials.key
    if credentials.literal is not None:
        return _checked(credentials.literal, credentials, key)
    if credentials.variable:
        value = environ.get(credentials.variable)
        if value is None:
            raise ConfigError(f"{key}: the variable {one_line(credentials.variable, 80)} is not set.")
        return _checked(SecretStr(value), credentials, f"{key}: the variable {one_line(credentials.variable, 80)}")
    if credentials.file is not None:
        first = read_private(credentials.file, LONGEST_FILE)
        return _first_line(first, credentials, f"{key}: {one_line(str(credentials.file), 200)}")
    printed = _printed(credentials.command, key, timeout_s=timeout_s, may_ask=may_ask)
    return _first_line(printed, credentials, f"{key}: the first line of {one_line(credentials.command[0], 80)}")


def _printed(command: tuple[str, ...], key: str, *, timeout_s: float, may_ask: bool) -> bytes:
    """What the command prints. Its errors are not captured: who asks for a secret may repeat it there."""
    shown = f"{key}: {one_line(command[0], 80)}"
    try:
        ended = subprocess.run(  # noqa: S603  # the operator's own command, as a list, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
            start_new_session=not may_ask,
        )
    except subprocess.TimeoutExpired:
        # Without its cause: that holds what was printed so far.
        raise ConfigError(f"{shown} did not end within {timeout_s:g} s.", _BY_HAND) from None
    except OSError as error:
        raise ConfigError(f"{shown} cannot be run: {error.strerror}.", "Give its whole path.") from error
    if ended.returncode < 0:
        raise ConfigError(f"{shown} was ended by signal {-ended.returncode}.", _BY_HAND)
    if ended.returncode:
        raise ConfigError(f"{shown} ended with exit code {ended.returncode}.", _BY_HAND)
    return ended.stdout


def _first_line(raw: bytes, credentials: CredentialSettings, shown: str) -> SecretStr:
    line = raw.partition(b"\n")[0].removesuffix(b"\r")
    try:
        return _checked(SecretStr(line.decode()), credentials, shown)
    except UnicodeDecodeError:
        raise ConfigError(f"{shown} is not UTF-8 text.") from None


def _checked(secret: SecretStr, credentials: CredentialSettings, shown: str) -> SecretStr:
    """The secret, when a header can carry it (KUMOMTA.md 6)."""
    if not secret.get_secret_value():
        raise ConfigError(f"{shown} is empty.")
    if not secret.get_secret_value().isprintable():
        raise ConfigError(f"{shown} holds control characters.")
    if credentials.scheme is Scheme.BEARER and not _is_token(secret):
        raise ConfigError(f"{shown} is no bearer token: it holds blanks or letters beyond ASCII.")
    return secret


def _is_token(secret: SecretStr) -> bool:
    return secret.get_secret_value().isascii() and " " not in secret.get_secret_value()
