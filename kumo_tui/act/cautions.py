"""What the operator should know before confirming: the price, the overlaps, the doubts."""

import shlex
from collections.abc import Iterator, Sequence

from kumo_tui.act.caution import Caution
from kumo_tui.act.overlaps import overlaps
from kumo_tui.act.presence import kept_out_words
from kumo_tui.act.preview import left_out_nodes
from kumo_tui.act.stake import Stake
from kumo_tui.model.directives import misses_new_mail, only_queue
from kumo_tui.model.names import is_ambiguous
from kumo_tui.model.partial import stopped_nodes
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Criteria, Everything, ExactQueues
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import and_more, clean, plural
from kumo_tui.units import age_text, count_text

# A screen has room for so many; all of them are in the list of queues, and in a dry run.
MOST_INTERNAL = 8
NAMED_MOST = 3


def cautions_for(preview: Preview, snapshot: Snapshot, max_age_s: float, stake: Stake) -> Sequence[Caution]:
    """Every caution for this preview, the serious ones first."""
    found = [
        *_reach(preview, snapshot),
        *left_out(preview, snapshot),
        *only_stopped(preview, snapshot),
        *_staleness(preview, snapshot, max_age_s),
        *overlaps(preview, snapshot),
        *_price(stake),
        *_criteria(preview),
    ]
    return sorted(found, key=lambda caution: not caution.serious)


def _reach(preview: Preview, snapshot: Snapshot) -> Iterator[Caution]:
    if isinstance(preview.selector, Everything):
        yield Caution("EVERYTHING on every node goes, the server's own queues too.", serious=True)
    if preview.internal:
        shown = preview.internal[:MOST_INTERNAL]
        names = ", ".join(
            f"{clean(name)} ({count_text(preview.matched.messages_of(name) or 0)})" for name in shown
        )
        rest = len(preview.internal) - len(shown)
        more = f" and {rest} more" if rest else ""
        yield Caution(f"the server's own queues are among them: {names}{more}", serious=True)
    if not preview.messages:
        misspelt = isinstance(preview.selector, Criteria) and not snapshot.queues.holds(preview.selector)
        text = (
            "no listed queue matches, is it spelt right?" if misspelt else "nothing stands in matching queues now."
        )
        yield Caution(f"{text} Only mail in ready queues could be hit.", serious=True)


def left_out(preview: Preview, snapshot: Snapshot) -> Iterator[Caution]:
    """The nodes that refuse acts, or are read-only, and that this preview leaves out."""
    for node in left_out_nodes(preview, snapshot):
        stays = plural(node.table.select(preview.selector).total, "matching message")
        yield Caution(f"{kept_out_words(node)}. It is left out: {stays} there.", serious=True)


def only_stopped(preview: Preview, snapshot: Snapshot) -> Iterator[Caution]:
    """The nodes on which our stop of this mail stands, and that a clean bounce of this preview leaves stopped."""
    for status in snapshot.operations:
        stopped = stopped_nodes(status) if status.operation.selector == preview.selector else ()
        stay = [name for name in stopped if name not in preview.node_names]
        if stay and len(stay) < len(stopped):
            verb = "stays" if len(stay) == 1 else "stay"
            words = f"{and_more(stay, NAMED_MOST)} {verb} only stopped"
            yield Caution(f"{words}: bounced there once you confirm it there too.", serious=True, of_clean=True)


def _staleness(preview: Preview, snapshot: Snapshot, max_age_s: float) -> Iterator[Caution]:
    for node in snapshot.targets:
        if not node.answers:
            age = node.age_s(snapshot.at)
            since = f"read {age_text(age)} ago" if age is not None else "never read"
            what = "hangs" if node.is_fresh else f"is {node.state.value}"
            yield Caution(f"{clean(node.name)} {what} ({since}): not known what is there.", serious=True)
    if preview.age_s(snapshot.at) > max_age_s:
        yield Caution(f"these numbers are {age_text(preview.age_s(snapshot.at))} old.", serious=True)


def _price(stake: Stake) -> Iterator[Caution]:
    if stake.waiting_bound:
        queues = plural(stake.ready_queues, "ready queue")
        whose = (
            "that it goes through."
            if stake.is_traced
            else "shared with other queues; the server does not say whose they are."
        )
        text = f"up to {count_text(stake.waiting_bound)} more wait in {queues} {whose}"
        yield Caution(text, counts_ready=True)
    if stake.price:
        yield Caution(f"{stake.price}.", serious=bool(stake.waiting_bound), of_plain=True)


def _criteria(preview: Preview) -> Iterator[Caution]:
    selector = preview.selector
    if isinstance(selector, Criteria):
        if misses_new_mail(selector):
            name = only_queue(selector)
            words = "all four parts are given: new mail is NOT caught (server defect)"
            if name is not None:
                words += f". Take the exact queue instead: F5 in the form, --queue {clean(shlex.quote(name))}"
            yield Caution(f"{words}.", serious=True, of_plain=True)
        odd = sum(1 for name in preview.matched.names if is_ambiguous(name))
        if odd:
            yield Caution(f"{plural(odd, 'name')} may not split as meant: separators inside a part.")
    if isinstance(selector, ExactQueues):
        empty = len(selector.names) - preview.queues
        if empty:
            yield Caution(f"{plural(empty, 'queue')} of the list hold no mail now.")
