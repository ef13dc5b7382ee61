"""status, queues, directives: look once, print, end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from kumo_tui.act.fleet_words import same_server_words
from kumo_tui.cli.compose import Call
from kumo_tui.cli.exits import Exit, exit_of_reading
from kumo_tui.cli.loop import run_loop
from kumo_tui.cli.one_look import Bounds, Look, one_look, within
from kumo_tui.cli.options import Options, with_global_options
from kumo_tui.cli.output import print_json, print_table, print_text, rounded, say, shown_name, utc_text
from kumo_tui.cli.stops import stop_lines, stop_tags, stops_json
from kumo_tui.model.alone import alone
from kumo_tui.model.directives import Directive
from kumo_tui.model.names import Part, parse_name
from kumo_tui.model.operation import Mode
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import SLOW_AFTER_S, NodeSnapshot, Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.units import age_text, count_text, countdown_text


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which queues are printed, and in which order. `limit` None means all of them."""

    empty_too: bool = False
    limit: int | None = None
    by_name: bool = False


_of_node = click.option("--node", metavar="NAME", help="Those of this node alone.")


@click.command("status")
@within
@with_global_options
@click.pass_obj
def status_command(call: Call, given: Options, *, timeout: float | None) -> Exit:
    """Nodes, their state, how much is queued, and how our operations stand that are not over."""
    return _look(call, given, status_json, _print_status, lambda node: node.is_fresh, Bounds(timeout_s=timeout))


@click.command("queues")
@click.option("--all", "empty_too", is_flag=True, help="Queues of 0 messages too.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Print at most N queues; the totals stay.")
@click.option(
    "--sort", type=click.Choice(["messages", "name"]), default="messages", help="messages: the largest first."
)
@_of_node
@within
@with_global_options
@click.pass_obj
def queues_command(
    call: Call,
    given: Options,
    *,
    empty_too: bool,
    limit: int | None,
    sort: str,
    node: str | None,
    timeout: float | None,
) -> Exit:
    """Scheduled queues with their messages, the largest first."""
    wanted = Wanted(empty_too, limit, by_name=sort == "name")
    return _look(
        call,
        given,
        lambda look: queues_json(look.snapshot, wanted),
        lambda look: _print_queues(look.snapshot, wanted),
        lambda node: node.has_data,
        Bounds(node, timeout),
    )


@click.command("directives")
@_of_node
@within
@with_global_options
@click.pass_obj
def directives_command(call: Call, given: Options, *, node: str | None, timeout: float | None) -> Exit:
    """Bounce directives that the nodes list now."""
    return _look(
        call,
        given,
        lambda look: directives_json(look.snapshot),
        lambda look: _print_directives(look.snapshot),
        _has_listed,
        Bounds(node, timeout),
    )


def say_what_is_wrong(nodes: Sequence[NodeSnapshot]) -> None:
    """One line on standard error for each node that could not be read, or that is there twice."""
    for node in nodes:
        trouble = trouble_of(node)
        if trouble is not None:
            say(trouble)
        if node.takes_no_mail:
            say(f"{clean(node.name)}: it takes no mail: {node.takes_no_mail}.")
        if node.same_as:
            say(f"{same_server_words(node)}.")


def may_be_elsewhere(unread: Sequence[str]) -> str:
    """That what was looked for in vain may be on nodes that could not be read; empty where all were."""
    return f"It may be on {', '.join(map(clean, unread))}, which could not be read." if unread else ""


def trouble_of(node: NodeSnapshot) -> str | None:
    """What is wrong with a node in one line that names it; None while nothing is."""
    if node.errors:
        return node.errors.get("metrics") or next(iter(node.errors.values()))
    if node.has_data or node.silent_s < SLOW_AFTER_S:
        return None
    return f"{node.name}: it has not answered for {int(node.silent_s)} s."


def status_json(look: Look) -> dict[str, Any]:
    """The object of `status --json` (DESIGN 5)."""
    snapshot = look.snapshot
    listed = [directive for node in snapshot.members for directive in _directives_of(node)]
    is_read = any(node.has_data for node in snapshot.members)
    is_listed = any(node.directives is not None for node in snapshot.members)
    return {
        "profile": snapshot.profile or None,
        "taken_at": utc_text(snapshot.taken_at),
        "nodes_read": sum(1 for node in snapshot.members if node.has_data),
        "nodes_total": len(snapshot.servers),
        "nodes": [
            {
                "name": node.name,
                "url": node.url,
                "state": node.state.value,
                "version": node.version,
                "messages": node.table.total if node.has_data else None,
                "queues": node.table.standing if node.has_data else None,
                "age_s": rounded(node.age_s(snapshot.at)),
                "error": trouble_of(node),
            }
            for node in snapshot.nodes
        ],
        "messages": snapshot.queues.total if is_read else None,
        "queues": snapshot.queues.standing if is_read else None,
        "directives": len(listed) if is_listed else None,
        "operations": len(_tags(snapshot, listed)) if is_listed else None,
        "stops": stops_json(snapshot),
        "open_operations": [seen.as_json() for seen in look.operations],
    }


def queues_json(snapshot: Snapshot, wanted: Wanted) -> dict[str, Any]:
    """The object of `queues --json`: raw names; an absent part is None, an empty one ""."""
    table = _wanted_queues(snapshot, wanted)
    read = [node for node in snapshot.members if node.has_data]
    return {
        "taken_at": utc_text(snapshot.taken_at),
        "nodes_read": len(read),
        "nodes_total": len(snapshot.servers),
        "messages": table.total if read else None,
        "queues": [
            {
                "name": name,
                "messages": messages,
                "by_node": _by_node(read, name, empty_too=wanted.empty_too),
                **{part.value: parse_name(name).get(part) for part in Part},
            }
            for name, messages in _cut(table, wanted)
        ],
    }


def directives_json(snapshot: Snapshot) -> dict[str, Any]:
    """The object of `directives --json`."""
    return {
        "taken_at": utc_text(snapshot.taken_at),
        "nodes_read": sum(1 for node in snapshot.members if _has_listed(node)),
        "nodes_total": len(snapshot.servers),
        "directives": [
            {
                "node": node.name,
                "id": directive.id,
                "scope": directive.scope_text(),
                "campaign": directive.campaign,
                "tenant": directive.tenant,
                "domain": directive.domain,
                "routing_domain": directive.routing_domain,
                "reason": directive.reason,
                "remaining_s": rounded(directive.remaining_s),
                "total_bounced": directive.total_bounced,
                "bounced": dict(directive.bounced),
                "operation": directive.tag,
            }
            for node in snapshot.members
            for directive in _directives_of(node)
        ],
    }


def _look(
    call: Call,
    given: Options,
    as_json: Callable[[Look], dict[str, Any]],
    as_text: Callable[[Look], None],
    is_read: Callable[[NodeSnapshot], bool],
    bounds: Bounds,
) -> Exit:
    """Read the nodes once and print: all, or the one that is wanted alone. A node that is off is not missed."""
    options = call.options.merged(given)
    look = run_loop(one_look(Call(call.surroundings, options), bounds))
    if bounds.only is not None:
        look = Look(alone(look.snapshot, bounds.only))
    snapshot = look.snapshot
    read = sum(1 for node in snapshot.members if is_read(node))
    if options.json:
        print_json(as_json(look))
    elif read or any(node.has_data for node in snapshot.members):
        as_text(look)
    say_what_is_wrong(snapshot.nodes)
    if not snapshot.members:
        names = ", ".join(node.name for node in snapshot.nodes)
        say(f"nothing was read: {names} {'is' if len(snapshot.nodes) == 1 else 'are'} off (enabled = false).")
    return exit_of_reading(read, len(snapshot.members))


def _print_status(look: Look) -> None:
    snapshot, sums = look.snapshot, status_json(look)
    profile = f"{snapshot.profile}{' (production)' if snapshot.production else ''}: " if snapshot.profile else ""
    print_text(
        f"{profile}{plural(snapshot.queues.total, 'message')} in {plural(snapshot.queues.standing, 'queue')} on "
        f"{snapshot.nodes_fresh} of {plural(len(snapshot.servers), 'node')}, "
        f"{plural(sums['directives'], 'directive')}, {plural(sums['operations'], 'operation')} of kumo-tui"
    )
    print_table(
        ("NODE", "STATE", "MESSAGES", "QUEUES", "AGE", "VERSION", "URL"),
        [
            (
                node.name,
                node.state.value,
                count_text(node.table.total) if node.has_data else "-",
                count_text(node.table.standing) if node.has_data else "-",
                age_text(node.age_s(snapshot.at) or 0.0) if node.has_data else "-",
                node.version or "-",
                node.url,
            )
            for node in snapshot.nodes
        ],
        right=frozenset({2, 3, 4}),
    )
    print_text(*stop_lines(snapshot))
    for seen in look.operations:
        print_text(*seen.lines())


def _print_queues(snapshot: Snapshot, wanted: Wanted) -> None:
    table = _wanted_queues(snapshot, wanted)
    read = sum(1 for node in snapshot.members if node.has_data)
    print_text(
        f"{plural(table.total, 'message')} in {plural(len(table), 'queue')}, "
        f"{read} of {plural(len(snapshot.servers), 'node')} read"
    )
    rows = [(count_text(messages), shown_name(name)) for name, messages in _cut(table, wanted)]
    if rows:
        print_table(("MESSAGES", "QUEUE"), rows, right=frozenset({0}))
    if len(rows) < len(table):
        print_text(f"showing {count_text(len(rows))} of {count_text(len(table))}")


def _print_directives(snapshot: Snapshot) -> None:
    rows = [
        (
            node.name,
            directive.id[:8],
            countdown_text(directive.remaining_s),
            count_text(directive.total_bounced),
            directive.tag or "-",
            directive.scope_text(),
            clean(directive.words),
        )
        for node in snapshot.members
        for directive in _directives_of(node)
    ]
    listed = sum(1 for node in snapshot.members if _has_listed(node))
    if listed < len(snapshot.members):
        print_text(f"{listed} of {plural(len(snapshot.servers), 'node')} read")
    if not rows:
        print_text("no directive")
        return
    head = ("NODE", "ID", "LEFT", "BOUNCED", "OPERATION", "SCOPE", "REASON")
    print_table(head, rows, right=frozenset({2, 3}))


def _tags(snapshot: Snapshot, listed: Sequence[Directive]) -> set[str]:
    """The tags of operations that stand on a node: by a directive or a stop of theirs, or relying on another's."""
    relying = {
        status.operation.tag
        for status in snapshot.operations
        if status.operation.mode is Mode.CLEAN and not status.verdict.is_final
    }
    return {directive.tag for directive in listed if directive.tag} | stop_tags(snapshot) | relying


def _has_listed(node: NodeSnapshot) -> bool:
    return node.directives is not None


def _directives_of(node: NodeSnapshot) -> tuple[Directive, ...]:
    return node.directives.value if node.directives else ()


def _wanted_queues(snapshot: Snapshot, wanted: Wanted) -> QueueTable:
    table = snapshot.queues if wanted.empty_too else snapshot.queues.nonempty()
    if not wanted.by_name:
        return table.largest_first()
    return table.take(sorted(range(len(table)), key=table.names.__getitem__))


def _cut(table: QueueTable, wanted: Wanted) -> list[tuple[str, int]]:
    return list(table)[: wanted.limit]


def _by_node(nodes: Sequence[NodeSnapshot], name: str, *, empty_too: bool) -> dict[str, int]:
    counts = [(node.name, node.table.messages_of(name)) for node in nodes]
    return {node: count for node, count in counts if count is not None and (count or empty_too)}
