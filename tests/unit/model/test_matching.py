"""Matching agrees with the simulator's own, which shares no code: names, selectors, and what really bounces."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kumo_tui.act.requests import bounce_body
from kumo_tui.model.names import format_name, parse_name
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.node.client import NodeClient
from kumo_tui.sim import Fleet, ManualClock, parse_scenario
from kumo_tui.sim.engine import names as theirs
from kumo_tui.sim.engine.directives import Criteria as TheirCriteria
from tests.stage import StageClock

# The two spellings of the accented letter, both cases of one, blanks, what is no letter, a byte that is no UTF-8.
LETTERS = "abAé\u0301e \t\u200b\u202e\x00\x1b\"'\\ß\u0130日\udcff"
SEPARATORS = "@:!"
GUARD = "kt-7f3a2c.kumo-tui-guard.invalid"

parts = (
    st.none() | st.text(LETTERS + SEPARATORS, max_size=3) | st.sampled_from(["acme", "Acme", "yahoo.com", GUARD])
)
written = st.builds(
    lambda campaign, tenant, domain, routing: theirs.compose(campaign, tenant, domain or "", routing),
    *[parts] * 4,
)
names = st.one_of(
    written,
    st.text(LETTERS + SEPARATORS, max_size=10),
    st.sampled_from(
        ["", "@", ":", "!", ":@!", "::@@!!", "[IPv6:::1]", "t@x.com@d", "a:b:t@d", "c:@d", "d!r!s", "@d:25"]
    ),
)
criteria = (
    st.tuples(*[parts] * 4)
    .filter(lambda values: any(value is not None for value in values))
    .map(lambda values: Criteria(*values))
)


@st.composite
def selectors_of(draw: st.DrawFn, standing: Mapping[str, int]) -> Selector:
    """A selector that often means some of these queues: by parts of theirs, some left out, some of another."""
    one = theirs.parse(draw(st.sampled_from(sorted(standing))))
    kept = [value if draw(st.booleans()) else None for value in one]
    if any(value is not None for value in kept) and draw(st.booleans()):
        return Criteria(*kept)
    exact = st.frozensets(st.sampled_from(sorted(standing)) | names, min_size=1, max_size=4).map(ExactQueues)
    return draw(criteria | exact | st.just(Everything()))


def their(selector: Selector) -> TheirCriteria:
    if isinstance(selector, ExactQueues):
        return TheirCriteria(domain=GUARD, queue_names=selector.names)
    if isinstance(selector, Everything):
        return TheirCriteria()
    return TheirCriteria(selector.campaign, selector.tenant, selector.domain, selector.routing_domain)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(names)
def test_a_name_is_split_and_written_as_the_server_does(name: str) -> None:
    assert tuple(parse_name(name)) == tuple(theirs.parse(name))
    assert format_name(parse_name(name)) == theirs.compose(*theirs.parse(name))


@settings(derandomize=True, deadline=None, max_examples=600)
@given(names, criteria)
@example("c:@d", Criteria(tenant=""))
@example("d", Criteria(tenant=""))
@example("t@d!", Criteria(routing_domain=""))
@example("t@D", Criteria(domain="d"))
@example("e\u0301@d", Criteria(tenant="é"))
@example("t@d!r", Criteria(domain="d!r"))
def test_a_queue_is_meant_by_criteria_when_it_is_on_the_server(name: str, wanted: Criteria) -> None:
    assert wanted.matches(name) is their(wanted).matches(name)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.dictionaries(names, st.integers(0, 5), min_size=1, max_size=12).flatmap(
    lambda standing: st.tuples(st.just(standing), selectors_of(standing))
))  # fmt: skip
def test_a_table_selects_what_each_name_says_and_what_the_server_means(
    world: tuple[dict[str, int], Selector],
) -> None:
    standing, selector = world
    chosen = QueueTable.of(standing).select(selector).as_counts()
    assert chosen == {name: count for name, count in standing.items() if selector.matches(name)}
    assert chosen == {name: count for name, count in standing.items() if their(selector).matches(name)}
    if isinstance(selector, Criteria):
        assert QueueTable.of(standing).holds(selector) is bool(chosen)


def bounced(standing: Mapping[str, int], selector: Selector) -> Mapping[str, int]:
    """What a simulated server bounces by the request for this selector, which its client sends."""
    time = ManualClock()
    scenario = '[[node]]\nname = "mta1"\nversion = "2026.06.23-f3af1cd0"\n'
    node = Fleet(parse_scenario(scenario, "matching.toml"), clock=time).nodes["mta1"]
    for name, count in standing.items():
        node.engine.stand(name, count, node.engine.now, 1, node.engine.now + 86_400)
    client = NodeClient(
        "mta1", "http://mta1:8000", clock=StageClock(time), transport=httpx.ASGITransport(node.app)
    )

    async def ask() -> None:
        await client.post_bounce(bounce_body(selector, "bad link", 60, "7F3A2C"))
        await client.aclose()

    asyncio.run(ask())
    time.advance(5.0)
    node.catch_up()
    return {name: tally.bounced for name, tally in node.tally.items() if tally.bounced}


@pytest.mark.odd_bodies
@settings(derandomize=True, deadline=None, max_examples=120)
@given(st.dictionaries(
    names.filter(lambda name: "\udcff" not in name), st.integers(1, 5), min_size=1, max_size=8
).flatmap(
    lambda standing: st.tuples(st.just(standing), selectors_of(standing))
))  # fmt: skip
def test_what_the_server_bounces_is_what_the_preview_counted(world: tuple[dict[str, int], Selector]) -> None:
    standing, selector = world
    if any("\udcff" in text for text in _texts(selector)):
        return
    assert bounced(standing, selector) == QueueTable.of(standing).select(selector).as_counts()


def _texts(selector: Selector) -> list[str]:
    if isinstance(selector, ExactQueues):
        return list(selector.names)
    return list(selector.given().values()) if isinstance(selector, Criteria) else []
