"""What a confirmation shows of the frozen preview: how much, of what, why, how, and how far it reaches."""

from collections.abc import Sequence

from kumo_tui.act.blast import lately_words, node_shares
from kumo_tui.act.draft import Checked, How
from kumo_tui.act.taking_part import taking_part_words
from kumo_tui.model.directives import misses_new_mail
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.text import plural
from kumo_tui.ui.figures import Figures
from kumo_tui.ui.how_offer import CLEAN_WORDS
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import joined, wrapped
from kumo_tui.units import count_text, duration_text

DOMAINS = 6
NAMES = 4


def title_lines(figures: Figures, width: int, verb: str) -> list[Line]:
    """Verb, number of messages, queues and target, and that there is no way back."""
    preview = figures.preview
    where = taking_part_words(preview, figures.snapshot)
    is_named = figures.target != plural(len(figures.snapshot.servers), "node")
    target = f"{figures.target} ({where})" if is_named else where
    text = f"{verb} {plural(preview.messages, 'message')} in {plural(preview.queues, 'queue')} on {target}"
    return [*wrapped(text, width, Look.STRONG), (Piece("CANNOT BE UNDONE", Look.RED),)]


def what_lines(figures: Figures, checked: Checked, width: int, dot: str, how: How) -> Sequence[Line]:
    """The selector, the reason, how and for how long, and where the mail was going."""
    selector = figures.preview.selector
    lines = wrapped(selector.describe(), width, Look.STRONG)
    if isinstance(selector, ExactQueues):
        lines += wrapped(_some(figures.top_queues[:NAMES], figures.preview.queues, dot), width)
    lines += wrapped(f"reason: {checked.reason}  (senders may read it)", width)
    lines += wrapped(_how_words(figures, checked, how), width)
    lines += wrapped(_some(figures.top_domains[:DOMAINS], figures.domains, dot), width)
    shares = node_shares(figures.preview)
    blast = (f"{figures.blast[0]}: {shares}" if shares else figures.blast[0], *figures.blast[1:])
    return [*lines, *joined(blast, width, dot)]


def _how_words(figures: Figures, checked: Checked, how: How) -> str:
    duration, lately = duration_text(checked.duration_s or 0), lately_words(figures.preview)
    if how is How.CLEAN:
        words = f"clean: {CLEAN_WORDS}; new mail that matches in {duration} goes too{lately}"
    elif isinstance(checked.selector, Criteria) and misses_new_mail(checked.selector):
        words = f"plain, for {duration}: new mail is not caught"
    else:
        words = f"plain, for {duration}: new mail that matches in this time goes too{lately}"
    if how is How.PLAIN and figures.stake.plain_is_exact:
        words += f"; plain is exact here: {figures.stake.why}"
    return f"{words}; no delivery log" if checked.suppress_logging else words


def _some(counts: Sequence[tuple[str, int]], total: int, dot: str) -> str:
    """`yahoo.com 92,110 · gmail.com 41,800 · 58 more`."""
    words = [f"{name} {count_text(count)}" for name, count in counts]
    return f" {dot} ".join([*words, f"{total - len(counts):,} more"] if total > len(counts) else words)
