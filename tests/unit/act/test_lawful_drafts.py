"""No edits lead to an unlawful request, and none to one without criteria but the choice of EVERYTHING."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kumo_tui.act.clean_requests import flush_body, stop_body, sweep_body
from kumo_tui.act.draft import (
    REASON_MOST,
    STOP_REASON,
    Draft,
    How,
    Scope,
    check_draft,
    draft_again,
    lower_case_domain,
)
from kumo_tui.act.requests import bounce_body, encode_body, scope_fields
from kumo_tui.act.suggest import live_values, suggest
from kumo_tui.config import ActSettings
from kumo_tui.errors import InputError
from kumo_tui.model.filtering import parse_filter
from kumo_tui.model.names import Part
from kumo_tui.model.operation import Operation
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.view import Row, ViewSpec
from tests.fakes import START
from tests.lawful import offences
from tests.unit.act.lawful_bodies import TAG, bodies
from tests.unit.act.worlds import node, snapshot

STANDING = {
    "promo:acme@yahoo.com": 50, "promo:@yahoo.com": 3, ":@yahoo.com": 2, "acme@aol.com": 20, "aol.com": 10, "": 1,
    "promo:zenith@gmail.com!relay": 7, "t@Yahoo.COM": 4, " : @d": 5, "t@x.com@d": 6, "a:b:t@d!r!s": 2, "!": 1,
    "e\u0301:\u202e@\x1b[2J": 3, "kt-7f3a2c.kumo-tui-guard.invalid": 9, "empty:t@d": 0,
}  # fmt: skip
SHOT = snapshot(node(counts=STANDING))
TABLE = SHOT.queues
VALUES = [
    *{value for part in Part for value in live_values(TABLE, part)},
    "",
    " ",
    "\t\n",
    "null",
    "None",
    "*",
    "\x00",
]
FILTERS = ["", "promo", "t=acme", "d=yahoo.com", "d=Yahoo.COM", "!promo", "~^p", "c= ", "nothing"]
DURATIONS = ["5m", "", "0s", "1s", "1M", "30d", "-1s", "1e30", "300", "0.5s", "18446744073709551615s", "1d"]
WORDS = ["", " ", "bad link", "[kt:000000]", "x" * REASON_MOST, "a\nb", STOP_REASON]


class Form(RuleBasedStateMachine):
    """The form as it is edited; `means_everything` is what the operator did, not what the draft says."""

    draft = Draft()
    means_everything = False

    @initialize(
        text=st.sampled_from(FILTERS),
        group=st.sampled_from([None, *Part]),
        key=st.sampled_from([None, "", "gone@long.ago", *STANDING, "promo", "acme", "Yahoo.COM", " "]),
        marks=st.frozensets(st.sampled_from([*STANDING, "gone@long.ago"]), max_size=3),
    )
    def open_it(self, text: str, group: Part | None, key: str | None, marks: frozenset[str]) -> None:
        spec = ViewSpec(filter=parse_filter(text), group=group)
        self.draft = suggest(SHOT, spec, Row(key, 1, 1), marks)
        self.means_everything = False

    @rule(scope=st.sampled_from(Scope))
    def choose_scope(self, scope: Scope) -> None:
        if scope is Scope.EXACT and not self.draft.names:
            return
        self.draft = replace(self.draft, scope=scope)
        self.means_everything = scope is Scope.EVERYTHING

    @rule(part=st.sampled_from(Part), text=st.sampled_from(VALUES) | st.text(max_size=4))
    def write(self, part: Part, text: str) -> None:
        self.draft = self.draft.with_criterion(part, text)

    @rule()
    def blank_all(self) -> None:
        self.draft = replace(self.draft, campaign="", tenant="", domain="", routing_domain="")

    @rule(names=st.lists(st.sampled_from(sorted(STANDING)), max_size=3).map(tuple))
    def take_exact(self, names: tuple[str, ...]) -> None:
        self.draft, self.means_everything = replace(self.draft, scope=Scope.EXACT, names=names), False

    @rule(reason=st.sampled_from(WORDS), ticket=st.sampled_from(["", "#4711", "\t", "x" * REASON_MOST]))
    def say_why(self, reason: str, ticket: str) -> None:
        self.draft = replace(self.draft, reason=reason, ticket=ticket)

    @rule(text=st.sampled_from(DURATIONS))
    def say_how_long(self, text: str) -> None:
        self.draft = replace(self.draft, duration=text)

    @rule(quiet=st.booleans(), how=st.sampled_from([None, *How]))
    def tick(self, quiet: bool, how: How | None) -> None:
        self.draft = replace(self.draft, suppress_logging=quiet, how=how)

    @rule()
    def lower_case(self) -> None:
        self.draft = lower_case_domain(self.draft)

    @rule()
    def complete_and_renew(self) -> None:
        """What was sent is offered again: by `b` on an operation, or after its end."""
        checked = check_draft(replace(self.draft, reason="bad link", duration="5m"), ActSettings())
        if checked.selector is None or checked.duration_s is None:
            return
        sent = Operation(
            TAG, checked.selector, checked.reason, 300, checked.suppress_logging, "eve", START, "digest", ()
        )
        with contextlib.suppress(InputError):
            self.draft = draft_again(sent, "5m")
            assert check_draft(self.draft, ActSettings()).selector == checked.selector

    @invariant()
    def nothing_unlawful_leaves(self) -> None:
        for draft in (self.draft, replace(self.draft, reason="bad link", ticket="", duration="5m")):
            for method, path, body in bodies(check_draft(draft, ActSettings()), TABLE):
                assert offences(method, path, encode_body(body), everything=self.means_everything) == []

    @invariant()
    def what_was_written_narrows_and_nothing_else_does(self) -> None:
        selector = check_draft(self.draft, ActSettings()).selector
        if selector is None:
            return
        assert isinstance(selector, Everything) is self.means_everything
        if isinstance(selector, Criteria):
            written = {part: self.draft.criterion(part) for part in Part if self.draft.criterion(part)}
            assert selector.given() == written


TestForm = Form.TestCase
TestForm.settings = settings(derandomize=True, deadline=None, max_examples=120, stateful_step_count=25)


class _NoSelector:
    """What is none of the three selectors, though it looks like one."""

    names: frozenset[str] = frozenset()

    def given(self) -> dict[Part, str]:
        return {}


def _emptied(kind: type[Criteria] | type[ExactQueues]) -> Selector:
    """A selector that was emptied behind its own back."""
    made: Selector = object.__new__(kind)
    for field in kind.__slots__:
        object.__setattr__(made, field, frozenset() if field == "names" else None)
    return made


@pytest.mark.parametrize("scope", [None, "", (), {}, _NoSelector(), _emptied(Criteria), _emptied(ExactQueues)])
def test_what_narrows_nothing_makes_no_body(scope: Selector) -> None:
    with pytest.raises(ValueError, match="everything"):
        scope_fields(scope, TAG)
    with pytest.raises(ValueError, match="everything"):
        bounce_body(scope, "bad link", 60, TAG)
    with pytest.raises(ValueError, match="everything"):
        sweep_body(scope, "bad link", TAG, suppress_logging=False)
    with pytest.raises(ValueError, match=r"everything|exact names"):
        stop_body(scope, (), "bad link", 60, TAG)


def test_everything_is_neither_swept_nor_stopped_nor_flushed() -> None:
    with pytest.raises(ValueError, match="everything"):
        sweep_body(Everything(), "bad link", TAG, suppress_logging=False)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ValueError, match="exact names"):
        stop_body(Everything(), (), "bad link", 60, TAG)
    with pytest.raises(ValueError, match="flush of everything"):
        flush_body({}, "bad link", TAG)


@pytest.mark.parametrize("seconds", [0, -1, 30 * 86400 + 1])
def test_a_stop_of_no_time_or_of_too_much_makes_no_body(seconds: int) -> None:
    with pytest.raises(ValueError, match=r"one second|30 days"):
        stop_body(Criteria(campaign="promo"), (), "bad link", seconds, TAG)


@pytest.mark.parametrize(("length", "is_ready"), [(REASON_MOST - 6, True), (REASON_MOST - 5, False)])
def test_a_reason_with_its_ticket_has_a_longest_length(length: int, is_ready: bool) -> None:
    checked = check_draft(Draft(campaign="promo", reason="x" * length, ticket="#4711"), ActSettings())
    assert checked.is_ready is is_ready
    assert is_ready or "500 characters" in checked.problems["reason"]
