"""The incident report: it claims no more than the journal holds, and nothing in it can act."""

import csv
import io
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.journal.report import Frame, report_markdown
from kumo_tui.journal.report_queues import queue_csv
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Everything, ExactQueues
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import (
    BODY,
    GMAIL,
    STOP_URL,
    TAG,
    URL,
    YAHOO,
    a_stop,
    a_stop_intent,
    an_operation,
    opened,
)

FRAME = Frame(START + timedelta(hours=1), timezone(timedelta(hours=5, minutes=30)))
OTHERS = "news:zenith@aol.com"
EVIL = "=evil|`\x1b[2J\n# <script>*[x](http://e)\u202e:t@d"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    journal = opened(tmp_path / "journal.db", profile="prod")
    yield journal
    journal.close()


def bounced(
    journal: SqliteJournal, totals: Mapping[str, int], verdict: Verdict = Verdict.DONE, words: str = ""
) -> Account:
    """A plain bounce of 5 messages at yahoo.com and 2 at gmail.com, and what the node told of it."""
    intent = Intent("mta1", "POST", URL, BODY, {YAHOO: 5, GMAIL: 2}, {YAHOO: 4})
    journal.record_intent(an_operation(), [intent])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "552016f1"), START)
    journal.record_totals(TAG, "mta1", {"552016f1": totals}, START)
    journal.record_verdict(TAG, "mta1", verdict, START)
    journal.record_event(TAG, START, f"mta1 {verdict.value.upper()}" + (f": {words}" if words else ""))
    return account_of(journal)


def account_of(journal: SqliteJournal, tag: str = TAG) -> Account:
    account = journal.account(tag)
    assert account is not None
    return account


def lines_of(account: Account, frame: Frame = FRAME) -> list[str]:
    return report_markdown(account, frame).splitlines()


def test_the_head_says_who_when_and_why_in_both_times(journal: SqliteJournal) -> None:
    lines = lines_of(bounced(journal, {YAHOO: 5, GMAIL: 2}))
    assert lines[0] == f"# Incident report: operation {TAG}"
    assert "| what | plain bounce of campaign=promo |" in lines
    assert "| when | 2026-11-21 12:00:00 UTC (local time 2026-11-21 17:30:00, UTC+05:30) |" in lines
    assert "| who | ann@desk |" in lines
    assert "| why | bad link |" in lines
    assert "| ticket | none apart from the reason |" in lines
    assert "| nodes | mta1 (profile prod) |" in lines


def test_the_ticket_has_a_line_of_its_own(journal: SqliteJournal) -> None:
    asked = replace(an_operation(), reason="bad link #<4711>", ticket="#<4711>")
    journal.record_intent(asked, [Intent("mta1", "POST", URL, BODY, {YAHOO: 5}, {YAHOO: 4})])
    lines = lines_of(account_of(journal))
    assert "| why | bad link |" in lines
    assert r"| ticket | \#&lt;4711&gt; |" in lines


def test_exactly_is_said_only_of_totals_that_were_read_until_the_end(journal: SqliteJournal) -> None:
    lines = lines_of(bounced(journal, {YAHOO: 6, GMAIL: 2}))
    assert "* Exactly 8 messages were bounced; 7 stood just before. " in " ".join(lines)
    assert "Beyond that: 1, from ready queues or newly arrived." in " ".join(lines)
    assert "| mta1 | accepted | 552016f1 | DONE | 8 | 7 | 1 | 0 |" in lines


def test_at_least_says_why(journal: SqliteJournal) -> None:
    text = report_markdown(bounced(journal, {YAHOO: 3}, Verdict.LOST, "restarted & forgot it"), FRAME)
    assert "**LOST**: it ended before its time" in text
    assert "* At least 3 messages were bounced; 7 stood just before. At least, because: mta1: the node" in text
    assert "* mta1 LOST: restarted &amp; forgot it" in text


def test_collateral_is_named_and_the_leak_is_said_to_be_unknown(journal: SqliteJournal) -> None:
    text = report_markdown(bounced(journal, {YAHOO: 5, OTHERS: 152}), FRAME)
    assert (
        f"**Collateral: 152 messages of 1 queue not meant** by this operation bounced too: {OTHERS} 152." in text
    )
    assert "is not in the journal, and so not known" in text
    assert f"| {OTHERS} | **NO** | - | - | 152 | 152 |" in text


def test_an_operation_without_an_end_is_said_to_have_none(journal: SqliteJournal) -> None:
    text = report_markdown(bounced(journal, {YAHOO: 3}, Verdict.CATCHING), FRAME)
    assert "**CATCHING**: no end of it is in the journal" in text
    assert "nobody followed it to its end" in text


def test_a_verdict_that_holds_for_some_nodes_only_names_them(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(TAG, "mta1", "mta2"), [])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "552016f1"), START)
    journal.record_act(TAG, NodeAct("mta2", ActState.REJECTED, None, "mta2: refused: no|thing"), START)
    journal.record_verdict(TAG, "mta1", Verdict.DONE, START)
    text = report_markdown(account_of(journal), FRAME)
    assert "**PARTIAL**: on mta2 it was not carried out: nothing was bounced; on mta1 it came to its end." in text
    assert "* mta2: mta2: refused: no\\|thing" in text


def test_queues_come_largest_first_and_are_cut_with_a_count(journal: SqliteJournal) -> None:
    account = bounced(journal, {f"promo:t@d{number}.example": number for number in range(1, 301)})
    lines = lines_of(account)
    rows = [line for line in lines if line.startswith("| promo:t@d")]
    assert len(rows) == 200
    assert rows[0].startswith("| promo:t@d300.example | yes | - | - | 300 |")
    assert "and 102 queues more (`--all` shows them)" in lines
    everything = lines_of(account, replace(FRAME, everything=True))
    assert sum(line.startswith("| promo:t@d") for line in everything) == 300


def test_every_line_of_the_timeline_is_there_in_utc(journal: SqliteJournal) -> None:
    account = bounced(journal, {})
    journal.record_event(TAG, START + timedelta(seconds=61), "note | with *stars*")
    lines = lines_of(account_of(journal))
    assert "* 2026-11-21 12:01:01 UTC: note \\| with \\*stars\\*" in lines
    assert (
        len([line for line in lines if line.startswith("* 2026-")]) == len(account.recorded.operation.events) + 1
    )


def test_requests_are_curl_commands_without_credentials(journal: SqliteJournal) -> None:
    intent = Intent("mta1", "POST", "http://kim:s3cr@t@mta1:8000/api/admin/bounce/v1?x=a@b", BODY, {})
    journal.record_intent(an_operation(), [intent])
    text = report_markdown(account_of(journal), FRAME)
    assert "s3cr" not in text
    assert "kim" not in text
    assert (
        "curl -sS -X POST 'http://mta1:8000/api/admin/bounce/v1?x=a@b' -H 'Content-Type: application/json' "
        f"--data-binary '{BODY}'"
    ) in text.splitlines()
    assert "whether it left is not known" in text
    assert "<credentials>" in text


def test_a_request_to_a_node_behind_ssh_is_told_as_a_command_for_that_machine(journal: SqliteJournal) -> None:
    url = "ssh://ops@mta1:2222/127.0.0.1:8000/api/admin/bounce/v1"
    journal.record_intent(an_operation(), [Intent("mta1", "POST", url, BODY, {})])
    text = report_markdown(account_of(journal), FRAME)
    line = next(line for line in text.splitlines() if line.startswith("ssh "))
    *way, command = shlex.split(line)
    assert way == ["ssh", "-p", "2222", "ops@mta1"]
    assert shlex.split(command)[:5] == ["curl", "-sS", "-X", "POST", "http://127.0.0.1:8000/api/admin/bounce/v1"]
    assert shlex.split(command)[-1] == BODY


def test_a_request_that_names_thousands_of_queues_is_cut_unless_all_is_wanted(journal: SqliteJournal) -> None:
    body = '{"queue_names": ["' + "x" * 50_000 + '"]}'
    journal.record_intent(an_operation(), [Intent("mta1", "POST", URL, body, {})])
    short = report_markdown(account_of(journal), FRAME)
    assert len(short) < 10_000
    assert "# cut: 50,021 characters in all" in short
    assert body in report_markdown(account_of(journal), replace(FRAME, everything=True))


def test_sweeps_are_summed_up_with_one_of_them(journal: SqliteJournal) -> None:
    journal.record_intent(a_stop(), [a_stop_intent()])
    journal.record_confirmed(a_stop(), {}, {"mta1": {YAHOO: 3}}, START)
    for second in range(1000):
        at = START + timedelta(seconds=second)
        body = f'{{"queue_names": ["{YAHOO}"], "n": {second}}}'
        step = StepRecord(TAG, "mta1", Step.SWEEP, body, RequestState.UNKNOWN, method="POST", url=URL)
        journal.record_step(replace(step, state=RequestState.INTENT), at)
    journal.record_totals(TAG, "mta1", {"sweeps": {YAHOO: 3}}, START)
    text = report_markdown(account_of(journal), FRAME)
    assert (
        "1,000 sweeps (1,000 intent), the first 2026-11-21 12:00:00 UTC, the last 2026-11-21 12:16:39 UTC." in text
    )
    assert '"n": 999}' in text
    assert text.count("curl ") == 2
    assert STOP_URL in text
    assert "At least 3 messages were bounced" in text
    assert "Collateral: none. A sweep takes nothing" in text


def test_somebody_elses_stop_is_said_to_be_relied_on(journal: SqliteJournal) -> None:
    journal.record_intent(a_stop(), [Intent("mta1", "", "", "", {}, {}, Step.STOP)])
    assert "somebody else's with the same criteria stood there" in report_markdown(account_of(journal), FRAME)


def test_a_chain_is_named_with_its_sum(journal: SqliteJournal) -> None:
    bounced(journal, {YAHOO: 5}, Verdict.REPLACED)
    journal.record_intent(an_operation("BBBB"), [Intent("mta1", "POST", URL, BODY, {YAHOO: 9})])
    journal.record_act("BBBB", NodeAct("mta1", ActState.ACCEPTED, "9d0c11aa"), START)
    journal.record_totals("BBBB", "mta1", {"9d0c11aa": {YAHOO: 2}}, START)
    text = report_markdown(account_of(journal), FRAME)
    assert "**REPLACED**: operation BBBB, with the same criteria, took its place." in text
    assert f"Chain: {TAG} → BBBB, each replaced by the next; together at least 7 messages bounced." in text


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        (Everything(), "* EVERYTHING: every queue of the nodes, the servers' own ones too"),
        (ExactQueues.of([YAHOO, GMAIL]), "* exactly 2 queues:"),
        (ExactQueues.of([f"q{number}" for number in range(50)]), "  * and 30 more (`--all` shows them)"),
    ],
)
def test_the_scope_is_said_in_words(journal: SqliteJournal, selector: Everything | ExactQueues, said: str) -> None:
    journal.record_intent(an_operation(selector=selector), [])
    assert said in lines_of(account_of(journal))


def test_hostile_names_reasons_and_users_break_nothing(journal: SqliteJournal) -> None:
    operation = replace(an_operation(selector=ExactQueues.of([EVIL])), reason=EVIL, who=EVIL, digest=EVIL)
    journal.record_intent(operation, [Intent("mta1", "POST", URL, '{"queue_names": ["```"]}', {EVIL: 5})])
    journal.record_act(TAG, NodeAct("mta1", ActState.UNKNOWN, EVIL, EVIL), START)
    journal.record_totals(TAG, "mta1", {"x": {EVIL: 5}}, START)
    journal.record_event(TAG, START, EVIL)
    text = report_markdown(account_of(journal), FRAME)
    assert all(line.isprintable() for line in text.splitlines())
    assert "<script>" not in text
    assert "http://e" not in text.replace("http://mta1", "")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert len(headings) == 8
    assert "````sh" in text
    assert "| yes | - | 5 | 5 | 0 |" in text


def test_the_csv_has_every_queue_quoted_and_no_formula(journal: SqliteJournal) -> None:
    odd = 'promo:"a",b@x.de'
    bounced(journal, {EVIL: 3, YAHOO: 6, odd: 1, **{f"promo:t@d{number}": 1 for number in range(300)}})
    text = queue_csv(account_of(journal))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 304
    named = {row["queue"]: row for row in rows}
    assert named[YAHOO] == {
        "queue": YAHOO,
        "meant": "yes",
        "previewed": "4",
        "baseline": "5",
        "bounced": "6",
        "beyond": "1",
        "at_least": "no",
    }
    assert named[odd]["bounced"] == "1"
    (evil,) = [name for name in named if "evil" in name]
    assert evil.startswith("'=evil")
    assert (named[evil]["meant"], named[evil]["baseline"]) == ("no", "")
    assert all(line.isprintable() for line in text.splitlines())


def test_where_semicolons_separate_none_in_a_name_begins_a_cell_of_the_csv(journal: SqliteJournal) -> None:
    bounced(journal, {"promo;=1+1;@x.de": 3})
    rows = list(csv.reader(io.StringIO(queue_csv(account_of(journal))), delimiter=";"))
    assert [cell for row in rows for cell in row if cell.startswith("=")] == []
