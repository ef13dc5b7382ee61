"""What leaves the program, to the byte; and the same as commands to paste."""

import json
import re
import shlex
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.act.requests import (
    BODY_LIMIT,
    PlannedRequest,
    bounce_body,
    encode_body,
    is_too_large,
    kcli_command,
)
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.units import LONGEST_S
from tests.fakes import recording

TAG = "7F3A2C"
URL = "http://127.0.0.1:8000"
TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
SELECTORS = st.one_of(
    st.tuples(*[st.none() | TEXT] * 4)
    .filter(lambda parts: any(p is not None for p in parts))
    .map(lambda p: Criteria(*p)),
    st.frozensets(TEXT, min_size=1, max_size=5).map(ExactQueues),
    st.just(Everything()),
)
HOSTILE = [
    "promo:acme@yahoo.com",
    "it's; rm -rf / #@d",
    "a\x1b[2J\n$(reboot)`x`@d",
    '"quoted"\\@d',
    "--everything",
    "-x@d",
    "\u202eevil\u200b@d",
    "日本語@d",
    " @d ",
    "",
]


def breaches(body: Mapping[str, object], selector: Selector) -> list[str]:
    """DESIGN 3, rules 1 to 3, checked without the code that builds bodies."""
    found = []
    criteria = {"campaign", "tenant", "domain", "routing_domain"} & body.keys()
    if not criteria and not isinstance(selector, Everything):
        found.append("no criteria, and not everything was chosen")
    if criteria and isinstance(selector, Everything):
        found.append("everything has no criteria")
    if "queue_names" in body:
        if not body["queue_names"]:
            found.append("an empty list is everything")
        if not re.fullmatch(r"kt-[0-9a-f]{4,12}\.kumo-tui-guard\.invalid", str(body.get("domain"))):
            found.append("names without a guard domain")
        if criteria != {"domain"}:
            found.append("names with criteria")
    elif isinstance(selector, ExactQueues):
        found.append("exact queues without names")
    if not re.fullmatch(r"[1-9][0-9]*s", str(body.get("duration"))):
        found.append("a duration that is not whole seconds")
    if unknown := body.keys() - {*criteria, "queue_names", "reason", "duration", "suppress_logging"}:
        found.append(f"unknown fields {unknown}")
    if any(value is None for value in body.values()):
        found.append("null may widen a match, or be refused")
    return found


def test_the_check_of_bodies_finds_breaches() -> None:
    selector = Criteria(campaign="promo")
    assert breaches({"reason": "x", "duration": "5s"}, selector)
    assert breaches({"queue_names": [], "domain": "kt-7f3a.kumo-tui-guard.invalid", "duration": "5s"}, selector)
    assert breaches({"queue_names": ["a"], "reason": "x", "duration": "5s"}, ExactQueues.of(["a"]))
    assert breaches({"campaign": "promo", "duration": "0s"}, selector)
    assert breaches({"campaign": "promo", "duration": "1.5s"}, selector)
    assert breaches({"campaign": "promo", "duration": "5s", "expires": "x"}, selector)


@given(SELECTORS, TEXT, st.integers(1, LONGEST_S), st.booleans())
def test_every_body_keeps_the_safety_rules(selector: Selector, reason: str, seconds: int, quiet: bool) -> None:
    body = bounce_body(selector, reason, seconds, TAG, suppress_logging=quiet)
    assert breaches(json.loads(encode_body(body)), selector) == []


@given(SELECTORS, TEXT)
def test_the_server_reads_the_raw_values_back(selector: Selector, reason: str) -> None:
    body = json.loads(encode_body(bounce_body(selector, reason, 300, TAG)))
    if isinstance(selector, ExactQueues):
        assert set(body["queue_names"]) == selector.names
    elif isinstance(selector, Criteria):
        assert {key: body[key] for key in selector.given()} == dict(selector.given())
    assert body["reason"].endswith(f"[kt:{TAG}]")


@pytest.mark.parametrize("seconds", [0, -1, LONGEST_S + 1, 2**64])
def test_no_body_is_made_for_a_sweep_or_a_duration_out_of_bounds(seconds: int) -> None:
    with pytest.raises(ValueError, match=r"bounce|duration"):
        bounce_body(Criteria(campaign="promo"), "x", seconds, TAG)


def test_the_body_is_what_the_recorded_server_took() -> None:
    sent = next(
        line["request"]["json"]
        for line in recording("timeline")
        if "queue_names" in line["request"].get("json", {})
    )
    built = bounce_body(ExactQueues.of(sent["queue_names"]), "wrong totals", 30, "8A03")
    assert {**built, "queue_names": set(built["queue_names"])} == {**sent, "queue_names": set(sent["queue_names"])}


def test_a_body_over_the_servers_limit_is_known_before_it_is_sent() -> None:
    def body(count: int) -> dict[str, object]:
        return bounce_body(ExactQueues.of(f"campaign{n}:tenant@example.com" for n in range(count)), "x", 60, TAG)

    assert not is_too_large(body(100))
    assert is_too_large(body(80_000))
    assert len(encode_body(body(80_000))) > BODY_LIMIT


@pytest.mark.parametrize("name", HOSTILE)
def test_the_curl_command_sends_the_same_body_whatever_the_names_hold(name: str) -> None:
    body = bounce_body(ExactQueues.of([name]), name or "x", 60, TAG)
    command = PlannedRequest("bounce", "mta1", "POST", f"{URL}/api/admin/bounce/v1", body).curl()
    words = shlex.split(command)
    assert command.isprintable()
    assert command.isascii()
    assert words[:5] == ["curl", "-sS", "-X", "POST", f"{URL}/api/admin/bounce/v1"]
    assert words[5:-1] == ["-H", "Content-Type: application/json", "--data-binary"]
    assert json.loads(words[-1]) == body


@given(TEXT)
def test_the_curl_command_survives_any_text(name: str) -> None:
    body = bounce_body(ExactQueues.of([name]), name, 60, TAG)
    assert json.loads(shlex.split(PlannedRequest("b", "n", "POST", URL, body).curl())[-1]) == body


@pytest.mark.parametrize("name", HOSTILE)
def test_the_kcli_command_names_the_same_queue_and_never_turns_a_name_into_an_option(name: str) -> None:
    words = shlex.split(kcli_command(URL, bounce_body(ExactQueues.of([name]), "x", 60, TAG)))
    assert words[:4] == ["kcli", "--endpoint", URL, "bounce"]
    at = next(n for n, word in enumerate(words) if word.startswith("--queue"))
    value = words[at].partition("=")[2] if "=" in words[at][:8] else words[at + 1]
    assert value == name
    assert words.count("--everything") == 0


def test_the_kcli_command_of_criteria_and_of_everything() -> None:
    criteria = bounce_body(Criteria("promo", routing_domain="r"), "bad link", 300, TAG, suppress_logging=True)
    assert kcli_command(URL, criteria) == (
        f"kcli --endpoint {URL} bounce --campaign promo --routing-domain r "
        f"--reason 'bad link [kt:{TAG}]' --duration 300s --suppress-logging"
    )
    assert shlex.split(kcli_command(URL, bounce_body(Everything(), "x", 60, TAG)))[4] == "--everything"
    assert "--everything" not in kcli_command(URL, bounce_body(Criteria(tenant=""), "x", 60, TAG))


def test_commands_for_a_node_behind_ssh_are_run_on_that_machine() -> None:
    body = bounce_body(Criteria(campaign="it's"), "bad link", 60, TAG)
    url = "ssh://ops@mta1:2222/127.0.0.1:8000"
    request = PlannedRequest("bounce", "mta1", "POST", f"{url}/api/admin/bounce/v1", body)
    *way, curl = shlex.split(request.curl("-H 'Authorization: Bearer ***'"))
    assert way == ["ssh", "-p", "2222", "ops@mta1"]
    words = shlex.split(curl)
    assert words[:3] == ["curl", "-H", "Authorization: Bearer ***"]
    assert "http://127.0.0.1:8000/api/admin/bounce/v1" in words
    assert json.loads(words[-1]) == body
    *way, kcli = shlex.split(kcli_command(url, body))
    assert way == ["ssh", "-p", "2222", "ops@mta1"]
    assert shlex.split(kcli)[:4] == ["kcli", "--endpoint", "http://127.0.0.1:8000", "bounce"]
