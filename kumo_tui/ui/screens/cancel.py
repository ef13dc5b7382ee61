"""The question before a cancel, with honest words about what it does (DESIGN 3, rule 12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from kumo_tui.model.directives import Directive
from kumo_tui.model.names import Part
from kumo_tui.model.operation import Mode
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.tags import tagged_reason
from kumo_tui.text import clean, plural
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.screens.confirm import GUARD_S
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines, wrapped
from kumo_tui.ui.widgets.form import MOVES, Dialog, PushButton, TextField
from kumo_tui.ui.widgets.lines import Lines, glyphs_of
from kumo_tui.units import count_text, countdown_text

SHORT_ID, TYPED_ID = 8, 4
SHOWN = 6
MEANING = (
    "It stops matching new mail. Mail already taken from its queues still bounces, and its totals leave the list: "
    "what was read last is all that will be known."
)


@dataclass(frozen=True, slots=True)
class Target:
    """One directive that is to be cancelled. `is_ours` says whether an operation of this journal made it."""

    node: str
    directive: Directive
    is_ours: bool

    @property
    def must_be_typed(self) -> bool:
        """Whether its id must be typed: it may be somebody's EVERYTHING, and nobody can tell from here."""
        return self.directive.is_criteria_free and not self.is_ours

    @property
    def short_id(self) -> str:
        """The first characters of its id, as they are shown."""
        return clean(self.directive.id[:SHORT_ID])

    @property
    def token(self) -> str:
        """The first characters of its id, as they are typed."""
        return clean(self.directive.id[:TYPED_ID])


def targets_of(snapshot: Snapshot, wanted: Sequence[tuple[str, str]]) -> tuple[Target, ...]:
    """Those of the wanted (node, directive id) that the snapshot lists, or that a node took from us and has not
    listed since: it may hang.
    """
    ours = {act.id for status in snapshot.operations for act in status.operation.acts if act.id}
    listed = {
        (node.name, directive.id): Target(node.name, directive, directive.id in ours)
        for node in snapshot.nodes
        for directive in (node.directives.value if node.directives else ())
        if (node.name, directive.id) in wanted
    }
    unlisted = [
        Target(node.act.node, _as_sent(node.act.id, node, status, snapshot), is_ours=True)
        for status in snapshot.operations
        if status.operation.mode is Mode.PLAIN
        for node in status.nodes
        if node.act.id and node.is_watched and not node.verdict.is_final
        if (node.act.node, node.act.id) in wanted and (node.act.node, node.act.id) not in listed
    ]
    return (*listed.values(), *unlisted)


def _as_sent(identity: str, node: NodeProgress, status: OperationStatus, snapshot: Snapshot) -> Directive:
    """A directive of ours as it must stand in the list of its node."""
    operation, selector = status.operation, status.operation.selector
    given = selector.given() if isinstance(selector, Criteria) else {}
    age_s = (snapshot.taken_at - operation.created_at).total_seconds()
    left_s = max(0.0, operation.duration_s - age_s) if node.left_s is None else node.left_s
    return Directive(
        identity,
        campaign=given.get(Part.CAMPAIGN),
        tenant=given.get(Part.TENANT),
        domain=given.get(Part.DOMAIN),
        routing_domain=given.get(Part.ROUTING_DOMAIN),
        reason=tagged_reason(operation.reason, operation.tag),
        remaining_s=left_s,
        total_bounced=node.ledger.progress.total,
    )


class CancelScreen(Modal[bool]):
    """Asks whether to cancel these directives; True only for an explicit yes. Keeping them has the focus."""

    DEFAULT_CSS = """
    CancelScreen { align: center middle; background: $background; }
    CancelScreen > Dialog { max-width: 90; height: auto; }
    CancelScreen .row { height: 1; margin: 1 0 0 0; }
    CancelScreen #typed { width: 1fr; }
    CancelScreen #bracket { width: 1; }
    CancelScreen PushButton { margin: 0 0 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("escape", "leave", "back", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
        Binding("down", "app.focus_next", "next", show=False),
    ]
    AUTO_FOCUS = "#keep"

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self._targets = tuple(targets)
        self._asked = next((target for target in targets if target.must_be_typed), None)
        self._opened_at = 0.0

    def compose(self) -> ComposeResult:
        """What it is, what a cancel does and does not, and the two buttons."""
        with Dialog():
            yield FittedLines(id="what")
            yield FittedLines(id="meaning")
            if self._asked is not None:
                with Horizontal(classes="row"):
                    order = f"Type  {self._asked.token}  to cancel it: ["
                    lines = Lines((Piece(order),), id="order")
                    lines.styles.width = len(order)
                    yield lines
                    yield TextField(id="typed")
                    yield Lines((Piece("]"),), id="bracket")
            with Horizontal(classes="row"):
                yield Lines(id="space")
                yield PushButton("Keep it" if len(self._targets) == 1 else "Keep them", id="keep")
                yield PushButton(self._verb(), id="cancel", disabled=self._asked is not None)

    def on_mount(self) -> None:
        """Show what is known of them."""
        self._opened_at = host_of(self).clock.monotonic()
        self.query_one("#meaning", FittedLines).fit(lambda width, _height: [(), *wrapped(MEANING, width)])
        self._draw()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while something else was on top."""
        self.show_snapshot(host_of(self).snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the newest totals; a directive that has left the list keeps its last ones."""
        newest = {
            (target.node, target.directive.id): target
            for target in targets_of(snapshot, [(target.node, target.directive.id) for target in self._targets])
        }
        self._targets = tuple(newest.get((old.node, old.directive.id), old) for old in self._targets)
        if self.is_mounted:
            self._draw()

    def tick(self, now: float) -> None:
        """Nothing: the time left comes with the snapshots."""

    def action_leave(self) -> None:
        """Keep them."""
        self.dismiss(False)

    def on_input_changed(self) -> None:
        """Enable the button for the exact characters only."""
        self.query_one("#cancel", PushButton).disabled = not self._is_typed()

    def on_input_submitted(self) -> None:
        """Enter in the field goes to the button, when it can be pressed."""
        if self._is_typed():
            self.query_one("#cancel").focus()

    @on(PushButton.Pressed, "#keep")
    def _keep_pressed(self) -> None:
        self.dismiss(False)

    @on(PushButton.Pressed, "#cancel")
    def _cancel_pressed(self) -> None:
        early = host_of(self).clock.monotonic() - self._opened_at < GUARD_S
        if self._is_typed() and not early:
            self.dismiss(True)

    def _is_typed(self) -> bool:
        return self._asked is None or self.query_one("#typed", TextField).value == self._asked.token

    def _verb(self) -> str:
        if len(self._targets) == 1:
            return f"Cancel {self._targets[0].short_id}"
        return f"Cancel {plural(len(self._targets), 'directive')}"

    def _draw(self) -> None:
        targets, dot = self._targets, glyphs_of(self).dot
        self.query_one("#what", FittedLines).fit(lambda width, _height: what_lines(targets, width, dot))


def what_lines(targets: Sequence[Target], width: int, dot: str) -> Sequence[Line]:
    """Which directives these are, whose, and what they have bounced."""
    lines: list[Line] = []
    for target in targets[:SHOWN]:
        directive = target.directive
        lines += wrapped(f"Cancel directive {target.short_id} on {target.node}", width, Look.STRONG)
        lines += wrapped(directive.scope_text(), width)
        lines += wrapped(
            f"reason: {directive.words} {dot} {countdown_text(directive.remaining_s)} left {dot} "
            f"{plural(directive.total_bounced, 'message')} bounced",
            width,
        )
        lines += _doubts(target, width)
    if len(targets) > SHOWN:
        lines.append((Piece(f"and {count_text(len(targets) - SHOWN)} more", Look.STRONG),))
    return lines


def _doubts(target: Target, width: int) -> list[Line]:
    directive = target.directive
    if directive.is_automation:
        return wrapped("the server's automation made it, and may place it again.", width, Look.AMBER, "! ")
    if target.is_ours:
        return []
    whose = f"another kumo-tui made it ({directive.tag})." if directive.tag else "it is not ours."
    return wrapped(whose, width, Look.AMBER, "! ")
