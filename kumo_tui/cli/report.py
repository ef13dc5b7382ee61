"""report: one operation as an incident report, in Markdown or as CSV."""

import difflib
from collections.abc import Sequence

import click

from kumo_tui.cli.compose import Call
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.options import Options, not_blank, with_global_options
from kumo_tui.cli.past import opened_past
from kumo_tui.errors import InputError
from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.report import Frame, report_markdown
from kumo_tui.journal.report_queues import queue_csv
from kumo_tui.text import one_line

NEAR = 3

_SEE = "See `kumo-tui history`."


@click.command("report")
@click.argument("operation", callback=not_blank)
@click.option("--csv", "as_csv", is_flag=True, help="Only the queues, as CSV that is safe for spreadsheets.")
@click.option("--all", "everything", is_flag=True, help="Every queue, every name and whole requests.")
@with_global_options
@click.pass_obj
def report_command(call: Call, given: Options, *, operation: str, as_csv: bool, everything: bool) -> Exit:
    """An incident report of OPERATION, its tag or the beginning of it, as Markdown on standard output.

    For people who were not there: who, why, what, how many, what is not known. From the journal alone: no node is
    asked.
    """
    options = call.options.merged(given)
    if options.json:
        raise click.UsageError("report has no --json: `kumo-tui history --json` has the numbers.")
    call = Call(call.surroundings, options)
    with opened_past(call) as journal:
        account = find_account(journal, operation)
    if as_csv:
        click.echo(queue_csv(account), nl=False)
    else:
        frame = Frame(call.surroundings.clock.now(), everything=everything)
        click.echo(report_markdown(account, frame), nl=False)
    return Exit.DONE


def find_account(journal: SqliteJournal | None, wanted: str) -> Account:
    """The operation whose tag is this or begins like this. Raises InputError when that is none or several."""
    tags: Sequence[str] = journal.tags() if journal else ()
    account: Account | None = None
    if journal is not None and tags:
        account = journal.account(find_tag(tags, wanted))
    if account is None:
        raise InputError("operation", "no operations yet: the journal is empty.", _SEE)
    return account


def find_tag(tags: Sequence[str], wanted: str) -> str:
    """The one of these tags, the newest first, that is meant. Raises InputError."""
    beginning = wanted.strip().upper()
    if beginning in tags:
        return beginning
    found = [tag for tag in tags if tag.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    shown = repr(one_line(wanted, 40))
    if found:
        more = ", …" if len(found) > NEAR else ""
        raise InputError(
            "operation", f"{shown} may be {', '.join(found[:NEAR])}{more}.", "Give more of the operation's tag."
        )
    near = difflib.get_close_matches(beginning, tags, NEAR) or list(tags[:NEAR])
    raise InputError("operation", f"there is no operation {shown}; there is {', '.join(near)}.", _SEE)
