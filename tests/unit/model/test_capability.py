"""What a node can do decides which acts are offered; what it does not tell, it cannot do."""

import pytest

from kumo_tui.model.capability import Capability, remembers_lookups
from kumo_tui.model.names import Part


def capability(
    version: str = "2026.06.23-f3af1cd0", bounce: str = "", suspend: str = "", paths: str = ""
) -> Capability:
    return Capability(
        version, frozenset(bounce.split()), True, frozenset(suspend.split()), frozenset(paths.split())
    )


def test_exact_queues_need_the_field_and_a_server_that_forbids_unknown_ones() -> None:
    assert capability(bounce="queue_names").exact_bounce
    assert not capability(bounce="domain").exact_bounce
    lax = Capability("2024.11.08-x", frozenset({"queue_names"}), False, frozenset(), frozenset())
    assert not lax.exact_bounce


def test_a_stop_of_exact_queues_needs_the_field() -> None:
    assert capability(suspend="queue_names").exact_stop
    assert not capability(bounce="queue_names").exact_stop


def test_a_stop_is_narrowed_only_by_parts_that_the_node_lists() -> None:
    listed = capability(suspend="campaign tenant reason queue_names")
    assert listed.can_stop([Part.CAMPAIGN])
    assert listed.can_stop([Part.CAMPAIGN, Part.TENANT])
    assert not listed.can_stop([Part.CAMPAIGN, Part.DOMAIN])


def test_a_stop_is_never_narrowed_by_routing_domain_whatever_the_node_lists() -> None:
    listed = capability(suspend="campaign tenant domain routing_domain")
    assert listed.can_stop([Part.DOMAIN])
    assert not listed.can_stop([Part.ROUTING_DOMAIN])
    assert not listed.can_stop(Part)


def test_a_build_without_suspension_cannot_stop_anything() -> None:
    assert not capability().can_stop([])
    assert not capability().can_stop([Part.TENANT])


def test_what_a_node_lists_is_what_it_has() -> None:
    full = capability(
        bounce="routing_domain",
        paths="/api/machine-info /api/admin/inspect-sched-q/v1 /api/admin/inspect-ready-q/v1 /api/admin/rebind/v1",
    )
    assert full.routing_domain
    assert full.has_machine_info
    assert full.inspects_queues
    assert full.inspects_ready
    assert full.can_flush
    bare = capability()
    assert not (bare.routing_domain or bare.has_machine_info)
    assert not (bare.inspects_queues or bare.inspects_ready or bare.can_flush)


@pytest.mark.parametrize(
    ("version", "remembers"),
    [
        ("2025.01.29-833f82a8", False),
        ("2025.03.19-1d3f1f67", False),
        ("2025.05.06-b29689af", True),
        ("2026.08.04-3ebc1e85", True),
        ("2025.05.06", True),
        ("UNKNOWN-abc", True),
        ("", True),
        (None, True),
        ("2025.03.1", True),
    ],
)
def test_the_defects_came_with_one_release_and_unknown_versions_count_as_having_them(
    version: str | None, remembers: bool
) -> None:
    assert remembers_lookups(version) is remembers
    if version is not None:
        assert capability(version).remembers_lookups is remembers


@pytest.mark.parametrize(
    ("version", "fits"), [(None, True), ("2026.06.23-x", True), ("2026.06.23-y", False), ("", False)]
)
def test_a_description_is_that_of_a_node_which_runs_its_version(version: str | None, fits: bool) -> None:
    described = Capability("2026.06.23-x", frozenset(), True, frozenset(), frozenset())
    assert described.describes(version) is fits
