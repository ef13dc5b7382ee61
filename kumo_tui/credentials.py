"""How to log in to a node: the settings of one login, and the words for it. The secret itself is never shown."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, model_validator

from kumo_tui.text import one_line

_SHOWN = 80


class Scheme(StrEnum):
    """The word in the Authorization header; kumod takes these two, in this case (KUMOMTA.md 6)."""

    BASIC = "Basic"
    BEARER = "Bearer"


def check_user(user: str) -> str:
    """The user as it was written. Raises ValueError when Basic could not carry it."""
    if ":" in user or not user.isprintable():
        raise ValueError("a user name holds no colon and no control characters")
    return user


def check_variable(name: str) -> str:
    """The variable's name as it was written. Raises ValueError when no variable can be called so."""
    if "=" in name or not name.isprintable():
        raise ValueError("the name of an environment variable is expected, not a value")
    return name


Variable = Annotated[str, AfterValidator(check_variable)]


class CredentialSettings(BaseModel):
    """One login: a user with a password, or a token, from one of four places. An empty one logs in nowhere."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    user: Annotated[str, AfterValidator(check_user)] = ""
    """The user, for a password."""
    password: SecretStr | None = None
    """The password itself; the config file must be readable by its owner only."""
    password_command: tuple[str, ...] = ()
    """A program and its arguments; the first line that it prints is the password."""
    password_file: Path | None = None
    """A file whose first line is the password; only its owner may have access."""
    password_env: Variable = ""
    """The environment variable that holds the password."""
    token: SecretStr | None = None
    """The bearer token itself; the config file must be readable by its owner only."""
    token_command: tuple[str, ...] = ()
    """A program and its arguments; the first line that it prints is the bearer token."""
    token_file: Path | None = None
    """A file whose first line is the bearer token; only its owner may have access."""
    token_env: Variable = ""
    """The environment variable that holds the bearer token."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        given = self._given
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} are both set; give one of them")
        if self.user and (not given or given[0].startswith("token")):
            raise ValueError("a user needs a password, password_command, password_file or password_env")
        if given and given[0].startswith("password") and not self.user:
            raise ValueError(f"{given[0]} needs a user")
        if self.command and not self.command[0].strip():
            raise ValueError(f"{given[0]} names no program")
        return self

    @property
    def scheme(self) -> Scheme | None:
        """How the secret is sent; None when there is none."""
        if not self.key:
            return None
        return Scheme.BEARER if self.key.startswith("token") else Scheme.BASIC

    @property
    def key(self) -> str:
        """The key that tells where the secret is, as `password_file`; empty when there is none."""
        return next(iter(self._given), "")

    @property
    def command(self) -> tuple[str, ...]:
        """The program that prints the secret, and its arguments; empty when the secret is elsewhere."""
        return self.password_command or self.token_command

    @property
    def file(self) -> Path | None:
        """The file that holds the secret."""
        return self.password_file or self.token_file

    @property
    def variable(self) -> str:
        """The environment variable that holds the secret; empty when it is elsewhere."""
        return self.password_env or self.token_env

    @property
    def literal(self) -> SecretStr | None:
        """The secret that stands in the config file itself."""
        return self.password or self.token

    @property
    def words(self) -> str:
        """`as ops (Basic), password from the file /etc/pw`: what is sent and where it is from, never the value."""
        if self.scheme is None:
            return "without credentials"
        if self.scheme is Scheme.BASIC:
            return f"as {one_line(self.user, _SHOWN)} (Basic), password {self._origin}"
        return f"with a bearer token {self._origin}"

    @property
    def curl_option(self) -> str:
        """What a curl command needs in addition, with `***` for the secret; empty when there is none."""
        if self.scheme is None:
            return ""
        if self.scheme is Scheme.BASIC:
            return f"-u {shlex.quote(f'{self.user}:***')}"
        return "-H 'Authorization: Bearer ***'"

    @property
    def _origin(self) -> str:
        if self.command:
            return f"from the command {one_line(self.command[0], _SHOWN)}"
        if self.file is not None:
            return f"from the file {one_line(str(self.file), _SHOWN)}"
        if self.variable:
            return f"from the variable {one_line(self.variable, _SHOWN)}"
        return "from the config"

    @property
    def _given(self) -> list[str]:
        empty: tuple[object, ...] = (None, "", ())
        return [key for key in type(self).model_fields if key != "user" and getattr(self, key) not in empty]


def holds_secret(values: Any) -> bool:
    """Whether a config file that was read into these tables has a secret written into it."""
    if isinstance(values, list):
        return any(map(holds_secret, values))
    if not isinstance(values, dict):
        return False
    login = values.get("credentials")
    is_here = isinstance(login, dict) and not login.keys().isdisjoint({"password", "token"})
    return is_here or any(map(holds_secret, values.values()))
