"""Texts of any characters come back exactly, and send nothing to the terminal of who looks into the file."""

import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kumo_tui.journal.coding import from_selector, from_text, to_selector, to_text
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria, ExactQueues
from tests.fakes import START
from tests.unit.journal.worlds import an_operation, opened

HOSTILE = 'evil\x1b]52;c;..\x07[/x]\0\udc80\ud83d\ude00\U0001f600\u202e\\x41\\n\n\x9b\x7f":t@d.com'

# Every code point, lone surrogates and pairs of them too.
texts = st.text(st.characters(codec=None), max_size=20) | st.sampled_from([HOSTILE, ""])
counts = st.dictionaries(texts, st.integers(0, 2**63 - 1), max_size=5)


@given(texts)
@example(HOSTILE)
@example("\ud83d\ude00")
def test_any_text_comes_back_exactly_and_stands_in_the_file_as_printable_ascii(raw: str) -> None:
    written = to_text(raw)
    assert from_text(written.encode()) == raw
    assert written.isascii()
    assert written.isprintable()


@given(st.lists(texts, max_size=10, unique=True))
@example(["\ud83d\ude00", "\U0001f600", "\\ud83d\\ude00"])
def test_different_texts_stay_different(raws: list[str]) -> None:
    assert len({to_text(raw) for raw in raws}) == len(raws)


@given(st.sets(texts, min_size=1, max_size=10), st.none() | texts, st.none() | texts)
def test_any_selector_comes_back(names: set[str], campaign: str | None, domain: str | None) -> None:
    assert from_selector(to_selector(ExactQueues.of(names))) == ExactQueues.of(names)
    criteria = Criteria(campaign, "t", domain)
    assert from_selector(to_selector(criteria)) == criteria


@given(preview=counts, baseline=counts, totals=counts, text=texts)
@settings(max_examples=30)
def test_an_operation_of_any_names_comes_back_from_the_file(
    preview: Mapping[str, int], baseline: Mapping[str, int], totals: Mapping[str, int], text: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = opened(Path(folder) / "journal.db", profile=text)
        operation = replace(
            an_operation(text, text),
            selector=ExactQueues.of([text, *baseline]),
            reason=text,
            who=text,
            ticket=text,
        ).with_event(START, text)
        journal.record_intent(operation, [Intent(text, text, text, text, baseline, preview)])
        act = NodeAct(text, ActState.UNKNOWN, text, text)
        journal.record_act(text, act, START)
        journal.record_totals(text, text, {text: totals}, START)
        journal.record_step(
            StepRecord(text, text, Step.STOP, text, RequestState.REJECTED, text, text, url=text, replaces=text),
            START,
        )
        journal.close()
        again = opened(Path(folder) / "journal.db")
        recorded = again.operation(text)
        again.close()
    assert recorded is not None
    assert recorded.operation.with_act(act) == recorded.operation
    assert (recorded.operation.selector, recorded.operation.reason) == (operation.selector, text)
    assert recorded.operation.ticket == text
    assert (recorded.operation.who, recorded.profile) == (text, text)
    assert recorded.operation.events[0].text == text
    assert recorded.preview == {text: preview}
    assert recorded.baseline == {text: baseline}
    assert recorded.totals == {text: {text: totals} if totals else {}}
    assert [request.body for request in recorded.requests] == [text, text]
    assert (recorded.requests[1].url, recorded.requests[1].error) == (text, text)


def test_no_control_character_stands_in_any_text_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = opened(path, profile=HOSTILE)
    journal.record_intent(
        an_operation(HOSTILE, HOSTILE), [Intent(HOSTILE, "POST", HOSTILE, HOSTILE, {HOSTILE: 1})]
    )
    journal.record_totals(HOSTILE, HOSTILE, {HOSTILE: {HOSTILE: 1}}, START)
    journal.record_event(HOSTILE, START, HOSTILE)
    journal.close()
    plain = sqlite3.connect(path)
    dump = "\n".join(
        str(value)
        for (table,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for row in plain.execute(f"SELECT * FROM {table}")
        for value in row
    )
    plain.close()
    assert "evil" in dump
    assert dump.replace("\n", "").isprintable()
    assert dump.isascii()


@pytest.mark.parametrize("broken", ["\\x1", "\\N{nothing}", "\\U11000000"])
def test_what_was_never_written_so_is_no_text(broken: str) -> None:
    with pytest.raises(ValueError, match="unicode"):
        from_text(broken.encode())
