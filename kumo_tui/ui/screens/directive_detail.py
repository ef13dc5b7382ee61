"""A directive of somebody else: everything that its node lists about it."""

import json
from collections import Counter
from collections.abc import Sequence

from kumo_tui.model.directives import Directive
from kumo_tui.model.names import Part
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.ui.cells import Align, Cut
from kumo_tui.ui.directive_rows import DirectiveKey, Foreign, alike_on_nodes, origin_of
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.queue_state import listed_directives
from kumo_tui.ui.screens.detail import DetailScreen, fact
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import ORIGINS, Look, Origin
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.units import count_text, countdown_text

COLUMNS = (Column("QUEUE", cut=Cut.MIDDLE), Column("BOUNCED", 12, Align.RIGHT))
MOST_OTHERS = 5


class DirectiveDetailScreen(DetailScreen):
    """The directive of this id on this node, with those of other nodes that are the same one there.

    Its last state stays when it has left the list.
    """

    def __init__(self, entry: DirectiveKey) -> None:
        super().__init__(f"directive {entry.id} on {entry.node}", COLUMNS, "nothing bounced yet")
        self.entry = entry
        self._last: Directive | None = None
        self._alike: Sequence[Foreign] = ()

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """Draw what the nodes list."""
        left = None
        for node, directive, remaining in listed_directives(snapshot, now):
            if DirectiveKey(node, directive.id) == self.entry:
                self._last, left = directive, remaining
        if self._last is None:
            self.show_facts([fact("", "It has left the list.", Look.AMBER)])
            return
        self._alike = alike_on_nodes(snapshot, self.entry, now)
        sums = Counter(self._last.bounced)
        for other in self._others:
            sums.update(other.directive.bounced)
        self.show_facts([*directive_facts(self._last, left), *other_facts(self._others)])
        totals = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        self.table.show([LineRow(name, (Cell(clean(name)), Cell(count_text(count)))) for name, count in totals])

    def action_copy(self) -> None:
        keys = [self.entry, *(other.key for other in self._others)]
        copied = [{"node": key.node, "id": key.id} for key in keys]
        self.app.copy_to_clipboard(json.dumps(copied[0] if len(copied) == 1 else copied))
        dashboard_host(self).say(f"sent to the terminal's clipboard: {clean(', '.join(key.id for key in keys))}")

    @property
    def _others(self) -> Sequence[Foreign]:
        """Those of other nodes."""
        return [entry for entry in self._alike if entry.key != self.entry]


def other_facts(others: Sequence[Foreign]) -> list[Line]:
    """The same directive on further nodes, one line each; the table below sums all of them."""
    lines = [
        fact(
            "" if place else "also on",
            f"{other.node}: {other.directive.id}, {countdown_text(other.left_s)} left, "
            f"bounced {count_text(other.directive.total_bounced)}",
        )
        for place, other in enumerate(others[:MOST_OTHERS])
    ]
    if len(others) > MOST_OTHERS:
        lines.append(fact("", f"and {plural(len(others) - MOST_OTHERS, 'more node')}; y copies every id"))
    return lines


def directive_facts(directive: Directive, left_s: float | None) -> list[Line]:
    """Scope, reason, end and totals; `left_s` is None when it has left the list."""
    style = ORIGINS[origin_of(directive)]
    lines = [fact("scope", directive.scope_text())]
    values = (directive.campaign, directive.tenant, directive.domain, directive.routing_domain)
    for part, value in zip(Part, values, strict=True):
        if value is not None and not directive.is_exact:
            lines.append(fact(part.label, value or '""'))
    lines += [
        fact("reason", directive.words),
        fact("left", "it has left the list" if left_s is None else countdown_text(left_s)),
        fact("bounced", f"{count_text(directive.total_bounced)} in {plural(len(directive.bounced), 'queue')}"),
        fact("made by", style.word, style.look),
    ]
    if origin_of(directive) is Origin.ALARM:
        lines.append(fact("", "It bounces everything, or an exact list: the server does not say.", Look.RED))
    return lines
