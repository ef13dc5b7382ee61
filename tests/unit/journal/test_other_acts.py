"""Acts on what is not ours: written before they leave, found again with all that was listed, settled once."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.history import Wanted
from kumo_tui.journal.other_act import (
    QUEUES_KEPT,
    FoundActs,
    OtherAct,
    OtherKind,
    listed_directive,
    listed_stop,
)
from kumo_tui.journal.records import Change, RequestState
from kumo_tui.model.directives import Directive, Suspension
from tests.fakes import START
from tests.unit.journal.worlds import URL, YAHOO, AnyJournal, opened

LATER = START + timedelta(seconds=3)
HOSTILE = "x\x1b[2J\ud800\ud83d\udc80\x00[/b]"
PURGE = Directive(
    "552016f1-a", "promo", "", None, None, f"purge {HOSTILE}", 48.5, 9_001, {YAHOO: 9_000, HOSTILE: 1}
)


def an_act(state: RequestState = RequestState.INTENT, **values: object) -> OtherAct:
    begun = OtherAct(
        who="ann@desk",
        node="mta1",
        kind=OtherKind.CANCEL,
        id="552016f1-a",
        method="DELETE",
        url=URL,
        body='{"id": "552016f1-a"}',
        entry=listed_directive(PURGE),
        changes=(Change(RequestState.INTENT, START),),
    )
    begun = replace(begun, **values)  # type: ignore[arg-type]  # fields of the act
    return begun if state is RequestState.INTENT else begun.changed(Change(state, LATER), None)


def test_an_act_comes_back_as_it_was_written_hostile_names_too(journal: AnyJournal) -> None:
    number = journal.record_other(an_act())
    assert journal.other(number) == replace(an_act(), number=number)
    assert journal.record_other_change(number, Change(RequestState.ACCEPTED, LATER), None)
    found = journal.other(number)
    assert found is not None
    assert found.changes == (Change(RequestState.INTENT, START), Change(RequestState.ACCEPTED, LATER))
    assert (found.state, found.at, found.is_open) == (RequestState.ACCEPTED, START, False)


def test_what_no_list_had_is_written_without_an_entry(journal: AnyJournal) -> None:
    number = journal.record_other(an_act(entry=None))
    found = journal.other(number)
    assert found is not None and found.entry is None
    assert found.what == "somebody's directive 552016f1 on mta1"


def test_a_stop_has_no_totals(journal: AnyJournal) -> None:
    stop = listed_stop(Suspension("77aa10c2", None, "acme", None, "hold it", 700.0))
    number = journal.record_other(an_act(kind=OtherKind.RELEASE, id="77aa10c2", entry=stop))
    found = journal.other(number)
    assert found is not None and found.entry is not None
    assert (found.entry.total, found.entry.queue_count, found.entry.tenant) == (None, 0, "acme")
    assert found.what == "somebody's stop 77aa10c2 (tenant=acme) on mta1"


def test_the_acts_are_listed_the_newest_first_without_their_queues(journal: AnyJournal) -> None:
    first, second = journal.record_other(an_act()), journal.record_other(an_act(node="mta2"))
    listed = journal.others()
    assert (numbers(listed), listed.found) == ([second, first], 2)
    entry = listed.acts[0].entry
    assert entry is not None
    assert (entry.total, entry.queue_count, dict(entry.queues)) == (9_001, 2, {})
    assert journal.others(Wanted(limit=1, skip=1)) == FoundActs(listed.acts[1:], 2)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(who="ANN"), 1),
        (Wanted(who="bob"), 0),
        (Wanted(since=START), 1),
        (Wanted(since=LATER), 0),
        (Wanted(selector="PROMO"), 1),
        (Wanted(selector="552016"), 1),
        (Wanted(selector="zenith"), 0),
        (Wanted(open_only=True), 0),
    ],
)
def test_acts_are_found_as_operations_are(journal: AnyJournal, wanted: Wanted, found: int) -> None:
    journal.record_other(an_act(RequestState.ACCEPTED))
    assert journal.others(wanted).found == found


def test_what_nobody_knows_the_outcome_of_is_open(journal: AnyJournal) -> None:
    written = {state: journal.record_other(an_act(state)) for state in RequestState}
    wanted = [written[RequestState.UNKNOWN], written[RequestState.INTENT]]
    assert [act.number for act in journal.open_others()] == wanted
    assert numbers(journal.others(Wanted(open_only=True))) == wanted


def test_who_only_looked_never_overrules_who_was_answered(journal: AnyJournal) -> None:
    number = journal.record_other(an_act(RequestState.ACCEPTED))
    assert not journal.record_other_change(number, Change(RequestState.REJECTED, LATER), "listed", if_open=True)
    found = journal.other(number)
    assert found is not None and (found.state, found.error) == (RequestState.ACCEPTED, None)
    unknown = journal.record_other(an_act(RequestState.UNKNOWN))
    assert journal.record_other_change(unknown, Change(RequestState.GONE, LATER), "gone", if_open=True)
    assert not journal.open_others()


def test_an_act_that_was_never_written_cannot_be_settled(journal: AnyJournal) -> None:
    with pytest.raises(JournalError, match="no act 7 was written down"):
        journal.record_other_change(7, Change(RequestState.ACCEPTED, LATER), None)
    assert journal.other(7) is None


def test_acts_are_not_among_the_operations(journal: AnyJournal) -> None:
    journal.record_other(an_act())
    assert journal.history().found == 0


def test_of_very_many_queues_the_largest_are_kept_and_all_are_counted() -> None:
    bounced = {f"q{number:06}": number for number in range(QUEUES_KEPT + 5)}
    entry = listed_directive(replace(PURGE, bounced=bounced))
    assert (entry.queue_count, len(entry.queues)) == (QUEUES_KEPT + 5, QUEUES_KEPT)
    assert min(entry.queues.values()) == 5


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RequestState.ACCEPTED, 'cancelled somebody\'s directive 552016f1 (campaign=promo tenant="") on mta1'),
        (RequestState.GONE, ": gone"),
        (RequestState.REJECTED, ": not done"),
        (RequestState.UNKNOWN, ": not known whether it was done"),
        (RequestState.INTENT, ": not known whether it was done"),
    ],
)
def test_an_act_is_named_by_what_came_of_it(state: RequestState, words: str) -> None:
    assert an_act(state).words.endswith(words)
    assert an_act(state).words.isprintable()


def test_it_is_on_disk_when_the_method_returns_and_signed_with_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = opened(path, profile="prod")
    journal.record_other(an_act())
    other = opened(path)
    (found,) = other.others().acts
    assert found.profile == "prod"
    other.close()
    journal.close()


def test_a_total_beyond_a_column_is_cut(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal.db")
    number = journal.record_other(an_act(entry=listed_directive(replace(PURGE, total_bounced=2**70))))
    found = journal.other(number)
    assert found is not None and found.entry is not None and found.entry.total == 2**63 - 1
    journal.close()


def test_a_state_that_nobody_writes_is_damage_in_words(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = opened(path)
    journal.record_other(an_act())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE other_act SET kind = 'purge'")
    connection.commit()
    connection.close()
    with pytest.raises(JournalError, match="is damaged"):
        journal.others()
    journal.close()


def numbers(found: FoundActs) -> Sequence[int]:
    return [act.number for act in found.acts]
