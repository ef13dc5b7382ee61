"""The bounce form: what to bounce, why, for how long, and live what that would hit."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.worker import Worker, WorkerState

from kumo_tui.act.draft import Checked, Draft, How, Scope, check_draft
from kumo_tui.act.taking_part import way_out
from kumo_tui.errors import KumoTuiError
from kumo_tui.model.directives import only_queue
from kumo_tui.model.preview import Hit
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.figures import Figures, FiguresTaker, figures_of
from kumo_tui.ui.how_offer import HowOffer, offer_of
from kumo_tui.ui.live_values import LiveValues, none_words
from kumo_tui.ui.screens.choose_nodes import ChooseNodesScreen
from kumo_tui.ui.screens.confirm import GUARD_S
from kumo_tui.ui.screens.hit import HitScreen
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.screens.requests import RequestsScreen
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.draft_form import FOR, HOW, REASON, DraftForm
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.form import MOVES, Dialog, PushButton
from kumo_tui.ui.widgets.lines import Lines, glyphs_of
from kumo_tui.ui.widgets.nodes_field import NodesField, others_words
from kumo_tui.ui.widgets.preview_panel import PreviewPanel

KEYS = "F2 requests  F4 queues  F5 exact"
OFFERED = 12


@dataclass(frozen=True, eq=False)
class Composed:
    """A bounce that was composed and whose numbers were read afresh: ready to be confirmed.

    With `stop_first` its mail is to be stopped before that.
    """

    draft: Draft
    checked: Checked
    figures: Figures
    offer: HowOffer
    stop_first: bool = False

    @property
    def how(self) -> How:
        """How it is done."""
        return self.offer.way(self.draft.how)


# What Tab still stops at, for those who want it.
LAST_LINE = frozenset({FOR, HOW, "quick", "suppress", "nodes"})


class ComposeScreen(Modal[Composed | None]):
    """Composes a bounce. Nothing on it sends anything; it ends in a reviewed draft, or in None.

    "Stop first" is a wish too: who gets the draft stops the mail, and only then asks for the confirmation.

    `tag` is what the requests shown would carry; `notice` says why the form is open again.
    """

    DEFAULT_CSS = """
    ComposeScreen { align: center middle; background: $background; }
    ComposeScreen > Dialog { max-width: 120; max-height: 34; }
    ComposeScreen #buttons { height: 1; dock: bottom; }
    ComposeScreen #buttons PushButton { margin: 0 0 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("escape", "leave", "back", show=False),
        Binding("enter", "onward", "next field", show=False, priority=True),
        Binding("f2,y", "requests", "requests", show=False),
        Binding("f3", "lower_case", "lower case", show=False),
        Binding("f4", "queues", "queues", show=False),
        Binding("f5", "exact_queues", "exact queues", show=False),
        Binding("f6", "other_nodes", "other nodes", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self, draft: Draft, tag: str, notice: str = "") -> None:
        super().__init__()
        self._start = draft
        self._tag = tag
        self._notice = notice
        self._figures: Figures | None = None
        self._shows_all_problems = False
        self._is_reading = False
        self._opened_at = 0.0
        self._ruled: tuple[object, Sequence[str]] | None = None
        self._live = LiveValues(self, self._draw_offer)

    def compose(self) -> ComposeResult:
        """Fields above, what they would hit below, buttons last."""
        with Dialog("Bounce"):
            yield FittedLines(id="notice")
            yield DraftForm(self._start, self._live.of)
            yield Lines(id="offer")
            yield PreviewPanel(id="preview")
            yield FittedLines(id="refusals")
            with Horizontal(id="buttons"):
                yield Lines((Piece(KEYS, Look.DIM),), id="keys")
                yield PushButton("Cancel", id="cancel")
                stop_first = PushButton("Stop first", id="stop-first")
                stop_first.display = False
                yield stop_first
                yield PushButton("Review", id="review")

    def on_mount(self) -> None:
        """Begin counting."""
        self._opened_at = host_of(self).clock.monotonic()
        self._taker = FiguresTaker(self, host_of(self).settings, self._counted)
        self.query_one("#notice", FittedLines).show_words(self._notice, Look.RED, "! ")
        self.query_one(DraftForm).show_targets(len(host_of(self).snapshot.targets))
        self.query_one(DraftForm).go_to_start()
        self._edited()

    @property
    def draft(self) -> Draft:
        """What stands in the form now."""
        return self.query_one(DraftForm).draft

    @property
    def checked(self) -> Checked:
        """What holds of it, and what does not."""
        return check_draft(self.draft, host_of(self).settings.act)

    @property
    def way(self) -> How | None:
        """How it would be done now, None while that is not known."""
        return self.query_one(DraftForm).way

    # Keys and buttons

    def action_leave(self) -> None:
        """Close the form; nothing was sent."""
        self.dismiss(None)

    def action_lower_case(self) -> None:
        """Write the domain in lower case, as the server does."""
        self.query_one(DraftForm).lower_domain()

    def action_requests(self) -> None:
        """Show the exact requests of what stands in the form."""
        checked = self.checked
        if not checked.is_ready or not self._is_current(checked):
            self._refuse("Complete the form first: no request can be shown yet.")
            self._show_problems(checked, everything=True)
        elif self._figures is not None:
            acts = host_of(self).acts
            planned = acts.clean.plan if self.way is How.CLEAN else acts.plan
            self.app.push_screen(RequestsScreen(planned(self._figures.preview, checked, self._tag)))

    def action_queues(self) -> None:
        """Show every queue that this would hit now, by name."""
        if self._figures is not None and self._is_current(self.checked):
            self.app.push_screen(HitScreen(Hit(self._figures.preview)))

    def action_exact_queues(self) -> None:
        """Take exactly the queues that the criteria mean now: those that come later are not meant."""
        checked = self.checked
        if not isinstance(checked.selector, Criteria) or self._figures is None or not self._is_current(checked):
            self._refuse("Criteria are needed: F5 takes exactly the queues that they mean now.")
            return
        only = only_queue(checked.selector)
        names = tuple(self._figures.preview.matched.names) if only is None else (only,)
        if names:
            self.query_one(DraftForm).take_exact(names)
        else:
            self._refuse("No queue of these criteria holds mail now.")

    def action_other_nodes(self) -> None:
        """Go on without the nodes that cannot take part."""
        self._take_nodes(self._others() or None)

    @on(NodesField.Wanted)
    def _nodes_wanted(self) -> None:
        snapshot, how = host_of(self).snapshot, self.way or How.PLAIN
        chooser = ChooseNodesScreen(snapshot, self.draft.nodes, self.checked.selector, how)
        self.app.push_screen(chooser, self._take_nodes)

    def _take_nodes(self, nodes: tuple[str, ...] | None) -> None:
        if nodes is not None:
            self.query_one(DraftForm).take_nodes(nodes, len(host_of(self).snapshot.targets))

    def _others(self) -> tuple[str, ...]:
        """The nodes to go on with, where some of those that are meant cannot take part."""
        figures, snapshot = self._figures, host_of(self).snapshot
        return way_out(figures.preview, snapshot, self.way or How.PLAIN) if figures is not None else ()

    def action_onward(self) -> None:
        """Enter goes to the next field, from the last line to the review, past Cancel, and presses a button."""
        if isinstance(self.focused, PushButton):
            self.focused.action_press()
        elif self.focused is not None and self.focused.id in LAST_LINE:
            self.query_one("#review").focus()
        else:
            self.focus_next()

    @on(PushButton.Pressed, "#cancel")
    def _cancel_pressed(self) -> None:
        self.dismiss(None)

    @on(PushButton.Pressed, "#review")
    def _review_pressed(self) -> None:
        self._go_on(stop_first=False)

    @on(PushButton.Pressed, "#stop-first")
    def _stop_first_pressed(self) -> None:
        """Pressing it is the one confirmation of the stop: not by a key that was on its way at the opening."""
        if host_of(self).clock.monotonic() - self._opened_at >= GUARD_S:
            self._go_on(stop_first=True)

    def _go_on(self, *, stop_first: bool) -> None:
        draft, checked = self.draft, self.checked
        if not checked.is_ready:
            self._show_problems(checked, everything=True)
            self.query_one(DraftForm).go_to(next(iter(checked.problems)))
        elif not self._is_reading:
            self._is_reading = True
            self._refuse("Reading the nodes now.", Look.DIM)
            review = self._review(draft, checked, stop_first=stop_first)
            self.run_worker(review, group="review", exit_on_error=False)

    # What happens while it is open

    def on_screen_resume(self) -> None:
        """Catch up with what happened while something else was on top."""
        self.show_snapshot(host_of(self).snapshot)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong in counting or reading, instead of waiting for ever."""
        if event.state is WorkerState.ERROR:
            self._is_reading = False
            self._refuse(f"{type(event.worker.error).__name__}: {event.worker.error}")

    def on_draft_form_changed(self) -> None:
        """Count anew."""
        self._edited()

    def on_descendant_focus(self) -> None:
        """Offer values for the field that has the cursor now."""
        self._draw_offer()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Count anew what this would hit, and offer the values of now."""
        if not self.is_mounted:
            return
        checked = self.checked
        self.query_one(DraftForm).show_targets(len(snapshot.targets))
        if checked.selector is not None:
            self._taker.ask(snapshot, checked.selector, checked.nodes)
        self._draw_offer()

    def tick(self, now: float) -> None:
        """Let the age of the numbers go on."""
        if self.is_mounted:
            self._draw_preview()

    def _edited(self) -> None:
        checked = self.checked
        self._show_problems(checked, everything=self._shows_all_problems)
        if checked.selector is None:
            self._figures = None
            self._taker.forget()
            self.query_one(DraftForm).show_offer(None)
        elif not self._is_current(checked):
            self._taker.ask(host_of(self).snapshot, checked.selector, checked.nodes)
        self._draw_offer()
        self._draw_buttons()
        self._draw_preview()
        self._draw_refusals(checked)

    def _counted(self, figures: Figures) -> None:
        self._figures = figures
        self.query_one(DraftForm).show_offer(offer_of(host_of(self).acts, figures, self.checked))
        self._draw_buttons()
        self._draw_preview()
        self._draw_refusals(self.checked)

    async def _review(self, draft: Draft, checked: Checked, *, stop_first: bool) -> None:
        try:
            composed = await self._read_afresh(draft, checked, stop_first=stop_first)
        except KumoTuiError as error:
            self._refuse(str(error))
            return
        finally:
            self._is_reading = False
        if self.draft != draft or not self.is_current:
            self._refuse("The form changed while the nodes were read: review it again.")
            return
        acts, preview = host_of(self).acts, composed.figures.preview
        if stop_first:
            refusals = acts.clean.stop_refusals(preview, checked)
        else:
            refusals = (acts.clean if composed.how is How.CLEAN else acts).refusals(preview, checked)
        if refusals:
            self._refuse(self._with_way_out(refusals))
        else:
            self.dismiss(composed)

    async def _read_afresh(self, draft: Draft, checked: Checked, *, stop_first: bool) -> Composed:
        host = host_of(self)
        if checked.selector is None:
            raise ValueError("only a checked draft is reviewed")
        preview = await host.acts.fresh_preview(checked.selector, checked.nodes)
        feeders = await host.acts.feeders(preview)
        figures = await asyncio.to_thread(figures_of, preview, host.snapshot, host.settings, feeders)
        return Composed(draft, checked, figures, offer_of(host.acts, figures, checked), stop_first)

    # Drawing

    def _is_current(self, checked: Checked) -> bool:
        if self._figures is None:
            return False
        preview = self._figures.preview
        return (preview.selector, preview.chosen) == (checked.selector, checked.nodes)

    def _draw_preview(self) -> None:
        draft, checked = self.draft, self.checked
        current = checked.selector is not None and self._is_current(checked)
        now = host_of(self).clock.monotonic()
        self.query_one(PreviewPanel).show(
            self._figures,
            self._figures.preview.age_s(now) if self._figures else 0.0,
            checked.duration_s,
            draft.hidden if draft.scope is Scope.EXACT else 0,
            is_counting=checked.selector is not None and not current,
            is_clean=self.way is How.CLEAN,
        )

    def _draw_buttons(self) -> None:
        """What is to be bounced cleanly can be stopped first, unless it is."""
        offer = self.query_one(DraftForm).offer
        may_stop = offer is not None and offer.waiting is None and self.way is How.CLEAN
        self.query_one("#stop-first", PushButton).display = may_stop

    def _draw_refusals(self, checked: Checked) -> None:
        if self._is_reading:
            return
        found: Sequence[str] = ()
        if self._figures is not None and checked.is_ready and self._is_current(checked):
            found = self._refusals(self._figures, checked)
        self._refuse(self._with_way_out(found))

    def _with_way_out(self, refusals: Sequence[str]) -> str:
        others = self._others() if refusals else ()
        return " ".join([*refusals, others_words(others)] if others else refusals)

    def _refusals(self, figures: Figures, checked: Checked) -> Sequence[str]:
        """What forbids it, asked once for each preview: to know of the journal, the disk is written to."""
        asked = (figures, checked.selector, checked.duration_s, self.way)
        if self._ruled is None or self._ruled[0] != asked:
            acts = host_of(self).acts
            rules = (acts.clean if self.way is How.CLEAN else acts).refusals
            self._ruled = (asked, rules(figures.preview, checked))
        return self._ruled[1]

    def _refuse(self, words: str, look: Look = Look.RED) -> None:
        self.query_one("#refusals", FittedLines).show_words(words, look, "! ")

    def _show_problems(self, checked: Checked, *, everything: bool) -> None:
        """What is only missing is said once the operator asks to go on."""
        self._shows_all_problems = everything
        problems: Mapping[str, str] = checked.problems
        if not everything:
            missing = {"scope", REASON} if not self.draft.reason.strip() else {"scope"}
            problems = {field: text for field, text in problems.items() if field not in missing}
        hint = {"domain": f"{problems['domain']} (F3)"} if self._has_upper_domain(checked) else {}
        self.query_one(DraftForm).show_problems({**problems, **hint}, checked.questions)

    def _has_upper_domain(self, checked: Checked) -> bool:
        return "domain" in checked.problems and self.draft.domain != self.draft.domain.lower()

    def _draw_offer(self) -> None:
        form = self.query_one(DraftForm)
        part = form.focused_part()
        line = self.query_one("#offer", Lines)
        if part is None:
            line.show(())
            return
        typed = form.shown_criterion(part).casefold()
        offered = [clean(value) for value in self._live.of(part) if typed in clean(value).casefold()][:OFFERED]
        hint = "   (right arrow completes)" if offered and typed else ""
        words = f" {glyphs_of(self).dot} ".join(offered) if offered else none_words(host_of(self).snapshot)
        line.show((Piece(f"{part.label}s now: {words}{hint}", Look.DIM),))
