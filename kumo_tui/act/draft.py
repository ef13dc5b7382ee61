"""The draft: what stands in the bounce form or on the command line, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from kumo_tui.config import ActSettings
from kumo_tui.errors import InputError
from kumo_tui.model.names import Part
from kumo_tui.model.operation import Operation, joined_reason
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.units import duration_text, parse_duration


class Scope(StrEnum):
    """How the operator says what to bounce."""

    MATCHING = "matching"
    EXACT = "exact"
    EVERYTHING = "everything"


class How(StrEnum):
    """How a bounce is done: by stop and sweeps, or by one POST with a duration (KUMOMTA.md 0)."""

    CLEAN = "clean"
    PLAIN = "plain"


# What a stop says and how long it holds unless the operator writes something else.
STOP_REASON = "stopped to look"
STOP_DURATION = "30m"

# It goes into the log record of every message, and with the names into a request of 2 MiB.
REASON_MOST = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A bounce as it is being written. Blank text in a criterion means "any".

    `names` are the raw names for Scope.EXACT; `duration` is text as typed; `hidden` is how many of the names
    the filter hides at the moment. `how` is None until the operator chooses: see `way_of`. `nodes` are the names
    of the nodes that it is meant for, empty for all targets; `continues` is the tag of the operation that it
    brings to further nodes, empty for none.
    """

    scope: Scope = Scope.MATCHING
    campaign: str = ""
    tenant: str = ""
    domain: str = ""
    routing_domain: str = ""
    names: tuple[str, ...] = ()
    hidden: int = 0
    reason: str = ""
    ticket: str = ""
    duration: str = "5m"
    suppress_logging: bool = False
    how: How | None = None
    nodes: tuple[str, ...] = ()
    continues: str = ""

    def criterion(self, part: Part) -> str:
        """The text of one criterion."""
        text: str = getattr(self, part.value)
        return text

    def with_criterion(self, part: Part, text: str) -> "Draft":
        """The draft with the text of one criterion."""
        values: dict[str, Any] = {part.value: text}
        return replace(self, **values)


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft after checking: the values that hold, and per field what does not.

    `reason` is with the ticket, as it is sent; `ticket` is None where none was given (see `Operation`). `problems`
    maps a field ("scope", "campaign", ..., "reason", "for") to words; `questions` the same for
    what is allowed but looks like a slip. `selector` and `duration_s` are None where they do not hold. `nodes` and
    `continues` as in `Draft`.
    """

    selector: Selector | None
    duration_s: int | None
    reason: str
    suppress_logging: bool
    problems: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    ticket: str | None = None
    nodes: tuple[str, ...] = ()
    continues: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands against a preview and its confirmation."""
        return not self.problems and self.selector is not None and self.duration_s is not None


def check_draft(draft: Draft, limits: ActSettings) -> Checked:
    """Check every field of the draft; a blank criterion never widens one that was given to everything."""
    problems: dict[str, str] = {}
    selector = _selector(draft, problems)
    duration = _duration(draft.duration, limits, problems)
    ticket = draft.ticket.strip() or None
    reason = joined_reason(draft.reason.strip(), ticket)
    if not draft.reason.strip():
        problems["reason"] = "A reason is needed; the senders' logs will show it."
    elif not reason.isprintable():
        problems["reason"] = "The reason holds control characters."
    elif len(reason) > REASON_MOST:
        problems["reason"] = f"The reason and its ticket are longer than {REASON_MOST} characters."
    return Checked(
        selector,
        duration,
        reason,
        draft.suppress_logging,
        problems,
        _questions(draft),
        ticket,
        draft.nodes,
        draft.continues,
    )


def selector_of(draft: Draft) -> Selector:
    """The selector of the draft. Raises InputError when nothing is selected or a value is only blanks."""
    if draft.scope is Scope.EVERYTHING:
        return Everything()
    if draft.scope is Scope.EXACT:
        return ExactQueues.of(draft.names)
    for part in Part:
        value = draft.criterion(part)
        if value and not value.strip():
            raise InputError(part.value, "only blanks.", "Empty the field to mean any.")
    return Criteria(
        campaign=draft.campaign or None,
        tenant=draft.tenant or None,
        domain=draft.domain or None,
        routing_domain=draft.routing_domain or None,
    )


def way_of(how: How | None, *, plain_is_exact: bool, clean_is_possible: bool) -> How:
    """How a bounce is done: as it was chosen, else clean where plain is not exact; plain where clean cannot be."""
    if not clean_is_possible:
        return How.PLAIN
    return how or (How.PLAIN if plain_is_exact else How.CLEAN)


def draft_again(operation: Operation, duration: str, nodes: Iterable[str] = ()) -> Draft:
    """The draft of an operation that waits, or that is wanted once more.

    A bare stop says neither why its mail should bounce nor how long new mail should be caught: there the reason
    is blank and `duration` stands. `nodes` are those that it is wanted on, empty for all targets. Raises
    InputError where fields cannot say the same selector.
    """
    draft = Draft(duration=duration, nodes=tuple(nodes))
    if operation.reason != STOP_REASON:
        draft = replace(
            draft,
            reason=operation.bare_reason,
            ticket=operation.ticket or "",
            duration=duration_text(operation.duration_s),
        )
    selector = operation.selector
    if isinstance(selector, ExactQueues):
        draft = replace(draft, scope=Scope.EXACT, names=tuple(sorted(selector.names)))
    elif isinstance(selector, Everything):
        draft = replace(draft, scope=Scope.EVERYTHING)
    else:
        for part, value in selector.given().items():
            draft = draft.with_criterion(part, value)
    if selector_of(draft) != selector:
        raise InputError("scope", "this selection cannot be written into the form.")
    return replace(draft, suppress_logging=operation.suppress_logging)


def checked_again(operation: Operation) -> Checked:
    """What an operation was checked to be when it began."""
    return Checked(
        operation.selector,
        operation.duration_s,
        operation.reason,
        operation.suppress_logging,
        ticket=operation.ticket,
    )


def lower_case_domain(draft: Draft) -> Draft:
    """The draft with its domain in lower case, as the server derives it (KUMOMTA.md 2.1)."""
    return replace(draft, domain=draft.domain.lower())


def _selector(draft: Draft, problems: dict[str, str]) -> Selector | None:
    try:
        selector = selector_of(draft)
    except InputError as error:
        problems[error.field] = str(error)
        return None
    if isinstance(selector, Criteria) and selector.domain and selector.domain != selector.domain.lower():
        problems["domain"] = (
            f"Never matches: the server's domains are lower case. Write {selector.domain.lower()}."
        )
    return selector


def _duration(text: str, limits: ActSettings, problems: dict[str, str]) -> int | None:
    try:
        seconds = parse_duration(text)
    except InputError as error:
        problems["for"] = str(error)
        return None
    cap = parse_duration(limits.max_duration)
    if seconds < 1:
        problems["for"] = "0 is no duration; at least 1s."
    elif seconds > cap:
        problems["for"] = f"{duration_text(seconds)} is over the limit of {duration_text(cap)} (act.max_duration)."
    return None if "for" in problems else seconds


def _questions(draft: Draft) -> Mapping[str, str]:
    if draft.scope is not Scope.MATCHING:
        return {}
    return {
        part.value: f"Begins or ends with a blank: {draft.criterion(part)!r}."
        for part in Part
        if draft.criterion(part).strip() and draft.criterion(part) != draft.criterion(part).strip()
    }
