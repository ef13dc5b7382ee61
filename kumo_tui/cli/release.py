"""release: end stops of ours, and, where it is said so, one of somebody else."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from kumo_tui.cli.compose import Call, House, build_house, opened
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.loop import run_loop
from kumo_tui.cli.options import Options, not_blank, with_global_options
from kumo_tui.cli.output import print_json, print_text, say
from kumo_tui.cli.reading import may_be_elsewhere, say_what_is_wrong
from kumo_tui.cli.releasing import Asked, Ended, State, end_other, end_ours
from kumo_tui.cli.selecting import seconds_of
from kumo_tui.cli.standing import ID_LEAST, own_operation, say_unattended, until_of
from kumo_tui.errors import InputError, JournalError, Refused
from kumo_tui.journal.records import Recorded, Step
from kumo_tui.model.directives import Suspension
from kumo_tui.model.operation import Mode
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean, one_line

# How far back an operation that is over is looked for by the id of its stop.
HISTORY_MOST = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A suspension in the list of a node."""

    node: str
    entry: Suspension


@click.command("release")
@click.argument("operation", metavar="OPERATION|ID", callback=not_blank)
@click.option("--flush", is_flag=True, help="Make the released mail due now, where that touches nothing else.")
@click.option("--other", is_flag=True, help="End a stop that this journal does not have, too.")
@click.option("--settle", callback=not_blank, help="How long to try again while nobody knows whether it is done.")
@with_global_options
@click.pass_obj
def release_command(
    call: Call, given: Options, *, operation: str, flush: bool, other: bool, settle: str | None
) -> Exit:
    """End our stops of OPERATION, named by its tag or by the id of one of them. Nothing is bounced by it.

    What is released goes out at its next retry, in 20 minutes or more; with --flush at once where that is exact.
    """
    options = call.options.merged(given)
    settings = options.settings()
    settle_s = float(seconds_of(settle, "--settle")) if settle else settings.act.settle_s
    asked = Asked(operation, flush=flush, other=other, settle_s=settle_s)
    try:
        return run_loop(_run(Call(call.surroundings, options), asked))
    except (Refused, JournalError) as error:
        say(f"kumo-tui: refused: {error}")
        if options.json:
            print_json({"operation": None, "refused": str(error), "nodes": []})
        return Exit.REFUSED


async def _run(call: Call, asked: Asked) -> Exit:
    async with opened(build_house(call)) as house:
        snapshot = await house.watcher.look_quickly()
        say_what_is_wrong(snapshot.nodes)
        tag, ended = await _end(house, asked, snapshot)
        if call.options.json:
            print_json({"operation": tag, "refused": None, "nodes": [each.as_json() for each in ended]})
        else:
            _print(tag, ended)
        say_unattended(house, but=tag or "")
        return _exit_of(ended)


async def _end(house: House, asked: Asked, snapshot: Snapshot) -> tuple[str | None, Sequence[Ended]]:
    """Find what is meant and end it: the operation's tag, None without one, and what came of it on each node.

    Raises Refused for what is not ours, and InputError for what is nowhere.
    """
    status = own_operation(snapshot, asked.wanted)
    if status is not None and status.operation.mode is Mode.PLAIN:
        raise InputError("operation", f"op {status.operation.tag} is a plain bounce: it has no stop.")
    if status is not None:
        return status.operation.tag, await end_ours(house, status.operation, asked)
    found = _listed(snapshot, asked.wanted)
    if found:
        return await _end_others(house, asked, found)
    recorded = _over(house, asked.wanted)
    if recorded is not None:
        gone = "it was over before, nothing of it stands"
        return recorded.operation.tag, [Ended(act.node, State.GONE, gone) for act in recorded.operation.acts]
    shown = repr(one_line(asked.wanted, 40))
    if all(node.suspensions is None for node in snapshot.members):
        raise Refused(f"No node could be read, and this journal has no operation {shown}.")
    elsewhere = may_be_elsewhere([node.name for node in snapshot.members if node.suspensions is None])
    where = f"a node that was read. {elsewhere}" if elsewhere else "a node."
    raise InputError(
        "operation",
        f"no stop is known as {shown}, here or on {where}",
        "See `kumo-tui status` for what stands.",
    )


async def _end_others(house: House, asked: Asked, found: Sequence[Listed]) -> tuple[str | None, Sequence[Ended]]:
    """End what is not ours, where that was asked for."""
    tags = {listed.entry.tag for listed in found}
    words = ", ".join(_words(house, listed) for listed in found)
    if not asked.other:
        raise Refused(f"This is no stop of ours: {words}.", "--other ends it all the same.")
    say(f"not ours: {words}")
    ended = await asyncio.gather(*(end_other(house, listed.node, listed.entry.id, asked) for listed in found))
    return (tags.pop() if len(tags) == 1 else None), ended


def _listed(snapshot: Snapshot, wanted: str) -> Sequence[Listed]:
    """The suspensions of a tag, or the one whose id begins so. Raises InputError when several ids do."""
    entries = [
        Listed(node.name, entry)
        for node in snapshot.members
        for entry in (node.suspensions.value if node.suspensions else ())
    ]
    of_tag = [listed for listed in entries if listed.entry.tag == wanted.upper()]
    if of_tag or len(wanted) < ID_LEAST:
        return of_tag
    of_id = [listed for listed in entries if listed.entry.id.lower().startswith(wanted.lower())]
    if len(of_id) > 1:
        ids = ", ".join(f"{listed.entry.id[:13]} on {listed.node}" for listed in of_id[:5])
        raise InputError(
            "operation", f"{one_line(wanted, 40)!r} may be several stops: {ids}.", "Give more of the id."
        )
    return of_id


def _over(house: House, wanted: str) -> Recorded | None:
    """The clean operation of ours that is over, by its tag or by the id of one of its stops."""
    for recorded in house.history(HISTORY_MOST):
        operation = recorded.operation
        if operation.mode is Mode.CLEAN and (operation.tag == wanted.upper() or _had_stop(recorded, wanted)):
            return recorded
    return None


def _had_stop(recorded: Recorded, wanted: str) -> bool:
    ids = [request.id for request in recorded.requests if request.step is Step.STOP and request.id]
    return len(wanted) >= ID_LEAST and any(each.lower().startswith(wanted.lower()) for each in ids)


def _words(house: House, listed: Listed) -> str:
    entry = listed.entry
    whose = f" of another kumo-tui (op {entry.tag})" if entry.tag else ""
    scope = f"{entry.scope_text()} until {until_of(house, entry.remaining_s)}"
    return f"{clean(entry.id[:8])} on {listed.node}{whose}: {scope} ({clean(entry.reason)})"


def _print(tag: str | None, ended: Iterable[Ended]) -> None:
    for each in ended:
        head = f"op {tag} on {each.node}" if tag else each.node
        print_text(f"{head} {each.state.value}: {each.text}")


def _exit_of(ended: Sequence[Ended]) -> Exit:
    states = {each.state for each in ended}
    if State.UNKNOWN in states:
        return Exit.UNKNOWN
    if State.REJECTED not in states:
        return Exit.DONE
    return Exit.REJECTED if states == {State.REJECTED} else Exit.PARTLY
