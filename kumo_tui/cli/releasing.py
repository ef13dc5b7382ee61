"""Ending stops: sent, tried again while nobody knows whether it is done, and told node by node."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kumo_tui.act.clean_release import ReleaseOutcome
from kumo_tui.act.steps import Came
from kumo_tui.cli.compose import House
from kumo_tui.cli.output import say
from kumo_tui.errors import JournalError, NodeError
from kumo_tui.journal.records import Recorded, RequestState, Step
from kumo_tui.model.operation import Operation

TRY_AGAIN_S = 2.0
OVER_WORDS = "it is over meanwhile, nothing of it stands"


class State(StrEnum):
    """What became of the stops on one node."""

    RELEASED = "released"
    GONE = "gone"
    UNKNOWN = "unknown"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Asked:
    """A release as it was asked for: a tag or an id, and for how many seconds it is tried."""

    wanted: str
    flush: bool
    other: bool
    settle_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """One node after a release, in clean words; `left_alone` are raw names that a flush left alone."""

    node: str
    state: State
    text: str
    left_alone: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The node in the object of `release --json`."""
        return {
            "node": self.node,
            "state": self.state.value,
            "text": self.text,
            "left_alone": list(self.left_alone),
        }


async def end_ours(house: House, operation: Operation, asked: Asked) -> Sequence[Ended]:
    """End every stop of ours of an operation. Raises Refused in a read-only session.

    It is tried again while nobody knows whether it is done: a stop that is gone is what was wanted.
    """
    before = _recalled(house, operation.tag)
    last = max((request.number for request in before.requests), default=0) if before else 0
    outcomes: dict[str, ReleaseOutcome] = {}
    until = house.clock.monotonic() + asked.settle_s
    try:
        while True:
            ended = await house.acts.clean.end(operation.tag, flush=asked.flush)
            outcomes.update({outcome.node: outcome for outcome in ended})
            # What a node did not answer may be over by what its lists show, and is not asked for again then.
            doubted = {node for node, outcome in outcomes.items() if outcome.came is Came.UNKNOWN}
            over = doubted - {outcome.node for outcome in ended}
            outcomes.update({node: ReleaseOutcome(node, Came.DONE, OVER_WORDS) for node in over})
            if not _is_worth_a_try(house, outcomes.values(), until):
                break
            await _wait(house)
    except asyncio.CancelledError:
        say(f"Interrupted: op {operation.tag} may stand still: `kumo-tui status` shows it, release it again.")
        raise
    after = _recalled(house, operation.tag)
    return [
        _ended(outcomes.get(act.node), act.node, released=_was_there(after, act.node, last))
        for act in operation.acts
    ]


async def end_other(house: House, node: str, suspension_id: str, asked: Asked) -> Ended:
    """End a stop that no operation of ours made. Raises Refused in a read-only session."""
    until = house.clock.monotonic() + asked.settle_s
    while True:
        outcome = await _end_other_once(house, node, suspension_id)
        if not _is_worth_a_try(house, [outcome], until):
            return _ended(outcome, node, released=not outcome.was_gone)
        await _wait(house)


async def _end_other_once(house: House, node: str, suspension_id: str) -> ReleaseOutcome:
    try:
        return await house.acts.clean.release_other(node, suspension_id)
    except NodeError as error:
        came = Came.UNKNOWN if error.outcome_unknown else Came.REFUSED
        return ReleaseOutcome(node, came, str(error), error=str(error))


def _is_worth_a_try(house: House, outcomes: Iterable[ReleaseOutcome], until: float) -> bool:
    """Whether nobody knows of some node whether it is done, and there is time to try again."""
    is_known = all(outcome.came is not Came.UNKNOWN for outcome in outcomes)
    return not is_known and house.clock.monotonic() + TRY_AGAIN_S <= until


async def _wait(house: House) -> None:
    await house.clock.sleep(TRY_AGAIN_S)
    await house.watcher.look_quickly()


def _ended(outcome: ReleaseOutcome | None, node: str, *, released: bool) -> Ended:
    if outcome is None:
        return Ended(node, State.GONE, "it was over before, nothing of it stands")
    if outcome.came is Came.UNKNOWN:
        return Ended(node, State.UNKNOWN, f"not known whether it is released: {outcome.error} Release it again.")
    if outcome.came is Came.REFUSED:
        return Ended(node, State.REJECTED, f"not released: {outcome.error}")
    if released and outcome.text != OVER_WORDS:
        return Ended(node, State.RELEASED, outcome.text, outcome.alone)
    return Ended(node, State.GONE, outcome.text.replace("let go", "already gone", 1), outcome.alone)


def _recalled(house: House, tag: str) -> Recorded | None:
    try:
        return house.recall(tag)
    except JournalError:
        return None


def _was_there(recorded: Recorded | None, node: str, last: int) -> bool:
    """Whether a node removed a stop of ours by a request later than this one, or may have; else it was gone."""
    if recorded is None:
        return True
    states = {
        request.state
        for request in recorded.requests
        if request.node == node and request.step is Step.RELEASE and request.number > last
    }
    return not states.isdisjoint((RequestState.ACCEPTED, RequestState.UNKNOWN))
