"""Fetching secrets: the first line of a command, a file, a variable; failures in words that hold none of it."""

import sys
from pathlib import Path

import pytest

from kumo_tui.credentials import CredentialSettings
from kumo_tui.errors import ConfigError
from kumo_tui.node.secret import fetch_secret

SECRET = "hunter2 Tr0ub4dor"
PYTHON = sys.executable


def basic(**values: object) -> CredentialSettings:
    return CredentialSettings(user="ops", **values)


def running(code: str) -> CredentialSettings:
    return basic(password_command=[PYTHON, "-c", code])


def failure(credentials: CredentialSettings, **options: object) -> str:
    with pytest.raises(ConfigError) as caught:
        fetch_secret(credentials, {}, **options)
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, OSError)
    return str(caught.value)


@pytest.mark.parametrize(
    "printed", [f"{SECRET}\n", SECRET, f"{SECRET}\r\n", f"{SECRET}\nlogin: ops\nurl: http://x\n"]
)
def test_the_first_line_of_a_command_is_the_secret(printed: str) -> None:
    assert fetch_secret(running(f"print({printed!r}, end='')"), {}).get_secret_value() == SECRET


def test_a_command_is_a_list_that_goes_through_no_shell(tmp_path: Path) -> None:
    told = "; touch bad $HOME `id` *"
    code = "import sys; print(sys.argv[1])"
    login = basic(password_command=[PYTHON, "-c", code, told])
    assert fetch_secret(login, {}).get_secret_value() == told


def test_a_command_has_nothing_to_read_and_nowhere_to_show_its_errors(capfd: pytest.CaptureFixture[str]) -> None:
    code = f"import sys; print({SECRET!r}, file=sys.stderr); print(len(sys.stdin.read()))"
    assert fetch_secret(running(code), {}).get_secret_value() == "0"
    assert capfd.readouterr() == ("", "")


def test_a_command_may_ask_on_the_terminal_only_before_a_dashboard_has_it() -> None:
    code = "import os; print(os.getsid(0) == os.getpid())"
    assert fetch_secret(running(code), {}).get_secret_value() == "False"
    assert fetch_secret(running(code), {}, may_ask=False).get_secret_value() == "True"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (f"import sys; print({SECRET!r}); sys.exit(3)", "ended with exit code 3."),
        (f"import sys; sys.exit({SECRET!r})", "ended with exit code 1."),
        (f"import os; print({SECRET!r}, flush=True); os.kill(os.getpid(), 9)", "was ended by signal 9."),
        ("", "is empty."),
        (f"print('\\n' + {SECRET!r})", "is empty."),
        (f"print({SECRET!r} + '\\x1b[2J')", "holds control characters."),
        (f"import sys; sys.stdout.buffer.write({SECRET!r}.encode() + b'\\xff')", "is not UTF-8 text."),
    ],
)
def test_a_command_that_fails_is_named_with_its_end_and_never_with_its_output(code: str, words: str) -> None:
    said = failure(running(code))
    assert said.startswith("password_command: ")
    assert PYTHON in said and words in said
    assert SECRET not in said and "hunter2" not in said


def test_a_command_that_does_not_end_is_ended() -> None:
    said = failure(running(f"import time; print({SECRET!r}, flush=True); time.sleep(60)"), timeout_s=0.2)
    assert "did not end within 0.2 s. Run it by hand" in said
    assert "hunter2" not in said


def test_a_command_that_is_not_there_is_named() -> None:
    said = failure(basic(password_command=["/nowhere/pass", "show", SECRET]))
    assert said == "password_command: /nowhere/pass cannot be run: No such file or directory. Give its whole path."


def test_the_first_line_of_a_private_file_is_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "pw"
    path.write_text(f"{SECRET}\nmore\n")
    path.chmod(0o600)
    assert fetch_secret(basic(password_file=path), {}).get_secret_value() == SECRET
    path.chmod(0o640)
    assert failure(basic(password_file=path)).endswith(f"Type: chmod 600 {path}")


def test_a_file_in_the_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pw").write_text(SECRET)
    (tmp_path / "pw").chmod(0o600)
    assert fetch_secret(basic(password_file="~/pw"), {}).get_secret_value() == SECRET


def test_a_variable_holds_the_secret() -> None:
    login = basic(password_env="KUMO_PW")
    assert fetch_secret(login, {"KUMO_PW": SECRET}).get_secret_value() == SECRET
    assert failure(login) == "password_env: the variable KUMO_PW is not set."
    with pytest.raises(ConfigError, match=r"password_env: the variable KUMO_PW is empty\."):
        fetch_secret(login, {"KUMO_PW": ""})


@pytest.mark.parametrize("token", ["two words", "schlüssel", "a\tb"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ConfigError, match="token_env") as caught:
        fetch_secret(CredentialSettings(token_env="T"), {"T": token})
    assert token not in str(caught.value)


def test_a_password_may_hold_blanks_colons_and_any_letters() -> None:
    login = basic(password="a:b c schlüssel 漢")
    assert fetch_secret(login, {}).get_secret_value() == "a:b c schlüssel 漢"
