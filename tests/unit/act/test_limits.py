"""The limits of a bounce: what counts, which one holds, and what is asked for or refused above it."""

from typing import Any

import pytest

from kumo_tui.act.clean_rules import clean_refusals
from kumo_tui.act.limits import Demands, Limits, limits_of
from kumo_tui.act.preview import take_preview
from kumo_tui.act.rules import refusals
from kumo_tui.act.token import confirm_token
from kumo_tui.config import ActSettings, Settings
from kumo_tui.model.selector import Criteria, Everything, Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.profiles import NodeSettings, ProfileSettings
from tests.unit.act.house import DRAFT, House, posts
from tests.unit.act.worlds import node, snapshot

PROMO = Criteria(campaign="promo")
NODES = (NodeSettings(url="http://mta1:8000", name="mta1"),)
KEYS = ["name_above", "wait_above", "refuse_above"]


def settings(profile: dict[str, Any] | None = None, **act: Any) -> Settings:
    """Settings with these limits, and with those of the profile "prod" where they are given."""
    profiles = {} if profile is None else {"prod": ProfileSettings(nodes=NODES, **profile)}
    return Settings(act=ActSettings(**act), profile=profiles)


def limits(profile: dict[str, Any] | None = None, of: str = "prod", **act: Any) -> Limits:
    return limits_of(settings(profile, **act), of)


def of_key(held: Limits, key: str) -> tuple[str, int | None]:
    limit = {"name_above": held.name, "wait_above": held.wait, "refuse_above": held.refuse}[key]
    return limit.key, limit.above


@pytest.mark.parametrize("selector", [PROMO, Everything()])
def test_a_bounce_that_is_over_the_limit_is_refused_with_the_name_of_the_key(selector: Selector) -> None:
    shot = snapshot()
    messages = take_preview(shot, selector).messages
    words = plainly_refused(shot, settings(refuse_above=messages - 1), selector)
    assert words == [f"A bounce of {messages} messages is over the limit of {messages - 1} (act.refuse_above)."]
    assert plainly_refused(shot, settings(refuse_above=messages), selector) == []


def plainly_refused(shot: Snapshot, held: Settings, selector: Selector = PROMO) -> list[str]:
    return list(refusals(take_preview(shot, selector), shot, held, ()))


def test_a_clean_bounce_has_the_same_limit_and_a_stop_has_none() -> None:
    shot, held = snapshot(), settings(refuse_above=89)
    preview = take_preview(shot, PROMO)
    assert list(clean_refusals(preview, shot, held, ())) == plainly_refused(shot, held)
    assert list(clean_refusals(preview, shot, held, (), stop_only=True)) == []


def test_without_a_limit_nothing_is_refused_for_its_size() -> None:
    assert plainly_refused(snapshot(node(counts={"promo:a@b": 10**9})), settings()) == []


def test_a_limit_of_a_profile_is_named_and_holds_for_it_alone() -> None:
    held = settings({"refuse_above": 89})
    (words,) = plainly_refused(snapshot(), held)
    assert "(profile.prod.refuse_above)" in words
    assert plainly_refused(snapshot(profile="staging"), held) == []
    assert plainly_refused(snapshot(profile=""), held) == []


def test_what_waits_in_ready_queues_does_not_count() -> None:
    shot = snapshot(node(ready={"a->b@smtp_client": 5_000}))
    assert take_preview(shot, PROMO).ready_upper_bound == 5_000
    assert plainly_refused(shot, settings(refuse_above=90)) == []
    held = limits(name_above=90, wait_above=90)
    assert held.demands(take_preview(shot, PROMO), production=False) == Demands(False, False, False)


@pytest.mark.parametrize("key", KEYS)
def test_a_profile_can_only_be_stricter(key: str) -> None:
    assert of_key(limits(None, **{key: 50}), key) == (f"act.{key}", 50)
    assert of_key(limits({key: 49}, **{key: 50}), key) == (f"profile.prod.{key}", 49)
    assert of_key(limits({key: 51}, **{key: 50}), key) == (f"act.{key}", 50)
    assert of_key(limits({key: 49}, of="other", **{key: 50}), key) == (f"act.{key}", 50)


def test_each_limit_asks_from_the_next_message_on() -> None:
    preview = take_preview(snapshot(), PROMO)
    for above, asks in ((preview.messages, False), (preview.messages - 1, True)):
        assert limits(name_above=above).demands(preview, production=False) == Demands(asks, False, False)
        assert limits(wait_above=above).demands(preview, production=False) == Demands(False, asks, False)


def test_production_is_always_named() -> None:
    preview = take_preview(snapshot(), PROMO)
    assert limits().demands(preview, production=True) == Demands(True, False, False)


@pytest.mark.parametrize("production", [False, True])
def test_everything_is_always_named_waited_for_and_called_so(production: bool) -> None:
    preview = take_preview(snapshot(), Everything())
    held = limits(name_above=10**9, wait_above=10**9)
    assert held.demands(preview, production=production) == Demands(True, True, True)


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("production", [False, True])
@pytest.mark.parametrize("name_above", [0, 10**9])
@pytest.mark.parametrize("wait_above", [0, 10**9])
@pytest.mark.parametrize("profile", ["prod", ""])
def test_the_text_to_type_holds_what_is_demanded_and_always_the_count(
    everything: bool, production: bool, name_above: int, wait_above: int, profile: str
) -> None:
    shot = snapshot(production=production, profile=profile)
    preview = take_preview(shot, Everything() if everything else PROMO)
    held = limits(name_above=name_above, wait_above=wait_above)
    demands = held.demands(preview, production=production)
    assert demands.name is (production or everything or name_above == 0)
    assert demands.wait is (everything or wait_above == 0)
    words = confirm_token(preview, shot, held).split(" ")
    assert words.pop() == str(preview.messages)
    assert ("EVERYTHING" in words) is everything
    assert ((profile or "mta1") in words) is demands.name


def test_without_settings_the_name_is_asked_for_above_10000_and_nothing_is_refused() -> None:
    held = limits()
    assert [of_key(held, key) for key in KEYS] == [
        ("act.name_above", 10_000),
        ("act.wait_above", 100_000),
        ("act.refuse_above", None),
    ]


@pytest.mark.parametrize("typed", ["50", "prod 100", "EVERYTHING prod 100"])
async def test_a_confirmation_without_the_name_that_the_limit_asks_for_sends_nothing(typed: str) -> None:
    house = House(settings(name_above=99), production=False)
    confirmed = await house.confirmed(DRAFT, typed=typed)
    assert confirmed.preview.messages == 100
    if typed == "prod 100":
        await house.acts.bounce(confirmed)
        assert posts(house.nodes) == 2
    else:
        assert "not what was asked for" in await house.refused(confirmed)


async def test_a_confirmed_bounce_over_the_limit_sends_nothing_whatever_was_typed() -> None:
    house = House(settings(refuse_above=99))
    assert "(act.refuse_above)" in await house.refused(await house.confirmed(DRAFT, typed="prod 100"))
    assert "(act.refuse_above)" in await house.refused(await house.confirmed(DRAFT, typed=None))
