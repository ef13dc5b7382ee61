"""Whether and for how long a clean bounce goes on: what was refused once is not asked for again and again."""

from kumo_tui.act.desk import Desk
from kumo_tui.act.due import Due, Step
from kumo_tui.act.rights import RELEASE
from kumo_tui.model.operation import Operation
from kumo_tui.units import countdown_text

GIVEN_UP = "Its stop stands until its own end. Once the node allows acts, start kumo-tui again, or let it go."


def catching_words(ends_in_s: float) -> str:
    """For how long new mail is caught; past that time the stop is held and swept until all mail is back."""
    if ends_in_s <= 0:
        return "its time is over: held and swept until what waits has come back"
    return f"catches new mail for {countdown_text(ends_in_s)}"


def is_allowed(desk: Desk, step: Due, node: str) -> bool:
    """Whether the node lets us take this step; ending our own stop is tried until that itself is refused."""
    if step.step in (Step.RELEASE, Step.TIDY):
        return desk.rights.may_end_on(node, RELEASE)
    return desk.rights.may_act_on(node)


def has_given_up(desk: Desk, operation: Operation) -> bool:
    """Whether no node lets us go on: then a kumo-tui that was started since may take it over."""
    rights, live = desk.rights, []
    for act in operation.acts:
        track = desk.watcher.clean_track(operation.tag, act.node)
        if track is not None and not track.verdict.is_final:
            if operation.waits_on(act.node) and not track.ending:
                continue
            is_let_go = track.ending and rights.may_end_on(act.node, RELEASE)
            live.append(is_let_go or rights.may_act_on(act.node))
    return bool(live) and not any(live)
