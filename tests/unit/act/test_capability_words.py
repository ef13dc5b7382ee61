"""What a node can do in words: the same for the doctor and for the dashboard."""

from dataclasses import replace

import pytest

from kumo_tui.act.capability_words import abilities, can_words, cannot_words, feeders_words, plain_bounce
from kumo_tui.model.capability import Capability

BARE = Capability("2026.06.23-f3af1cd0", frozenset(), False, frozenset(), frozenset())
ABLE = Capability(
    "2026.06.23-f3af1cd0",
    frozenset({"campaign", "queue_names"}),
    True,
    frozenset({"campaign", "tenant", "domain", "queue_names"}),
    frozenset({"/api/admin/inspect-sched-q/v1", "/api/admin/rebind/v1", "/api/machine-info"}),
)


def test_everything_is_either_there_or_missing() -> None:
    assert all(abilities(ABLE).values())
    assert not any(abilities(BARE).values())
    assert cannot_words(ABLE) == ""
    assert can_words(BARE) == "bounce by criteria only"
    assert can_words(ABLE) == cannot_words(BARE)


def test_an_exact_bounce_needs_a_request_that_refuses_unknown_fields() -> None:
    lax = replace(ABLE, bounce_is_strict=False)
    assert cannot_words(lax) == "exact bounce"
    assert "exact stop" in can_words(lax)


def test_who_feeds_a_ready_queue_is_told_or_not() -> None:
    assert feeders_words(ABLE).startswith("it does not tell")
    tells = replace(ABLE, paths=ABLE.paths | {"/api/admin/inspect-ready-q/v1"})
    assert feeders_words(tells) == "it tells which queues feed a ready queue"


@pytest.mark.parametrize("version", ["2025.05.06-b29689af", "2026.06.23-f3af1cd0", "unknown", None])
def test_releases_with_the_defects_and_unknown_ones_are_not_exact(version: str | None) -> None:
    plain = plain_bounce(version, ABLE)
    assert not plain.is_exact and not plain.by_setting
    assert plain.next_step == "Bounce clean there, as is the default."
    assert plain_bounce(version, BARE).next_step == "It has no stops, so no clean bounce either."
    assert plain_bounce(version, None).next_step == "Whether it can stop mail is not known."


def test_older_releases_are_exact_and_the_setting_is_stronger_than_either() -> None:
    assert plain_bounce("2024.11.08-d383b033", BARE).is_exact
    for version in ("2024.11.08-d383b033", "2026.06.23-f3af1cd0"):
        for setting in (True, False):
            plain = plain_bounce(version, ABLE, setting)
            assert (plain.is_exact, plain.by_setting, plain.next_step) == (setting, True, "")
            assert plain.why.endswith("by the setting act.plain_is_exact")
