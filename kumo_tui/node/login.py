"""Logging in to nodes: the Authorization header, and a second look at its secret when a node refuses it."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from functools import partial

from pydantic import SecretStr

from kumo_tui.credentials import CredentialSettings, Scheme
from kumo_tui.errors import ConfigError
from kumo_tui.node.secret import fetch_secret

HIDDEN = b"***"

# Shorter ones are found in words that are none of theirs.
_LEAST_HIDDEN = 8


class Login:
    """One login, shared by the nodes that have the same. Raises ConfigError when its secret cannot be had.

    A secret from a command or a file may be exchanged while kumo-tui runs. It is fetched again when a node refuses
    it where it was let in before, and not a second time before it was let in again: rules that let nobody in do
    not run the command for ever.
    """

    def __init__(self, credentials: CredentialSettings, fetch: Callable[..., SecretStr]) -> None:
        self._fetch = partial(fetch, credentials)
        self._scheme = credentials.scheme or Scheme.BASIC
        self._user = credentials.user
        self._is_renewable = bool(credentials.command or credentials.file)
        self._secret: SecretStr = self._fetch()
        self._doors: set[str] = set()
        self._renewing = asyncio.Lock()

    def header(self) -> SecretStr:
        """The value of the Authorization header."""
        return SecretStr(f"{self._scheme} {self._sent().get_secret_value()}")

    def let_in(self, door: str) -> None:
        """Note that the secret was taken; `door` is a node's address and a request of it."""
        self._doors.add(door)

    async def renewed(self, door: str, refused: SecretStr) -> bool:
        """Whether there is another header now than the one that was refused."""
        async with self._renewing:
            if self.header() != refused:
                return True
            if not self._is_renewable or door not in self._doors:
                return False
            self._doors.clear()
            try:
                self._secret = await asyncio.to_thread(self._fetch, may_ask=False)
            except ConfigError:
                return False
            return self.header() != refused

    def hidden_in(self, body: bytes) -> bytes:
        """An error's body without the secret: a proxy may repeat what it was sent."""
        sent = self._sent().get_secret_value().encode()
        return body.replace(sent, HIDDEN) if len(sent) >= _LEAST_HIDDEN else body

    def _sent(self) -> SecretStr:
        if self._scheme is Scheme.BEARER:
            return self._secret
        pair = f"{self._user}:{self._secret.get_secret_value()}".encode()
        return SecretStr(base64.b64encode(pair).decode("ascii"))


class Logins:
    """The logins of one run: equal credentials are one login, and its secret is fetched once."""

    def __init__(self, environ: Mapping[str, str], fetch: Callable[..., SecretStr] = fetch_secret) -> None:
        self._fetch = partial(fetch, environ=environ)
        self._known: dict[CredentialSettings, Login] = {}

    def of(self, node: str, credentials: CredentialSettings | None) -> Login | None:
        """The login for a node; None without credentials. Raises ConfigError that names the node."""
        if credentials is None or credentials.scheme is None:
            return None
        if credentials not in self._known:
            try:
                self._known[credentials] = Login(credentials, self._fetch)
            except ConfigError as error:
                raise ConfigError(f"{node}: {error.what}", error.next_step) from error
        return self._known[credentials]
