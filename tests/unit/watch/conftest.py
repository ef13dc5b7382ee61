"""A node that answers as a test scripts it, on a clock that moves on demand."""

import pytest

from tests.fakes import FakeClock
from tests.scripted import ScriptedNode


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def node(clock: FakeClock) -> ScriptedNode:
    return ScriptedNode(clock)
