"""The judge of what leaves the program refuses each kind of bad body, and no good one."""

import json
from typing import Any

import pytest

from tests.lawful import BOUNCE, REBIND, SUSPEND, offences

GUARD = "kt-7f3a2c.kumo-tui-guard.invalid"
WHY = {"reason": "bad link [kt:7F3A2C]"}
LIVE = {**WHY, "duration": "300s"}
NAMED = {"queue_names": ["promo:acme@yahoo.com"], "domain": GUARD, **LIVE}
FLUSH = {"tenant": "acme", "data": {}, "always_flush": True, **WHY}


def judged(body: object, method: str = "POST", path: str = BOUNCE, *, everything: bool = False) -> list[str]:
    return offences(method, path, body if isinstance(body, str) else json.dumps(body), everything=everything)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", BOUNCE, {"campaign": "promo", **LIVE}),
        ("POST", BOUNCE, {"domain": "yahoo.com", "routing_domain": "relay", **LIVE, "suppress_logging": True}),
        ("POST", BOUNCE, {"campaign": "promo", **WHY, "duration": "0s"}),
        ("POST", BOUNCE, NAMED),
        ("POST", BOUNCE, {**NAMED, "duration": "0s"}),
        ("POST", BOUNCE, {"campaign": "promo", **WHY, "duration": f"{30 * 86400}s"}),
        ("POST", SUSPEND, {"campaign": "promo", **LIVE}),
        ("POST", SUSPEND, NAMED),
        ("POST", REBIND, FLUSH),
        ("DELETE", BOUNCE, {"id": "552016f1-aaaa"}),
        ("DELETE", SUSPEND, {"id": "552016f1-aaaa"}),
    ],
)
def test_what_is_lawful_passes(method: str, path: str, body: dict[str, Any]) -> None:
    assert judged(body, method, path) == []


def test_only_who_chose_everything_may_leave_out_criteria() -> None:
    assert judged(LIVE, everything=True) == []
    assert "everything" in judged(LIVE)[0]
    assert "narrowed" in judged({"campaign": "promo", **LIVE}, everything=True)[0]
    assert "everything" in judged(LIVE, path=SUSPEND, everything=True)[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"queue_names": []}, "no names is everything"),
        ({"queue_names": None}, "null"),
        ({"queue_names": "promo:acme@yahoo.com"}, "no names is everything"),
        ({"queue_names": [None]}, "no string"),
        ({"queue_names": ["a@b", "a@b"]}, "twice"),
        ({"domain": "yahoo.com"}, "guard domain"),
        ({"domain": GUARD.upper()}, "guard domain"),
        ({"domain": f"{GUARD}.example.com"}, "guard domain"),
        ({"domain": GUARD.replace("7f3a2c", "000000")}, "of another operation"),
        ({"campaign": "promo"}, "nothing else"),
    ],
)
@pytest.mark.parametrize("path", [BOUNCE, SUSPEND])
def test_names_are_refused_without_their_guard(path: str, change: dict[str, Any], words: str) -> None:
    assert any(words in found for found in judged({**NAMED, **change}, path=path)), judged({**NAMED, **change})
    without = {key: value for key, value in NAMED.items() if key != "domain"}
    assert judged(without, path=path)


@pytest.mark.parametrize("value", ["", " ", "\t", None, 7, True, ["promo"], {"a": "b"}])
@pytest.mark.parametrize(("path", "rest"), [(BOUNCE, LIVE), (SUSPEND, LIVE), (REBIND, FLUSH)])
def test_a_criterion_is_refused_unless_it_is_text(path: str, rest: dict[str, Any], value: object) -> None:
    assert judged({**rest, "campaign": value}, path=path)


@pytest.mark.parametrize(
    "duration",
    [
        None, 300, 300.0, True, "", "300", "5m", "0", "00s", "0s ", " 1s", "01s", "-1s", "-0.5", "1.5s", "1e3s",
        "+1s", "1e30", "٣s", "1s\n", "18446744073709551615s", "300000000000years", f"{30 * 86400 + 1}s",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [BOUNCE, SUSPEND])
def test_a_duration_is_refused_unless_it_is_whole_seconds(path: str, duration: object) -> None:
    assert judged({"campaign": "promo", **WHY, "duration": duration}, path=path)


def test_a_duration_is_never_left_to_the_server() -> None:
    assert judged({"campaign": "promo", **WHY})


def test_a_sweep_of_everything_and_a_stop_of_no_time_are_refused() -> None:
    assert judged({**WHY, "duration": "0s"}, everything=True)
    assert judged({"campaign": "promo", **WHY, "duration": "0s"}, path=SUSPEND)


@pytest.mark.parametrize(
    "reason", ["", "bad link", "[kt:7F3A2C]", " [kt:7F3A2C]", "bad link [kt:7f3a2c]", None, 1]
)
def test_a_reason_is_refused_unless_it_says_why_and_whose(reason: object) -> None:
    assert judged({"campaign": "promo", "duration": "1s", "reason": reason})


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        (BOUNCE, "expires", "2026-01-01T00:00:00Z"),
        (BOUNCE, "queue", "a@b"),
        (BOUNCE, "suppress_logging", None),
        (BOUNCE, "suppress_logging", 1),
        (SUSPEND, "routing_domain", "relay"),
        (SUSPEND, "expires", "2026-01-01T00:00:00Z"),
        (SUSPEND, "suppress_logging", True),
        (REBIND, "queue_names", ["a@b"]),
        (REBIND, "data", {"tenant": "x"}),
        (REBIND, "always_flush", False),
    ],
)
def test_a_field_that_must_not_leave_is_named(path: str, field: str, value: object) -> None:
    good = FLUSH if path == REBIND else {"campaign": "promo", **LIVE}
    assert judged(good, path=path) == []
    assert judged({**good, field: value}, path=path)


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{", '{"campaign": "a", "campaign": "b", "reason": "x [kt:7F3A2C]", "duration": "1s"}',
        '{"campaign": "a", "reason": "x [kt:7F3A2C]", "duration": 1.5}',
        '{"campaign": NaN}', '{"campaign": Infinity}',
    ],
)  # fmt: skip
def test_what_is_no_plain_object_is_refused(text: str) -> None:
    assert judged(text)


def test_a_body_over_the_servers_limit_is_refused() -> None:
    assert judged({"campaign": "x" * 2**21, **LIVE}) == ["the node refuses more than 2 MiB"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", BOUNCE), ("POST", f"{BOUNCE}/"), ("POST", "/api/admin/xfer/v1"), ("DELETE", REBIND), ("GET", BOUNCE)],
)
def test_another_act_is_none_of_this_program(method: str, path: str) -> None:
    assert judged({"campaign": "promo", **LIVE}, method, path) == [f"{method} {path} is no act of this program"]


@pytest.mark.parametrize("body", [{}, {"id": ""}, {"id": None}, {"id": "x", "reason": "y"}])
def test_a_removal_names_one_entry_and_nothing_else(body: dict[str, Any]) -> None:
    assert judged(body, "DELETE")
