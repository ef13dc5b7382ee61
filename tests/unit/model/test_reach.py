"""How far one selector reaches into another, against the simulator's own matcher."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kumo_tui.model.queues import QueueTable
from kumo_tui.model.reach import Reach, messages_reached, reach
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.sim.engine.directives import Criteria as SimCriteria
from kumo_tui.sim.engine.names import compose

# Few values, so that selectors meet; "" is a value like any other.
VALUES = ("a", "b", "")
PART = st.one_of(st.none(), st.sampled_from(VALUES))
NAMES = st.builds(compose, PART, PART, st.sampled_from(VALUES), PART)
CRITERIA = st.tuples(PART, PART, PART, PART).filter(lambda parts: set(parts) != {None})
SELECTORS: "st.SearchStrategy[Selector]" = st.one_of(
    CRITERIA.map(lambda parts: Criteria(*parts)),
    st.frozensets(NAMES, min_size=1, max_size=4).map(ExactQueues),
    st.just(Everything()),
)
EVERY_NAME = sorted(
    {
        compose(campaign, tenant, domain, routing)
        for campaign in (None, *VALUES)
        for tenant in (None, *VALUES)
        for domain in VALUES
        for routing in (None, *VALUES)
    }
)


def meant(selector: Selector, names: list[str]) -> set[str]:
    """The names that the server would take, by the simulator's matcher."""
    if isinstance(selector, ExactQueues):
        theirs = SimCriteria(queue_names=selector.names)
    elif isinstance(selector, Criteria):
        theirs = SimCriteria(selector.campaign, selector.tenant, selector.domain, selector.routing_domain)
    else:
        theirs = SimCriteria()
    return {name for name in names if theirs.matches(name)}


@settings(max_examples=300, deadline=None)
@given(SELECTORS, SELECTORS, st.frozensets(NAMES, max_size=8))
def test_the_words_hold_for_every_name_that_the_servers_matcher_takes(
    other: Selector, selector: Selector, standing: frozenset[str]
) -> None:
    table = QueueTable.of(dict.fromkeys(sorted(meant(selector, sorted(standing))), 1))
    ours, theirs = meant(selector, EVERY_NAME), meant(other, EVERY_NAME)
    found = reach(other, selector, table)
    if found is Reach.ALL:
        assert ours <= theirs
    elif found is Reach.PART:
        assert ours & theirs
    else:
        assert not theirs & set(table.names)
        assert not theirs <= ours or not theirs
        assert not ours <= theirs or not ours
    assert messages_reached(other, table) == len(theirs & set(table.names))


def test_a_wider_one_takes_all_a_narrower_one_part_and_one_beside_it_nothing() -> None:
    nothing = QueueTable.of({})
    narrow, wide = Criteria("promo", "acme"), Criteria("promo")
    assert reach(wide, narrow, nothing) is Reach.ALL
    assert reach(narrow, wide, nothing) is Reach.PART
    assert reach(Criteria(tenant="acme"), wide, nothing) is Reach.NONE
    assert reach(Criteria(tenant="acme"), wide, QueueTable.of({"promo:acme@x": 1})) is Reach.PART
