"""What a session may change: by order, by what nodes refused, and that nothing else decides it."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kumo_tui.act.clean_requests import stop_body
from kumo_tui.act.rights import CANCEL, RELEASE, Rights, order_of, rights_of
from kumo_tui.config import Settings
from kumo_tui.errors import Refused
from kumo_tui.model.operation import ActState
from kumo_tui.model.snapshot import NodeState
from kumo_tui.node.client import BOUNCE, METRICS, SUSPEND
from kumo_tui.profiles import NodeSettings, ProfileSettings
from tests.unit.act.house import PROMO, House, posts

PACKAGE = Path(__file__).parents[3] / "kumo_tui"
DENIED = httpx.Response(401, text="id=[eve]@ ip=10.0.0.1 not permitted POST on http_listener/x")
BOUNCED = f"POST {BOUNCE}"


def with_profile(*, read_only: bool) -> Settings:
    node = NodeSettings(url="http://mta1:8000")
    return Settings(profile={"prod": ProfileSettings(nodes=(node,), read_only=read_only)})


def test_a_session_is_read_only_by_flag_by_setting_and_by_profile() -> None:
    assert order_of(Settings(), "prod") == ""
    assert order_of(Settings(read_only=True), "prod") == "settings"
    assert order_of(Settings().under_read_only(), "prod") == "--read-only"
    assert order_of(with_profile(read_only=True), "prod") == "profile prod"
    assert order_of(with_profile(read_only=False), "prod") == ""
    assert order_of(with_profile(read_only=True), "lab") == ""
    assert order_of(with_profile(read_only=True).bound_by(["prod"]), "") == "profile prod"


def test_one_node_that_refuses_acts_is_read_only_and_the_session_is_not() -> None:
    rights = Rights("", {"mta1": {BOUNCED: "no"}}, ("mta1", "mta2"))
    assert rights.may_act
    assert rights.read_only_by == ""
    assert not rights.may_act_on("mta1")
    assert rights.may_act_on("mta2")
    assert list(rights.refusals(["mta2"])) == []
    assert "mta1 refuses acts: no." in next(rights.refusals(["mta1", "mta2"]))


def test_the_session_is_read_only_when_every_node_refuses() -> None:
    refused = {"mta1": {BOUNCED: "no"}, "mta2": {CANCEL: "no"}}
    rights = Rights("", refused, ("mta1", "mta2"))
    assert not rights.may_act
    assert rights.read_only_by == "mta1, mta2 refuse acts"
    assert Rights("", refused, ("mta1",)).read_only_by == "mta1 refuses acts"
    many = Rights("", {name: {BOUNCED: "no"} for name in ("a", "b", "c")}, ("a", "b", "c"))
    assert many.read_only_by == "a, b and 1 more refuse acts"


def test_a_node_that_is_read_only_by_order_is_not_acted_on_and_nothing_there_is_ended() -> None:
    rights = Rights("", {}, ("mta1", "mta2"), frozenset({"mta1"}))
    assert rights.may_act
    assert not rights.may_act_on("mta1")
    assert not rights.may_end_on("mta1", RELEASE)
    assert rights.may_end_on("mta2", RELEASE)
    assert list(rights.refusals(["mta2"])) == []
    assert next(rights.refusals(["mta1"])).startswith("mta1 is read-only. Lift that")
    with pytest.raises(Refused, match="mta1 is read-only"):
        rights.check_end_on("mta1", CANCEL, "cancel")


def test_the_session_is_read_only_when_no_node_may_be_acted_on() -> None:
    assert Rights("", {}, ("mta1",), frozenset({"mta1"})).read_only_by == "mta1 is read-only"
    assert Rights("", {}, ("a", "b"), frozenset("ab")).read_only_by == "every node is read-only"
    mixed = Rights("", {"b": {BOUNCED: "no"}}, ("a", "b"), frozenset("a"))
    assert not mixed.may_act
    assert mixed.read_only_by == "a is read-only, b refuses acts"


async def test_a_node_that_is_made_read_only_while_running_is_left_out_and_is_sent_nothing() -> None:
    house = House()
    before = await house.confirmed()
    house.watcher.set_read_only("mta1", read_only=True)
    again = await house.confirmed()
    assert [node.node for node in again.preview.nodes] == ["mta2"]
    with pytest.raises(Refused, match="mta1 is read-only"):
        await house.acts.bounce(before)
    await house.acts.bounce(again)
    assert [posts([node]) for node in house.nodes] == [0, 1]
    await house.watcher.stop()


async def test_a_fleet_of_read_only_nodes_makes_the_session_read_only() -> None:
    house = House()
    for node in house.nodes:
        house.watcher.set_read_only(node.name, read_only=True)
    rights = rights_of(Settings(), house.watcher.snapshot)
    assert (rights.may_act, rights.read_only_by) == (False, "every node is read-only")
    house.watcher.set_enabled("mta2", enabled=False)
    assert rights_of(Settings(), house.watcher.snapshot).read_only_by == "mta1 is read-only"
    house.watcher.set_read_only("mta1", read_only=False)
    assert rights_of(Settings(), house.watcher.snapshot).may_act
    await house.watcher.stop()


def test_what_is_ours_may_be_ended_until_that_very_act_was_refused() -> None:
    rights = Rights("", {"mta1": {BOUNCED: "no", CANCEL: "no, never"}}, ("mta1",))
    assert rights.may_end_on("mta1", RELEASE)
    assert not rights.may_end_on("mta1", CANCEL)
    with pytest.raises(Refused, match="no, never"):
        rights.check_end_on("mta1", CANCEL, "cancel")
    assert not replace(rights, order="settings").may_end_on("mta1", RELEASE)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_node_that_refuses_a_bounce_is_left_out_of_the_next_one(status: int) -> None:
    house = House()
    house.nodes[0].answers["POST", BOUNCE] = httpx.Response(status, text="no")
    confirmed = await house.confirmed()
    operation = await house.acts.bounce(confirmed)
    assert [act.state for act in operation.acts] == [ActState.REJECTED, ActState.ACCEPTED]
    again = await house.confirmed()
    assert [node.node for node in again.preview.nodes] == ["mta2"]
    words = house.acts.refusals(confirmed.preview, confirmed.checked)
    assert [text for text in words if text.startswith(f"mta1 refuses acts: POST {BOUNCE} ({status}): no.")]
    assert house.acts.refusals(again.preview, again.checked) == ()
    await house.watcher.stop()


async def test_where_every_node_refuses_nothing_is_sent_any_more() -> None:
    house = House()
    for node in house.nodes:
        node.answers["POST", BOUNCE] = DENIED
    await house.acts.bounce(await house.confirmed())
    assert not rights_of(Settings(), house.watcher.snapshot).may_act
    again = await house.confirmed()
    with pytest.raises(Refused, match=r"mta1 refuses acts: POST .* \(401\): id=\[eve\]"):
        await house.acts.bounce(again)
    assert posts(house.nodes) == 2
    await house.watcher.stop()


async def test_an_act_that_the_node_takes_later_is_allowed_again() -> None:
    house = House()
    node = house.nodes[0]
    node.answers["DELETE", BOUNCE] = DENIED
    with pytest.raises(Exception, match="not allowed"):
        await node.client.cancel_bounce("a")
    assert CANCEL in (await house.watcher.poll_once()).nodes[0].refused_acts
    node.answers["DELETE", BOUNCE] = httpx.Response(500, text="try again later")
    with pytest.raises(Exception, match="try again later"):
        await node.client.cancel_bounce("a")
    assert CANCEL in (await house.watcher.poll_once()).nodes[0].refused_acts
    node.recover()
    assert not await node.client.cancel_bounce("a")
    assert (await house.watcher.poll_once()).nodes[0].refused_acts == {}
    await house.watcher.stop()


async def test_a_node_that_refuses_to_be_read_too_tells_nothing_about_acts() -> None:
    house = House()
    node = house.nodes[0]
    node.answers["POST", SUSPEND] = DENIED
    with pytest.raises(Exception, match="not allowed"):
        await node.client.post_suspension(stop_body(PROMO, [], "bad link", 60, "7F3A2C"))
    node.answers["GET", METRICS] = DENIED
    seen = (await house.watcher.poll_once()).nodes[0]
    assert seen.state is NodeState.UNAUTHORIZED
    assert seen.refused_acts == {}
    await house.watcher.stop()


# Who may ask what made a session read-only, and why; everybody else asks Rights.
DECIDE = {
    "config.py": "reads it",
    "act/rights.py": "decides",
    "cli/options.py": "the flag",
    "model/snapshot.py": "tells it of one node",
    "cli/check_nodes.py": "tells what the settings say of a node",
    "ui/profile_lines.py": "tells what the settings say of nodes",
    "ui/node_lines.py": "tells it of one node",
    "ui/screens/nodes.py": "turns it round for one node",
}
CARRY = {
    "node/client.py",
    "cli/compose.py",
    "cli/target.py",
    "watch/node_watch.py",
    "watch/roster.py",
    "watch/membership.py",
}


def decisions(source: str) -> Iterator[str]:
    """Every place in a source that reads a setting or a refusal for itself, as `line: what`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ("read_only", "refused_acts", "is_read_only_by_flag"):
            yield f"{node.lineno}: {ast.unparse(node)}"


def test_nothing_but_the_rights_decides_who_may_act() -> None:
    found = {
        str(path.relative_to(PACKAGE)): list(decisions(path.read_text("utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "sim" not in path.relative_to(PACKAGE).parts
    }
    asking = {name for name, places in found.items() if places}
    assert asking - set(DECIDE) - CARRY == set()


def test_a_place_that_decides_by_itself_is_found() -> None:
    assert list(decisions("if host.settings.read_only:\n    pass")) == ["1: host.settings.read_only"]
    assert list(decisions("x = 1\nok = not node.refused_acts")) == ["2: node.refused_acts"]
