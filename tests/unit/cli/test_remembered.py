"""The profile that was chosen last in the dashboard: kept for its owner, and for the dashboard alone."""

from pathlib import Path

import pytest

from kumo_tui.cli.remembered import remember_profile, remembered_file, remembered_profile
from tests.unit.cli.desk import NODE, Desk

SEVERAL = (
    f'[profile.prod]\nproduction = true\nnodes = [{{ url = "{NODE}" }}]\n'
    '[profile.lab]\nnodes = [{ url = "http://mta9:8000" }]\n'
)


def test_what_is_remembered_is_read_again_and_is_its_owners_alone() -> None:
    assert remembered_profile() == ""
    for name in ("prod", "läb [x]"):
        assert remember_profile(name) == ""
        assert remembered_profile() == name
    assert remembered_file().stat().st_mode & 0o777 == 0o600
    assert remembered_file().parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in remembered_file().parent.iterdir()] == ["profile"]


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"prod\nlab\n", b"\x1b[2J\n", b""])
def test_what_nobody_can_have_written_is_nothing(raw: bytes) -> None:
    remember_profile("prod")
    remembered_file().write_bytes(raw)
    assert remembered_profile() == ""


def test_a_folder_that_cannot_be_written_is_said(state_folder: Path) -> None:
    (state_folder / "kumo-tui").write_text("")
    assert "kumo-tui" in remember_profile("prod")
    assert remembered_profile() == ""


def test_a_link_in_its_place_is_replaced_and_not_followed(state_folder: Path) -> None:
    elsewhere = state_folder / "elsewhere"
    elsewhere.write_text("mine")
    remember_profile("prod")
    remembered_file().unlink()
    remembered_file().symlink_to(elsewhere)
    assert remember_profile("lab") == ""
    assert (remembered_profile(), elsewhere.read_text()) == ("lab", "mine")
    assert not remembered_file().is_symlink()


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("directives",),
        ("watch", "7F3A2C"),
        ("stop", "--campaign", "promo", "--reason", "x"),
        ("bounce", "--campaign", "promo", "--reason", "x", "--yes", "--expect", "240"),
    ],
    ids=lambda words: words[0],
)
def test_a_command_goes_nowhere_because_somebody_looked_there_yesterday(
    desk: Desk, words: tuple[str, ...]
) -> None:
    desk.configure(SEVERAL)
    remember_profile("prod")
    assert desk.run(*words, environ={}) == 2
    assert "several profiles are known: lab, prod." in desk.err
    assert desk.node.requests == []
