"""The queues of a reported operation: one line each, as a table and for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kumo_tui.journal.lookup import Account
from kumo_tui.journal.markdown import escaped_name, table
from kumo_tui.text import clean, plural
from kumo_tui.units import count_text

SHOWN = 200

_HEAD = ("queue", "meant", "previewed", "baseline", "bounced", "beyond")
_CSV_HEAD = (*_HEAD, "at_least")

# With these a spreadsheet begins a formula, whatever the quotes around it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue over all nodes, in messages; None where it was not in the preview, or not in the baseline.

    `meant` is whether the selector matches it; what was bounced of one that is not meant is collateral.
    """

    name: str
    meant: bool
    previewed: int | None
    baseline: int | None
    bounced: int
    beyond: int


def queue_lines(account: Account) -> list[QueueLine]:
    """Every queue of preview, baseline and totals, the largest first."""
    ledger, previewed = account.entry.ledger, _summed(account.recorded.preview.values())
    lines = []
    for name in dict.fromkeys([*previewed, *ledger.baseline, *ledger.bounced]):
        based, bounced = ledger.baseline.get(name), ledger.bounced.get(name, 0)
        meant = name not in ledger.collateral
        lines.append(QueueLine(name, meant, previewed.get(name), based, bounced, max(0, bounced - (based or 0))))
    lines.sort(key=lambda line: (-max(line.previewed or 0, line.baseline or 0, line.bounced), line.name))
    return lines


def queue_table(lines: Sequence[QueueLine], *, everything: bool) -> list[str]:
    """The queues as Markdown, cut to the largest unless `everything` is wanted."""
    if not lines:
        return ["No queue was in the preview, and none in the totals."]
    shown = lines if everything else lines[:SHOWN]
    found = table(_HEAD, map(_row, shown), right=frozenset(range(2, 6)))
    if len(shown) < len(lines):
        found += ["", f"and {plural(len(lines) - len(shown), 'queue')} more (`--all` shows them)"]
    return found


def queue_csv(account: Account) -> str:
    """Every queue as a line of CSV, safe for spreadsheets: no cell is a formula, none a terminal control.

    All texts are in quotes: where a spreadsheet takes semicolons for separators, one in a name begins no cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(_CSV_HEAD)
    at_least = _yes(account.entry.at_least)
    for line in queue_lines(account):
        counts = ("" if count is None else count for count in (line.previewed, line.baseline))
        writer.writerow([cell(line.name), _yes(line.meant), *counts, line.bounced, line.beyond, at_least])
    return text.getvalue()


def cell(raw: str) -> str:
    """A text as a spreadsheet takes it for a text."""
    guard = "'" if raw.startswith(_FORMULA) else ""
    return guard + clean(raw)


def _row(line: QueueLine) -> tuple[str, ...]:
    counts = ("-" if count is None else count_text(count) for count in (line.previewed, line.baseline))
    meant = "yes" if line.meant else "**NO**"
    return (escaped_name(line.name), meant, *counts, count_text(line.bounced), count_text(line.beyond))


def _summed(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            sums[name] = sums.get(name, 0) + count
    return sums


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
