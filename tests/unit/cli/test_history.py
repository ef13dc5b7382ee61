"""history: every operation that the journal holds, without asking any node."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kumo_tui.cli.history import chain_line
from kumo_tui.journal.durable import SqliteJournal, open_journal
from kumo_tui.model.history import Chain
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.cli.desk import Desk
from tests.unit.journal.worlds import YAHOO, an_intent, an_operation

PROMO = (
    "bounce",
    "--campaign",
    "promo",
    "--reason",
    "bad link",
    "--ticket",
    "#4711",
    "--duration",
    "20s",
    "--plain",
)
GONE = ("--endpoint", "http://gone:8000")


@pytest.fixture
def path(state_folder: Path) -> Path:
    return state_folder / "kumo-tui" / "journal.db"


@pytest.fixture
def journal(desk: Desk, path: Path) -> SqliteJournal:
    """The journal of the desk, closed: open it again to write more."""
    return open_journal(path, desk.clock)


def written(journal: SqliteJournal, tag: str, totals: dict[str, int], verdict: Verdict, seconds: int = 0) -> None:
    """A plain bounce of mta1 that began so late and ended like this."""
    at = START + timedelta(seconds=seconds)
    journal.record_intent(replace(an_operation(tag), created_at=at), [an_intent()])
    journal.record_act(tag, NodeAct("mta1", ActState.ACCEPTED, f"id-{tag}"), at)
    journal.record_totals(tag, "mta1", {f"id-{tag}": totals}, at)
    journal.record_verdict(tag, "mta1", verdict, at + timedelta(seconds=30))
    journal.record_event(tag, at, f"mta1 {verdict.value.upper()}")


def test_without_a_journal_there_are_no_operations_yet_and_none_is_made(desk: Desk, path: Path) -> None:
    assert desk.run("history") == 0
    assert (desk.out, desk.err) == ("no operations yet\n", "")
    assert desk.json("history") == {"operations": [], "acts": []}
    assert not path.exists()


def test_an_empty_journal_has_no_operations_either(desk: Desk, journal: SqliteJournal) -> None:
    journal.close()
    assert desk.run("history") == 0
    assert desk.out == "no operations yet\n"


def test_the_json_has_exactly_the_names_of_the_contract(desk: Desk) -> None:
    answer = desk.lines(*PROMO, "--yes", "--expect", "240", "--follow")[0]
    assert desk.code == 0
    (found,) = desk.json("history", *GONE)["operations"]
    (node,) = answer["nodes"]
    assert found == {
        "operation": answer["operation"],
        "at": "2026-11-21T12:00:00.000Z",
        "who": "kim@desk",
        "reason": "bad link",
        "ticket": "#4711",
        "selector": {"criteria": {"campaign": "promo"}},
        "mode": "plain",
        "verdict": "done",
        "partial": False,
        "bounced": 240,
        "at_least": False,
        "baseline": 240,
        "collateral": 0,
        "nodes": {"mta1:8000": {"state": "accepted", "id": node["id"], "bounced": 240}},
        "queues": {"promo:acme@gmail.com": 120, "promo:acme@yahoo.com": 120},
        "replaced_by": None,
    }
    assert list(found)[:6] == ["operation", "at", "who", "reason", "ticket", "selector"]
    desk.run("history", *GONE)
    assert "bad link #4711" in desk.out


def test_no_node_is_asked(desk: Desk, journal: SqliteJournal) -> None:
    written(journal, "AAAA", {YAHOO: 5}, Verdict.DONE)
    journal.close()
    assert desk.run("history") == 0
    assert desk.node.requests == []


def test_the_text_shows_what_is_a_lower_bound_and_what_has_no_end(desk: Desk, journal: SqliteJournal) -> None:
    written(journal, "AAAA", {YAHOO: 5}, Verdict.DONE)
    written(journal, "BBBB", {YAHOO: 3, "news:t@x.de": 152}, Verdict.LOST, 60)
    written(journal, "CCCC", {YAHOO: 1}, Verdict.CATCHING, 120)
    journal.close()
    desk.clock.jump(86400)
    assert desk.run("history") == 0
    head, newest, lost, done = desk.out.splitlines()
    assert head.split() == ["AT", "OPERATION", "HOW", "VERDICT", "BOUNCED", "OF", "SELECTOR", "REASON", "WHO"]
    assert "CATCHING, end not seen" in newest
    assert ">=1" in newest
    assert "LOST, 152 collateral" in lost
    assert ">=3" in lost
    assert ">=" not in done
    assert done.split()[2:] == ["AAAA", "plain", "DONE", "5", "5", "campaign=promo", "bad", "link", "ann@desk"]


def test_a_chain_of_replacements_is_shown_with_its_sum(desk: Desk, journal: SqliteJournal) -> None:
    written(journal, "AAAA", {YAHOO: 5}, Verdict.REPLACED)
    written(journal, "BBBB", {YAHOO: 4}, Verdict.DONE, 10)
    journal.close()
    desk.run("history", "--limit", "1")
    assert desk.out.splitlines()[2:] == [
        "AAAA -> BBBB: each replaced by the next, >=9 bounced together",
        "showing 1 of 2",
    ]
    assert [entry["replaced_by"] for entry in desk.json("history")["operations"]] == [None, "BBBB"]
    desk.run("history")
    assert "REPLACED, replaced by BBBB" in desk.out


def test_a_long_chain_is_named_by_its_ends() -> None:
    chain = Chain(tuple(f"T{number}" for number in range(9)), 5, 2, at_least=False)
    assert chain_line(chain) == (
        "T0 -> T1 -> T2 -> (3 more) -> T6 -> T7 -> T8: each replaced by the next, 5 bounced together, 2 collateral"
    )


def test_filters_choose_and_the_limit_cuts(desk: Desk, journal: SqliteJournal) -> None:
    for number in range(4):
        written(journal, f"AAA{number}", {}, Verdict.DONE, number * 3600)
    other = replace(an_operation("BBBB", selector=Criteria("news")), who="kim@night", created_at=START)
    journal.record_intent(other, [an_intent()])
    journal.close()
    desk.clock.jump(3 * 3600)

    def tags(*words: str) -> list[str]:
        return [entry["operation"] for entry in desk.json("history", *words)["operations"]]

    assert tags() == ["BBBB", "AAA3", "AAA2", "AAA1", "AAA0"]
    assert tags("--limit", "2") == ["BBBB", "AAA3"]
    assert tags("--since", "1h30m") == ["AAA3", "AAA2"]
    assert tags("--since", "100000w") == tags()
    assert tags("--who", "NIGHT") == ["BBBB"]
    assert tags("--selector", "campaign=news") == ["BBBB"]
    assert tags("--open") == ["BBBB"]
    assert desk.run("history", "--who", "nobody") == 0
    assert desk.out == "no such operation\n"


@pytest.mark.parametrize(
    "words", [["--since", "7"], ["--since", "soon"], ["--who", " "], ["--limit", "-1"], ["x"]]
)
def test_wrong_usage_is_2(desk: Desk, words: list[str]) -> None:
    assert desk.run("history", *words) == 2
    assert (desk.out, desk.err.count("\n")) == ("", 1)


def test_a_journal_of_a_newer_version_is_4_with_words(desk: Desk, path: Path, journal: SqliteJournal) -> None:
    journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert desk.run("history") == 4
    assert (desk.out, desk.err.count("\n")) == ("", 1)
    assert "newer kumo-tui" in desk.err
    assert desk.json("history") == {"operations": None, "acts": None}
    assert desk.code == 4


def test_names_are_raw_in_json_and_harmless_in_text(desk: Desk, journal: SqliteJournal) -> None:
    evil = "evil\x1b]52;c;x\x07\u202e:t@d"
    operation = replace(an_operation("AAAA", selector=ExactQueues.of([evil])), reason="bad \x1b[2J", who="a\x9b")
    journal.record_intent(operation, [an_intent()])
    journal.record_totals("AAAA", "mta1", {"x": {evil: 3}}, START)
    journal.close()
    (found,) = desk.json("history")["operations"]
    assert desk.out.isascii()
    assert found["selector"] == {"queues": [evil]}
    assert found["queues"] == {evil: 3}
    desk.run("history")
    assert all(line.isprintable() for line in desk.out.splitlines())
