"""What the operator should know before confirming: the price, the overlaps, the doubts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kumo_tui.act.stake import Stake
from kumo_tui.model.directives import Directive, misses_new_mail
from kumo_tui.model.names import is_ambiguous
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Criteria, Everything, ExactQueues
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.units import age_text, count_text

MOST_OVERLAPS = 3


@dataclass(frozen=True, slots=True)
class Caution:
    """One line before a confirmation: clean text, and whether it calls for a second thought.

    `counts_ready` marks the line about ready queues, for screens that show that count in a place of its own;
    `of_plain` marks what only a plain bounce costs, `of_clean` what only a clean one meets.
    """

    text: str
    serious: bool = False
    counts_ready: bool = False
    of_plain: bool = False
    of_clean: bool = False

    def concerns(self, *, is_clean: bool) -> bool:
        """Whether it is to be told before a bounce of this kind."""
        return not (self.of_plain if is_clean else self.of_clean)


def cautions_for(preview: Preview, snapshot: Snapshot, max_age_s: float, stake: Stake) -> Sequence[Caution]:
    """Every caution for this preview, the serious ones first."""
    found = [
        *_reach(preview, snapshot),
        *_staleness(preview, snapshot, max_age_s),
        *_overlaps(preview, snapshot),
        *_price(stake),
        *_criteria(preview),
    ]
    return sorted(found, key=lambda caution: not caution.serious)


def _reach(preview: Preview, snapshot: Snapshot) -> Iterator[Caution]:
    if isinstance(preview.selector, Everything):
        yield Caution("EVERYTHING on every node goes, the server's own queues too.", serious=True)
    if preview.internal:
        names = ", ".join(clean(name) for name in preview.internal[:3])
        more = f" and {len(preview.internal) - 3} more" if len(preview.internal) > 3 else ""
        yield Caution(f"the server's own queues are among them: {names}{more}", serious=True)
    if not preview.messages:
        misspelt = isinstance(preview.selector, Criteria) and not snapshot.queues.holds(preview.selector)
        text = (
            "no listed queue matches, is it spelt right?" if misspelt else "nothing stands in matching queues now."
        )
        yield Caution(f"{text} Only mail in ready queues could be hit.", serious=True)


def _staleness(preview: Preview, snapshot: Snapshot, max_age_s: float) -> Iterator[Caution]:
    for node in snapshot.nodes:
        if not node.is_fresh:
            age = node.age_s(snapshot.at)
            since = f"read {age_text(age)} ago" if age is not None else "never read"
            yield Caution(f"{node.name} is {node.state.value} ({since}): not known what is there.", serious=True)
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


def _overlaps(preview: Preview, snapshot: Snapshot) -> Iterator[Caution]:
    for node in snapshot.nodes:
        # A replacement is told first: it is the one that ends somebody's directive.
        yield from _twins(preview, node)
        listed = node.directives.value if node.directives else ()
        texts = [_overlap(preview, directive) for directive in listed if not _is_twin(preview, directive)]
        found = [text for text in texts if text]
        found.sort(key=lambda text: "REPLACED" not in text)
        for text in found[:MOST_OVERLAPS]:
            yield Caution(f"{node.name}: {text}", serious=True)
        if len(found) > MOST_OVERLAPS:
            more = plural(len(found) - MOST_OVERLAPS, "more directive")
            yield Caution(f"{node.name}: overlaps with {more}.", serious=True)
        ours = {status.operation.tag for status in snapshot.operations}
        for suspension in node.suspensions.value if node.suspensions else ():
            if suspension.tag in ours or suspension.criteria is None or suspension.criteria != preview.selector:
                continue
            words = f"{node.name}: this mail is stopped now by somebody else ({clean(suspension.reason)})"
            yield Caution(f"{words}.", of_plain=True)
            yield Caution(f"{words}: relied on, never replaced, never released.", of_clean=True)


def _is_twin(preview: Preview, directive: Directive) -> bool:
    return isinstance(preview.selector, Criteria) and directive.criteria == preview.selector


def _twins(preview: Preview, node: NodeSnapshot) -> Iterator[Caution]:
    """Live directives of the same criteria: a plain bounce ends them, a clean one goes round them."""
    for directive in node.directives.value if node.directives else ():
        if _is_twin(preview, directive):
            words = f"{node.name}: directive {clean(directive.id[:8])} has the same criteria"
            yield Caution(f"{words}: it is REPLACED, its totals restart.", serious=True, of_plain=True)
            yield Caution(f"{words}: it stays, and keeps what it may take or miss.", serious=True, of_clean=True)


def _overlap(preview: Preview, directive: Directive) -> str | None:
    name = clean(directive.id[:8])
    if isinstance(preview.selector, Everything) and directive.is_criteria_free:
        return f"directive {name} may be another EVERYTHING: it is then REPLACED, its totals restart."
    if directive.is_criteria_free:
        return f"directive {name} is everything or an exact list: it may be credited with this mail."
    if directive.criteria is not None and preview.matched.holds(directive.criteria):
        whose = "the automation's directive" if directive.is_automation else "directive"
        return (
            f"{whose} {name} ({directive.scope_text()}) takes some of this mail too; it may be credited with it."
        )
    return None


def _criteria(preview: Preview) -> Iterator[Caution]:
    selector = preview.selector
    if isinstance(selector, Criteria):
        if misses_new_mail(selector):
            text = "all four parts are given: new mail is NOT caught (server defect). Use the exact queue."
            yield Caution(text, serious=True, of_plain=True)
        odd = sum(1 for name in preview.matched.names if is_ambiguous(name))
        if odd:
            yield Caution(f"{plural(odd, 'name')} may not split as meant: separators inside a part.")
    if isinstance(selector, ExactQueues):
        empty = len(selector.names) - preview.queues
        if empty:
            yield Caution(f"{plural(empty, 'queue')} of the list hold no mail now.")
