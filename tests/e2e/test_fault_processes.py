"""Cells of the fault matrix with real processes come out as README's table says, which is made in one process."""

from pathlib import Path

import pytest

from tests.bench.fault_cells import Act
from tests.bench.fault_processes import real_cell
from tests.bench.fault_world import Fault
from tests.unit.act.test_fault_matrix import told


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (Act.PLAIN, Fault.HALF),
        (Act.STOP_ALONE, Fault.KILLED_SENT),
        (Act.STOP_ALONE, Fault.LOCKED),
        (Act.LET_GO, Fault.CUT_DONE),
    ],
)
def test_real_processes_do_as_the_table_says(act: Act, fault: Fault, tmp_path: Path) -> None:
    real = real_cell(act, fault, tmp_path / "real")
    assert real.violations == ()
    assert real.text == dict(told())[fault.value][act.value]
