"""Settings of logins: one secret from one place, never shown, never sent in the clear, never open to others."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from kumo_tui.config import load_settings
from kumo_tui.credentials import CredentialSettings, Scheme, holds_secret
from kumo_tui.errors import ConfigError
from kumo_tui.private_files import check_private, read_private

SECRET = "hunter2-Tr0ub4dor"
NODES = '[[profile.prod.nodes]]\nurl = "https://mta1:8000"\n'


def written(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def failure(tmp_path: Path, text: str, mode: int = 0o600) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(written(tmp_path, text, mode))
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"user": "ops"}, "a user needs a password"),
        ({"user": "ops", "token_env": "T"}, "a user needs a password"),
        ({"password_env": "P"}, "password_env needs a user"),
        (
            {"user": "ops", "password_env": "P", "password_file": "/f"},
            "password_file and password_env are both set",
        ),
        ({"token_env": "P", "token_command": ["x"]}, "token_command and token_env are both set"),
        ({"user": "a:b", "password_env": "P"}, "no colon"),
        ({"user": "a\nb", "password_env": "P"}, "no control characters"),
        ({"token_env": f"T={SECRET}"}, "the name of an environment variable is expected"),
        ({"token_command": ["", "x"]}, "token_command names no program"),
        ({"token_command": f"pass {SECRET}"}, "valid tuple"),
        ({"user": "ops", "password": [SECRET]}, "valid string"),
    ],
)
def test_credentials_that_make_no_sense_are_refused_without_repeating_them(
    values: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        CredentialSettings(**values)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "scheme", "words", "option"),
    [
        ({}, None, "without credentials", ""),
        (
            {"user": "ops", "password": SECRET},
            Scheme.BASIC,
            "as ops (Basic), password from the config",
            "-u 'ops:***'",
        ),
        (
            {"user": "o'ps", "password_command": ["pass", "show", "kumo"]},
            Scheme.BASIC,
            "as o'ps (Basic), password from the command pass",
            "-u 'o'\"'\"'ps:***'",
        ),
        (
            {"token_file": "/etc/token"},
            Scheme.BEARER,
            "with a bearer token from the file /etc/token",
            "-H 'Authorization: Bearer ***'",
        ),
        (
            {"token_env": "KUMO_TOKEN"},
            Scheme.BEARER,
            "with a bearer token from the variable KUMO_TOKEN",
            "-H 'Authorization: Bearer ***'",
        ),
    ],
)
def test_a_login_is_told_in_words_without_its_secret(
    values: dict[str, object], scheme: Scheme | None, words: str, option: str
) -> None:
    login = CredentialSettings(**values)
    assert (login.scheme, login.words, login.curl_option) == (scheme, words, option)
    assert SECRET not in f"{login!r}{login}{login.model_dump_json()}"


def test_a_secret_in_a_config_file_that_others_can_read_is_refused_with_the_command_to_type(
    tmp_path: Path,
) -> None:
    text = f'[profile.prod.credentials]\nuser = "ops"\npassword = "{SECRET}"\n{NODES}'
    for mode in (0o644, 0o640, 0o604, 0o660):
        words = failure(tmp_path, text, mode)
        assert words.endswith(f"others can get at it. Type: chmod 600 {tmp_path}/config.toml")
        assert SECRET not in words
    loaded = load_settings(written(tmp_path, text, 0o600)).profile["prod"].nodes_with_credentials()[0].credentials
    assert loaded is not None and loaded.password is not None
    assert loaded.password.get_secret_value() == SECRET
    assert SECRET not in f"{load_settings(written(tmp_path, text))!r}"


def test_a_config_file_without_a_secret_may_be_read_by_others(tmp_path: Path) -> None:
    text = f'[profile.prod.credentials]\nuser = "ops"\npassword_env = "P"\n{NODES}'
    assert load_settings(written(tmp_path, text, 0o644)).profile["prod"].credentials is not None


@pytest.mark.parametrize("place", ["profile.prod.credentials", "profile.prod.nodes.credentials"])
def test_a_secret_is_found_wherever_it_may_stand(tmp_path: Path, place: str) -> None:
    text = f'{NODES}[{place}]\ntoken = "{SECRET}"\n'
    assert "Type: chmod 600" in failure(tmp_path, text, 0o644)
    assert holds_secret({"profile": {"p": {"nodes": [{"credentials": {"token": ""}}]}}})
    assert not holds_secret({"profile": {"password": {"nodes": [{"url": "token"}]}}})


@pytest.mark.parametrize(
    "lines",
    [
        f'pasword = "{SECRET}"\n',
        f'user = "ops"\npassword = "{SECRET}"\ntoken = "{SECRET}"\n',
        f'password = "{SECRET}"\n',
        f'user = "ops"\npassword = {{ a = "{SECRET}" }}\n',
        f'user = "ops"\npassword = "{SECRET}\n',
    ],
)
def test_a_mistake_beside_a_secret_is_named_without_the_secret(tmp_path: Path, lines: str) -> None:
    words = failure(tmp_path, f"[profile.prod.credentials]\n{lines}{NODES}")
    assert "config.toml" in words
    assert SECRET not in words


def test_an_unknown_key_of_a_login_is_told_what_logins_know(tmp_path: Path) -> None:
    words = failure(tmp_path, f'[profile.prod.credentials]\npasswort = "x"\n{NODES}')
    assert (
        ":2: profile.prod.credentials.passwort: unknown key; known are user, password, password_command" in words
    )


def test_a_node_uses_its_own_login_or_the_profiles_or_none(tmp_path: Path) -> None:
    text = (
        '[profile.prod.credentials]\nuser = "ops"\npassword_env = "P"\n'
        '[[profile.prod.nodes]]\nurl = "https://a:1"\n'
        '[[profile.prod.nodes]]\nurl = "https://b:1"\ncredentials = { token_env = "T" }\n'
        '[[profile.prod.nodes]]\nurl = "http://c:1"\ncredentials = {}\n'
    )
    nodes = load_settings(written(tmp_path, text)).profile["prod"].nodes_with_credentials()
    assert [node.credentials.scheme if node.credentials else "?" for node in nodes] == ["Basic", "Bearer", None]


@pytest.mark.parametrize("url", ["http://mta1:8000", "http://10.0.0.1:8000", "http://[2001:db8::1]:8000"])
def test_plain_http_with_credentials_goes_to_another_machine_only_by_explicit_setting(
    tmp_path: Path, url: str
) -> None:
    text = f'[profile.prod.credentials]\ntoken_env = "T"\n[[profile.prod.nodes]]\nurl = "{url}"\nname = "mx"\n'
    words = failure(tmp_path, text)
    assert "node mx: its credentials would cross the network in the clear" in words
    assert "allow_plain_http = true" in words
    assert load_settings(written(tmp_path, f"{text}allow_plain_http = true\n"))


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000", "http://127.8.8.8:1", "http://[::1]:8000", "http://localhost:8000", "https://a:1"],
)
def test_this_machine_and_tls_need_no_such_setting(tmp_path: Path, url: str) -> None:
    text = f'[profile.prod.credentials]\ntoken_env = "T"\n[[profile.prod.nodes]]\nurl = "{url}"\n'
    assert load_settings(written(tmp_path, text))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('client_key = "/k"\n', "client_key needs a client_cert"),
        ('insecure = true\nca_file = "/c"\n', "ca_file has no effect where insecure is set"),
    ],
)
def test_tls_settings_that_contradict_each_other_are_refused(tmp_path: Path, lines: str, words: str) -> None:
    assert words in failure(tmp_path, NODES + lines)


@pytest.mark.parametrize("key", ["ca_file", "client_cert"])
def test_certificates_for_plain_http_are_refused(tmp_path: Path, key: str) -> None:
    words = failure(tmp_path, f'[[profile.prod.nodes]]\nurl = "http://mta1:8000"\n{key} = "/c"\n')
    assert f"{key} has no effect at http://mta1:8000; it needs https" in words


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o604, 0o601, 0o777])
def test_a_file_with_a_secret_that_others_can_get_at_is_refused_with_the_command_to_type(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "it's a secret"
    path.write_text(SECRET)
    path.chmod(mode)
    for look in (check_private, lambda found: read_private(found, 10)):
        with pytest.raises(ConfigError) as caught:
            look(path)
        assert caught.value.next_step == f"Type: chmod 600 '{tmp_path}/it'\"'\"'s a secret'"
    path.chmod(0o400)
    check_private(path)
    assert read_private(path, 7) == b"hunter2"


def test_a_secret_file_behind_a_link_is_judged_by_the_file(tmp_path: Path) -> None:
    path, link = tmp_path / "secret", tmp_path / "link"
    path.write_text(SECRET)
    path.chmod(0o644)
    link.symlink_to(path)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_private(link, 10)


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none: cannot be read: No such file"):
        read_private(tmp_path / "none", 10)
