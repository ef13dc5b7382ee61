"""Logging in: what the header holds, when its secret is fetched again, and that it is shown nowhere."""

from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from kumo_tui.credentials import CredentialSettings
from kumo_tui.errors import ConfigError
from kumo_tui.node.login import Login, Logins

DOOR = "GET mta1:8000/metrics"
BY_COMMAND = CredentialSettings(token_command=["token"])


class Vault:
    """Hands out one secret after the other, then fails; `asked` is how often it was asked."""

    def __init__(self, *secrets: str) -> None:
        self.asked = 0
        self._left = list(secrets)

    def __call__(self, _credentials: CredentialSettings, **_options: object) -> SecretStr:
        self.asked += 1
        if not self._left:
            raise ConfigError("token_command: sealed.")
        return SecretStr(self._left.pop(0))


def test_basic_is_the_scheme_word_one_space_and_padded_base64() -> None:
    login = Login(CredentialSettings(user="ops", password="-"), Vault("pä:ss"))
    assert login.header().get_secret_value() == "Basic b3BzOnDDpDpzcw=="
    assert Login(BY_COMMAND, Vault("abc")).header().get_secret_value() == "Bearer abc"


async def test_a_secret_that_was_refused_where_it_was_let_in_is_fetched_again_once() -> None:
    vault = Vault("old", "new", "newer")
    login = Login(BY_COMMAND, vault)
    old = login.header()
    login.let_in(DOOR)
    assert await login.renewed(DOOR, old)
    assert login.header().get_secret_value() == "Bearer new"
    assert not await login.renewed(DOOR, login.header())
    assert vault.asked == 2


async def test_a_door_that_never_opened_does_not_have_the_secret_fetched_again() -> None:
    vault = Vault("old", "new")
    login = Login(BY_COMMAND, vault)
    login.let_in("GET mta1:8000/api/admin/bounce/v1")
    assert not await login.renewed(DOOR, login.header())
    assert vault.asked == 1


async def test_who_was_refused_with_the_old_secret_takes_the_one_that_is_there_by_now() -> None:
    vault = Vault("old", "new")
    login = Login(BY_COMMAND, vault)
    old = login.header()
    login.let_in(DOOR)
    assert await login.renewed(DOOR, old)
    assert await login.renewed("GET mta2:8000/metrics", old)
    assert vault.asked == 2


@pytest.mark.parametrize("secrets", [("old", "old"), ("old",)])
async def test_the_same_secret_again_or_none_changes_nothing(secrets: tuple[str, ...]) -> None:
    login = Login(BY_COMMAND, Vault(*secrets))
    login.let_in(DOOR)
    assert not await login.renewed(DOOR, login.header())
    assert login.header().get_secret_value() == "Bearer old"


@pytest.mark.parametrize("values", [{"token": "old"}, {"token_env": "T"}])
async def test_a_secret_that_cannot_change_is_not_fetched_again(values: Mapping[str, str]) -> None:
    vault = Vault("old", "new")
    login = Login(CredentialSettings(**values), vault)
    login.let_in(DOOR)
    assert not await login.renewed(DOOR, login.header())
    assert vault.asked == 1


def test_nodes_with_the_same_credentials_share_one_login_that_is_fetched_once() -> None:
    vault = Vault("one", "two")
    logins = Logins({}, vault)
    again = CredentialSettings(token_command=["token"])
    assert logins.of("mta1", BY_COMMAND) is logins.of("mta2", again)
    assert logins.of("mta3", CredentialSettings(token_command=["other"])) is not logins.of("mta1", again)
    assert vault.asked == 2


@pytest.mark.parametrize("credentials", [None, CredentialSettings()])
def test_without_credentials_there_is_no_login(credentials: CredentialSettings | None) -> None:
    assert Logins({}, Vault()).of("mta1", credentials) is None


def test_a_secret_that_cannot_be_had_is_told_with_its_node() -> None:
    with pytest.raises(ConfigError, match=r"^mta1: token_command: sealed\.$"):
        Logins({}, Vault()).of("mta1", BY_COMMAND)


def test_what_a_node_repeats_of_a_login_is_hidden() -> None:
    login = Login(CredentialSettings(user="ops", password="-"), Vault("hunter2-Tr0ub4dor"))
    sent = login.header().get_secret_value().encode()
    assert login.hidden_in(b"no: " + sent + b".") == b"no: Basic ***."
    short = Login(BY_COMMAND, Vault("no"))
    assert short.hidden_in(b"not permitted") == b"not permitted"


def test_a_login_shows_its_secret_nowhere() -> None:
    login = Login(BY_COMMAND, Vault("hunter2-Tr0ub4dor"))
    assert "hunter2" not in f"{login!r}{login.header()!r}{vars(login)!r}"
