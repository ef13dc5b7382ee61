"""The live preview in the bounce form: what would be hit now, what may come on top, what to think of."""

from collections.abc import Sequence

from kumo_tui.act.blast import new_mail_words
from kumo_tui.model.directives import misses_new_mail
from kumo_tui.model.selector import Criteria
from kumo_tui.text import plural
from kumo_tui.ui.cells import Align, cut_apart, fit
from kumo_tui.ui.figures import Figures
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines, joined, wrapped
from kumo_tui.ui.widgets.lines import glyphs_of
from kumo_tui.units import age_text, count_text

COLUMN_WIDTH = 37
COUNT_WIDTH = 11


class PreviewPanel(FittedLines):
    """Shows figures in whatever height there is: the sums always, names and cautions as far as they fit."""

    DEFAULT_CSS = """
    PreviewPanel { height: 1fr; min-height: 2; }
    """

    def show(
        self,
        figures: Figures | None,
        age_s: float,
        duration_s: int | None,
        hidden: int,
        *,
        is_counting: bool,
        is_clean: bool = False,
    ) -> None:
        """Show these figures, taken `age_s` ago, of a bounce for `duration_s`.

        `hidden` of its queues are filtered away; while `is_counting`, newer figures are on their way.
        """
        signs = glyphs_of(self)
        if figures is None:
            words = "counting" if is_counting else "nothing is selected"
            self.fit(lambda width, _height: [heading("would hit now", words, width, signs)])
            return
        words = "counting" if is_counting else f"data {age_text(age_s)} old"
        extra = _extra(figures, duration_s, is_clean=is_clean)
        summary = figures.summary(hidden)

        def lay_out(width: int, height: int) -> Sequence[Line]:
            head: list[Line] = [
                heading("would hit now", words, width, signs),
                *joined(summary, width, signs.dot, Look.STRONG),
            ]
            cautions = caution_lines(figures, width, with_ready=False, is_clean=is_clean)
            room = height - len(head) - len(extra)
            top = queue_lines(figures, width, max(1, room - len(cautions)), signs)
            return [*head, *top, *extra, *_fitting(cautions, room - len(top))]

        self.fit(lay_out)


def heading(left: str, right: str, width: int, signs: Glyphs) -> Line:
    """A rule with words in it: `── would hit now ────── data 2s old ──`."""
    rest = max(1, width - len(left) - len(right) - 8)
    rule = signs.rule
    return (Piece(f"{rule * 2} {left} {rule * rest} {right} {rule * 2}", Look.DIM),)


def queue_lines(figures: Figures, width: int, height: int, signs: Glyphs) -> list[Line]:
    """The largest queues with their messages, in columns, at most `height` lines."""
    columns = max(1, (width + 2) // (COLUMN_WIDTH + 2))
    name_width = COLUMN_WIDTH - COUNT_WIDTH - 3
    shown = figures.top_queues[: columns * height]
    cuts = cut_apart((name for name, _count in shown), name_width, signs.ellipsis)
    cells = [
        f"  {fit(cuts.get(name, name), name_width)} {fit(count_text(count), COUNT_WIDTH, Align.RIGHT)}"
        for name, count in shown
    ]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    return [(Piece("  ".join(row)),) for row in rows]


def caution_lines(figures: Figures, width: int, *, with_ready: bool = True, is_clean: bool = False) -> list[Line]:
    """Every caution, the serious ones first and marked with `!`, wrapped to the width.

    The one about ready queues is left out where the panel counts them itself, what a plain bounce costs where
    it is a clean one.
    """
    lines: list[Line] = []
    for caution in figures.cautions:
        if (caution.counts_ready and not with_ready) or not caution.concerns(is_clean=is_clean):
            continue
        mark, look = ("! ", Look.AMBER) if caution.serious else ("- ", Look.NORMAL)
        lines += wrapped(caution.text, width, look, mark)
    return lines


def _extra(figures: Figures, duration_s: int | None, *, is_clean: bool) -> list[Line]:
    preview, stake = figures.preview, figures.stake
    lines = []
    if stake.waiting_bound:
        queues = plural(stake.ready_queues, "ready queue")
        shared = "" if stake.is_traced else ", shared with other queues"
        lines.append(f"+ up to {count_text(stake.waiting_bound)} waiting in {queues}{shared}")
    selector = preview.selector
    misses = not is_clean and isinstance(selector, Criteria) and misses_new_mail(selector)
    if duration_s and not misses:
        lines.append(f"+ {new_mail_words(preview, duration_s)}")
    return [(Piece(line),) for line in lines]


def _fitting(lines: Sequence[Line], height: int) -> Sequence[Line]:
    if len(lines) <= height:
        return lines
    if height <= 0:
        return ()
    return [*lines[: height - 1], (Piece("! more to think of: shown before you confirm", Look.AMBER),)]
