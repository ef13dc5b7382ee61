"""A wheel of this tree, installed elsewhere."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment that has the wheel; what the wheel needs is lent from ours."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    home = folder / "env"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    places = next((home / "lib").glob("python3*/site-packages"))
    (places / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return home / "bin"


def test_it_runs_from_the_wheel_and_not_from_this_tree(elsewhere: Path) -> None:
    code = "import kumo_tui, json; print(json.dumps([kumo_tui.__file__, kumo_tui.__version__]))"
    answer = subprocess.run(
        [elsewhere / "python", "-c", code], check=True, capture_output=True, text=True, cwd="/"
    )
    file, version = json.loads(answer.stdout)
    assert Path(file).is_relative_to(elsewhere.parent)
    shown = subprocess.run([elsewhere / "kumo-tui", "--version"], check=True, capture_output=True, text=True)
    assert version in shown.stdout


def test_the_demo_opens_on_its_scenario_from_the_wheel(elsewhere: Path) -> None:
    with Terminal([str(elsewhere / "kumo-tui"), "demo"]) as terminal:
        terminal.wait_for("promo:acme@gmail.com")
        terminal.press("q")
        assert terminal.wait_end() == 0
