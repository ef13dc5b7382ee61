"""Which way a bounce can go, clean or plain, and what each of them means here (DESIGN 2)."""

from dataclasses import dataclass

from kumo_tui.act.draft import Checked, How, way_of
from kumo_tui.act.stake import Stake
from kumo_tui.act.taking_part import way_out
from kumo_tui.model.operation import Operation
from kumo_tui.ui.acting import Acting
from kumo_tui.ui.figures import Figures

CLEAN_WORDS = "stop, then sweep until nothing comes back"


@dataclass(frozen=True, slots=True)
class HowOffer:
    """The ways that make sense for one draft.

    `obstacle` says in clean words why a clean bounce is not possible here, empty where it is. `waiting` is our own
    stop of the same mail: a bounce goes on with it. `is_split` says that some of the nodes could do it cleanly.
    """

    stake: Stake
    obstacle: str = ""
    waiting: Operation | None = None
    is_split: bool = False

    @property
    def is_choice(self) -> bool:
        """Whether the operator has a choice."""
        return not (self._is_plain_only or self.waiting or self.stake.plain_is_exact)

    def way(self, how: How | None) -> How:
        """How the bounce is done when this was chosen."""
        wanted = How.CLEAN if self.waiting else how
        is_possible = not self._is_plain_only
        return way_of(wanted, plain_is_exact=self.stake.plain_is_exact, clean_is_possible=is_possible)

    @property
    def _is_plain_only(self) -> bool:
        return bool(self.obstacle) and not self.is_split

    @property
    def words(self) -> str:
        """Why there is no choice."""
        if self._is_plain_only:
            return f"plain: {self.obstacle}"
        if self.waiting:
            return f"clean: goes on with the stop of op {self.waiting.tag}"
        return f"plain is exact here: {self.stake.why}"


def offer_of(acts: Acting, figures: Figures, checked: Checked) -> HowOffer:
    """The ways for this draft, as its figures and the rules have it."""
    always = acts.refusals(figures.preview, checked)
    against = [words for words in acts.clean.refusals(figures.preview, checked) if words not in always]
    preview = figures.preview
    waiting = acts.clean.waiting_for(preview.selector, preview.node_names)
    is_split = bool(way_out(preview, figures.snapshot, How.CLEAN))
    return HowOffer(figures.stake, " ".join(against), waiting, is_split)
