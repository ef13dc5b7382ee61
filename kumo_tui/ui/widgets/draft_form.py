"""The fields of a bounce: scope, criteria, reason, duration; what stands in them is a draft."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester

from kumo_tui.act.draft import Draft, How, Scope, lower_case_domain
from kumo_tui.model.names import Part
from kumo_tui.text import clean, is_altered
from kumo_tui.ui.how_offer import HowOffer
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.form import ChoiceLine, Field, Option, TextField, TickBox
from kumo_tui.ui.widgets.how_choice import HowChoice
from kumo_tui.ui.widgets.nodes_field import NodesField

QUICK_DURATIONS = ("1m", "5m", "15m", "1h")
SCOPES = (Scope.MATCHING, Scope.EXACT, Scope.EVERYTHING)
REASON, TICKET, FOR, HOW = "reason", "ticket", "for", "how"
ROWS: Mapping[str, Sequence[str]] = {
    "scope": ("scope",),
    "names": (Part.CAMPAIGN, Part.TENANT),
    "domains": (Part.DOMAIN, Part.ROUTING_DOMAIN),
    "words": (REASON, TICKET),
    "time": (FOR,),
}

LiveValues = Callable[[Part], Sequence[str]]


class LiveSuggester(Suggester):
    """Completes a criterion with what live queues have now; case does not matter while typing."""

    def __init__(self, part: Part, values: LiveValues) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._part = part
        self._values = values

    async def get_suggestion(self, value: str) -> str | None:
        """The value with most messages that begins with what was typed."""
        typed = value.casefold()
        return next(
            (
                live
                for live in self._values(self._part)
                if live.casefold().startswith(typed) and live.isprintable()
            ),
            None,
        )


class DraftForm(Vertical):
    """The fields, each row with room for what is wrong with it."""

    DEFAULT_CSS = """
    DraftForm { height: auto; }
    DraftForm > Horizontal { height: 1; }
    DraftForm #words > Field:first-child { width: 2fr; }
    DraftForm #time > Field { width: 19; }
    DraftForm #quick { margin: 0 2 0 1; }
    DraftForm #nodes { margin: 0 0 0 2; display: none; }
    """

    FIELD_IDS: ClassVar[tuple[str, ...]] = (*Part, REASON, TICKET, FOR)

    class Changed(Message):
        """Something in the form is different now."""

    def __init__(self, draft: Draft, values: LiveValues) -> None:
        super().__init__()
        self._base = draft
        self._values = values

    def compose(self) -> ComposeResult:
        """Five rows, each followed by its problems, and the ways to do it."""
        draft = self._base
        yield ChoiceLine(_scope_options(draft), SCOPES.index(draft.scope), id="scope")
        yield FittedLines(id="scope-problem")
        for row, widths in (("names", (10, 16)), ("domains", (10, 16))):
            with Horizontal(id=row):
                for part, label_width in zip(ROWS[row], widths, strict=True):
                    yield self._criterion(Part(part), label_width)
            yield FittedLines(id=f"{row}-problem")
        with Horizontal(id="words"):
            yield Field("reason", TextField(draft.reason, id=REASON), label_width=10)
            yield Field("ticket", TextField(draft.ticket, id=TICKET), label_width=8)
        yield FittedLines(id="words-problem")
        with Horizontal(id="time"):
            yield Field("for", TextField(draft.duration, id=FOR), label_width=10)
            yield ChoiceLine([Option(text) for text in QUICK_DURATIONS], None, id="quick", radio=False)
            yield TickBox("no delivery log", draft.suppress_logging, id="suppress")
            yield NodesField(draft.nodes, id="nodes")
        yield FittedLines(id="time-problem")
        yield HowChoice(draft.how, id=HOW)

    def on_mount(self) -> None:
        """Criteria can be written only where they are what is chosen."""
        self._enable_criteria()

    @property
    def draft(self) -> Draft:
        """What stands in the form now."""
        draft = Draft(
            scope=SCOPES[self.query_one("#scope", ChoiceLine).picked or 0],
            names=self._base.names,
            hidden=self._base.hidden,
            reason=self._text(REASON),
            ticket=self._text(TICKET),
            duration=self._text(FOR),
            suppress_logging=self.query_one("#suppress", TickBox).ticked,
            how=self.query_one(HowChoice).chosen,
            nodes=self._base.nodes,
            continues=self._base.continues,
        )
        for part in Part:
            draft = draft.with_criterion(part, self._raw(part))
        return draft

    def show_problems(self, problems: Mapping[str, str], questions: Mapping[str, str]) -> None:
        """Say what is wrong below the row where it stands; questions the same, in amber."""
        for row, fields in ROWS.items():
            texts = [problems[field] for field in fields if field in problems]
            asked = [questions[field] for field in fields if field in questions and field not in problems]
            line = self.query_one(f"#{row}-problem", FittedLines)
            line.show_words(" ".join([*texts, *asked]), Look.RED if texts else Look.AMBER, "! ")

    def show_offer(self, offer: HowOffer | None) -> None:
        """Show which ways there are; None while that is not known."""
        self.query_one(HowChoice).show_offer(offer)

    @property
    def offer(self) -> HowOffer | None:
        """Which ways there are, None while that is not known."""
        return self.query_one(HowChoice).offer

    @property
    def way(self) -> How | None:
        """How it would be done now, None while that is not known."""
        return self.offer.way(self.query_one(HowChoice).chosen) if self.offer else None

    def go_to(self, field: str) -> None:
        """Put the cursor into a field."""
        self.query_one(f"#{field}").focus()

    def go_to_start(self) -> None:
        """Put the cursor where most often something is missing."""
        draft = self._base
        chosen = draft.scope is not Scope.MATCHING or any(draft.criterion(part) for part in Part)
        self.go_to(REASON if chosen else Part.CAMPAIGN)

    def take_exact(self, names: tuple[str, ...]) -> None:
        """Choose exactly these queues, by raw name, in place of the criteria."""
        self._base = replace(self._base, names=names, hidden=0)
        self.query_one("#scope", ChoiceLine).put(_scope_options(self._base), SCOPES.index(Scope.EXACT))

    def show_targets(self, targets: int) -> None:
        """Offer the choice of nodes where there are several targets."""
        self.query_one(NodesField).show(self._base.nodes, targets)

    def take_nodes(self, nodes: tuple[str, ...], targets: int) -> None:
        """Mean these nodes, none for all targets."""
        self._base = replace(self._base, nodes=nodes)
        self.show_targets(targets)
        self.post_message(self.Changed())

    def lower_domain(self) -> None:
        """Write the domain in lower case."""
        self.query_one(f"#{Part.DOMAIN}", TextField).value = lower_case_domain(self.draft).domain

    def focused_part(self) -> Part | None:
        """The criterion that the cursor is in."""
        focused = self.screen.focused
        return Part(focused.id) if focused is not None and focused.id in set(Part) else None

    def shown_criterion(self, part: Part) -> str:
        """The text of a criterion as it is shown."""
        return self._text(part)

    def on_input_changed(self) -> None:
        """The draft is another one."""
        self.post_message(self.Changed())

    def on_tick_box_changed(self) -> None:
        """As `on_input_changed`."""
        self.post_message(self.Changed())

    def on_how_choice_picked(self) -> None:
        """As `on_input_changed`."""
        self.post_message(self.Changed())

    @on(ChoiceLine.Picked, "#scope")
    def _scope_picked(self) -> None:
        self._enable_criteria()
        self.post_message(self.Changed())

    @on(ChoiceLine.Picked, "#quick")
    def _duration_picked(self, event: ChoiceLine.Picked) -> None:
        self.query_one(f"#{FOR}", TextField).value = QUICK_DURATIONS[event.index]

    def _enable_criteria(self) -> None:
        matching = self.query_one("#scope", ChoiceLine).picked == SCOPES.index(Scope.MATCHING)
        for part in Part:
            self.query_one(f"#{part}", TextField).disabled = not matching

    def _criterion(self, part: Part, label_width: int) -> Field:
        field = TextField(self._base.criterion(part), id=part, suggester=LiveSuggester(part, self._values))
        return Field(part.label, field, label_width=label_width)

    def _text(self, field: str) -> str:
        return self.query_one(f"#{field}", TextField).value

    def _raw(self, part: Part) -> str:
        """The criterion; where the field still shows a suggested value that was cleaned, the raw value."""
        suggested, text = self._base.criterion(part), self._text(part)
        return suggested if is_altered(suggested) and text == clean(suggested) else text


def _scope_options(draft: Draft) -> list[Option]:
    count = len(draft.names)
    if draft.hidden:
        words = f"{count:,} marked, {draft.hidden:,} hidden by filter"
    elif count == 1:
        words = "exactly this queue"
    else:
        words = f"exactly these {count:,} queues" if count else "marked queues (none)"
    return [Option("matching"), Option(words, enabled=bool(count)), Option("EVERYTHING")]
