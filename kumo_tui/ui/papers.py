"""Writing an operation down for people who were not there: as a report, and its queues for a spreadsheet."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from kumo_tui.clock import Clock
from kumo_tui.errors import JournalError
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.place import shown
from kumo_tui.journal.port import Past
from kumo_tui.journal.report import Frame, report_markdown
from kumo_tui.journal.report_file import write_new
from kumo_tui.journal.report_queues import queue_csv
from kumo_tui.ui.flow_steps import AnyApp, tell


class PapersHost(Protocol):
    """The app, as far as papers need it: what looks back, and the folder that they are written to."""

    past: Past
    folder: Path
    clock: Clock


async def report_flow(app: AnyApp, tag: str) -> None:
    """Write the incident report of this operation as a new file and say where. Runs in a worker of the app."""
    frame = Frame(cast(PapersHost, app).clock.now())
    await _write(app, f"kumo-tui-report-{tag}", "md", tag, lambda account: report_markdown(account, frame))


async def export_flow(app: AnyApp, tag: str) -> None:
    """Write the queues of this operation as CSV, like a report."""
    await _write(app, f"kumo-tui-queues-{tag}", "csv", tag, queue_csv)


async def _write(app: AnyApp, stem: str, suffix: str, tag: str, text_of: Callable[[Account], str]) -> None:
    host = cast(PapersHost, app)

    def write() -> Path:
        return write_new(host.folder, stem, suffix, text_of(account_of(host.past, tag)))

    try:
        path = await asyncio.to_thread(write)
    except JournalError as error:
        tell(app, f"Not written: {error}", is_error=True)
    else:
        tell(app, f"Written: {shown(path)}", is_error=False)


def account_of(past: Past, tag: str) -> Account:
    """All that is known of one operation. Waits for the disk; raises JournalError, also when nothing is."""
    account = past.account(tag)
    if account is None:
        raise JournalError(f"Operation {tag} is not in the journal.")
    return account
