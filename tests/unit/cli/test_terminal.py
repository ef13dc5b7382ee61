"""What is found out of the terminal before the dashboard opens: whether it can be drawn, and with which signs."""

import pytest

from kumo_tui.cli.checks import Health, check_terminal_facts, look_at_terminal
from kumo_tui.cli.locale_text import draws_ascii, speaks_utf8
from kumo_tui.config import Settings
from tests.unit.cli.desk import Desk


@pytest.mark.parametrize(
    "environ",
    [
        {"LANG": "en_US.UTF-8"},
        {"LANG": "C.utf8"},
        {"LC_ALL": "de_DE.UTF-8@euro", "LANG": "C"},
        {"LC_CTYPE": "UTF-8"},
        {"LC_CTYPE": "en_GB.UTF-8", "LANG": "C"},
        {"LC_ALL": "", "LANG": "C.UTF-8"},
    ],
)
def test_a_utf8_locale_gets_every_sign(environ: dict[str, str]) -> None:
    assert speaks_utf8(environ, coerced=False)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LANG": "C"},
        {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"},
        {"LANG": "en_US.ISO-8859-1"},
        {"LC_CTYPE": "C", "LANG": "en_US.UTF-8"},
    ],
)
def test_any_other_locale_gets_ascii(environ: dict[str, str]) -> None:
    assert not speaks_utf8(environ, coerced=False)


def test_python_pretending_that_the_locale_is_utf8_fools_nobody_but_who_told_it_to() -> None:
    pretended = {"LANG": "C", "LC_CTYPE": "C.UTF-8"}
    assert not speaks_utf8(pretended, coerced=True)
    assert speaks_utf8(pretended, coerced=False)
    assert speaks_utf8({**pretended, "PYTHONUTF8": "1"}, coerced=True)
    assert speaks_utf8({"LC_ALL": "C.UTF-8", "LC_CTYPE": "C.UTF-8"}, coerced=True)


def test_the_setting_wins_over_the_locale() -> None:
    utf8, other = {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}
    unset = Settings.model_construct()
    assert [draws_ascii(unset, utf8), draws_ascii(unset, other)] == [False, True]
    for value in (False, True):
        fixed = unset.model_copy(update={"ascii": value})
        assert [draws_ascii(fixed, utf8), draws_ascii(fixed, other)] == [value, value]


def test_the_doctor_says_that_ascii_is_drawn_and_why() -> None:
    facts = look_at_terminal({"TERM": "xterm", "LC_ALL": "C"}, is_terminal=True)
    checks = list(check_terminal_facts(facts, ascii_only=None))
    (found,) = [check for check in checks if "ASCII" in check.what]
    assert found.health is Health.OK
    assert "ASCII characters only: the locale is not UTF-8." in found.what
    (wrong,) = [check for check in check_terminal_facts(facts, ascii_only=False) if "glyphs" in check.what]
    assert wrong.health is Health.WARNING


@pytest.mark.parametrize(
    ("environ", "named"), [({"TERM": "dumb"}, "dumb"), ({}, "not set"), ({"TERM": ""}, "not set")]
)
def test_a_terminal_that_can_draw_nothing_is_told_what_to_use_instead(
    desk: Desk, environ: dict[str, str], named: str
) -> None:
    assert desk.run(environ=environ, terminal=True) == 2
    assert f"TERM is {named}: the dashboard cannot be drawn there." in desk.err
    assert "kumo-tui watch" in desk.err
    assert desk.run("demo", environ=environ, terminal=True) == 2
