import subprocess
import sys
from pathlib import Path

import click
import pytest

from kumo_tui import __version__
from kumo_tui.cli import simulator
from kumo_tui.cli.commands import MODULES, commands, outcome
from kumo_tui.cli.compose import Surroundings
from kumo_tui.errors import InputError
from tests.unit.cli.desk import Desk


def test_without_a_terminal_it_names_the_alternative_and_exits_2(desk: Desk) -> None:
    assert desk.run() == 2
    assert desk.out == ""
    assert "`kumo-tui status --json`" in desk.err


def test_the_dashboard_has_no_json(desk: Desk) -> None:
    assert desk.run("--json", terminal=True) == 2
    assert "status --json" in desk.err


def test_version_and_help_are_printed(desk: Desk) -> None:
    assert desk.run("--version") == 0
    assert __version__ in desk.out
    assert desk.run("--help") == 0
    assert "KUMO_KCLI_ENDPOINT" in desk.out


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_was_never_open_is_no_failure(closed: str) -> None:
    script = f'exec "$0" -m kumo_tui.cli.main --version {closed}'
    done = subprocess.run(["sh", "-c", script, sys.executable], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_dashboard_starts_without_the_commands_and_without_the_one_of_httpx() -> None:
    code = "import sys, kumo_tui.cli.commands, kumo_tui.ui.app; print(*sys.modules)"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert {"kumo_tui.cli.profiles", "httpx"} <= loaded
    assert loaded.isdisjoint({"rich.progress", "pygments", *(f"kumo_tui.cli.{name}" for name in MODULES.values())})


def test_the_first_paint_waits_for_nothing_that_only_requests_need() -> None:
    code = (
        "import sys\n"
        "from kumo_tui.cli.compose import make_client\n"
        "from kumo_tui.clock import SystemClock\n"
        "from kumo_tui.config import Settings\n"
        "from kumo_tui.profiles import NodeSettings\n"
        "make_client(NodeSettings(url='http://127.0.0.1:1'), Settings(), SystemClock(), None)\n"
        "print(*sys.modules)\n"
    )
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert "kumo_tui.node.client" in loaded
    assert loaded.isdisjoint({"httpcore", "h11", "anyio"})


def test_the_help_lists_every_command(desk: Desk) -> None:
    assert desk.run("--help") == 0
    listed = desk.out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == sorted(MODULES)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_command_and_option_has_a_help_text(desk: Desk, name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    assert (command.name, bool(command.help)) == (name, True)
    assert all(getattr(option, "help", "") for option in command.params if option.param_type_name == "option")
    assert desk.run(name, "--help") == 0


@pytest.mark.parametrize(
    "words", [["--nope"], ["nope"], ["queues", "--limit", "many"], ["watch"], ["status", "x"]]
)
def test_wrong_usage_is_one_line_that_points_to_the_help(desk: Desk, words: list[str]) -> None:
    assert desk.run(*words) == 2
    assert (desk.out, desk.err.count("\n")) == ("", 1)
    assert "--help" in desk.err


def test_global_options_are_taken_before_and_after_the_command(desk: Desk) -> None:
    for words in (["--json", "status"], ["status", "--json"]):
        assert desk.run(*words) == 0
        assert desk.out.startswith('{"profile"')


def test_a_config_file_that_does_not_load_is_2_and_names_the_key(desk: Desk) -> None:
    desk.configure("[poll]\nintervall_s = 3\n")
    assert desk.run("status") == 2
    assert "intervall_s" in desk.err


def test_a_mistake_of_ours_is_words_and_never_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> str:
        raise ZeroDivisionError("oh\x1b[2J")

    code = outcome(["status", "--endpoint", "http://127.0.0.1:1"], Surroundings(who=broken))
    err = capsys.readouterr().err
    assert (code, err.count("\n")) == (1, 1)
    assert "ZeroDivisionError" in err
    assert "\x1b" not in err


def test_reading_commands_start_without_textual() -> None:
    script = (
        "import sys\n"
        "from kumo_tui.cli.compose import Surroundings\n"
        "from kumo_tui.cli.commands import outcome\n"
        "assert outcome(['status', '--endpoint', 'http://127.0.0.1:1'], Surroundings()) == 3\n"
        "sys.exit('textual' in sys.modules or 'uvicorn' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


def test_animations_are_off_before_textual_is_imported() -> None:
    script = (
        "import sys\n"
        "from types import SimpleNamespace as Some\n"
        "import kumo_tui.cli.dashboard as dashboard\n"
        "assert 'textual' not in sys.modules\n"
        "class App:\n"
        "    return_code = 0\n"
        "    def __init__(self, *given, **named):\n"
        "        from textual import constants\n"
        "        print(constants.TEXTUAL_ANIMATIONS)\n"
        "    def run(self): pass\n"
        "sys.modules['kumo_tui.ui.app'] = Some(KumoTuiApp=App)\n"
        "from kumo_tui.config import Settings\n"
        "settings = Settings.model_construct()\n"
        "parts = dict.fromkeys(('watcher', 'acts', 'clock', 'past'))\n"
        "dashboard.open_dashboard(Some(settings=settings, target=Some(profile=''), **parts))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.stdout == "none\n", done.stderr


def test_a_missing_demo_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator, "EXTRA", ("uvicorn", "no_such_module_here"))
    with pytest.raises(InputError, match=r"pip install 'kumo-tui\[demo\]'"):
        simulator.check_extra()


def test_a_demo_without_a_terminal_starts_nothing(desk: Desk) -> None:
    assert desk.run("demo", environ={}) == 2
    assert "terminal" in desk.err


def test_a_simulation_that_does_not_exist_is_2_with_the_simulators_words(desk: Desk) -> None:
    assert desk.run("simulate", "--scenario", "no-such", environ={}) == 2
    assert "no such scenario" in desk.err


def test_a_simulated_fleet_takes_no_endpoints(desk: Desk) -> None:
    assert desk.run("simulate", "--endpoint", "http://mta1:8000") == 2


def test_the_simulator_serves_and_ends_with_us() -> None:
    with simulator.serving(simulator.Simulation("quiet")) as fleet:
        assert [node.name for node in fleet.nodes] == ["mta1"]
        assert fleet.child.poll() is None
    assert fleet.child.returncode == 0


def test_a_port_that_is_taken_is_said_so(desk: Desk, tmp_path: Path) -> None:
    with simulator.serving(simulator.Simulation("quiet")) as fleet:
        port = fleet.nodes[0].url.rpartition(":")[2]
        assert desk.run("simulate", "--scenario", "quiet", "--port", port, environ={}) == 2
    assert "did not start" in desk.err
