"""The ledger: marks that never fall, and progress in three parts."""

from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.ledger import LISTED, Ledger, combined
from kumo_tui.model.selector import Criteria, Everything

PROMO = Criteria(campaign="promo")
YAHOO, GMAIL, OTHER = "promo:acme@yahoo.com", "promo:acme@gmail.com", "news:zenith@yahoo.com"
BASELINE = {YAHOO: 100, GMAIL: 10}


def test_progress_has_three_parts() -> None:
    ledger = Ledger(PROMO, BASELINE).record("id", {YAHOO: 60, GMAIL: 14})
    progress = ledger.progress
    assert (progress.baseline, progress.bounced) == (110, 74)
    assert (progress.from_baseline, progress.beyond, progress.remaining) == (70, 4, 40)


def test_totals_known_at_once_are_told_apart_as_those_of_readings_are() -> None:
    ledger = Ledger(PROMO, BASELINE, {"id": {YAHOO: 60, GMAIL: 14, OTHER: 120}})
    progress = ledger.progress
    assert (progress.bounced, progress.collateral) == (74, 120)
    assert (progress.from_baseline, progress.beyond, progress.remaining) == (70, 4, 40)


def test_a_queue_of_no_baseline_is_beyond_it() -> None:
    ledger = Ledger(PROMO, {}).record("id", {YAHOO: 197})
    assert (ledger.progress.beyond, ledger.progress.remaining) == (197, 0)
    assert ledger.rows[0].baseline is None


def test_totals_that_fall_take_nothing_away() -> None:
    ledger = Ledger(PROMO, BASELINE).record("id", {YAHOO: 60}).record("id", {YAHOO: 3, GMAIL: 1}).record("id", {})
    assert ledger.bounced == {YAHOO: 60, GMAIL: 1}


def test_a_replacement_counts_from_zero_and_is_added() -> None:
    ledger = Ledger(PROMO, BASELINE).record("old", {YAHOO: 60}).record("new", {YAHOO: 5})
    assert ledger.bounced[YAHOO] == 65


def test_a_reading_without_news_is_the_same_ledger() -> None:
    ledger = Ledger(PROMO, BASELINE).record("id", {YAHOO: 60})
    assert ledger.record("id", {YAHOO: 60}) is ledger


def test_what_the_selector_does_not_match_is_collateral_and_no_progress() -> None:
    ledger = Ledger(PROMO, BASELINE).record("id", {YAHOO: 5, OTHER: 120, "other": 0})
    assert ledger.collateral == {OTHER: 120}
    assert (ledger.progress.collateral, ledger.progress.collateral_queues) == (120, 1)
    assert (ledger.progress.bounced, ledger.progress.beyond) == (5, 0)
    assert OTHER not in [row.name for row in ledger.rows]


def test_everything_has_no_collateral() -> None:
    assert Ledger(Everything(), {}).record("id", {OTHER: 1}).collateral == {}


def test_the_largest_queues_come_first() -> None:
    ledger = Ledger(PROMO, {**BASELINE, "promo:a@a": 10}).record("id", {"promo:x@x": 50})
    assert [row.name for row in ledger.rows] == [YAHOO, "promo:x@x", "promo:a@a", GMAIL]


def test_nodes_are_summed_by_queue_and_beyond_never_fills_up_another_queue() -> None:
    first = Ledger(PROMO, {YAHOO: 10}).record("a", {YAHOO: 10, OTHER: 1})
    second = Ledger(PROMO, {YAHOO: 5, GMAIL: 5}).record("b", {YAHOO: 4})
    both = combined([first, second])
    assert both.baseline == {YAHOO: 15, GMAIL: 5}
    assert both.bounced == {YAHOO: 14, OTHER: 1}
    assert both.progress.remaining == 6
    assert combined([first]) is first


TOTALS = st.dictionaries(st.sampled_from([YAHOO, GMAIL, OTHER, "promo:x@x"]), st.integers(0, 50))


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), TOTALS), max_size=8), TOTALS)
def test_whatever_is_read_marks_never_fall_and_the_parts_add_up(
    readings: list[tuple[str, dict[str, int]]], baseline: dict[str, int]
) -> None:
    ledger = Ledger(PROMO, {name: count for name, count in baseline.items() if PROMO.matches(name)})
    for directive_id, totals in readings:
        before = dict(ledger.bounced)
        ledger = ledger.record(directive_id, totals)
        assert all(ledger.bounced[name] >= count for name, count in before.items())
    progress, rows = ledger.progress, ledger.rows
    assert progress.from_baseline + progress.remaining == progress.baseline
    assert progress.from_baseline + progress.beyond == progress.bounced
    assert progress.bounced + progress.collateral == sum(ledger.bounced.values())
    assert progress.remaining == sum(row.remaining for row in rows)
    assert progress.from_baseline == sum(row.from_baseline for row in rows)
    assert progress.beyond == sum(row.beyond for row in rows)


@given(
    st.dictionaries(st.sampled_from(["promo:a@x", "promo:b@x", "promo:c@y"]), st.integers(0, 9)),
    st.lists(
        st.tuples(
            st.sampled_from(["one", "two"]),
            st.dictionaries(
                st.sampled_from(["promo:a@x", "promo:b@x", "news:a@x", "news:b@y"]), st.integers(0, 9)
            ),
        ),
        max_size=6,
    ),
)
def test_sums_carried_from_reading_to_reading_are_those_of_the_marks(
    baseline: dict[str, int], readings: list[tuple[str, dict[str, int]]]
) -> None:
    ledger = Ledger(Criteria(campaign="promo"), baseline)
    for directive_id, totals in readings:
        ledger = ledger.record(directive_id, totals)
        anew = Ledger(ledger.selector, baseline, ledger.marks)
        assert (ledger.progress, ledger.collateral) == (anew.progress, anew.collateral)


PROMO_OR_NEWS = st.sampled_from(["promo:a@x", "promo:b@x", "news:a@x"])


def test_the_same_totals_again_leave_the_ledger_as_it_is() -> None:
    ledger = Ledger(Criteria(campaign="promo"), {"promo:a@x": 3}).record("one", {"promo:a@x": 1})
    assert ledger.record("one", {"promo:a@x": 1}) is ledger
    assert ledger.record("one", {}) is ledger
    assert ledger.record("one", {"promo:a@x": 2}) is not ledger


def test_ledgers_of_several_nodes_are_summed_once_while_none_of_them_changes() -> None:
    first, second = (Ledger(Criteria(campaign="promo"), {"promo:a@x": count}) for count in (3, 4))
    both = combined([first, second])
    assert combined([first, second]) is both
    assert combined([first, second.record("one", {"promo:a@x": 1})]).progress.bounced == 1


def test_of_many_queues_the_largest_are_found_without_the_others() -> None:
    baseline = {f"promo:a@host{number}": number % 700 for number in range(3000)}
    ledger = Ledger(Criteria(campaign="promo"), baseline).record("one", {"promo:a@new": 9000, "news:b@x": 9000})
    assert ledger.largest == ledger.rows[:LISTED]
    assert ledger.largest[0].name == "promo:a@new"
    assert ledger.queues == len(ledger.rows) == 3001


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(["one", "two"]), st.dictionaries(PROMO_OR_NEWS, st.integers(0, 9))
        ),
        max_size=8,
    )
)
def test_a_sum_over_nodes_goes_on_from_the_sum_before_and_an_older_one_stays_as_it_was(
    readings: list[tuple[int, str, dict[str, int]]],
) -> None:
    ledgers = [Ledger(Criteria(campaign="promo"), {"promo:a@x": count}) for count in (3, 4, 5)]
    seen = [list(ledgers)]
    for node, directive_id, totals in readings:
        ledgers[node] = ledgers[node].record(directive_id, totals)
        seen.append(list(ledgers))
        combined(ledgers)
    for several in seen[::-1]:
        marks = {f"node {number}": ledger.bounced for number, ledger in enumerate(several)}
        anew = Ledger(several[0].selector, {"promo:a@x": 12}, marks)
        together = combined(several)
        assert together.bounced == anew.bounced
        assert (together.progress, together.collateral) == (anew.progress, anew.collateral)
