"""Which entry a look-up finds, what replaces what, and the defects of the index (KUMOMTA.md 2.1 to 2.3)."""

import pytest

from kumo_tui.sim.engine.directives import Criteria, Entry, Index

QUEUE = "c:t@d!r"


def _index(*wanted: Criteria, all_four_found: bool = False, outlives: bool = True) -> Index:
    index = Index(match_all_outlives_its_end=outlives, all_four_found=all_four_found)
    for place, criteria in enumerate(wanted):
        index.insert(Entry(f"id-{place}", criteria, "why", 100.0))
    return index


def _found(index: Index, queue: str = QUEUE, now: float = 0.0) -> str | None:
    entry = index.find(queue, now)
    return entry.id if entry else None


LEVELS = [
    Criteria(),
    Criteria("c", "t", "d", "r", frozenset({QUEUE})),
    Criteria(queue_names=frozenset({QUEUE, "other"})),
    Criteria(campaign="c", tenant="t", domain="d"),
    Criteria(tenant="t", domain="d"),
    Criteria(domain="d"),
    Criteria(campaign="c"),
]


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_the_higher_level_wins_whatever_the_order_of_insertion(level: int) -> None:
    index = _index(*reversed(LEVELS[level:]))
    assert _found(index) == f"id-{len(LEVELS) - level - 1}"


def test_null_matches_absent_parts_and_a_value_never_does() -> None:
    assert Criteria(domain="d").matches("d")
    assert not Criteria(tenant="t").matches("d")
    assert Criteria(tenant="").matches("c:@d")
    assert not Criteria(tenant="").matches("d")
    assert not Criteria(domain="D").matches("d")
    assert not Criteria(domain="r").matches("d!r")


def test_queue_names_rule_alone_but_stay_part_of_the_identity() -> None:
    names = frozenset({"t@d"})
    guarded = Criteria(domain="guard.invalid", queue_names=names)
    assert guarded.matches("t@d")
    assert not guarded.matches("x@guard.invalid")
    assert not Criteria(queue_names=frozenset({""})).matches("t@d")
    index = _index(guarded, Criteria(domain="other.invalid", queue_names=names))
    assert len(index.listed(0.0)) == 2


def test_same_criteria_replace_and_the_old_id_is_gone() -> None:
    index = _index(Criteria(campaign="c"), Criteria(campaign="c"))
    assert [entry.id for entry in index.listed(0.0)] == ["id-1"]
    assert not index.remove("id-0")
    assert index.remove("id-1")


def test_all_four_criteria_miss_live_lookups_since_2025_12_02() -> None:
    four = Criteria("c", "t", "d", "r")
    assert four.matches(QUEUE)
    assert _found(_index(four)) is None
    assert _found(_index(four, all_four_found=True)) == "id-0"


def test_an_expired_match_all_lives_until_the_list_is_read() -> None:
    index = _index(Criteria())
    assert _found(index, now=101.0) == "id-0"
    assert index.listed(101.0) == []
    assert _found(index, now=101.0) is None


def test_an_expired_match_all_ends_in_time_on_versions_without_the_defect() -> None:
    assert _found(_index(Criteria(), outlives=False), now=101.0) is None


def test_ten_thousand_lookups_prune_as_reading_does() -> None:
    index = _index(Criteria())
    assert all(index.find(QUEUE, 101.0) for _ in range(10_000))
    assert index.find(QUEUE, 101.0) is None


def test_other_expired_entries_are_found_no_more() -> None:
    assert _found(_index(Criteria(domain="d")), now=101.0) is None


def test_the_generation_moves_with_every_change() -> None:
    index = _index(Criteria(domain="d"))
    seen = [index.generation]
    index.insert(Entry("x", Criteria(domain="e"), "why", 50.0))
    seen.append(index.generation)
    index.listed(10.0)
    assert index.generation == seen[-1]
    index.listed(60.0)
    seen.append(index.generation)
    index.remove("id-0")
    seen.append(index.generation)
    assert seen == sorted(set(seen))
