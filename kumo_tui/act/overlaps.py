"""The overlap radar: what else is in force on the mail of a preview, and what that means (KUMOMTA.md 2.2, 2.3)."""

from collections.abc import Callable, Iterator, Sequence

from kumo_tui.act.caution import Caution
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.names import TRANSFER_SUFFIX
from kumo_tui.model.preview import Preview
from kumo_tui.model.queues import EMPTY_TABLE
from kumo_tui.model.reach import Reach, messages_reached, reach
from kumo_tui.model.selector import Criteria, Everything, Selector
from kumo_tui.model.snapshot import NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.units import count_text

MOST_OVERLAPS = 3


def overlaps(preview: Preview, snapshot: Snapshot) -> Iterator[Caution]:
    """A caution for each directive and stop that reaches into this mail, node by node, the worst first."""
    for node in snapshot.members:
        radar = _Radar(preview, snapshot, node)
        yield from radar.directives()
        yield from radar.suspensions()
    yield from _transfers(preview, snapshot)


class _Radar:
    """What reaches into the mail of a preview on one node."""

    def __init__(self, preview: Preview, snapshot: Snapshot, node: NodeSnapshot) -> None:
        self._selector = preview.selector
        seen = next((each for each in preview.nodes if each.node == node.name), None)
        self._standing = seen.matched if seen else EMPTY_TABLE
        self._node = node
        ours = snapshot.operations
        self._by_id = {act.id: status for status in ours for act in status.operation.acts if act.id}
        self._by_tag = {status.operation.tag: status for status in ours}

    def directives(self) -> Iterator[Caution]:
        """Replacements first: those end somebody's directive."""
        listed = self._node.directives.value if self._node.directives else ()
        others = []
        for directive in listed:
            if isinstance(self._selector, Criteria) and directive.criteria == self._selector:
                yield from self._twin(directive)
            else:
                others.append(directive)
        # Words are made for those that are told: there may be a thousand (made by automation).
        found = [words for each in others if (words := self._words_for(each)) is not None]
        told = [self._caution(words()) for words in found[:MOST_OVERLAPS]]
        yield from sorted(told, key=lambda caution: "REPLACED" not in caution.text)
        if len(found) > MOST_OVERLAPS:
            more = plural(len(found) - MOST_OVERLAPS, "more directive")
            yield self._caution(f"overlaps with {more}.")

    def suspensions(self) -> Iterator[Caution]:
        """Stops that hold some of this mail, or may."""
        found = [
            caution
            for suspension in (self._node.suspensions.value if self._node.suspensions else ())
            for caution in self._stop(suspension)
        ]
        yield from found[: 2 * MOST_OVERLAPS]

    # Directives

    def _twin(self, directive: Directive) -> Iterator[Caution]:
        """The same criteria: a plain bounce ends it, a clean one goes round it."""
        words = f"{self._name(directive)} has the same criteria"
        again = "; the automation may place it again, over yours" if directive.is_automation else ""
        sums = ", the history sums both" if self._status(directive.id, directive.tag) else ""
        yield self._caution(f"{words}: it is REPLACED, its totals restart{sums}{again}.", of_plain=True)
        yield self._caution(f"{words}: it stays, and keeps what it may take or miss.", of_clean=True)

    def _words_for(self, directive: Directive) -> Callable[[], str] | None:
        """What makes the words about a directive that reaches into this mail, None for one that does not."""
        meant = self._meant_by(directive)
        if meant is None:
            return (lambda: self._unknown(directive)) if directive.is_criteria_free else None
        far = reach(meant, self._selector, self._standing)
        return None if far is Reach.NONE else lambda: self._reaching(directive, meant, far)

    def _meant_by(self, directive: Directive) -> Selector | None:
        """What it takes: its criteria, or what our own operation says; None where nobody here knows."""
        status = self._status(directive.id, directive.tag)
        if status is not None:
            return status.operation.selector
        return None if directive.is_exact else directive.criteria

    def _unknown(self, directive: Directive) -> str:
        name = self._name(directive)
        if isinstance(self._selector, Everything):
            return f"{name} may be another EVERYTHING: it is then REPLACED, its totals restart."
        return (
            f"{name} is everything or an exact list (the server does not say): if everything, it takes all of "
            "this mail already and is credited with it."
        )

    def _reaching(self, directive: Directive, meant: Selector, far: Reach) -> str:
        name = self._name(directive)
        if isinstance(meant, Everything):
            if isinstance(self._selector, Everything):
                return f"{name} is EVERYTHING too: it is REPLACED, its totals restart, the history sums both."
            return f"{name} is EVERYTHING: it takes all of this mail already and is credited with it."
        scoped = f"{name} ({clean(meant.describe())})"
        if isinstance(self._selector, Everything):
            return f"{scoped} takes part of it too; EVERYTHING is credited with that from now on."
        if far is Reach.ALL:
            return f"{scoped} takes all of this mail already, new mail too; it may be credited with it."
        some = messages_reached(meant, self._standing)
        share = f" ({count_text(some)} of {plural(self._standing.total, 'message')} there now)" if some else ""
        return f"{scoped} takes part of this mail too{share}; it may be credited with it."

    # Stops

    def _stop(self, suspension: Suspension) -> Iterator[Caution]:
        status = self._status(suspension.id, suspension.tag)
        if status is not None:
            yield from self._own_stop(status)
        elif suspension.criteria is None or suspension.is_exact:
            words = f"a stop of {suspension.scope_text()} ({clean(suspension.reason)}) may hold some of this mail"
            yield self._caution(f"{words}: what it holds is bounced all the same.", serious=False)
        elif suspension.criteria == self._selector:
            words = f"this mail is stopped now by somebody else ({clean(suspension.reason)})"
            yield self._caution(f"{words}.", serious=False, of_plain=True)
            yield self._caution(
                f"{words}: relied on, never replaced, never released.", serious=False, of_clean=True
            )
        else:
            far = reach(suspension.criteria, self._selector, self._standing)
            held = f"({suspension.scope_text()}: {clean(suspension.reason)}) holds {far.value} of this mail"
            if far is not Reach.NONE:
                words = f"somebody else's stop {held}: bounced all the same; the stop stays as it is."
                yield self._caution(words, serious=False)

    def _own_stop(self, status: OperationStatus) -> Iterator[Caution]:
        """A stop of another operation of ours: what it holds for later would be bounced now."""
        operation = status.operation
        if operation.selector == self._selector or status.verdict.is_final:
            return
        far = reach(operation.selector, self._selector, self._standing)
        if far is not Reach.NONE:
            whose = f"your stop of op {operation.tag} ({operation.selector.describe()})"
            yield self._caution(
                f"{whose} holds {far.value} of this mail: bounced all the same; the stop stays as it is."
            )

    # Words

    def _status(self, entry_id: str, tag: str | None) -> OperationStatus | None:
        return self._by_id.get(entry_id) or (self._by_tag.get(tag) if tag else None)

    def _name(self, directive: Directive) -> str:
        name = f"directive {clean(directive.id[:8])}"
        status = self._status(directive.id, directive.tag)
        if status is not None:
            return f"your {name} (op {status.operation.tag})"
        return f"the automation's {name}" if directive.is_automation else name

    def _caution(
        self, text: str, *, serious: bool = True, of_plain: bool = False, of_clean: bool = False
    ) -> Caution:
        return Caution(f"{self._node.name}: {text}", serious=serious, of_plain=of_plain, of_clean=of_clean)


def _transfers(preview: Preview, snapshot: Snapshot) -> Iterator[Caution]:
    """Mail that an xfer has moved stands in queues of its own, where no criteria find it (KUMOMTA.md 1.9)."""
    if isinstance(preview.selector, Everything):
        return
    moved: Sequence[tuple[str, int]] = [
        (name, count)
        for node in snapshot.members
        for name, count in node.table
        if count and name.endswith(TRANSFER_SUFFIX) and not preview.selector.matches(name)
    ]
    if moved:
        count = plural(sum(count for _, count in moved), "message")
        yield Caution(
            f"{count} moved by an xfer stand in {clean(moved[0][0])}: such mail is not found by its parts."
        )
