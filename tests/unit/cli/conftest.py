from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.desk import Desk

MakeDesk = Callable[[str], Desk]


@pytest.fixture
def make_desk(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> MakeDesk:
    config = tmp_path / "config.toml"
    config.write_text("", "utf-8")
    return lambda scenario: Desk(capsys.readouterr, config, scenario)


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """One node, 360 messages in 6 queues, nothing moves."""
    return make_desk("quiet")
