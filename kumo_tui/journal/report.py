"""The incident report: what was done, for people who were not there. From the journal alone, as Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from kumo_tui import __version__
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.markdown import escaped, escaped_name, table
from kumo_tui.journal.report_queues import queue_lines, queue_table
from kumo_tui.journal.report_requests import CREDENTIALS, moment, request_lines
from kumo_tui.journal.report_words import (
    bounced_words,
    chain_words,
    collateral_words,
    leak_words,
    node_notes,
    verdict_words,
)
from kumo_tui.model.history import HistoryEntry, HistoryNode
from kumo_tui.model.operation import Mode
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.text import plural
from kumo_tui.units import count_text, duration_text

NAMES_SHOWN = 20

_NONE_APART = "none apart from the reason"


@dataclass(frozen=True, slots=True)
class Frame:
    """Around a report: when it is written, the place whose clock is named, and whether nothing is to be cut."""

    written_at: datetime
    local: tzinfo | None = None
    everything: bool = False


def report_markdown(account: Account, frame: Frame) -> str:
    """The whole report. No name and no reason in it can be markup, HTML or terminal control."""
    lines: list[str] = []
    for part in (_head, _outcome, _scope, _nodes, _queues, _timeline, _requests):
        lines += [*part(account, frame), ""]
    return "\n".join(lines)


def _head(account: Account, frame: Frame) -> Iterator[str]:
    entry, operation = account.entry, account.recorded.operation
    yield f"# Incident report: operation {escaped(entry.tag)}"
    yield ""
    nodes = ", ".join(escaped(act.node) for act in operation.acts)
    rows = [
        ("what", f"{_what(entry)} of {escaped(entry.selector.describe())}"),
        ("when", _both(entry.at, frame)),
        ("who", escaped(entry.who) or "-"),
        ("why", escaped(entry.reason) or "-"),
        ("ticket", escaped(entry.ticket) if entry.ticket else _NONE_APART),
        ("nodes", f"{nodes}{f' (profile {escaped(entry.profile)})' if entry.profile else ''}"),
        ("new mail caught for", duration_text(entry.duration_s)),
    ]
    if entry.confirmed_at is not None and entry.confirmed_at != entry.at:
        rows.insert(2, ("confirmed", _both(entry.confirmed_at, frame)))
    if operation.suppress_logging:
        rows.append(("delivery logs", "suppressed: the nodes' logs have no record of each bounced message"))
    yield from table(("", ""), rows)
    yield ""
    written = moment(frame.written_at)
    yield f"Written {written} by kumo-tui {__version__} from its journal; no node was asked."


def _outcome(account: Account, _frame: Frame) -> Iterator[str]:
    entry = account.entry
    yield from ("## Outcome", "")
    yield f"**{entry.shown_verdict.value.upper()}**: {verdict_words(entry)}."
    yield ""
    yield f"* {bounced_words(entry)}"
    yield f"* {collateral_words(entry)}"
    yield f"* {leak_words(entry)}"
    if account.chain is not None:
        yield f"* {chain_words(account.chain)}"


def _scope(account: Account, frame: Frame) -> Iterator[str]:
    yield from ("## Scope", "")
    yield from _selector(account.entry, everything=frame.everything)
    held = account.recorded.operation.held
    previewed = [preview for node, preview in account.recorded.preview.items() if preview and node not in held]
    names = {name for preview in previewed for name in preview}
    messages = sum(sum(preview.values()) for preview in previewed)
    progress = account.entry.progress
    standing = plural(len(account.entry.ledger.baseline), "queue")
    yield f"* previewed and confirmed: {plural(messages, 'message')} in {plural(len(names), 'queue')}"
    yield f"* digest of the preview: {escaped(account.recorded.operation.digest) or '-'}"
    yield f"* standing just before (the baseline): {plural(progress.baseline, 'message')} in {standing}"


def _selector(entry: HistoryEntry, *, everything: bool) -> Iterator[str]:
    selector = entry.selector
    if isinstance(selector, Criteria):
        parts = [f"{part.label} = {escaped_name(value)}" for part, value in selector.given().items()]
        yield f"* every queue with {' and '.join(parts)}"
    elif isinstance(selector, ExactQueues):
        names = sorted(selector.names)
        shown = names if everything else names[:NAMES_SHOWN]
        yield f"* exactly {plural(len(names), 'queue')}:"
        yield from (f"  * {escaped_name(name)}" for name in shown)
        if len(shown) < len(names):
            yield f"  * and {count_text(len(names) - len(shown))} more (`--all` shows them)"
    else:
        yield "* EVERYTHING: every queue of the nodes, the servers' own ones too"


def _nodes(account: Account, _frame: Frame) -> Iterator[str]:
    yield from ("## Nodes", "")
    head = ("node", "request", "id", "verdict", "bounced", "baseline", "beyond", "collateral")
    rows = [_node_row(node) for node in account.entry.nodes]
    yield from table(head, rows, right=frozenset(range(4, 8)))
    notes = [
        f"* {escaped(words)}"
        for act in account.recorded.operation.acts
        for words in node_notes(account.recorded, act)
    ]
    if notes:
        yield from ("", *notes)


def _node_row(node: HistoryNode) -> tuple[str, ...]:
    progress = node.ledger.progress
    return (
        escaped(node.node),
        node.state.value,
        escaped(node.id) if node.id else "-",
        node.verdict.value.upper(),
        f"{'at least ' if node.at_least else ''}{count_text(progress.bounced)}",
        count_text(progress.baseline),
        count_text(progress.beyond),
        count_text(progress.collateral),
    )


def _queues(account: Account, frame: Frame) -> Iterator[str]:
    yield from ("## Queues", "")
    yield from queue_table(queue_lines(account), everything=frame.everything)


def _timeline(account: Account, _frame: Frame) -> Iterator[str]:
    yield from ("## Timeline", "")
    events = account.recorded.operation.events
    yield from (f"* {moment(event.at)}: {escaped(event.text)}" for event in events)
    if not events:
        yield "Nothing was noted."


def _requests(account: Account, frame: Frame) -> Iterator[str]:
    yield from ("## Requests", "")
    yield "A record, not a recipe: whoever runs these commands bounces mail again."
    yield f"Credentials are never written down; where a node asks for some, each request has `{CREDENTIALS}`."
    yield from request_lines(account, everything=frame.everything)


def _what(entry: HistoryEntry) -> str:
    if entry.is_waiting:
        return "stop"
    return "clean bounce (stop, sweeps, release)" if entry.mode is Mode.CLEAN else "plain bounce"


def _both(at: datetime, frame: Frame) -> str:
    local = at.astimezone(frame.local)
    offset = local.strftime("%z")
    return f"{moment(at)} (local time {local.strftime('%Y-%m-%d %H:%M:%S')}, UTC{offset[:3]}:{offset[3:5]})"
