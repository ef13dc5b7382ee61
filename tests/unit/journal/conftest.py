"""A journal of either kind, for what holds for both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kumo_tui.journal.memory import MemoryJournal
from tests.unit.journal.worlds import AnyJournal, opened


@pytest.fixture(params=["memory", "durable"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyJournal]:
    if request.param == "memory":
        yield MemoryJournal()
    else:
        durable = opened(tmp_path / "journal.db")
        yield durable
        durable.close()
