"""watch: follow an operation or a directive that a node lists, whoever made it."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from kumo_tui.cli.clean_follow import watch_clean
from kumo_tui.cli.compose import Call, House, build_house, opened
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Followed, Follower, Until
from kumo_tui.cli.following import emitter, follow_to_end
from kumo_tui.cli.looking import settle
from kumo_tui.cli.loop import run_loop
from kumo_tui.cli.options import Options, not_blank, with_global_options
from kumo_tui.cli.reading import may_be_elsewhere, say_what_is_wrong
from kumo_tui.cli.standing import own_operation, say_unattended
from kumo_tui.cli.stops import stop_tags
from kumo_tui.errors import InputError
from kumo_tui.model.directives import Directive
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Mode, NodeAct, Operation
from kumo_tui.model.selector import Everything, Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import one_line


@dataclass(frozen=True, slots=True)
class Found:
    """A directive in the list of a node."""

    node: str
    directive: Directive


@click.command("watch")
@click.argument("operation", callback=not_blank)
@click.option("--plain", is_flag=True, help="Text, one line an event (the default).")
@click.option(
    "--until",
    type=click.Choice([until.value for until in Until]),
    default=Until.DONE.value,
    show_default=True,
    help="swept: end when all that stood there has been bounced.",
)
@with_global_options
@click.pass_obj
def watch_command(call: Call, given: Options, *, operation: str, plain: bool, until: str) -> Exit:
    """Follow OPERATION, its tag or a directive's id, to its end.

    A plain bounce of ours that takes other queues' mail is cancelled by itself on that node (setting
    act.stop_at_collateral). Exit 0: done; 8: it ended otherwise; 9: other queues' mail was bounced too.
    """
    options = call.options.merged(given)
    if plain and options.json:
        raise click.UsageError("--plain and --json exclude each other.")
    return run_loop(_watch(Call(call.surroundings, options), operation, Until(until)))


async def _watch(call: Call, wanted: str, until: Until) -> Exit:
    async with opened(build_house(call)) as house:
        snapshot = await house.watcher.look_quickly()
        say_what_is_wrong(snapshot.nodes)
        if all(node.directives is None for node in snapshot.members):
            return Exit.UNREADABLE
        follower, as_json = _follower(house, wanted), call.options.json
        await settle(house, follower, house.settings.act.settle_s)
        house.acts.guardian.start()
        if house.refresh is not None:
            house.refresh.start()
        if follower.status(house.watcher.snapshot).operation.mode is Mode.CLEAN:
            return await watch_clean(house, follower, until, as_json=as_json)
        say_unattended(house)
        return await follow_to_end(follower, until, emitter(as_json=as_json))


def _follower(house: House, wanted: str) -> Follower:
    """Of an operation that the journal has, against its baseline; else of what the nodes list."""
    snapshot = house.watcher.snapshot
    status = own_operation(snapshot, wanted)
    if status is not None:
        return Follower(house.watcher, Followed(status.operation.tag, status.operation.tag))
    return Follower(house.watcher, track(house, find(snapshot, wanted)))


def find(snapshot: Snapshot, wanted: str) -> Sequence[Found]:
    """The directives of an operation by its tag, or the one whose id begins like this.

    Raises InputError when there is none, or more than one directive of such an id.
    """
    listed = [
        Found(node.name, directive)
        for node in snapshot.members
        for directive in (node.directives.value if node.directives else ())
    ]
    of_tag = {found.node: found for found in listed if found.directive.tag == wanted.upper()}
    if of_tag:
        return list(of_tag.values())
    of_id = [found for found in listed if found.directive.id.lower().startswith(wanted.lower())]
    shown = repr(one_line(wanted, 40))
    if not of_id and wanted.upper() in stop_tags(snapshot):
        raise InputError(
            "operation",
            f"{shown} is a stop or a clean bounce of another kumo-tui: only its own journal tells what was swept.",
            "`kumo-tui status` shows where it stands.",
        )
    if not of_id:
        elsewhere = may_be_elsewhere([node.name for node in snapshot.members if node.directives is None])
        words = f"no node lists {shown}: ended, or never there."
        if elsewhere:
            words = f"no node that was read lists {shown}. {elsewhere}"
        raise InputError("operation", words, "See `kumo-tui directives` for what is.")
    if len(of_id) > 1:
        ids = ", ".join(f"{found.directive.id[:13]} on {found.node}" for found in of_id[:5])
        raise InputError("operation", f"{shown} may be several directives: {ids}.", "Give more of the id.")
    return of_id


def track(house: House, found: Sequence[Found]) -> Followed:
    """Let the watch follow directives that another process made: their baseline is not known."""
    first = found[0].directive
    now = house.clock.monotonic()
    selector, criteria_known = _selector_of(first)
    operation = Operation(
        tag=first.tag or first.id[:8],
        selector=selector,
        reason=first.words,
        duration_s=max(1, round(max(each.directive.remaining_s for each in found))),
        suppress_logging=False,
        who="",
        created_at=house.clock.now(),
        digest="",
        acts=tuple(_act_of(house.watcher.snapshot, each, now) for each in found),
    )
    ledgers = {each.node: Ledger(selector, {}).record(each.directive.id, each.directive.bounced) for each in found}
    house.watcher.track(operation, ledgers, now, kept=False)
    return Followed(operation.tag, first.tag, baseline_known=False, criteria_known=criteria_known)


def _selector_of(directive: Directive) -> tuple[Selector, bool]:
    """What the directive matches, and whether that is known: an exact list and everything look alike."""
    criteria = directive.criteria
    return (Everything(), False) if criteria is None or directive.is_exact else (criteria, True)


def _act_of(snapshot: Snapshot, found: Found, now: float) -> NodeAct:
    node = snapshot.node(found.node)
    online_since = node.info.online_since if node and node.info else None
    return NodeAct(found.node, ActState.ACCEPTED, found.directive.id, None, online_since, now)
