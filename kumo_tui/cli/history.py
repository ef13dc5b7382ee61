"""history: every operation and every act on entries of others that the journal holds, and what became of it."""

import heapq
import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import click

from kumo_tui.cli.compose import Call
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.options import Options, as_usage_error, not_blank, with_global_options
from kumo_tui.cli.other_acts import act_json, act_row
from kumo_tui.cli.output import print_json, print_table, print_text, utc_text
from kumo_tui.cli.past import opened_past
from kumo_tui.errors import InputError, JournalError
from kumo_tui.journal.coding import to_selector
from kumo_tui.journal.history import Wanted
from kumo_tui.journal.other_act import FoundActs, OtherAct
from kumo_tui.journal.report_words import chain_tags
from kumo_tui.model.history import Chain, History, HistoryEntry
from kumo_tui.model.operation import Mode
from kumo_tui.text import clean
from kumo_tui.units import count_text, parse_duration

_HEAD = ("AT", "OPERATION", "HOW", "VERDICT", "BOUNCED", "OF", "SELECTOR", "REASON", "WHO")


@click.command("history")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N operations, the newest.")
@click.option("--since", callback=not_blank, help="Begun in this time until now: 45m, 12h, 7d.")
@click.option("--who", callback=not_blank, help="By this user or from this host; a piece of user@host is enough.")
@click.option("--selector", callback=not_blank, help="With this piece of text in what was selected.")
@click.option("--open", "open_only", is_flag=True, help="Whose end was not seen yet, or whose stop still stands.")
@with_global_options
@click.pass_obj
def history_command(
    call: Call,
    given: Options,
    *,
    limit: int | None,
    since: str | None,
    who: str | None,
    selector: str | None,
    open_only: bool,
) -> Exit:
    """Every operation so far, the newest first, from the journal alone: no node is asked.

    Cancels and releases of what somebody else had placed are among them, named as such.

    `>=` is a count that may be too low: nobody saw the totals at the end, or they were counted at sweeps.
    """
    options = call.options.merged(given)
    call = Call(call.surroundings, options)
    now = call.surroundings.clock.now()
    wanted = Wanted(_begun(since, now), who or "", selector or "", open_only, limit)
    try:
        with opened_past(call) as journal:
            history = journal.history(wanted) if journal else History()
            others = journal.others(wanted) if journal else FoundActs()
            acts = [journal.other(act.number) or act for act in others.acts] if journal and options.json else []
    except JournalError:
        if options.json:
            print_json({"operations": None, "acts": None})
        raise
    if options.json:
        print_json(history_json(history, acts))
    else:
        _print(history, others, now, is_all=wanted == Wanted(limit=limit))
    return Exit.DONE


def history_json(history: History, acts: Iterable[OtherAct] = ()) -> dict[str, Any]:
    """The object of `history --json` (DESIGN 5); names of queues are raw. `acts` are on entries of others."""
    return {
        "operations": [_entry_json(entry) for entry in history.entries],
        "acts": [act_json(act) for act in acts],
    }


def _entry_json(entry: HistoryEntry) -> dict[str, Any]:
    progress = entry.progress
    return {
        "operation": entry.tag,
        "at": utc_text(entry.at),
        "who": entry.who,
        "reason": entry.reason,
        "ticket": entry.ticket,
        "selector": json.loads(to_selector(entry.selector)),
        "mode": entry.mode.value,
        "verdict": entry.verdict.value,
        "partial": entry.is_partial,
        "bounced": progress.bounced,
        "at_least": entry.at_least,
        "baseline": progress.baseline,
        "collateral": progress.collateral,
        "nodes": {
            node.node: {
                "state": node.state.value,
                "id": node.id,
                "bounced": node.ledger.progress.bounced,
                **({"held": node.is_held} if entry.mode is Mode.CLEAN else {}),
            }
            for node in entry.nodes
        },
        "queues": dict(entry.queues),
        "replaced_by": entry.replaced_by,
    }


def _print(history: History, others: FoundActs, now: datetime, *, is_all: bool) -> None:
    found = history.found + others.found
    if not found:
        print_text("no operations yet" if is_all else "no such operation")
        return
    operations = [(entry.at, _row(entry, now)) for entry in history.entries]
    acts = [(act.at, act_row(act)) for act in others.acts]
    # Each of the two keeps its own order: that of writing, whatever the clock said.
    rows = [row for _at, row in heapq.merge(operations, acts, key=lambda each: each[0], reverse=True)]
    if rows:
        print_table(_HEAD, rows, right=frozenset({4, 5}))
    for chain in history.chains:
        print_text(chain_line(chain))
    if len(rows) < found:
        print_text(f"showing {count_text(len(rows))} of {count_text(found)}")


def _row(entry: HistoryEntry, now: datetime) -> tuple[str, ...]:
    progress = entry.progress
    return (
        entry.at.astimezone().strftime("%Y-%m-%d %H:%M"),
        entry.tag,
        "stop" if entry.is_waiting else entry.mode.value,
        ", ".join(_verdict_words(entry, now)),
        counted(progress.bounced, at_least=entry.at_least),
        count_text(progress.baseline),
        entry.selector.describe(),
        clean(entry.words),
        clean(entry.who),
    )


def _verdict_words(entry: HistoryEntry, now: datetime) -> Iterator[str]:
    yield entry.shown_verdict.value.upper()
    if entry.replaced_by:
        yield f"replaced by {entry.replaced_by}"
    if entry.is_overdue(now):
        yield "end not seen"
    if entry.progress.collateral:
        yield f"{count_text(entry.progress.collateral)} collateral"


def counted(messages: int, *, at_least: bool) -> str:
    """A count of messages, `>=` in front where it may be too low."""
    return f">={count_text(messages)}" if at_least else count_text(messages)


def chain_line(chain: Chain) -> str:
    """`1A2B3C -> 4D5E6F: each replaced by the next, >=16,400 bounced together`."""
    together = f"{counted(chain.bounced, at_least=chain.at_least)} bounced together"
    if chain.collateral:
        together += f", {count_text(chain.collateral)} collateral"
    return f"{chain_tags(chain, ' -> ')}: each replaced by the next, {together}"


def _begun(since: str | None, now: datetime) -> datetime | None:
    """The earliest moment that is meant; None when it is before every journal."""
    if since is None:
        return None
    try:
        return now - timedelta(seconds=parse_duration(since, "--since"))
    except InputError as error:
        raise as_usage_error(error, "--since") from error
    except OverflowError:
        return None
