"""report: one operation of the journal, found by the beginning of its tag."""

import csv
import io
from pathlib import Path

import pytest

from kumo_tui.cli.report import find_tag
from kumo_tui.errors import InputError
from kumo_tui.journal.durable import open_journal
from tests.unit.cli.desk import Desk
from tests.unit.journal.worlds import YAHOO, an_intent, an_operation


@pytest.fixture
def filled(desk: Desk, state_folder: Path) -> Desk:
    """A desk whose journal holds the operations 7F3A2C and 7F0000."""
    journal = open_journal(state_folder / "kumo-tui" / "journal.db", desk.clock)
    for tag in ("7F3A2C", "7F0000"):
        journal.record_intent(an_operation(tag), [an_intent()])
    journal.close()
    return desk


@pytest.mark.parametrize("wanted", ["7F3A2C", "7f3a2c", "7f3"])
def test_the_beginning_of_a_tag_is_enough_where_it_is_the_only_one(filled: Desk, wanted: str) -> None:
    assert filled.run("report", wanted) == 0
    assert filled.out.startswith("# Incident report: operation 7F3A2C\n")
    assert filled.err == ""
    assert filled.node.requests == []


def test_a_beginning_of_several_names_them(filled: Desk) -> None:
    assert filled.run("report", "7F") == 2
    assert (filled.out, filled.err.count("\n")) == ("", 1)
    assert "7F0000, 7F3A2C" in filled.err


def test_an_unknown_tag_names_near_ones(filled: Desk) -> None:
    assert filled.run("report", "7F3A2D") == 2
    assert "there is no operation '7F3A2D'; there is 7F3A2C" in filled.err
    assert filled.run("report", "\x1b[2J") == 2
    assert "\x1b" not in filled.err


def test_a_whole_tag_is_meant_although_another_begins_like_it() -> None:
    assert find_tag(["7F3A2C", "7F3A"], "7f3a") == "7F3A"
    with pytest.raises(InputError, match=r"AAAA, AAAB, AAAC, …"):
        find_tag(["AAAA", "AAAB", "AAAC", "AAAD"], "AA")


def test_without_a_journal_there_is_nothing_to_report_and_none_is_made(desk: Desk, state_folder: Path) -> None:
    assert desk.run("report", "7F3A2C") == 2
    assert "no operations yet" in desk.err
    assert list(state_folder.iterdir()) == []


def test_the_csv_is_a_table_of_the_queues_and_nothing_else(filled: Desk) -> None:
    assert filled.run("report", "7F3A2C", "--csv") == 0
    (row,) = csv.DictReader(io.StringIO(filled.out))
    assert (row["queue"], row["baseline"], row["bounced"], row["at_least"]) == (YAHOO, "5", "0", "yes")


def test_it_has_no_json_and_says_what_has(filled: Desk) -> None:
    assert filled.run("report", "7F3A2C", "--json") == 2
    assert "`kumo-tui history --json`" in filled.err
