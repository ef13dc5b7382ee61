"""Whatever is bounced, stopped, released and flushed on a simulated node: lawful requests, and meant hits."""

import asyncio
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.errors import Refused
from kumo_tui.model.operation import Operation
from kumo_tui.sim import parse_scenario
from tests.clean_world import World
from tests.lawful import offences

SCENARIO = """
[[node]]
name = "mta1"
version = "{version}"
log = true

[[node.standing]]
queues = [
  "one:s1@a.example", "two:s1@a.example", "one:s2@a.example", "s1@b.example!relay", "b.example", "two:@b.example"
]
messages = 6
due_in = [86400, 86400]
"""
NEW, WITHOUT_NAMES, OLD = "2026.06.23-f3af1cd0", "2025.03.19-1d3f1f67", "2024.11.08-d383b033"
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "campaign": st.sampled_from(["one", "two", "One", "nobody"]),
        "tenant": st.sampled_from(["s1", "s2"]),
        "domain": st.sampled_from(["a.example", "b.example"]),
        "routing_domain": st.just("relay"),
    },
).filter(bool)
QUEUES = ["one:s1@a.example", "s1@b.example!relay", "b.example", "two:@b.example", "gone@long.ago"]
DRAFTS = st.one_of(
    PARTS.map(lambda parts: Draft(**parts)),
    st.lists(st.sampled_from(QUEUES), min_size=1, unique=True).map(
        lambda names: Draft(scope=Scope.EXACT, names=tuple(names))
    ),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plain"), DRAFTS),
        st.tuples(st.just("clean"), DRAFTS),
        st.tuples(st.just("stop"), DRAFTS),
        st.tuples(
            st.sampled_from(["end", "end and flush", "cancel", "restart", "play", "mail"]), st.just(Draft())
        ),
    ),
    min_size=5,
    max_size=8,
)


class Operator:
    """Does one thing after the other to a world, and keeps what it began."""

    def __init__(self, version: str) -> None:
        self.world = World(parse_scenario(SCENARIO.format(version=version), "lawful.toml"))
        self.began: list[Operation] = []
        self.meant: set[str] = set()

    async def take(self, step: str, draft: Draft) -> None:
        world = self.world
        given = Draft(**{**_fields(draft), "reason": "bad link", "duration": "20s"})
        if step in ("plain", "clean", "stop"):
            await world.poll()
            wanted = world.confirmed(given)
            with contextlib.suppress(Refused):
                if step == "plain":
                    self.began.append(await world.acts.bounce(wanted))
                elif step == "clean":
                    self.began.append(await world.bounce(given))
                else:
                    self.began.append(await world.stop(given))
                selector = wanted.preview.selector
                self.meant |= (
                    {name for name in world.node.tally if selector.matches(name)} if step != "stop" else set()
                )
        elif step == "mail":
            for name in QUEUES[:-1]:
                world.node.inject(name, 1)
        elif step == "restart":
            world.node.restart()
        elif step.startswith("end") and self.began:
            await world.acts.clean.end(self.began[-1].tag, flush="flush" in step)
        elif step == "cancel" and self.began and self.began[-1].acts[0].id:
            await world.acts.cancel("mta1", self.began[-1].acts[0].id)
        await world.play(4.0)

    def hit(self) -> set[str]:
        return {name for name, tally in self.world.node.tally.items() if tally.bounced}


def _fields(draft: Draft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in Draft.__slots__}


@pytest.mark.parametrize("version", [NEW, WITHOUT_NAMES, OLD])
def test_all_that_leaves_is_lawful_and_a_clean_bounce_hits_no_queue_that_was_not_meant(version: str) -> None:
    left = bounced = 0

    @settings(derandomize=True, deadline=None, max_examples=6)
    @given(STEPS)
    def holds(steps: list[tuple[str, Draft]]) -> None:
        operator = Operator(version)

        async def take_all() -> None:
            await operator.world.poll()
            for step, draft in steps:
                await operator.take(step, draft)
            await operator.world.play(30.0)
            await operator.world.acts.clean.stop_running()

        asyncio.run(take_all())
        nonlocal left, bounced
        asked = [each for each in operator.world.node.requests if each.method != "GET"]
        assert [words for each in asked for words in offences(each.method, each.path, each.body)] == []
        if all(step != "plain" for step, _draft in steps):
            assert operator.hit() <= operator.meant
        left, bounced = left + len(asked), bounced + len(operator.hit())

    holds()
    assert left > 5
    assert bounced > 2
