"""The garbage collector leaves alone what lives as long as the process, and works again afterwards."""

import subprocess
import sys

import pytest

from kumo_tui.cli.lasting import NEW_CONTAINERS


def printed(code: str) -> str:
    """What a process of its own prints: in this one nothing may be kept from the collector for good."""
    return subprocess.check_output([sys.executable, "-c", code], text=True)


def test_nothing_is_collected_while_what_lasts_is_made_and_it_is_left_alone_afterwards() -> None:
    code = (
        "import gc\n"
        "from kumo_tui.cli.lasting import lasting\n"
        "with lasting():\n"
        "    print(gc.isenabled())\n"
        "    kept = [[] for _ in range(1000)]\n"
        "print(gc.isenabled(), gc.get_freeze_count() >= 1000)\n"
    )
    assert printed(code).split() == ["False", "True", "True"]


def test_an_import_that_fails_leaves_the_collector_on() -> None:
    code = (
        "import gc\n"
        "from kumo_tui.cli.lasting import lasting\n"
        "try:\n"
        "    with lasting():\n"
        "        import no_such_module_here\n"
        "except ImportError:\n"
        "    print(gc.isenabled())\n"
    )
    assert printed(code).split() == ["True"]


def test_what_a_dashboard_is_made_of_is_no_module_and_goes_with_it() -> None:
    code = (
        "import gc, weakref\n"
        "from kumo_tui.cli.compose import Call, Surroundings\n"
        "from kumo_tui.cli import profiles\n"
        "from kumo_tui.cli.dashboard import Left\n"
        "class House:\n"
        "    def __init__(self):\n"
        "        self.itself = self\n"
        "        houses.append(weakref.ref(self))\n"
        "houses = []\n"
        "def opened(house, look_at, words):\n"
        "    profiles.load_dashboard()\n"
        "    return Left(0, 'other' if len(houses) < 3 else '')\n"
        "def built(*_given):\n"
        "    return profiles._Built(Call(Surroundings()), House())\n"
        "profiles._first = profiles._next = built\n"
        "profiles.open_dashboard = opened\n"
        "profiles.open_dashboards(Call(Surroundings()))\n"
        "gc.collect()\n"
        "print(gc.get_freeze_count() > 1000, *(house() is None for house in houses))\n"
    )
    assert printed(code).split() == ["True", "True", "True", "True"]


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_the_command_collects_seldom_and_has_its_modules_left_alone(words: list[str]) -> None:
    code = (
        "import gc, sys\n"
        "from kumo_tui.cli.main import run\n"
        f"sys.argv[1:] = {words!r}\n"
        "try:\n"
        "    run()\n"
        "except SystemExit:\n"
        "    print(gc.isenabled(), gc.get_threshold()[0], gc.get_freeze_count() > 1000)\n"
    )
    assert printed(code).split()[-3:] == ["True", str(NEW_CONTAINERS), "True"]


def test_the_console_entry_imports_nothing_heavy_before_the_collector_is_off() -> None:
    loaded = printed("import sys, kumo_tui.cli.main; print(*sys.modules)").split()
    assert not {"pydantic", "click", "httpx", "textual", "kumo_tui.cli.commands"} & set(loaded)
