"""The questions about stops: let it go, end it, release somebody else's, and what to do with them at the end."""

from collections.abc import Sequence

from kumo_tui.model.partial import stopped_nodes, waits
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.ui.clean_words import stopped_title, sums_of, until_text
from kumo_tui.ui.directive_rows import ForeignStop
from kumo_tui.ui.screens.question import Choice, Paragraph, QuestionScreen
from kumo_tui.ui.theme import Look
from kumo_tui.units import count_text, countdown_text

RETRY = "Released mail waits for its next retry, in 20 minutes or more."
FLUSH = "flush: due now instead of at the next retry"
LIST_MUST_BE_READ = (
    "Past its end a node bounces new mail on until its list is read. Stay until it is DONE; else start kumo-tui, "
    "or `kumo-tui directives`, after that."
)
CANNOT_RELEASE = "Its node does not allow this session to let it go."
LET_GO, END, LEAVE, STAY = "let-go", "end", "leave", "stay"


def let_go_question(tag: str, *, can_flush: bool) -> QuestionScreen:
    """Whether a stop that waits is let go, and, where a node can do it, whether its mail is to be due at once."""

    def words_of(snapshot: Snapshot) -> Sequence[Paragraph]:
        status = snapshot.operation(tag)
        if status is None:
            return [("The stop is not known any more.", Look.AMBER)]
        return [
            (f"Let {stopped_title(status)} go: {_standing_words(status)}", Look.STRONG),
            (RETRY, Look.NORMAL),
            ("Nothing is bounced." if status.operation.is_waiting else "Nothing more is bounced.", Look.NORMAL),
        ]

    choices = [Choice("keep", "Keep stopped"), Choice(LET_GO, "Let go")]
    return QuestionScreen(words_of, choices, FLUSH if can_flush else "")


def end_question(tag: str) -> QuestionScreen:
    """Whether a clean bounce that runs is ended before it is over."""

    def words_of(snapshot: Snapshot) -> Sequence[Paragraph]:
        status = snapshot.operation(tag)
        if status is None or status.verdict.is_final:
            return [("It is over: nothing of it is in force any more.", Look.AMBER)]
        return [
            (f"End the bounce of {stopped_title(status)} now", Look.STRONG),
            (f"{_standing_words(status)} It would go out at its next retry, in 20 minutes or more.", Look.AMBER),
            ("New mail that matches would be delivered. What was swept stays bounced.", Look.NORMAL),
        ]

    return QuestionScreen(words_of, [Choice("go-on", "Go on"), Choice(END, "End it")])


def release_other_question(entry: ForeignStop) -> QuestionScreen:
    """Whether a stop is released that another kumo-tui, or somebody else, placed."""
    stop = entry.stop
    whose = f"Another kumo-tui made it ({stop.tag})." if stop.tag else "It is not ours."

    def words_of(_snapshot: Snapshot) -> Sequence[Paragraph]:
        return [
            (f"Release the stop {clean(stop.id[:8])} on {clean(entry.node)}", Look.STRONG),
            (
                f"{stop.scope_text()}, {countdown_text(entry.left_s)} left. Reason: {clean(stop.reason)}",
                Look.NORMAL,
            ),
            (f"{whose} Who placed it counts on it, and would see the mail go out.", Look.AMBER),
            (RETRY, Look.NORMAL),
        ]

    return QuestionScreen(words_of, [Choice("keep", "Keep it"), Choice(END, "Release")])


def quit_question(tags: Sequence[str], *, may_release: bool = True) -> QuestionScreen:
    """What becomes of our stops when the program ends (DESIGN 3, rule 15)."""

    def words_of(snapshot: Snapshot) -> Sequence[Paragraph]:
        found = [status for tag in tags if (status := snapshot.operation(tag)) is not None]
        lines = [(_standing_still(status, snapshot), Look.STRONG) for status in found]
        lines.append(
            ("Left stopped, mail waits until then, and goes out at its next retry after that.", Look.NORMAL)
        )
        if any(map(stopped_nodes, found)):
            lines.append(("The next start names what waits for a decision.", Look.NORMAL))
        if not all(map(waits, found)):
            words = "Nobody sweeps while no kumo-tui runs; the next start, or `kumo-tui watch`, goes on."
            lines.append((words, Look.AMBER))
        return [*lines, (f"Let go: {RETRY.lower()}" if may_release else CANNOT_RELEASE, Look.NORMAL)]

    let_go = [Choice(LET_GO, "Let go")] if may_release else []
    choices = [Choice(LEAVE, "Leave it stopped"), *let_go, Choice(STAY, "Stay")]
    return QuestionScreen(words_of, choices, escape=STAY)


def quit_everything_question(tags: Sequence[str], *, may_cancel: bool) -> QuestionScreen:
    """Whether an EVERYTHING of ours is left in force with nobody who looks: past its end it may bounce on."""

    def words_of(snapshot: Snapshot) -> Sequence[Paragraph]:
        found = [status for tag in tags if (status := snapshot.operation(tag)) is not None]
        lines = [(words, Look.STRONG) for status in found for words in _everything_words(status)]
        if not lines:
            return [("It is over: nothing of it is in force any more.", Look.AMBER)]
        return [
            *lines,
            ("It goes on without kumo-tui: whatever mail comes in is bounced.", Look.AMBER),
            (LIST_MUST_BE_READ, Look.NORMAL),
        ]

    cancel = [Choice(END, "Cancel it")] if may_cancel else []
    return QuestionScreen(words_of, [Choice(STAY, "Stay"), *cancel, Choice(LEAVE, "Leave it on")])


def _everything_words(status: OperationStatus) -> Sequence[str]:
    """`EVERYTHING is being bounced on mta1 for 04:12 more (op 7F3A2C)`, for each node where it may be."""
    tag, words = status.operation.tag, []
    for progress in status.nodes:
        if progress.verdict.is_final:
            continue
        doing = "may be" if progress.left_s is None else "is being"
        left = f" for {countdown_text(progress.left_s)} more" if progress.left_s else ""
        words.append(f"EVERYTHING {doing} bounced on {clean(progress.act.node)}{left} (op {tag}).")
    return words


def _standing_words(status: OperationStatus) -> str:
    sums = sums_of(status)
    back = f", up to {count_text(sums.may_wait)} more come back from ready queues" if sums.may_wait else ""
    verb = "stands" if sums.standing_total == 1 else "stand"
    return f"{plural(sums.standing_total, 'message')} {verb}{back}."


def _standing_still(status: OperationStatus, snapshot: Snapshot) -> str:
    left = sums_of(status).stop_left_s
    until = "" if left is None else f" until {until_text(snapshot, left)}"
    word = "is stopped" if waits(status) else "is being bounced, and stopped"
    return f"{stopped_title(status)} {word}{until}."
